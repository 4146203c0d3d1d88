"""What packages call an edge i -> j, in their own formats, is A[i, j] in ours."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from causal_dag.benchmarks.peers.adapters import (
    andrey_core,
    causal_learn,
    dagma,
    flopsearch,
    gcastle,
    lingam,
    pgmpy,
    tigramite,
    xges,
)

ADAPTERS = [andrey_core, causal_learn, dagma, flopsearch, gcastle, lingam, pgmpy, tigramite, xges]

#: 0 -> 2 <- 1, 2 -> 3; no relabelling maps it onto its transpose.
EDGES = np.array([[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
#: 0 -> 1, 1 - 2
PARTLY_DIRECTED = np.array([[0, 1, 0], [0, 0, 1], [0, 1, 0]])


def test_flopsearch_has_one_for_directed_and_two_for_undirected():
    assert (flopsearch.as_adjacency(EDGES) == EDGES).all()
    theirs = np.array([[0, 1, 0], [0, 0, 2], [0, 2, 0]])
    assert (flopsearch.as_adjacency(theirs) == PARTLY_DIRECTED).all()


def test_andrey_core_has_marks_at_the_ends():
    # Entry (i, j) is the mark at i: 1 a tail, 2 an arrow.
    assert (andrey_core.as_adjacency(EDGES + 2 * EDGES.T) == EDGES).all()
    theirs = np.array([[0, 1, 0], [2, 0, 1], [0, 1, 0]])
    assert (andrey_core.as_adjacency(theirs) == PARTLY_DIRECTED).all()


def test_lingam_has_effects_in_rows():
    assert (lingam.as_weights(0.5 * EDGES.T) == 0.5 * EDGES).all()


def test_tigramite_has_marks_by_lag():
    marks = np.full((3, 3, 2), "", dtype="<U3")
    marks[0, 1, 0], marks[1, 0, 0] = "-->", "<--"
    marks[1, 2, 0] = marks[2, 1, 0] = "o-o"
    marks[2, 0, 1] = "-->"
    edges = tigramite.as_pdag(marks)
    assert (edges[:3, :3] == PARTLY_DIRECTED).all()
    assert np.argwhere(edges[3:]).tolist() == [[2, 0]]


def test_causal_learn_has_marks_at_the_ends():
    # Entry (j, i) is the mark at j: 1 an arrow, -1 a tail.
    assert (causal_learn.as_adjacency(EDGES.T - EDGES) == EDGES).all()
    theirs = np.array([[0, -1, 0], [1, 0, -1], [0, -1, 0]])
    assert (causal_learn.as_adjacency(theirs) == PARTLY_DIRECTED).all()


def test_causal_learn_s_two_arrows_count_as_undirected():
    assert (causal_learn.as_adjacency([[0, 1], [1, 0]]) == [[0, 1], [1, 0]]).all()


def test_gcastle_has_weights_beside_the_edges_it_keeps():
    model = SimpleNamespace(causal_matrix=EDGES, weight_causal_matrix=0.5 * EDGES + 0.1)
    assert (gcastle.kept_weights(model) == 0.6 * EDGES).all()
    assert (gcastle.kept_weights(SimpleNamespace(causal_matrix=EDGES)) == EDGES).all()


def test_pgmpy_has_a_table_in_the_order_nodes_were_met():
    names = ["x0", "x1", "x2"]
    met = ["x2", "x0", "x1"]
    table = pd.DataFrame(PARTLY_DIRECTED, index=names, columns=names).loc[met, met]
    assert (pgmpy.as_adjacency(table, names) == PARTLY_DIRECTED).all()


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_adapters_are_importable_without_their_packages(adapter):
    for method in adapter.METHODS.values():
        assert callable(method["load"])
