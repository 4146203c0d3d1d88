"""Every mistake on a page is one line that says where it is and what is wanted."""

import pytest

from causal_dag.benchmarks.plan import read_suite


def message_of(read, text):
    with pytest.raises(ValueError, match=r"mine\.toml") as caught:
        read(text)
    message = str(caught.value)
    assert message.isprintable()  # and so of one line
    assert len(message) < 500
    return message


# What stands in the small suite, what stands there instead, and what is said of it.
REPLACED = [
    ("seeds = 2", "seed = 2", "unknown key 'seed'; did you mean 'seeds'?"),
    ("seeds = 2", "seeds = 0", "seeds = 0 must be a whole number from 1"),
    ("seeds = 2", "seeds = true", "seeds = true must be"),
    ("seeds = 2", "seeds = 1e3", "seeds = 1000.0 must be"),
    ("seeds = 2", "seeds = [1, 1]", "or a list of up to 1,000 different values"),
    ("seeds = 2", "seeds = []", "seeds = [] must be"),
    ("seeds = 2", "seeds = [1]\nfirst_seed = 2", "first_seed = 2 belongs to a number of seeds"),
    ("seeds = 2", "seeds = 2\nseeds = 3", "Cannot overwrite a value"),
    ("seeds = 2", "seeds = 1" + "0" * 40, "seeds = an integer of 133 bits"),
    ("seeds = 2", "seeds = 1" + "0" * 5000, "cannot be read"),
    ("seeds = 2", "seeds = 0x" + "f" * 5000, "an integer of 20000 bits"),
    ("seeds = 2", "seeds = 1979-05-27", "seeds = 1979-05-27 must be"),
    ("seeds = 2", 'name = "a/b"', "name = 'a/b' must be"),
    ("seeds = 2", "name = 3", "name = 3 must be"),
    ("seeds = 2", "description = 3", "description = 3 must be a text"),
    ("seeds = 2", 'description = "a\\u0007"', "description = 'a\\x07' must be a text"),
    ("seeds = 2", "limits = 3", "limits = 3 must be a table [limits]"),
    ("seeds = 2", "limits = { seconds = nan }", "[limits]: seconds = nan must be a number"),
    ("seeds = 2", "limits = { seconds = inf }", "[limits]: seconds = inf must be a number"),
    ("seeds = 2", "limits = { seconds = -1 }", "[limits]: seconds = -1 must be a number"),
    ("seeds = 2", "limits = { memory_mb = 1 }", "[limits]: memory_mb = 1 must be a number"),
    ("seeds = 2", "limits = { second = 1 }", "unknown key 'second'; did you mean 'seconds'?"),
    ("n_samples = 50", 'n_samples = "many"', "[[data]] 1: n_samples = 'many' must be a whole"),
    ("n_samples = 50", "n_samples = 1", "n_samples = 1 must be a whole number from 2"),
    ("n_samples = 50", "n_samples = [50, 50.5]", "n_samples = [50, 50.5] must be"),
    ("n_samples = 50", "n_samples = [[50]]", "n_samples = [[…]] must be"),
    ("n_samples = 50", "n_sample = 50", "unknown key 'n_sample'; did you mean 'n_samples'?"),
    ("n_samples = 50", "", "n_samples is missing; it must be a whole number"),
    ("n_samples = 50", "n_samples = 1_000_000\nn_features = 2000", "Cannot overwrite a value"),
    ("n_features = 5", "n_features = 4", "edges_per_node=2 is too large"),
    ("n_features = 5", "n_features = 5000", "n_features = 5000 must be a whole number from 2 to"),
    ("n_features = 5", 'n_features = 5\nscales = "row"', "did you mean 'raw'?"),
    ("n_features = 5", 'n_features = 5\nscales = ["raw", "raw"]', "or a list of different ones"),
    ("n_features = 5", "n_features = 5\nscales = []", "scales = [] must be one of raw"),
    ("n_features = 5", 'n_features = 5\nnoises = "gausian"', "did you mean 'gaussian'?"),
    ("n_features = 5", "n_features = 5\nseeds = -1", "[[data]] 1: seeds = -1 must be"),
    ("n_features = 5", "n_features = 5\nfirst_seed = 1", "[[data]] 1: seeds is missing"),
    ("n_features = 5", 'n_features = 5\nlabel = ""', "label = '' must be a text"),
    ("n_features = 5", 'n_features = 5\nlabel = "a\\nb"', "label = 'a\\nb' must be a text"),
    ('scenario = "er2-ev"', 'scenario = "er2ev"', "did you mean 'er2-ev'?"),
    ('scenario = "er2-ev"', 'scenrio = "er2-ev"', "'scenrio'; did you mean 'scenario'?"),
    ('scenario = "er2-ev"', "", "name one of scenario, graph, dataset, table"),
    ('scenario = "er2-ev"', 'scenario = "er2-ev"\ngraph = "er"', "name one of scenario, graph"),
    (
        'scenario = "er2-ev"',
        'scenario = "er4-iscm"',
        'write scenario = "er4-ev", scales = ["iscm"]',
    ),
    ('scenario = "er2-ev"', 'graph = "er"', "edges_per_node is missing"),
    ('scenario = "er2-ev"', 'graph = "ring"\nedges_per_node = 1', "graph = 'ring' must be one of"),
    (
        'scenario = "er2-ev"',
        'graph = "er"\nedges_per_node = 1\nweight_range = [2, 1]',
        "weight_range = [2, 1] must be [least, largest]",
    ),
    (
        'scenario = "er2-ev"',
        'graph = "er"\nedges_per_node = 1\nnoise_variance = inf',
        "noise_variance = inf must be a number",
    ),
    (
        'scenario = "er2-ev"',
        'graph = "er"\nedges_per_node = 1\nweights = "dao"\nnoise_variance = 2',
        'noise_variance = 2 is determined by weights = "dao"; omit one of them',
    ),
    ('"eqvar"', '"eqvarr"', "[[solvers]] 1: unknown solver 'eqvarr'; did you mean 'eqvar'?"),
    ('"eqvar"', "3", "[[solvers]] 1: name = 3 must be a text"),
    ('"eqvar"', '"eqvar"\nparam = 1', "unknown key 'param'; did you mean 'parameters'?"),
    ('"eqvar"', '"eqvar"\nparameters = 1', "parameters = 1 must be a table"),
    ('"eqvar"', '"eqvar"\nparameters = { penlty = 1 }', "'penlty'; did you mean 'penalty'?"),
    ('"eqvar"', '"eqvar"\nparameters = { penalty = nan }', "penalty = nan must be a finite number"),
    ('"eqvar"', '"eqvar"\nparameters = { penalty = 1979-05-27 }', "penalty = 1979-05-27 must be"),
    ('"eqvar"', '"eqvar"\nparameters = { penalty = [[[[[1]]]]] }', "penalty = [[…]] must be"),
    ('"eqvar"', '"eqvar"\nparameters = { verbose = true }', "verbose would be read by nobody"),
    ('"eqvar"', '"random"\nparameters = { random_state = 1 }', "random_state is the seed of"),
    ('"eqvar"', '"topo-bic"\nparameters = { criterion = "bick" }', "'bick'"),
    ('"eqvar"', '"topo-bic"\nparameters = { criterion = [1] }', "[[solvers]] 1: "),
    ('"eqvar"', '"eqvar"\nmax_features = 1', "max_features = 1 must be a whole number from 2"),
    ('"eqvar"', '"eqvar"\nmax_features = 3', "eqvar takes none of the data"),
    ('"eqvar"', '"eqvar"\nlabel = "empty"', "the label 'empty' is that of a baseline"),
    ('"eqvar"', '"notears-logistic"', "needs columns of 0 and 1, and er2-ev holds other numbers"),
    ('"eqvar"', '"notears-poisson"', "needs columns of counts"),
    ("[[data]]", "[data]", "data = a table must be at least one table [[data]]"),
    ("[[solvers]]", "[[solver]]", "unknown key 'solver'; did you mean 'solvers'?"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "message"), REPLACED)
def test_a_wrong_value(read, small, right, wrong, message):
    assert right in small
    assert message in message_of(read, small.replace(right, wrong))


ADDED = [
    ('[[solvers]]\nname = "eqvar"', "the label 'eqvar' is that of [[solvers]] 1 too"),
    ('[[solvers]]\nname = "eqvar"\nlabel = "x"', "this is [[solvers]] 1 under another label"),
    ('[[data]]\nscenario = "er2-ev"\nn_samples = 50\nn_features = 5', "is in [[data]] 1 already"),
    (
        '[[data]]\nscenario = "er4-nv"\nlabel = "er2-ev"\nn_samples = 50\nn_features = 10',
        "[[data]] 2: the label 'er2-ev' already stands for other data",
    ),
    ('[[data]]\ndataset = "sacks"', "did you mean 'sachs'?"),
    (
        '[[data]]\ndataset = "sachs"\nscales = "iscm"',
        "scales = 'iscm' must be one of raw, standardized, or",
    ),
    ('[[data]]\ndataset = "sachs"\nn_samples = 3', "unknown key 'n_samples'"),
    ('[[data]]\ndataset = "sachs"\nresample = 1', "resample = 1 must be true or false"),
    (
        '[[data]]\ndataset = "sachs"\nresample = true\nsimulate = "gaussian"',
        "simulate = 'gaussian' draws rows in another way than resample; omit one of them",
    ),
    ('[[data]]\ndataset = "sachs"\nconditions = "pna"', "did you mean 'pma'?"),
    (
        '[[data]]\ndataset = "sachs"\nconditions = ["observational", "cd3_cd28"]',
        "has cd3_cd28, the observational one, twice",
    ),
    (
        '[[data]]\ndataset = "sachs"\ngraphs = "reported18"',
        "graphs = 'reported18' must be one of consensus17, cmu20",
    ),
    ('[[data]]\ntable = "real.csv"', "[[data]] 2: truth is missing"),
    ('[[data]]\ntable = "none.csv"\ntruth = "truth.csv"', "no such file"),
    ('[[data]]\ntable = "."\ntruth = "truth.csv"', "is a folder"),
    ('[[data]]\ntable = "a\\u0000b.csv"\ntruth = "truth.csv"', "table = 'a\\x00b.csv' must be"),
    ('[[data]]\ntable = "real.csv"\ntruth = "cycle.csv"', "cycle.csv: the graph has the cycle"),
    ('[[data]]\ntable = "real.csv"\ntruth = "real.csv"', "real.csv"),
    ('[[data]]\ntable = "real.csv"\ntruth = "other.csv"', "other.csv: No such file"),
    ("[[data]]\nx = 1", "[[data]] 2: unknown key 'x'"),
    ("[extra]", "unknown key 'extra'"),
]


@pytest.mark.parametrize(("added", "message"), ADDED)
def test_a_wrong_table(read, small, added, message):
    assert message in message_of(read, f"{small}\n{added}\n")


@pytest.mark.parametrize(
    ("solver", "message"),
    [
        ('peer = "gcastl"\nname = "pc"', "unknown peer 'gcastl'; did you mean 'gcastle'?"),
        ('peer = "gcastle"\nname = "pcc"', "unknown method of gcastle, 'pcc'; did you mean 'pc'?"),
        ('peer = "gcastle"', "name is missing"),
        ('peer = ["gcastle"]\nname = "pc"', "peer = ['gcastle'] must be a text"),
        ('peer = "gcastle"\nname = "pc"\nparameters = { alpha = inf }', "alpha = inf must be"),
    ],
)
def test_a_wrong_method_of_another_package(read, small, peers, solver, message):
    assert message in message_of(read, f"{small}\n[[solvers]]\n{solver}\n")


def test_a_solver_of_zeros_and_ones_beside_counts(read):
    text = '[[data]]\ntable = "counts.csv"\ntruth = "truth.csv"\n[[solvers]]\nname = "{}"\n'
    assert "needs columns of 0 and 1" in message_of(read, text.format("topo-logistic"))
    assert read(text.format("notears-poisson")).n_cells == 5


def test_too_much_of_everything(read, small):
    sizes = f"n_samples = {list(range(2, 1002))}\nn_features = {list(range(5, 1005))}"
    assert "combinations" in message_of(
        read, small.replace("n_samples = 50\nn_features = 5", sizes)
    )
    many = small.replace("n_samples = 50", f"n_samples = {list(range(2, 1002))}")
    assert "data sets, more than" in message_of(read, many.replace("seeds = 2", "seeds = 10_000"))
    assert "runs are more than" in message_of(read, many.replace("seeds = 2", "seeds = 900"))
    large = small.replace("50", "1_000_000").replace("= 5\n", "= 2000\n")
    assert "n_samples = 1000000 times n_features" in message_of(read, large)
    longer = small.replace("n_samples = 50", f"n_samples = {list(range(2, 1500))}")
    assert "or a list of up to 1,000 different ones" in message_of(read, longer)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "not a text file in UTF-8 (byte 1)"),
        (b"seeds = [" + b"[" * 100_000, "nested too deeply"),
        (b"#" * 2**20 + b"#", "larger than 1 MiB"),
        (b"", "data is missing; it must be at least one table [[data]]"),
        (b"solvers = [1]\ndata = 3", "data = 3 must be at least one table [[data]]"),
        (b"solvers = [1]\ndata = [3]", "[[data]] 1 = 3 must be a table"),
        (b"seeds = \x00", "not TOML"),
        (b"PK\x03\x04", "not TOML"),
    ],
)
def test_files_that_are_no_suites(read, content, message):
    assert message in message_of(read, content)


def test_folders_missing_files_and_unknown_names(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    for name, message in (
        (tmp_path / "folder.toml", "is a folder"),
        (tmp_path / "none.toml", "no such file"),
        (str(tmp_path / "none.toml"), "no such file"),
        ("quickstar", "did you mean 'quickstart'?"),
        ("two\nlines.toml", "is not a file name"),
        ("\0.toml", "is not a file name"),
        ("x" * 5000 + ".toml", "cannot be read"),
    ):
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            read_suite(name)
        assert message in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
