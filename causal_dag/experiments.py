"""Rows from experiments: the columns intervened on, and the moments of the rows that count."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Literal, TypeAlias

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.graph import separated_edges
from causal_dag.moments import Moments
from causal_dag.tables.columns import Columns
from causal_dag.wording import counted, quoted

#: What an intervention does to its targets: it sets them, it changes their equation, or it shifts
#: their intercept.
InterventionKind: TypeAlias = Literal["hard", "soft", "shift"]
#: Whether means may differ between environments, or only those of targets do.
Means: TypeAlias = Literal["within", "pooled"]

#: Separates targets that are written in one cell of a table.
SEPARATOR = ";"
# A regression of its own needs some rows; a variance about a mean of its own needs three.
FEWEST_ROWS_OF_REGRESSION, FEWEST_ROWS = 10, 3
# A variance is rounding error below this share of the variance in all rows.
SMALLEST_SHARE = 1e-20


def target_sets(
    targets: Any, n_samples: int, columns: Columns, unit: str = "row"
) -> list[tuple[int, ...]]:
    """Return the positions of every row's targets, ascending.

    Parameters
    ----------
    targets : sequence of length n_samples
        Per row None, NaN or ``""`` (no intervention), a column, or several: a list, a tuple, or a
        string with semicolons between names.
    n_samples : int
        Number of rows.
    columns : Columns
        The columns that may be named.
    unit : str
        What has targets, for messages: a row, or a table.

    Raises
    ------
    ValueError
        If the number of entries differs from that of the rows, or a column is unknown or named
        twice.
    TypeError
        If an entry is neither a column nor several.

    Examples
    --------
    >>> from causal_dag.experiments import target_sets
    >>> from causal_dag.tables.columns import Columns
    >>> target_sets([None, "b", "a;b", ["b", 0]], 4, Columns(2, ("a", "b")))
    [(), (1,), (0, 1), (0, 1)]
    """
    known: dict[str, tuple[int, ...]] = {}
    found = []
    for entry in target_entries(targets, n_samples, unit):
        # Long arrays are written with dots.
        written = repr(entry.tolist() if isinstance(entry, np.ndarray) else entry)
        if written not in known:
            named = columns.distinct_positions(_parts(entry, columns), "targets")
            known[written] = tuple(sorted(named))
        found.append(known[written])
    return found


def target_entries(targets: Any, n_samples: int, unit: str = "row") -> list[Any]:
    """Return the entries, one per row, or per other unit that has targets.

    Raises
    ------
    ValueError
        If ``targets`` is not a sequence, or the number of entries differs from that of the rows.

    Examples
    --------
    >>> from causal_dag.experiments import target_entries
    >>> target_entries((None, "b"), 2)
    [None, 'b']
    """
    is_one = isinstance(targets, str | bytes | Mapping) or getattr(targets, "ndim", 1) == 0
    if is_one or hasattr(targets, "columns") or not isinstance(targets, Iterable):
        raise ValueError(
            f"targets={quoted(targets)} must be a sequence with one entry per {unit}; pass a list, "
            "or one column of a data frame"
        )
    entries = list(targets)
    if len(entries) != n_samples:
        raise ValueError(
            f"targets has {counted(len(entries), 'entry')} for {counted(n_samples, unit)}; pass "
            f"one per {unit}, None for a {unit} without intervention"
        )
    return entries


def _parts(entry: Any, columns: Columns) -> tuple[Any, ...]:
    """Return the columns named in one entry."""
    if isinstance(entry, str) and entry.strip():
        if entry in (columns.names or ()):
            return (entry,)
        return tuple(part.strip() for part in entry.split(SEPARATOR) if part.strip())
    if isinstance(entry, list | tuple | set | frozenset | np.ndarray):
        return tuple(_whole(part) for part in entry if not _is_missing(part))
    return () if _is_missing(entry) else (_whole(entry),)


def _is_missing(entry: Any) -> bool:
    if isinstance(entry, str):
        return not entry.strip()
    is_missing = entry is None or type(entry).__name__ == "NAType" or entry != entry
    return bool(is_missing)


def _whole(number: Any) -> Any:
    """Return a whole number as one; numbers next to missing values are read as floats."""
    is_float = isinstance(number, float | np.floating)
    return int(number) if is_float and float(number).is_integer() else number


@dataclass(frozen=True, eq=False)
class Experiments:
    """A table's rows by the columns that were intervened on: its environments.

    Parameters
    ----------
    targets : tuple of tuple of int
        Targets of every environment, all different; an empty set stands for observation.
    moments : tuple of Moments
        Moments of every environment's rows.
    kind : {"hard", "soft", "shift"}
        What an intervention does to its targets.
    means : {"within", "pooled"}
        Whether columns that are not targets may have other intercepts in every environment.
    """

    targets: tuple[tuple[int, ...], ...]
    moments: tuple[Moments, ...]
    kind: InterventionKind = "hard"
    means: Means = "within"

    @classmethod
    def from_rows(
        cls,
        rows: FloatArray,
        targets: Sequence[tuple[int, ...]],
        names: tuple[str, ...] | None,
        kind: InterventionKind = "hard",
        means: Means = "within",
    ) -> "Experiments":
        """Compute the moments of every environment.

        Parameters
        ----------
        rows : ndarray of shape (n, d)
            The data.
        targets : sequence of tuple of int
            Targets of every row, as ``target_sets`` returns them.
        names : tuple of str, optional
            Column names.
        kind, means : str
            As for the class.

        Raises
        ------
        ValueError
            If a column is a target in every row, an environment has too few rows, a column is
            constant in the rows with which another is scored, or shifts are to be found without
            comparing means.
        """
        number = {found: e for e, found in enumerate(dict.fromkeys(targets))}
        environment = np.array([number[found] for found in targets])
        moments = [Moments.from_finite_rows(rows[environment == e], names) for e in number.values()]
        return cls.from_moments(moments, list(number), kind, means)

    @classmethod
    def from_moments(
        cls,
        moments: Sequence[Moments],
        targets: Sequence[tuple[int, ...]],
        kind: InterventionKind = "hard",
        means: Means = "within",
    ) -> "Experiments":
        """Merge the moments of tables with equal targets.

        Parameters
        ----------
        moments : sequence of Moments
            Of each table.
        targets : sequence of tuple of int
            Targets of every table.
        kind, means : str
            As for the class.

        Raises
        ------
        ValueError
            As ``from_rows`` does.
        """
        distinct = tuple(sorted(set(targets), key=lambda found: (len(found), found)))
        tables = list(zip(targets, moments, strict=True))
        merged = tuple(
            reduce(Moments.merge, [table for of, table in tables if of == found])
            for found in distinct
        )
        experiments, total = cls(distinct, merged, kind, means), reduce(Moments.merge, merged)
        columns = Columns(total.n_features, total.feature_names)
        experiments._refuse_unusable(columns, total.variance)
        return experiments

    @property
    def n_features(self) -> int:
        """Number of columns d."""
        return self.moments[0].n_features

    @property
    def n_samples(self) -> int:
        """Number of rows n."""
        return sum(moments.n_samples for moments in self.moments)

    @cached_property
    def n_own(self) -> IntArray:
        """Of each column, the number of rows in which it is not a target, shape (d,)."""
        return np.array([own.n_samples for own in self.own_moments])

    @cached_property
    def separated(self) -> BoolArray:
        """Pairs of columns of which exactly one is a target in some environment, shape (d, d)."""
        everything = np.ones((self.n_features, self.n_features), dtype=bool)
        separated: BoolArray = separated_edges(everything, self.targets)
        return separated

    @cached_property
    def own_moments(self) -> tuple[Moments, ...]:
        """Of each column, the moments of the rows in which it is not a target."""
        patterns = [self._environments(j, targeted=False) for j in range(self.n_features)]
        merged = {pattern: self._merged(pattern, self.means) for pattern in set(patterns)}
        return tuple(merged[pattern] for pattern in patterns)

    @cached_property
    def scored_moments(self) -> tuple[tuple[Moments, ...], ...]:
        """Of each column, the moments with which it is scored, of one regression each.

        A column that interventions set is scored in the other rows only [1]_. After a change of its
        equation it has a regression of its own in every environment; after a shift, an intercept of
        its own, with the same slopes.

        References
        ----------
        .. [1] Hauser and Bühlmann, "Characterization and greedy learning of interventional Markov
           equivalence classes of directed acyclic graphs", JMLR 13 (2012).
        """
        if self.kind == "hard":
            return tuple((own,) for own in self.own_moments)
        shared: dict[int, tuple[Moments, ...]] = {}
        for j, own in enumerate(self.own_moments):
            if id(own) not in shared:
                others = [self.moments[e] for e in self._environments(j, targeted=True)]
                terms = (own, *others)
                if self.kind == "shift":
                    terms = (reduce(Moments.merge_within, terms),)
                shared[id(own)] = terms
        return tuple(shared[id(own)] for own in self.own_moments)

    def refuse_unless_hard(self, method: str) -> None:
        """Raise ``ValueError`` if interventions leave their targets an equation to be scored."""
        if self.kind != "hard":
            raise ValueError(
                f"intervention={self.kind!r}: {method} can only leave out the rows in which a "
                "column is a target; pass intervention='hard' if interventions set their targets, "
                "or else use topo-bic, or exact with criterion='bic'"
            )

    def by_column(self, function: Callable[[Moments], Any]) -> Any:
        """Return a function of moments, its entries for each column from the column's own moments.

        Parameters
        ----------
        function : callable
            Maps moments to an array whose last axis has length d.
        """
        total: Any = 0.0
        for own in {id(moments): moments for moments in self.own_moments}.values():
            is_own = np.array([moments is own for moments in self.own_moments])
            total = total + function(own) * is_own
        return total

    def _environments(self, column: int, *, targeted: bool) -> tuple[int, ...]:
        return tuple(e for e, found in enumerate(self.targets) if (column in found) == targeted)

    def _merged(self, environments: Iterable[int], means: Means) -> Moments:
        merge = Moments.merge if means == "pooled" else Moments.merge_within
        return reduce(merge, [self.moments[e] for e in environments])

    def _refuse_unusable(self, columns: Columns, variance: FloatArray) -> None:
        if self.kind == "shift" and self.means == "within":
            raise ValueError(
                "intervention='shift' with means='within': a shift changes means only, which are "
                "not compared between environments; pass means='pooled'"
            )
        for found, moments in zip(self.targets, self.moments, strict=True):
            has_regression = self.kind == "soft" and bool(found)
            least = FEWEST_ROWS if self.means == "within" else 1
            if has_regression:
                least = FEWEST_ROWS_OF_REGRESSION
            if moments.n_samples < least:
                remedy = "pass means='pooled'"
                if has_regression:
                    remedy = "pass intervention='hard' if interventions set their targets"
                raise ValueError(
                    f"{_rows_with(found, columns)}: {counted(moments.n_samples, 'row')}, and "
                    f"intervention={self.kind!r} with means={self.means!r} needs at least {least}; "
                    f"add rows, or {remedy}"
                )
        for j in range(self.n_features):
            n_own = sum(self.moments[e].n_samples for e in self._environments(j, targeted=False))
            if n_own < FEWEST_ROWS:
                where = "every row" if not n_own else f"all rows but {n_own}"
                raise ValueError(
                    f"targets: column {columns.label(j)} is a target in {where}, so nothing shows "
                    f"what causes it; add at least {FEWEST_ROWS} rows in which it is not a target, "
                    "or drop the column"
                )
        for j, terms in enumerate(self.scored_moments):
            for number, moments in enumerate(terms):
                constant = np.flatnonzero(moments.variance <= SMALLEST_SHARE * variance)
                if constant.size:
                    raise ValueError(
                        f"targets: column {columns.label(int(constant[0]))} is constant in rows in "
                        f"which column {columns.label(j)} is {'' if number else 'not '}a target"
                        "; drop the column, or "
                        + ("pass intervention='hard'" if number else "add rows in which it varies")
                    )


def experiments_of(
    targets: Any,
    tables: FloatArray | Sequence[Moments],
    names: tuple[str, ...] | None,
    kind: InterventionKind = "hard",
    means: Means = "within",
) -> Experiments | None:
    """Return the environments of a table, or of several; None if nothing has a target.

    Parameters
    ----------
    targets : sequence of length n, optional
        As for ``target_sets``; None if all rows are observations.
    tables : ndarray of shape (n, d), or sequence of n Moments
        The rows, or the moments of tables that have one entry of ``targets`` each; their columns
        are aligned by name.
    names : tuple of str, optional
        Column names.
    kind, means : str
        As for ``Experiments``.

    Raises
    ------
    ValueError
        As ``target_sets`` and ``Experiments.from_rows`` do.
    """
    if targets is None:
        return None
    if isinstance(tables, np.ndarray):
        found = target_sets(targets, len(tables), Columns(tables.shape[1], names))
        return Experiments.from_rows(tables, found, names, kind, means) if any(found) else None
    found = target_sets(targets, len(tables), Columns(tables[0].n_features, names), unit="table")
    aligned = [table.reordered(names) for table in tables]
    return Experiments.from_moments(aligned, found, kind, means) if any(found) else None


def _rows_with(targets: tuple[int, ...], columns: Columns) -> str:
    if not targets:
        return "targets: rows without a target"
    return f"targets: rows with the target {' and '.join(map(columns.label, targets))}"
