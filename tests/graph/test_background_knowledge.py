"""Meek's rules one by one; tests/test_identification.py compares with whole classes."""

import numpy as np
import pytest

from causal_dag.graph import cpdag, maximal_orientation, mpdag, undecided_effects


def graph_of(d, *edges):
    matrix = np.zeros((d, d), dtype=bool)
    for i, j in edges:
        matrix[i, j] = True
    return matrix


def test_knowledge_that_the_class_holds_already_changes_nothing():
    collider = graph_of(3, (0, 2), (1, 2))
    np.testing.assert_array_equal(mpdag(collider, required=collider), cpdag(collider))


def test_away_from_an_arrow_without_a_new_collider():
    chain = graph_of(3, (0, 1), (1, 2))
    found = mpdag(chain, forbidden=graph_of(3, (1, 0)))
    np.testing.assert_array_equal(found, chain)


def test_no_directed_cycle_in_a_triangle():
    triangle = graph_of(3, (0, 1), (0, 2), (1, 2))
    found = mpdag(triangle, required=graph_of(3, (0, 1), (1, 2)))
    np.testing.assert_array_equal(found, triangle)


def test_two_ways_round_meet_at_the_effect():
    # 1 and 2 are apart; 1 -> 3 and 2 -> 3 make 3 -> 0 a cycle or a new collider.
    square = graph_of(4, (0, 1), (0, 2), (0, 3), (1, 3), (2, 3))
    np.testing.assert_array_equal(cpdag(square)[:, 3], [True, True, True, False])
    np.testing.assert_array_equal(cpdag(square)[3], False)


def test_knowledge_behind_a_neighbour_directs_an_edge_elsewhere():
    # Rule 4: 0 - 1, 1 -> 2 -> 3, 0 and 2 adjacent, 1 and 3 apart: 3 -> 0 is impossible.
    diamond = graph_of(4, (0, 1), (1, 2), (2, 3), (0, 2), (0, 3))
    found = mpdag(diamond, required=graph_of(4, (1, 2), (2, 3)))
    assert (found[0, 3], found[3, 0]) == (True, False)
    assert (found[0, 1], found[1, 0]) == (True, True)


@pytest.mark.parametrize(
    ("knowledge", "message"),
    [
        ({"forbidden": graph_of(2, (0, 1))}, "0 -> 1 is forbidden"),
        ({"required": graph_of(2, (1, 0))}, "1 -> 0 is required and missing"),
        ({"required": np.eye(3)}, "does not fit 2 nodes"),
    ],
)
def test_a_graph_that_does_not_agree_with_the_knowledge_is_refused(knowledge, message):
    with pytest.raises(ValueError, match=message):
        mpdag(graph_of(2, (0, 1)), **knowledge)


def test_a_graph_that_no_dag_extends_has_no_maximal_orientation():
    ring = graph_of(4, (0, 1), (1, 2), (2, 3), (3, 0))
    with pytest.raises(ValueError, match="no DAG"):
        maximal_orientation(ring | ring.T)


def test_effects_along_a_long_undirected_chain_are_all_open():
    d = 3000
    chain = cpdag(np.eye(d, k=1, dtype=bool))
    np.testing.assert_array_equal(undecided_effects(chain), ~np.eye(d, dtype=bool))
