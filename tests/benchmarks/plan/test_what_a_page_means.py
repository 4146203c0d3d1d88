"""From a right page of TOML to cells."""

import re

import numpy as np
import pytest

from causal_dag import __version__
from causal_dag.benchmarks.plan import Limits, read_suite
from causal_dag.comparison.comparison import BASELINES
from causal_dag.synthetic import (
    fit_linear_sem,
    hide_variables,
    load_sachs,
    make_linear_sem,
    make_scenario,
)


def test_every_method_meets_every_data_set_with_every_seed(read, small):
    suite = read(small)
    runs = {(cell.seed, cell.method.label) for cell in suite.cells()}
    assert runs == {(seed, name) for seed in (0, 1) for name in ("eqvar", *BASELINES)}
    assert suite.n_cells == len(suite.cells()) == 10
    assert suite.worst_seconds == 10 * Limits().seconds


def test_keys_of_cells_differ_and_are_the_same_on_every_reading(read, small):
    keys = [cell.key for cell in read(small).cells()]
    assert len(set(keys)) == len(keys)
    assert keys == [cell.key for cell in read(small).cells()]


def test_cells_come_seed_by_seed_and_those_of_one_data_set_stand_together(read, small):
    suite = read(small.replace("n_features = 5", 'n_features = [5, 6]\nscales = ["raw", "iscm"]'))
    drawn = [(c.seed, c.data.n_features, c.data.scale) for c in suite.cells()]
    assert drawn[::5] == [
        (seed, d, scale) for seed in (0, 1) for d in (5, 6) for scale in ("raw", "iscm")
    ]
    assert drawn == [place for place in drawn[::5] for _ in range(5)]


def test_the_rows_are_those_of_make_linear_sem_with_the_seed_as_random_state(read, small):
    (data, *_) = read(small.replace("seeds = 2", "seeds = [7]")).data
    rows, truth = data.source.draw(data.seeds[0])
    X, sem = make_scenario("er2-ev", 50, 5, random_state=7)
    np.testing.assert_array_equal(rows, X)
    np.testing.assert_array_equal(truth.weights, sem.weights)


def test_a_model_in_full_passes_its_settings_on(read, small):
    model = 'graph = "sf"\nedges_per_node = 1.5\nnoise_variance = [0.5, 10]\nweight_range = [1, 3]'
    text = small.replace('scenario = "er2-ev"', f'{model}\nnoises = "laplace"')
    (data,) = read(text).data
    assert data.source.label == "sf1.5, laplace"
    X, _ = make_linear_sem(
        50, 5, graph="sf", edges_per_node=1.5, noise="laplace", noise_variance=(0.5, 10.0),
        weight_range=(1.0, 3.0), random_state=0,
    )  # fmt: skip
    np.testing.assert_array_equal(data.source.draw(0)[0], X)


def test_a_scenario_and_its_model_in_full_have_the_same_keys(read, small):
    in_full = 'graph = "er"\nedges_per_node = 2\nnoise_variance = 1\nweight_range = [0.5, 2]'
    written_out = read(small.replace('scenario = "er2-ev"', in_full))
    assert [c.key for c in written_out.cells()] == [c.key for c in read(small).cells()]


def test_sizes_noises_and_scales_are_combined(read, small):
    text = small.replace("n_samples = 50", 'n_samples = [50, 60]\nnoises = ["gaussian", "gumbel"]')
    sources = [data.source for data in read(text).data]
    assert {(s.label, s.settings["noise"], s.n_samples) for s in sources} == {
        (f"er2-ev, {noise}", noise, n) for noise in ("gaussian", "gumbel") for n in (50, 60)
    }


@pytest.mark.parametrize(
    ("written", "seeds"),
    [
        ("seeds = 3", [0, 1, 2]),
        ("seeds = 2\nfirst_seed = 100", [100, 101]),
        ("seeds = [5, 3]", [5, 3]),
        ("", list(range(10))),
    ],
)
def test_seeds_are_counted_started_or_listed(read, small, written, seeds):
    assert list(read(small.replace("seeds = 2", written)).data[0].seeds) == seeds


def test_data_may_have_seeds_of_its_own(read, small):
    text = small.replace("n_samples = 50", "n_samples = 50\nseeds = 1\nfirst_seed = 9")
    assert list(read(text).data[0].seeds) == [9]


def test_limits_are_the_suite_s_and_no_part_of_a_cell(read, small):
    suite = read(small.replace("seeds = 2", "seeds = 2\n[limits]\nseconds = 5\nmemory_mb = 512"))
    assert suite.limits == Limits(5.0, 512.0)
    assert [c.key for c in suite.cells()] == [c.key for c in read(small).cells()]


def test_a_listed_baseline_is_not_added_again(read, small):
    extra = '[[solvers]]\nname = "random"\nlabel = "chance"\nparameters = { edges_per_node = 2 }\n'
    methods = [planned.method for planned in read(small + extra).methods]
    assert [m.name for m in methods].count("random") == 1
    assert [m.label for m in methods if m.is_baseline] == [
        "chance", "empty", "sortnregress-var", "sortnregress-r2",
    ]  # fmt: skip


def test_parameters_labels_and_version_reach_the_method(read, small):
    text = small.replace('"eqvar"', '"eqvar"\nlabel = "λ .1"\nparameters = { penalty = 3.0 }')
    method = read(text).methods[0].method
    assert (method.label, method.name, dict(method.parameters)) == ("λ .1", "eqvar", {"penalty": 3})
    assert (method.origin, method.version) == ("causal-dag", __version__)


def test_max_features_leaves_larger_data_out(read, small):
    text = small.replace("n_features = 5", "n_features = [5, 6]") + "max_features = 5\n"
    sizes = {c.data.n_features for c in read(text).cells() if c.method.name == "eqvar"}
    assert sizes == {5}


def test_methods_of_other_packages_carry_their_version_or_none(read, small, peers):
    extra = '[[solvers]]\npeer = "lingam"\nname = "direct-lingam"\n'
    extra += '[[solvers]]\npeer = "gcastle"\nname = "pc"\nparameters = { alpha = 0.01 }\n'
    lingam, pc = (planned.method for planned in read(small + extra).methods[1:3])
    assert (lingam.label, lingam.origin, lingam.version) == (
        "direct-lingam (lingam)", "lingam", "1.9",
    )  # fmt: skip
    assert (pc.origin, pc.version) == ("gcastle", None)
    # Our default for another package belongs to what determines the run.
    assert dict(pc.parameters) == {"variant": "original", "alpha": 0.01}


SACHS = '[[data]]\ndataset = "sachs"\n{}\n[[solvers]]\nname = "eqvar"\n'


def test_sachs_has_the_conditions_and_graphs_asked_for(read):
    suite = read(SACHS.format('conditions = ["pma", "all"]\ngraphs = ["consensus17", "cmu20"]'))
    assert [d.source.label for d in suite.data] == [
        "sachs, pma, consensus17", "sachs, pma, cmu20", "sachs, all, consensus17",
        "sachs, all, cmu20",
    ]  # fmt: skip
    assert [d.source.n_samples for d in suite.data] == [913, 913, 7466, 7466]
    rows, truth = suite.data[1].source.draw(0)
    np.testing.assert_array_equal(rows, load_sachs("pma").data)
    assert truth.adjacency.sum() == 20


def test_rows_that_are_the_same_for_every_seed_are_fitted_once(read):
    assert len(read(SACHS.format("")).data[0].seeds) == 1
    assert len(read(SACHS.format("resample = true")).data[0].seeds) == 10
    assert len(read(SACHS.format("seeds = 3")).data[0].seeds) == 3


def test_resampled_rows_are_rows_of_the_table_drawn_by_the_seed(read):
    source = read(SACHS.format("resample = true")).data[0].source
    table = {tuple(row) for row in load_sachs().data}
    first, second = source.draw(0)[0], source.draw(1)[0]
    assert {tuple(row) for row in first} < table
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, source.draw(0)[0])


TABLE = '[[data]]\ntable = "{}"\ntruth = "truth.csv"\nscales = ["raw", "standardized"]\n'


def test_tables_stand_beside_the_suite(read, monkeypatch, folder):
    suite = read(TABLE.format("real.csv") + '[[solvers]]\nname = "eqvar"\n')
    monkeypatch.chdir("/")
    rows, truth = suite.data[0].source.draw(0)
    assert (suite.data[0].source.label, rows.shape) == ("real", (3, 2))
    np.testing.assert_array_equal(truth.adjacency, [[False, False], [True, False]])


def test_a_table_that_has_changed_since_is_refused(read, folder):
    suite = read(TABLE.format("real.csv") + '[[solvers]]\nname = "eqvar"\n')
    (folder / "real.csv").write_text("a,b\n9,9\n1,2\n3,4\n")
    with pytest.raises(ValueError, match="has changed since"):
        suite.data[0].source.draw(0)


def test_keys_of_tables_hold_their_bytes_and_not_their_folder(read, folder):
    text = TABLE.format("real.csv") + '[[solvers]]\nname = "eqvar"\n'
    keys = [cell.key for cell in read(text).cells()]
    (folder / "real.csv").rename(folder / "moved.csv")
    assert [c.key for c in read(text.replace("real.csv", "moved.csv")).cells()] == keys
    (folder / "moved.csv").write_text("a,b\n9,9\n1,2\n3,4\n")
    changed = [c.key for c in read(text.replace("real.csv", "moved.csv")).cells()]
    assert not set(keys) & set(changed)


def test_solvers_of_zeros_and_ones_take_part_on_raw_columns_only(read):
    suite = read(TABLE.format("binary.csv") + '[[solvers]]\nname = "notears-logistic"\n')
    scales = [c.data.scale for c in suite.cells() if c.method.name == "notears-logistic"]
    assert scales == ["raw"]


def test_byte_order_marks_and_line_ends_of_windows_are_no_matter(read, small):
    suite = read(b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode())
    assert suite.document == small


def test_the_file_s_name_is_the_suite_s_unless_it_says_another(read, small, folder):
    assert read(small).name == "mine"
    assert read('name = "ours"\n' + small).name == "ours"
    assert read_suite(str(folder / "mine.toml")).name == "ours"


def test_a_network_is_drawn_in_its_own_size(read, small):
    page = small.replace('scenario = "er2-ev"', 'network = "asia"\nweights = "dao"')
    suite = read(page.replace("n_features = 5", ""))
    source = suite.data[0].source
    assert (source.label, source.n_features) == ("asia-dao", 8)
    rows, truth = source.draw(3)
    X, sem = make_linear_sem(source.n_samples, graph="asia", weights="dao", random_state=3)
    np.testing.assert_array_equal(rows, X)
    np.testing.assert_array_equal(truth.weights, sem.weights)


def test_confounders_are_drawn_beside_the_variables(read, small):
    page = small.replace("n_features = 5", "n_features = 7\nhidden = 2\nheteroscedasticity = 0.5")
    source = read(page).data[0].source
    assert (source.label, source.n_features) == ("er2-ev, hidden 2, heteroscedasticity 0.5", 7)
    rows, truth = source.draw(3)
    settings = {"noise_variance": 1.0, "heteroscedasticity": 0.5, "random_state": 3}
    X, sem = make_linear_sem(source.n_samples, 9, **settings)
    latent = hide_variables(sem, 2, random_state=3)
    np.testing.assert_array_equal(rows, X[:, latent.observed])
    np.testing.assert_array_equal(truth.weights, latent.weights)


def test_a_real_table_is_simulated_from_its_fit(read, small):
    page = small.replace('scenario = "er2-ev"', 'dataset = "sachs"\nsimulate = "residuals"')
    planned = read(re.sub("n_(samples|features) = .*", "", page)).data[0]
    assert list(planned.seeds) == [0, 1]
    sachs = load_sachs()
    rows, truth = planned.source.draw(1)
    sem = fit_linear_sem(sachs.data, sachs.adjacency)
    np.testing.assert_array_equal(rows, sem.sample(853, random_state=1))
    np.testing.assert_array_equal(truth.adjacency, sachs.adjacency)
