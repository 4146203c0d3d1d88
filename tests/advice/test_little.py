"""Little's test of whether cells are missing completely at random."""

import numpy as np
import pytest

from causal_dag.advice import audit_table
from causal_dag.advice.column_findings import column_findings
from causal_dag.advice.column_report import column_reports, readable_columns
from causal_dag.advice.little_test import little_test
from causal_dag.advice.table_audit import TableAudit


def draw(seed, n=400):
    """Three related columns."""
    rows = np.random.default_rng(seed).normal(size=(n, 3))
    rows[:, 1] += rows[:, 0]
    rows[:, 2] -= rows[:, 1]
    return rows


def gaps_by_chance(seed):
    rows = draw(seed)
    return np.where(np.random.default_rng([seed, 1]).random(rows.shape) < 0.1, np.nan, rows)


def gaps_by_first_column(seed):
    rows = draw(seed)
    rows[(np.random.default_rng([seed, 1]).random(400) < 0.3) & (rows[:, 0] > 0), 1] = np.nan
    return rows


def test_two_columns_one_with_gaps_are_compared_by_the_group_means():
    """Worked by hand: with gaps in the second column only, two patterns and one degree of freedom.

    The statistic is the squared difference of the group means of the first column over its
    variance, n1 n2 / n (n - 1) / n times, because the second column's estimate fits the complete
    rows exactly, given the first.
    """
    rows = draw(3)[:, :2]
    rows[250:, 1] = np.nan
    test = little_test(rows)
    first, n = rows[:, 0], len(rows)
    shift = first[:250].mean() - first[250:].mean()
    expected = 250 * 150 / n * shift**2 / first.var() * (n - 1) / n
    assert test.degrees_of_freedom == 1
    assert test.statistic == pytest.approx(expected, rel=1e-5)


def test_it_holds_its_level_and_finds_gaps_that_depend_on_a_column():
    p_values = [little_test(gaps_by_chance(seed)).p_value for seed in range(60)]
    assert np.mean(np.array(p_values) < 0.1) < 0.25
    assert 0.3 < np.median(p_values) < 0.7
    assert all(little_test(gaps_by_first_column(seed)).rejects for seed in range(10))


def test_without_gaps_or_enough_rows_it_is_not_made():
    assert little_test(draw(0)) is None
    assert little_test(np.vstack([draw(0), np.full((2, 3), np.nan)])) is None
    apart = draw(0)
    apart[:200, 0], apart[200:, 1] = np.nan, np.nan
    assert little_test(apart) is None


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        (gaps_by_chance(0), "Little's test does not speak against dropping rows (p = 0."),
        (gaps_by_first_column(0), "Little's test shows that dropping rows biases the result (p = "),
    ],
)
def test_the_finding_says_what_follows(rows, verdict):
    columns = column_reports(readable_columns(rows))
    audit = TableAudit(400, 3, 300, columns, ("x0", "x1", "x2"), little_test(rows))
    (finding,) = column_findings(audit)
    assert verdict in finding.why


def test_the_audit_of_a_table_holds_the_test():
    rows = draw(0)[:30]
    rows[5:15, 0], rows[15:25, 1] = np.nan, np.nan  # too few complete rows for a fit
    assert audit_table(rows).little == little_test(rows)
