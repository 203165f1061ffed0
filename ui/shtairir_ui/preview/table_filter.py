"""Which rows of a table a person wants to see: what is typed into the filter, as a condition on columns.

``mass > 4000 and species = Gentoo``, ``name ~ ade``, ``mass is missing``, or just words, which are searched for in all
columns. ``and`` binds closer than ``or``; quotes keep names and values together. Text is compared without regard to
upper and lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import polars

    from .jobs import Ticket

_NAME = r"""(?P<name>"[^"]*"|'[^']*'|`[^`]*`|[^"'`!=<>~]+?)"""
_CLAUSE = re.compile(rf"^\s*{_NAME}\s*(?P<op>!=|>=|<=|<>|==|!~|=|>|<|~)\s*(?P<value>.*)$", re.S)
_MISSING = re.compile(r"^\s*(?P<name>.+?)\s+is\s+(?P<not>not\s+)?(?:missing|null|empty)\s*$", re.I)
_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)""")
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
}


class FilterError(ValueError):
    """What was typed cannot be a condition on this table; the message says why."""


def rows_where(table: polars.DataFrame, text: str, ticket: Ticket) -> polars.Series | None:
    """Return the numbers of the rows that meet a condition, in their order; None when there is no condition.

    Raises
    ------
    FilterError
        When the condition names a column that is not there, or a value that does not fit its column.
    """
    import polars as pl

    if not text.strip():
        return None
    found: polars.Series | None = None
    for alternative in _split(text, "or"):
        mask = reduce(
            lambda one, other: one & other, (_mask(table, part, ticket) for part in _split(alternative, "and"))
        )
        found = mask if found is None else found | mask
    assert found is not None  # a text that is not blank has one clause at least
    return found.fill_null(False).arg_true().cast(pl.UInt32)


def _split(text: str, word: str) -> list[str]:
    """Split at a word, but not inside quotes."""
    kept: list[str] = []
    plain = _QUOTED.sub(lambda match: kept.append(match[0]) or f"\0{len(kept) - 1}\0", text)  # type: ignore[func-returns-value]  # append returns None on purpose here
    parts = re.split(rf"\s+{word}\s+", plain, flags=re.I)
    return [re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], part) for part in parts]


def _mask(table: polars.DataFrame, clause: str, ticket: Ticket) -> polars.Series:
    ticket.step()
    missing = _MISSING.match(clause)
    if missing is not None and (name := _column(table, missing["name"])) is not None:
        return table[name].is_not_null() if missing["not"] else table[name].is_null()
    match = _CLAUSE.match(clause)
    if match is None:
        return _anywhere(table, _unquoted(clause), ticket)
    name = _column(table, match["name"])
    if name is None:
        raise FilterError(f"There is no column '{_unquoted(match['name'])}'.")
    return _compared(table[name], match["op"], _unquoted(match["value"]))


def _column(table: polars.DataFrame, name: str) -> str | None:
    name = _unquoted(name)
    if name in table.columns:
        return name
    return next((column for column in table.columns if column.lower() == name.lower()), None)


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] in "\"'`" and text[-1] == text[0] else text


def _anywhere(table: polars.DataFrame, words: str, ticket: Ticket) -> polars.Series:
    import polars as pl

    found = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    for number, column in enumerate(table.iter_columns()):
        ticket.step(number / max(table.width, 1))
        text = _as_text(column)
        if text is not None:
            found = found | text.str.to_lowercase().str.contains(words.lower(), literal=True).fill_null(False)
    return found


def _as_text(column: polars.Series) -> polars.Series | None:
    import polars as pl

    if column.dtype.is_nested() or column.dtype in (pl.Object, pl.Binary):
        return None
    return column.cast(pl.String, strict=False)


def _compared(column: polars.Series, operator: str, value: str) -> polars.Series:
    if operator in ("~", "!~"):
        text = _as_text(column)
        if text is None:
            raise FilterError(f"'{column.name}' holds no texts to search in.")
        found = text.str.to_lowercase().str.contains(value.lower(), literal=True)
        return found if operator == "~" else ~found
    wanted = _typed(column, value)
    if operator in _COMPARE:
        if isinstance(wanted, bool):
            raise FilterError(f"'{column.name}' is true or false: only = and != make sense.")
        compared = column if not isinstance(wanted, str) else _as_text(column)
        found = cast("polars.Series", _COMPARE[operator](compared, wanted))
        # What is no number would count as the greatest.
        return found & column.is_not_nan() if column.dtype.is_float() else found
    same = _equal(column, wanted)
    return ~same if operator in ("!=", "<>") else same


def _equal(column: polars.Series, wanted: Any) -> polars.Series:
    if not isinstance(wanted, str):
        return cast("polars.Series", column == wanted)
    text = _as_text(column)
    if text is None:
        raise FilterError(f"'{column.name}' holds lists: only 'is missing' can be asked.")
    return text.str.to_lowercase() == wanted.lower()


def _typed(column: polars.Series, value: str) -> Any:
    """The value as the column has it; dates stay texts, which compare in their own order."""
    import polars as pl

    dtype = column.dtype
    if dtype.is_numeric():
        try:
            return int(value) if dtype.is_integer() and re.fullmatch(r"[+-]?\d+", value) else float(value)
        except ValueError:
            raise FilterError(f"'{value}' is not a number, and '{column.name}' holds numbers.") from None
    if dtype == pl.Boolean:
        if value.lower() not in ("true", "false"):
            raise FilterError(f"'{column.name}' is true or false.")
        return value.lower() == "true"
    return value
