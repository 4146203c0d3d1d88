import pytest

from causal_dag import CoLiDE
from causal_dag.solvers import available_solvers, compared_solvers, make_solver, register_solver


def test_a_registry_name_is_a_class_with_preset_parameters():
    assert isinstance(make_solver("colide-nv"), CoLiDE)
    assert make_solver("colide-nv").noise == "unequal"
    assert make_solver("colide-nv", noise="equal", lambda1=0.2).lambda1 == 0.2


def test_names_are_sorted_and_unknown_ones_suggest_the_nearest():
    assert available_solvers() == sorted(available_solvers())
    with pytest.raises(ValueError, match="unknown solver 'colide_ev'; did you mean 'colide-ev'"):
        make_solver("colide_ev")


def test_solvers_that_fit_many_times_or_need_a_graph_are_available_but_not_compared():
    chosen = {"colide-ev-cv", "colide-nv-cv", "dagma-cv", "notears-cv", "topo-bic-cv", "fixed"}
    assert set(available_solvers()) - set(compared_solvers()) == chosen
    assert make_solver("colide-nv-cv").noise == "unequal"


def test_unknown_parameters_are_refused_and_the_known_ones_listed():
    with pytest.raises(
        ValueError, match=r"'lamda'; did you mean 'lambda1' or 'lambda2'\? it takes"
    ):
        make_solver("notears", lamda=1)
    with pytest.raises(ValueError, match="no parameter 'nosie'"):
        register_solver("broken", CoLiDE, nosie="equal")


def test_a_name_belongs_to_one_solver():
    with pytest.raises(ValueError, match="taken by EmptyDAG"):
        register_solver("empty", CoLiDE)
    with pytest.raises(TypeError, match="not a subclass"):
        register_solver("mine", dict)
