"""Which seeds a data set is drawn with."""

from collections.abc import Sequence

from causal_dag.benchmarks.plan.section import Section

SEED_KEYS = ("seeds", "first_seed")
MOST_SEEDS = 100_000
# What numpy's older generators, which other packages use, take as a seed.
LARGEST_SEED = 2**32 - 1


def read_seeds(section: Section, default: int | None = None) -> Sequence[int]:
    """Return the seeds that ``seeds`` and ``first_seed`` of a table stand for.

    Parameters
    ----------
    section : Section
        Its ``seeds`` is a number of seeds, that start at ``first_seed`` (0), or a list of them.
    default : int, optional
        Number of seeds where ``seeds`` is left out; it may not be if this is None.

    Raises
    ------
    ValueError
        If a seed is not within 0 to 2³² − 1, or occurs twice.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.section import Section
    >>> from causal_dag.benchmarks.plan.seeds import SEED_KEYS, read_seeds
    >>> list(read_seeds(Section("mine.toml", {"seeds": 3, "first_seed": 100}, SEED_KEYS)))
    [100, 101, 102]
    """
    if isinstance(section.values.get("seeds"), list):
        if "first_seed" in section:
            section.refuse("first_seed", "belongs to a number of seeds, not to a list")
        return section.whole_numbers("seeds", 0, LARGEST_SEED)
    number = section.whole_number("seeds", 1, MOST_SEEDS, default)
    first = section.whole_number("first_seed", 0, LARGEST_SEED + 1 - number, default=0)
    return range(first, first + number)
