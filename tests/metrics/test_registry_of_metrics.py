"""The table of metrics; what one file adds to it is tested with the developer guide."""

import pytest

from causal_dag.metrics import available_metrics, register_metric, structural_hamming_distance


def test_a_name_stands_for_one_function():
    with pytest.raises(ValueError, match="the metric 'shd' is registered already"):
        register_metric("shd", structural_hamming_distance, title="mine")
    assert available_metrics()["shd"].title == "SHD"
