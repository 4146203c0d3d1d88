import itertools

import numpy as np
import pytest

from causal_dag import PriorKnowledge

NAMES = ("a", "b", "c", "d")


def resolve(**statements):
    return PriorKnowledge(**statements).resolve(4, NAMES)


def edges(mask):
    return {(NAMES[i], NAMES[j]) for i, j in np.argwhere(mask) if i != j}


def test_without_statements_only_loops_are_forbidden():
    constraints = resolve()
    assert constraints.is_trivial
    assert edges(constraints.forbidden) == set()
    assert constraints.forbidden.diagonal().all()


def test_forbidden_edges_are_forbidden_in_their_direction_only():
    assert edges(resolve(forbidden=[("a", "b")]).forbidden) == {("a", "b")}


def test_required_edges_forbid_every_edge_that_would_close_a_cycle():
    constraints = resolve(required=[("a", "b"), ("b", "c")])
    assert edges(constraints.required) == {("a", "b"), ("b", "c")}
    assert edges(constraints.forbidden) == {("b", "a"), ("c", "b"), ("c", "a")}
    assert edges(constraints.precedence) == {("a", "b"), ("b", "c"), ("a", "c")}


def test_roots_have_no_parents_and_leaves_no_children():
    constraints = resolve(roots=["a"], leaves=["d"])
    assert edges(constraints.forbidden) == {(i, "a") for i in "bcd"} | {("d", j) for j in "abc"}


def test_tiers_forbid_edges_from_later_to_earlier_and_leave_the_rest_free():
    constraints = resolve(tiers=[["a"], ["b", "c"]])
    assert edges(constraints.forbidden) == {("b", "a"), ("c", "a")}


def test_edges_within_tiers_can_be_forbidden():
    constraints = resolve(tiers=[["a"], ["b", "c"]], edges_within_tiers=False)
    assert edges(constraints.forbidden) == {("b", "a"), ("c", "a"), ("b", "c"), ("c", "b")}
    with pytest.raises(ValueError, match="'b' -> 'c' is required and lies within tier 1"):
        resolve(tiers=[["a"], ["b", "c"]], edges_within_tiers=False, required=[("b", "c")])


def test_a_limit_on_parents_counts_required_ones():
    required = [("a", "c"), ("b", "c")]
    assert resolve(required=required, max_parents=np.int64(2)).max_parents == 2
    with pytest.raises(ValueError, match="'a' -> 'c', 'b' -> 'c' are required, and max_parents"):
        resolve(required=required, max_parents=1)


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ({"max_parents": -1}, "max_parents=-1 must be a whole number >= 0"),
        ({"max_parents": 1.5}, "max_parents=1.5 must"),
        ({"max_parents": True}, "max_parents=True must"),
        ({"edges_within_tiers": False}, "edges_within_tiers=False needs tiers"),
        ({"edges_within_tiers": "no", "tiers": [["a"]]}, "edges_within_tiers='no'"),
    ],
)
def test_limits_that_say_nothing_are_refused(statements, message):
    with pytest.raises((ValueError, TypeError), match=message):
        PriorKnowledge(**statements)


def test_numbers_and_names_say_the_same():
    by_name = resolve(forbidden=[("a", "b")], roots=["c"])
    by_number = resolve(forbidden=[(0, 1)], roots=[np.int64(2)])
    assert (by_name.forbidden == by_number.forbidden).all()


def test_iterators_can_be_resolved_more_than_once():
    knowledge = PriorKnowledge(forbidden=iter([(0, 1)]))
    assert all(knowledge.resolve(2).forbidden[0, 1] for _ in range(2))


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ({"required": [("a", "b")], "forbidden": [("a", "b")]}, "'a' -> 'b' is required and forb"),
        ({"required": [("a", "b")], "roots": ["b"]}, "'a' -> 'b' is required and 'b' is a root"),
        ({"required": [("a", "b")], "leaves": ["a"]}, "'a' -> 'b' is required and 'a' is a leaf"),
        ({"required": [("b", "a")], "tiers": [["a"], ["b"]]}, "from tier 1 back into tier 0"),
        ({"required": [("a", "b"), ("b", "c"), ("c", "a")]}, "form a cycle"),
        ({"required": [("a", "a")]}, "loop"),
        ({"tiers": [["a"], ["a"]]}, "'a' is in tier 0 and in tier 1"),
        ({"forbidden": [("a", "z")]}, r"\(forbidden\): there is no column 'z'"),
        ({"forbidden": [(0, 9)]}, "columns are numbered 0 to 3"),
    ],
)
def test_contradictions_and_unknown_columns_raise_and_name_the_edge(statements, message):
    with pytest.raises(ValueError, match=message):
        resolve(**statements)


def test_statements_are_lists():
    with pytest.raises(TypeError, match=r"roots: 0 is not a list; write \[0\]"):
        PriorKnowledge(roots=0)
    with pytest.raises(TypeError, match="roots: 'a' is a string; write a list"):
        PriorKnowledge(roots="a")


def test_names_without_named_data_are_an_error():
    with pytest.raises(ValueError, match="the columns have no names"):
        PriorKnowledge(roots=["a"]).resolve(3)


@pytest.mark.parametrize("edge", ["ab", ("a",), ("a", "b", "c"), (0.5, 1), 3, (True, False)])
def test_what_is_no_edge_is_a_type_error(edge):
    with pytest.raises(TypeError, match="forbidden"):
        PriorKnowledge(forbidden=[edge])


def test_a_text_is_not_a_list_of_nodes():
    with pytest.raises(TypeError, match="list of column names"):
        PriorKnowledge(roots="abc")


def test_masks_leave_exactly_the_graphs_that_satisfy_the_statements():
    constraints = PriorKnowledge(required=[(0, 2)], tiers=[[0], [1]]).resolve(3)
    pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    for bits in itertools.product([False, True], repeat=6):
        A = np.zeros((3, 3), dtype=bool)
        for pair, bit in zip(pairs, bits, strict=True):
            A[pair] = bit
        acyclic = not np.linalg.matrix_power(A.astype(int), 3).any()
        satisfied = acyclic and A[0, 2] and not A[1, 0]
        obeys = (
            acyclic and not (A & constraints.forbidden).any() and (constraints.required <= A).all()
        )
        assert satisfied == obeys
