"""A cell as lines of Python that anyone can paste: no benchmark needed."""

from pprint import pformat

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.methods import is_peer_method


def python_code(cell: Cell) -> str:
    """Return Python lines that draw the cell's data, fit its method and print the distance.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.cell import Cell, Method
    >>> from causal_dag.benchmarks.plan.data_source import DataSource
    >>> from causal_dag.benchmarks.runner.python_code import python_code
    >>> cell = Cell(DataSource("er2", "linear", n_features=5), Method("none", "empty"), seed=3)
    >>> print(python_code(cell).splitlines()[3])
    source = DataSource('er2', 'linear', settings, 'raw', 1000, 5)
    """
    data, method = cell.data, cell.method
    settings = pformat(dict(data.settings), width=68, sort_dicts=False)
    sizes = f"{data.scale!r}, {data.n_samples}, {data.n_features}"
    lines = [
        "from causal_dag.benchmarks.plan.data_source import DataSource",
        "from causal_dag.metrics import structural_hamming_distance",
        f"settings = {settings}",
        f"source = DataSource({data.label!r}, {data.kind!r}, settings, {sizes})",
        f"X, truth = source.draw({cell.seed})",
    ]
    parameters = dict(method.parameters)
    if not is_peer_method(method):
        lines += [
            "from causal_dag.registry import make_seeded_solver",
            f"model = make_seeded_solver({method.name!r}, {cell.seed}, **{parameters!r})",
            "estimate = model.fit(X)",
        ]
    else:
        lines += [
            "from causal_dag.benchmarks.peers.call import fit_peer",
            f"parameters = {parameters!r}",
            f"fit = fit_peer({method.origin!r}, {method.name!r}, X, {cell.seed}, parameters)",
            "estimate = fit.weights",
        ]
    return "\n".join([*lines, "print(structural_hamming_distance(truth, estimate))"])
