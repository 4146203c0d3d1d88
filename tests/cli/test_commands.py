"""Every command does what its Python call does, and prints tables for people, JSON for programs."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import Moments
from causal_dag.cli import main
from causal_dag.cli.compare import _chosen
from causal_dag.graph import cpdag
from causal_dag.graph.named_graph import named_graph
from causal_dag.graph_files import read_graph
from causal_dag.solvers import available_solvers, compared_solvers, make_solver
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def sem():
    X, sem = make_linear_sem(500, 6, edges_per_node=1.5, random_state=1)
    return X, sem


@pytest.fixture
def folder(tmp_path, monkeypatch, sem):
    monkeypatch.chdir(tmp_path)
    X, model = sem
    names = list("abcdef")
    table = pd.DataFrame(X, columns=pd.Index(names))
    table.to_csv("data.csv", index=False)
    table.to_parquet("data.parquet", index=False)
    pd.DataFrame(model.weights, index=names, columns=names).to_csv("truth.csv")
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result


def document(*arguments):
    """The JSON document on stdout; anything else there, or a NaN, fails."""
    return json.loads(run(*arguments, "--json").stdout, parse_constant=pytest.fail)


def test_fit_shows_the_edges_and_what_became_of_the_solver(folder):
    result = run("fit", "data.csv", "-s", "eqvar")
    model = make_solver("eqvar").fit(pd.read_csv("data.csv"))
    lines = result.stdout.splitlines()
    shown = [line.split() for line in lines if "→" in line]
    expected = model.edges_
    assert [words[0] for words in shown] == expected["cause"].tolist()
    assert [words[2] for words in shown] == expected["effect"].tolist()
    assert [float(words[3]) for words in shown] == pytest.approx(expected["weight"], abs=1e-3)
    assert [words[5] for words in shown] == expected["decided_by"].tolist()
    assert f"{len(expected)} edges" in lines[0]
    for word in ("status: converged", "projection:", "score:", "sortability"):
        assert word in result.stdout


def test_fit_shows_how_far_the_best_dag_can_be_if_asked(folder):
    without, with_bound = (run("fit", "data.csv", *extra) for extra in ((), ("-p", "bound=true")))
    assert "optimality gap" not in without.stdout
    assert "that of the best DAG is at most 0 lower" in " ".join(with_bound.stdout.split())


def test_fit_writes_weights_edges_and_document_for_a_prefix(folder):
    result = run("fit", "data.csv", "-s", "eqvar", "-o", "run1")
    model = make_solver("eqvar").fit(pd.read_csv("data.csv"))
    for ending in (".weights.csv", ".edges.csv", ".json"):
        assert f"wrote run1{ending}" in result.stdout
        graph = read_graph(f"run1{ending}").arranged_like(list("abcdef"))
        assert (graph.weights == model.weights_).all()


@pytest.mark.parametrize("path", ["g.csv", "g.edges.csv", "g.json", "g.graphml", "g.dot", "g.svg"])
def test_fit_writes_the_format_that_a_path_names(folder, path):
    run("fit", "data.csv", "-s", "eqvar", "-o", path, "--quiet")
    assert [file.name for file in folder.glob("g.*")] == [path]


def test_fit_draws_how_it_went(folder):
    fitted = document("fit", "data.csv", "-s", "eqvar", "--convergence", "went.svg")
    assert fitted["files"] == ["went.svg"]
    assert "<svg" in (folder / "went.svg").read_text()


def test_fit_reads_parquet_like_csv(folder):
    from_csv = document("fit", "data.csv", "-s", "eqvar")
    from_parquet = document("fit", "data.parquet", "-s", "eqvar")
    assert np.allclose(from_csv["weights"], from_parquet["weights"])


def test_fit_prints_one_json_document(folder):
    fitted = document("fit", "data.csv", "-s", "sortnregress-var", "-p", "weight_threshold=0.2")
    assert fitted["solver"] == "SortNRegress"
    assert fitted["registry_name"] == "sortnregress-var"
    assert fitted["parameters"]["weight_threshold"] == 0.2
    assert fitted["parameters"]["callback"] is None
    assert fitted["n_samples"] == 500
    assert fitted["names"] == list("abcdef")
    assert len(fitted["edges"]) == np.count_nonzero(fitted["weights"])
    assert math.isfinite(fitted["score"])


def test_verbose_solvers_do_not_spoil_json(folder):
    assert document("fit", "data.csv", "-s", "eqvar", "-p", "verbose=true")["names"]


def test_fit_chooses_columns(folder):
    assert document("fit", "data.csv", "-s", "eqvar", "--columns", "c, a")["names"] == ["c", "a"]
    assert document("fit", "data.csv", "-s", "eqvar", "--drop", "b")["names"] == list("acdef")


def test_fit_standardizes(folder):
    table = pd.read_csv("data.csv")
    expected = make_solver("eqvar").fit((table - table.mean()) / table.std(ddof=0)).weights_
    fitted = document("fit", "data.csv", "-s", "eqvar", "--standardize")
    assert np.allclose(fitted["weights"], expected)
    assert fitted["scale"] == "standardized"


def test_fit_says_what_decided_each_direction(folder):
    truth = read_graph("truth.csv")
    i, j = np.argwhere(truth.adjacency)[0]
    columns = f"{truth.labels[i]},{truth.labels[j]}"
    result = run("fit", "data.csv", "--columns", columns)
    (edge,) = [line.split() for line in result.stdout.splitlines() if line.endswith("open")]
    assert edge[1] == "—"
    assert "— the direction of this edge is undetermined" in result.stdout
    known = run("fit", "data.csv", "--columns", columns, "--root", edge[2])
    (edge,) = [line.split() for line in known.stdout.splitlines() if "→" in line]
    assert edge[-1] == "knowledge"
    assumed = run("fit", "data.csv", "--columns", columns, "-s", "eqvar")
    words = " ".join(assumed.stdout.split())
    assert "the assumption of equal noise variances decides it" in words
    fitted = document("fit", "data.csv", "--columns", columns)
    assert [edge["decided_by"] for edge in fitted["edges"]] == ["open"]
    assert fitted["cpdag"] == [[0, 1], [1, 0]]


def test_every_command_reads_tables_alike(folder):
    table = pd.read_csv("data.csv")
    table.loc[3, "b"] = None
    table.insert(0, "who", [f"row {number}" for number in range(len(table))])
    text = table.assign(words="x").to_csv(sep=";", decimal=",", index=False)
    (folder / "odd.csv").write_bytes(text.replace("who", "größe").encode("latin-1"))
    reading = ["--decimal", ",", "--encoding", "latin-1", "--index-column", "größe"]
    reading += ["--missing", "drop", "--drop", "words"]
    fitted = document("fit", "odd.csv", "-s", "eqvar", *reading)
    complete = pd.read_csv("data.csv").drop(index=3)
    np.testing.assert_allclose(fitted["weights"], make_solver("eqvar").fit(complete).weights_)
    assert fitted["warnings"] == ["1 of 500 rows left out because of missing or infinite cells"]
    compared = document("compare", "odd.csv", "-s", "eqvar", "--standardize", "no", *reading)
    assert compared["n_samples"] == 499
    assert compared["warnings"] == fitted["warnings"]
    assert document("advise", "odd.csv", *reading)["audit"]["n_samples"] == 499


def test_incomplete_rows_are_used_and_the_result_says_how_much_was_missing(folder):
    table = pd.read_csv("data.csv")
    table.loc[:49, "b"] = None
    table.loc[30, "c"] = np.inf
    table.to_csv("gaps.csv", index=False)
    fitted = document("fit", "gaps.csv", "--missing", "em")
    assert fitted["parameters"]["missing"] == "em"
    model = make_solver("topo-bic", missing="em").fit(table)
    # Moments are estimated by another route, with sums in another order.
    np.testing.assert_allclose(fitted["weights"], model.weights_, rtol=1e-12)
    assert fitted["n_samples"] == model.missing_cells_.n_samples < 500
    assert fitted["warnings"] == [model.missing_cells_.sentence]
    compared = document("compare", "gaps.csv", "--missing", "em", "-s", "topo-bic")
    assert compared["warnings"] == [model.missing_cells_.sentence]
    _, left_out = _chosen((), Moments.from_incomplete_rows(table))
    assert "direct-lingam is left out: it needs rows" in left_out


def test_standard_input_is_a_table(folder):
    text = (folder / "data.csv").read_bytes()
    result = CliRunner().invoke(main, ["fit", "-", "-s", "eqvar", "--json"], input=text)
    fitted = json.loads(result.stdout)
    assert fitted["table"] == "standard input"
    assert fitted["weights"] == document("fit", "data.csv", "-s", "eqvar")["weights"]


def test_a_covariance_is_fitted_and_compared_like_its_rows(folder):
    pd.read_csv("data.csv").cov(ddof=0).to_csv("cov.csv")
    covariance = ["cov.csv", "--covariance", "--rows", "500"]
    for options in (["-s", "eqvar"], ["-s", "exact", "--standardize"]):
        by_rows = document("fit", "data.csv", *options)
        fitted = document("fit", *covariance, *options)
        assert fitted["score"] == pytest.approx(by_rows["score"])
    arguments = ["-s", "eqvar", "-s", "topo-bic", "--truth", "truth.csv", "--no-baselines"]
    arguments += ["--standardize", "no"]
    by_rows = document("compare", "data.csv", *arguments)["rows"]
    for row, other in zip(
        document("compare", *covariance, *arguments)["rows"], by_rows, strict=True
    ):
        assert row["bic"] == pytest.approx(other["bic"])
        assert row["shd"] == other["shd"]


def test_knowledge_holds_in_every_command(folder):
    (folder / "tiers.txt").write_text("f, e\na, b, c, d\n")
    knowledge = ["--root", "f", "--leaf", "c", "--tiers", "tiers.txt", "--forbid", "e:a"]
    fitted = document("fit", "data.csv", *knowledge, "--require", "f:a", "--drop", "d")
    edges = {(edge["source"], edge["target"]) for edge in fitted["edges"]}
    assert ("f", "a") in edges
    assert not any(c == "c" or e == "f" or (c in "abcd" and e in "ef") for c, e in edges)
    compared = document(
        "compare", "data.csv", "-s", "topo-bic", "-s", "exact", *knowledge, "--standardize", "no"
    )
    for pair in compared["agreement"]["raw"]:
        directed = {(pair["cause"], pair["effect"]): pair["directed"],
                    (pair["effect"], pair["cause"]): pair["reversed"]}  # fmt: skip
        assert not any(
            share and (c == "c" or e == "f" or (c in "abcd" and e in "ef"))
            for (c, e), share in directed.items()
        )
    advised = document("advise", "data.csv", *knowledge)["audit"]["graph"]
    assert (
        advised["n_undirected"] <= document("advise", "data.csv")["audit"]["graph"]["n_undirected"]
    )


def test_parents_are_few_and_tiers_without_edges(folder):
    (folder / "tiers.txt").write_text("a, b, c\nd, e, f\n")
    limits = ["--tiers", "tiers.txt", "--no-edges-within-tiers", "--max-parents", "1"]
    fitted = document("fit", "data.csv", *limits)
    effects = [edge["target"] for edge in fitted["edges"]]
    assert len(effects) == len(set(effects))
    assert all(e["source"] in "abc" and e["target"] in "def" for e in fitted["edges"])
    advised = run("advise", "data.csv", *limits).stdout
    assert "--no-edges-within-tiers" in advised
    assert "--max-parents 1" in advised


def test_compare_ranks_by_bic_and_shows_agreement_without_a_truth(folder):
    arguments = ["data.csv", "-s", "topo-bic", "-s", "exact", "-s", "eqvar", "--standardize", "no"]
    compared = document("compare", *arguments)
    bic = {row["solver"]: row["bic"] for row in compared["rows"]}
    lines = run("compare", *arguments).stdout.splitlines()
    shown = [line.split()[0] for line in lines if line.split()[:1] and line.split()[0] in bic]
    assert [bic[name] for name in shown] == sorted(bic.values())
    assert any("Where the solvers agree" in line for line in lines)
    for pair in compared["agreement"]["raw"]:
        assert 0 < pair["adjacent"] <= 1
        assert pair["directed"] + pair["reversed"] <= pair["adjacent"] + 1e-12
    with_truth = run("compare", "data.csv", "--truth", "truth.csv", "-s", "eqvar").stdout
    assert "agree" not in with_truth
    assert max(map(len, [*lines, *with_truth.splitlines()])) <= 80


def test_random_state_none_draws_anew(folder):
    graphs = [
        document("fit", "data.csv", "-s", "random", "--random-state", "none")["weights"]
        for _ in range(4)
    ]
    assert any(graph != graphs[0] for graph in graphs)


def test_ctrl_c_shows_the_best_graph_so_far_or_ends_with_one_line(folder, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("causal_dag.solvers.order.search.likelihood_kernels.advance", interrupt)
    fitted = CliRunner().invoke(main, ["fit", "data.csv"])
    assert fitted.exit_code == 130
    assert "topo-bic on data.csv" in fitted.stdout
    assert fitted.stderr.splitlines()[-1].startswith("error: interrupted; the graph is the best")
    compared = CliRunner().invoke(main, ["compare", "data.csv", "-s", "topo-bic", "-o", "rows.csv"])
    advised = CliRunner().invoke(main, ["advise", "data.csv"])
    for result in (compared, advised):
        assert (result.exit_code, result.stdout) == (130, "")
        assert result.stderr.strip() == "error: interrupted"
    assert not (folder / "rows.csv").exists()


def test_fit_obeys_prior_knowledge(folder):
    (folder / "tiers.txt").write_text("# causes first\nf, e\n\na, b, c, d\n")
    fitted = document(
        "fit", "data.csv", "-s", "eqvar", "--require", "f:a", "--forbid", "e:a",
        "--tiers", "tiers.txt",
    )  # fmt: skip
    edges = {(edge["source"], edge["target"]) for edge in fitted["edges"]}
    assert ("f", "a") in edges
    assert ("e", "a") not in edges
    assert not any(cause in "abcd" and effect in "ef" for cause, effect in edges)


def test_warnings_of_a_fit_are_shown(folder):
    result = run("fit", "data.csv", "-s", "topo-ls", "-p", "max_iter=1", "-p", "init=[5,4,3,2,1,0]")
    fitted = document(
        "fit", "data.csv", "-s", "topo-ls", "-p", "max_iter=1", "-p", "init=[5,4,3,2,1,0]"
    )
    assert len(fitted["warnings"]) == result.stderr.count("warning: ")
    assert fitted["converged"] == (not fitted["warnings"])


def test_quiet_prints_nothing(folder):
    for arguments in (
        ["fit", "data.csv", "-s", "eqvar"],
        ["compare", "data.csv", "-s", "eqvar", "--standardize", "no"],
        ["simulate", "-d", "5", "-n", "50"],
        ["evaluate", "truth.csv", "truth.csv"],
        ["plot", "truth.csv"],
        ["solvers"],
    ):
        assert run(*arguments, "--quiet").output == ""


def test_compare_shows_baselines_truth_and_both_scales(folder):
    result = run("compare", "data.csv", "--truth", "truth.csv", "-s", "eqvar", "-o", "rows.csv")
    for word in ("SHD", "varsort", "R2sort", "seconds"):
        assert result.stdout.count(word) == 2, word
    for solver in ("eqvar", "empty", "random", "sortnregress-var", "(truth)"):
        assert result.stdout.count(solver) == 4, solver  # two tables on each scale
    assert "raw columns" in result.stdout
    assert "standardized columns" in result.stdout
    rows = pd.read_csv("rows.csv")
    assert len(rows) == 10
    empty = rows[(rows.solver == "empty") & (rows.scale == "raw")]
    assert empty.shd.item() == read_graph("truth.csv").adjacency.sum()


def test_compare_prints_one_json_document(folder):
    compared = document(
        "compare", "data.csv", "-s", "eqvar", "-s", "topo-ls", "-p", "eqvar.penalty=1",
        "--standardize", "no", "--no-baselines", "-o", "rows.json",
    )  # fmt: skip
    assert [row["solver"] for row in compared["rows"]] == ["eqvar", "topo-ls"]
    assert compared["truth"] is None
    assert compared["rows"] == json.loads((folder / "rows.json").read_text())["rows"]


def test_compare_knows_built_in_data(folder):
    compared = document("compare", "--dataset", "sachs", "-s", "empty", "--standardize", "no")
    assert (compared["n_samples"], compared["n_features"]) == (853, 11)
    assert compared["rows"][0]["shd"] == compared["truth"]["raw"]["edges"] == 17
    scenario = document("compare", "--dataset", "er2-ev", "-s", "empty", "--standardize", "no")
    assert (scenario["n_samples"], scenario["n_features"]) == (1000, 20)


def test_compare_says_why_a_solver_refused(folder):
    rows = np.random.default_rng(0).normal(size=(5, 6))
    pd.DataFrame(rows, columns=list("abcdef")).to_csv("wide.csv", index=False)
    result = run("compare", "wide.csv", "-s", "eqvar", "--standardize", "no")
    assert "eqvar: refused the data: " in result.stdout
    compared = document("compare", "wide.csv", "-s", "eqvar", "--standardize", "no")
    assert compared["rows"][0]["status"] == "refused"
    assert compared["rows"][0]["edges"] is None


def test_simulate_writes_data_and_truth_that_fit_together(folder):
    result = run("simulate", "-d", "8", "-n", "2000", "--random-state", "3", "-o", "new.csv")
    assert "wrote new.csv and new.truth.csv" in result.stdout
    X, sem = make_linear_sem(2000, 8, random_state=3)
    assert pd.read_csv("new.csv").to_numpy() == pytest.approx(X)
    assert (read_graph("new.truth.csv").weights == sem.weights).all()
    assert read_graph("new.truth.csv").names == tuple(pd.read_csv("new.csv").columns)


def test_simulate_knows_scenarios_ranges_and_parquet(folder):
    report = document(
        "simulate", "-d", "8", "-n", "50", "--noise-variance", "0.5:10", "--weight-range", "0.3:1",
        "-o", "new.parquet", "--graph-output", "graph.json",
    )  # fmt: skip
    assert report["truth"] == "graph.json"
    assert len(pd.read_parquet("new.parquet")) == report["n_samples"] == 50
    assert read_graph("graph.json").adjacency.sum() == report["edges"]
    assert document("simulate", "--scenario", "sf4-nv")["n_features"] == 20
    network = document(
        "simulate", "--graph", "asia", "--weights", "dao", "--heteroscedasticity", "0.5",
        "-o", "asia.csv",
    )  # fmt: skip
    assert (network["n_features"], network["edges"]) == (8, 8)
    assert pd.read_csv("asia.csv").columns[0] == "asia"


def test_evaluate_gives_every_metric_and_aligns_by_name(folder):
    truth = read_graph("truth.csv")
    shuffled = truth.arranged_like(list("fbdace"))
    frame = pd.DataFrame(shuffled.weights, index=shuffled.names, columns=shuffled.names)
    frame.to_csv("same.csv")
    figures = document("evaluate", "truth.csv", "same.csv")
    assert figures["structural_hamming_distance"] == 0
    assert figures["structural_intervention_distance"] == figures["cpdag_distance"] == 0
    assert figures["f1"] == figures["precision"] == 1
    assert figures["notes"] == []
    printed = run("evaluate", "truth.csv", "same.csv").stdout
    assert all(key in printed for key in figures if key not in ("true", "estimate", "notes"))


def test_evaluate_counts_unmentioned_nodes_as_isolated_and_says_so(folder):
    (folder / "few.csv").write_text("source,target\na,b\n")
    result = run("evaluate", "truth.csv", "few.csv")
    assert result.stderr.count("note: ") == 4
    assert document("evaluate", "truth.csv", "few.csv")["nodes"] == 6


def test_evaluate_takes_an_edge_list_without_edges_for_the_empty_graph(folder):
    (folder / "none.csv").write_text("source,target,weight\n")
    figures = document("evaluate", "truth.csv", "none.csv")
    assert figures["structural_hamming_distance"] == figures["n_true"] == figures["n_missing"]
    assert len(figures["notes"]) == 6


def test_one_column_is_enough(folder):
    for name in ("eqvar", "empty", "topo-ls", "sortnregress-var"):
        fitted = document("fit", "data.csv", "-s", name, "--columns", "a", "-o", f"{name}.png")
        assert fitted["weights"] == [[0.0]]


def test_plot_draws_a_graph_a_heat_map_and_a_comparison(folder):
    assert "wrote truth.png" in run("plot", "truth.csv").stdout
    assert document("plot", "truth.csv", "--heat-map", "-o", "w.pdf")["nodes"] == 6
    run("plot", "truth.csv", "truth.csv", "-o", "c.svg", "--dpi", "80")
    assert (folder / "truth.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "w.pdf").read_bytes().startswith(b"%PDF")
    assert "<svg" in (folder / "c.svg").read_text()


def test_plot_shows_of_a_saved_model_what_decided_its_directions(folder):
    truth = read_graph("truth.csv")
    pair = ",".join(truth.labels[node] for node in np.argwhere(truth.weights)[0])
    for solver, decided in (("eqvar", "direction by assumption"), ("exact", "direction open")):
        run("fit", "data.csv", "--columns", pair, "-s", solver, "-o", f"{solver}.json")
        run("plot", f"{solver}.json", "-o", f"{solver}.svg")
        picture = (folder / f"{solver}.svg").read_text()
        assert "(standardized)" in picture
        assert decided in picture


def test_solvers_lists_the_registry(folder):
    listed = document("solvers")
    assert [entry["name"] for entry in listed] == available_solvers()
    printed = run("solvers").stdout
    for entry in listed:
        assert entry["name"] in printed
    flat = "".join(printed.split())
    assert all("".join(entry["summary"].split()) in flat for entry in listed)
    assert printed.count("(default)") == 1
    assert max(map(len, printed.splitlines())) <= 80
    assert len({entry["summary"] for entry in listed}) == len(listed)
    assert document("solvers", "eqvar")["class"] == "EqVar"
    assert "Parameters" in run("solvers", "eqvar").stdout


def write_binary(path):
    table = pd.read_csv("data.csv")
    (table > table.median()).astype(int).to_csv(path, index=False)


def test_solvers_of_other_columns_are_left_out_of_a_comparison_of_all(folder):
    settings = ["--json", "--standardize", "no"]
    for name in ("notears", "dagma", "golem-ev", "golem-nv", "colide-ev", "colide-nv"):
        settings += ["-p", f"{name}.max_iter=2"]
    for name in ("dagma", "colide-ev", "colide-nv"):
        settings += ["-p", f"{name}.warm_up_iter=2"]
    left_out = "topo-logistic is left out: it needs columns of 0 and 1"
    result = run("compare", "data.csv", *settings)
    compared = json.loads(result.stdout)
    others = {"notears-logistic", "notears-poisson", "topo-logistic", "topo-bdeu"}
    assert {row["solver"] for row in compared["rows"]} == {*compared_solvers()} - others
    assert left_out in compared["warnings"]
    assert "topo-mixed" in {row["solver"] for row in compared["rows"]}
    write_binary("binary.csv")
    binary = document("compare", "binary.csv", *settings)
    assert {row["solver"] for row in binary["rows"]} == {*compared_solvers()}
    assert left_out not in binary["warnings"]


def test_a_solver_of_binary_columns_is_compared_on_the_raw_scale_only(folder):
    write_binary("binary.csv")
    compared = document("compare", "binary.csv", "-s", "topo-logistic", "--no-baselines")
    (row,) = compared["rows"]
    assert (row["scale"], row["status"]) == ("raw", "converged")
    refused = document("compare", "data.csv", "-s", "topo-logistic", "--no-baselines")
    assert "needs 0 and 1" in refused["rows"][0]["error"]


def test_the_default_solver_is_the_sparse_order_search(folder):
    assert document("fit", "data.csv")["registry_name"] == "topo-bic"


def test_every_solver_can_be_fitted_from_the_command(folder):
    write_binary("binary.csv")
    for name in compared_solvers():
        is_real = make_solver(name).column_values == "real"
        arguments = ["fit", "data.csv" if is_real else "binary.csv", "-s", name]
        if "max_iter" in make_solver(name).get_params():
            arguments += ["-p", "max_iter=2"]
        assert named_graph(document(*arguments)["weights"]).n_nodes == 6


def test_a_solver_that_chooses_its_penalty_has_a_name(folder):
    fitted = document("fit", "data.csv", "-s", "dagma-cv", "-p", "lambdas=3")
    assert fitted["registry_name"] == "dagma-cv"
    assert fitted["solver"] == "DAGMACV"


def test_help_and_version():
    assert "compare" in run("--help").stdout
    assert run().stdout == run("--help").stdout
    assert run("--version").stdout.startswith("causal-dag, version")
    for command in ("fit", "compare", "simulate", "evaluate", "plot", "solvers", "advise"):
        text = run(command, "-h").stdout
        assert text.startswith("Usage")
        assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("group", [("bench",), ("bench", "peers")])
def test_a_group_without_a_command_shows_its_help(group):
    assert run(*group).stdout == run(*group, "--help").stdout


def test_a_random_state_may_be_a_parameter_too(folder):
    fitted = document("fit", "data.csv", "-s", "random", "-p", "random_state=3")
    again = document("fit", "data.csv", "-s", "random", "--random-state", "3")
    assert fitted["weights"] == again["weights"]


def test_partly_directed_graphs_are_evaluated_compared_with_and_drawn(folder):
    names = list("abcdef")
    chain = np.eye(6, k=1, dtype=int)
    pd.DataFrame(chain, index=names, columns=names).to_csv("truth.csv")
    pd.DataFrame(cpdag(chain).astype(int), index=names, columns=names).to_csv("class.csv")
    figures = document("evaluate", "truth.csv", "class.csv")
    assert (figures["cpdag_distance"], figures["n_undecided"]) == (0, 5)
    figures = document("evaluate", "class.csv", "truth.csv")
    assert figures["structural_intervention_distance"] is None
    compared = document("compare", "data.csv", "--truth", "class.csv", "-s", "eqvar")
    expected = document("compare", "data.csv", "--truth", "truth.csv", "-s", "eqvar")
    assert compared["truth"]["raw"]["bic"] == pytest.approx(expected["truth"]["raw"]["bic"])
    assert compared["rows"][0]["cpdag_distance"] == expected["rows"][0]["cpdag_distance"]
    run("plot", "class.csv")


def test_a_table_of_text_is_fitted_by_a_solver_for_categories(folder):
    pd.DataFrame({"a": ["x", "y"] * 60, "b": ["lo", "hi"] * 60, "c": [1, 1, 2] * 40}).to_csv(
        "labels.csv", index=False
    )
    refused = CliRunner().invoke(main, ["fit", "labels.csv"])
    assert "use a solver for categories (topo-bdeu) or mixed tables (topo-mixed)" in refused.output
    fitted = document("fit", "labels.csv", "-s", "topo-bdeu", "-p", "kinds={'b': ['lo', 'hi']}")
    assert fitted["kinds"] == ["a: binary (x, y)", "b: binary (lo, hi)", "c: binary (1, 2)"]
    assert [(edge["source"], edge["target"]) for edge in fitted["edges"]] in (
        [("a", "b")], [("b", "a")],
    )  # fmt: skip
    assert "sortability" not in run("fit", "labels.csv", "-s", "topo-bdeu").stdout
    assert "topo-bdeu" in run("advise", "labels.csv").stdout
    pd.DataFrame({"a": ["x", "y", None], "b": [None] * 3}).to_csv("gaps.csv", index=False)
    gaps = CliRunner().invoke(main, ["fit", "gaps.csv", "-s", "topo-bdeu"])
    assert "column 'a' has 1 missing cell (in line 4), column 'b' is empty" in gaps.output
    assert gaps.output.endswith("correct these cells, or add --drop b --missing drop\n")
    gaps = CliRunner().invoke(main, ["fit", "gaps.csv", "-s", "topo-bdeu", "--missing", "drop"])
    assert "no row of gaps.csv is complete; missing cells by column: 'b' (3)" in gaps.output
    scaled = CliRunner().invoke(main, ["fit", "labels.csv", "-s", "topo-bdeu", "--standardize"])
    assert "--standardize needs numbers, and topo-bdeu is for categories" in scaled.output


def test_a_table_of_text_and_numbers_is_fitted_by_a_solver_for_mixed_tables(folder):
    generator = np.random.default_rng(0)
    size = generator.choice(["small", "mid", "big"], size=200)
    weight = (size == "big") + 0.5 * generator.normal(size=200)
    table = pd.DataFrame({"size": size, "weight": weight, "code": [1, 2] * 100})
    table.to_csv("mixed.csv", index=False)
    options = ["fit", "mixed.csv", "-s", "topo-mixed"]
    text = " ".join(run(*options, "-p", "kinds={'size': ['small', 'mid', 'big']}").stdout.split())
    assert "size: ordered (small < mid < big); weight: number; code: number. Ordered" in text
    assert "scored as numbers 0, 1, 2, …, unordered ones as a column of 0 and 1 for each" in text
    fitted = document(*options, "-p", "kinds={'code': 'unordered'}")
    assert fitted["kinds"] == [
        "size: unordered (big, mid, small)", "weight: number", "code: binary (1, 2)",
    ]  # fmt: skip
    (edge,) = fitted["edges"]
    assert {edge["source"], edge["target"]} == {"size", "weight"}
    scaled = CliRunner().invoke(main, [*options, "--standardize"])
    assert "--standardize needs numbers, and topo-mixed is for mixed tables" in scaled.output
    grouped = document(*options, "--group", "body=size,weight", "--root", "body")
    assert grouped["names"] == ["body", "code"]
    for group, message in {
        "body": "--group body: write NAME=A,B",
        "body=size,mass": "groups: there is no column 'mass'",
    }.items():
        refused = CliRunner().invoke(main, [*options, "--group", group])
        assert refused.exit_code == 2
        assert message in refused.output
    assert "topo-mixed" in run("advise", "mixed.csv").stdout
