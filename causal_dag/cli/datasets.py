"""Built-in data with a known graph, by name."""

from typing import TYPE_CHECKING, Any, cast

from causal_dag.cli.options import DATASET_NODES, DATASET_SAMPLES, unknown_name

if TYPE_CHECKING:
    from causal_dag.graph.named_graph import NamedGraph
    from causal_dag.synthetic.scenarios import ScenarioName


def dataset_names() -> list[str]:
    """Return the names that ``load_dataset`` knows."""
    from causal_dag.synthetic import available_scenarios

    return ["sachs", *available_scenarios()]


def load_dataset(name: str, random_state: int | None) -> "tuple[Any, NamedGraph]":
    """Return a data frame and its true graph.

    Parameters
    ----------
    name : str
        ``"sachs"`` (observational condition, 17-edge graph), or a scenario, drawn with 1000 rows
        and 20 variables.
    random_state : int or None
        Seed of the scenarios; None draws another one each time.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    import pandas as pd

    from causal_dag.graph.named_graph import NamedGraph
    from causal_dag.synthetic import load_sachs, make_scenario

    if name == "sachs":
        sachs = load_sachs(as_frame=True)
        return sachs.data, NamedGraph(sachs.adjacency.astype(float), tuple(sachs.feature_names))
    if name not in dataset_names():
        raise ValueError(unknown_name("data set", name, dataset_names()))
    scenario = cast("ScenarioName", name)
    X, sem = make_scenario(scenario, DATASET_SAMPLES, DATASET_NODES, random_state=random_state)
    truth = NamedGraph(sem.weights)
    return pd.DataFrame(X, columns=pd.Index(truth.labels)), NamedGraph(sem.weights, truth.labels)
