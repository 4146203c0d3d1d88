"""Options of the commands that read a table: where it is, and how it is read."""

import codecs
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import FILE, gathered

if TYPE_CHECKING:
    pass
from causal_dag.cli.options.table import COLUMN, COLUMNS, TableSource, split_names

FIRST_COLUMN = "0"


def _known_encoding(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    try:
        return value if value is None else codecs.lookup(value).name
    except LookupError as error:
        raise click.BadParameter(
            f"unknown encoding {value!r}; try latin-1", context, option
        ) from error


def _names(context: click.Context, option: click.Parameter, text: str | None) -> Any:
    return split_names(text)


def _numbers(context: click.Context, option: click.Parameter, text: str | None) -> Any:
    numbers = [] if text is None else text.split(",")
    if not all(number.strip().isdecimal() and int(number) > 0 for number in numbers):
        raise click.BadParameter(f"{text!r} is not a number of rows such as 2", context, option)
    return tuple(map(int, numbers)) or None


TABLE = click.argument("path", metavar="TABLE", type=FILE)


DECIMAL = click.option(
    "--decimal", type=click.Choice([".", ","]), default=".", help="Decimal mark of a CSV file."
)


ENCODING = click.option(
    "--encoding",
    metavar="NAME",
    callback=_known_encoding,
    help="Encoding of a CSV file, such as latin-1.  [default: UTF-8]",
)


WEIGHTS = click.option(
    "--weights", type=COLUMN, help="Column that says how often each row occurs: a whole number."
)


_READING = (
    click.option(
        "--columns", type=COLUMNS, callback=_names, help="Use only these columns, in this order."
    ),
    click.option("--drop", multiple=True, type=COLUMN, help="Leave out a column (repeatable)."),
    click.option(
        "--missing",
        type=click.Choice(["refuse", "drop", "em"]),
        default="refuse",
        help="What to do with rows in which a number is missing or infinite; em: estimate moments "
        "from incomplete rows.",
    ),
    DECIMAL,
    ENCODING,
    click.option(
        "--index-column",
        metavar="[NAME|NUMBER]",
        is_flag=False,
        flag_value=FIRST_COLUMN,
        help="Column of row labels, by name or by number from 0; the first if no value is given.",
    ),
)


_COVARIANCE = (
    click.option(
        "--covariance", is_flag=True, help="TABLE is a covariance matrix with column names."
    ),
    click.option(
        "--rows",
        type=click.IntRange(min=2),
        metavar="N",
        help="Number of rows that the covariance was computed from.",
    ),
)


_TARGETS = click.option(
    "--targets",
    type=COLUMN,
    help="Column that names what was intervened on in each row: a column, several separated by "
    "semicolons, or nothing. See intervention and means of the solver (-p intervention=soft).",
)


_LAGS = (
    click.option(
        "--lags",
        metavar="K[,K,...]",
        callback=_numbers,
        help="Rows follow time: fit effects of the K rows before each one, too. Of several "
        "numbers, that of the lowest BIC is chosen.",
    ),
    click.option(
        "--series",
        type=COLUMN,
        help="With --lags: column that says which series each row belongs to.",
    ),
)


_GROUPS = click.option(
    "--groups",
    "row_groups",
    type=COLUMN,
    help="Column of labels of rows that belong together, such as those of one person: fit counts "
    "the effective number of rows; bootstrap draws all of them, or none.",
)


#: The command's parameter ``table`` is a :class:`TableSource`.
table_of_rows = gathered("table", TableSource, (TABLE, *_READING))


table_or_covariance = gathered("table", TableSource, (TABLE, *_COVARIANCE, *_READING))


table_for_bootstrap = gathered("table", TableSource, (TABLE, *_READING, _TARGETS, _GROUPS))


table_with_targets = gathered("table", TableSource, (TABLE, *_COVARIANCE, *_READING, _TARGETS))


table_for_fit = gathered(
    "table", TableSource, (TABLE, *_COVARIANCE, *_READING, _TARGETS, _GROUPS, WEIGHTS, *_LAGS)
)


optional_table_or_covariance = gathered(
    "table",
    TableSource,
    (click.argument("path", metavar="[TABLE]", required=False, type=FILE), *_COVARIANCE, *_READING),
)
