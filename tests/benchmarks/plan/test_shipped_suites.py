"""The suites that come with the package."""

import pytest

from causal_dag.benchmarks.plan import available_suites, read_suite
from causal_dag.comparison.comparison import BASELINES

NAMES = (
    "colide-paper", "kinds-of-data", "notears-paper", "peers", "quickstart", "real-data", "scaling",
    "search", "standardisation", "topo-paper",
)  # fmt: skip
#: What packages call 2 log n per edge, on the scale of minus twice the log-likelihood.
PRICES = {
    "causal-dag": {"penalty": 2.0},
    "andrey-core": {"lambda_value": 2.0},
    "causal-learn": {"lambda_value": 1.0},
    "flopsearch": {"lambda_bic": 2.0},
    "xges": {"alpha": 2.0},
}


@pytest.fixture(params=NAMES)
def suite(request, peers):
    """Each shipped suite."""
    return read_suite(request.param)


def test_these_are_shipped():
    assert tuple(available_suites()) == NAMES


def test_each_says_what_it_shows_and_bounds_its_runs(suite):
    assert 100 < len(suite.description) < 600
    assert suite.limits.seconds <= 600
    assert suite.n_cells < 6000
    assert set(BASELINES) <= {planned.method.name for planned in suite.methods}


def test_its_smallest_data_can_be_drawn(suite):
    source = min((data.source for data in suite.data), key=lambda s: s.n_samples * s.n_features)
    rows, truth = source.draw(0)
    assert rows.shape == (source.n_samples, source.n_features)
    truth.require_acyclic()


def test_quickstart_is_a_dozen_methods_twelve_seeds_and_two_scales():
    suite = read_suite("quickstart")
    assert len(suite.methods) == 12
    assert {len(data.seeds) for data in suite.data} == {12}
    assert {data.source.scale for data in suite.data} == {"raw", "standardized"}


def test_real_data_has_all_conditions_and_the_graphs_without_cycles():
    suite = read_suite("real-data")
    settings = [data.source.settings for data in suite.data]
    assert len({entry["condition"] for entry in settings}) == 10
    assert {entry["graph"] for entry in settings} == {"consensus17", "cmu20"}


def test_peers_names_methods_of_every_other_package(peers):
    # tigramite reads time series only.
    of_tables = {"causal-dag", *peers} - {"tigramite"}
    assert {planned.method.origin for planned in read_suite("peers").methods} == of_tables


def test_searches_pay_one_price_for_an_edge(peers):
    for method in (planned.method for planned in read_suite("search").methods):
        if not method.is_baseline:
            assert PRICES[method.origin].items() <= method.parameters.items()


def test_the_peers_it_names_are_in_the_catalogue():
    suite = read_suite("peers")
    assert suite.n_cells == len(suite.cells())
