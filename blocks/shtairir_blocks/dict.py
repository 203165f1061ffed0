"""Dictionary blocks: values under names."""

from typing import Annotated, Any, NamedTuple

from shtairir.block import Param, Table, block

Value = Annotated[Any, Param(port=True)]


@block(name="Dictionary", id="dict.constant", category="Dictionary", tags=("constant", "object", "json", "record"))
def constant(value: dict[str, Any] = {}) -> dict[str, Any]:  # noqa: B006  # a block's default is not written to
    """Give a dictionary that is written by hand.

    Parameters
    ----------
    value
        The entries as JSON, such as {"width": 3, "name": "Ada"}.
    """
    return dict(value)


@block(name="Make dictionary", id="dict.make", category="Dictionary", tags=("object", "record", "pack", "collect"))
def make(names: list[str], a: Any, b: Value = None, c: Value = None, d: Value = None) -> dict[str, Any]:
    """Put up to four values under names.

    Parameters
    ----------
    names
        A name for each value, in order.
    a, b, c, d
        The values.
    """
    values = [value for value in (a, b, c, d) if value is not None]
    if len(names) != len(values):
        raise ValueError(f"There are {len(names)} names for {len(values)} values. Give one name for each value.")
    if len(set(names)) != len(names):
        raise ValueError("Two values have the same name. Give each its own.")
    return dict(zip(names, values, strict=True))


@block(name="Get entry", id="dict.get", category="Dictionary", tags=("lookup", "key", "value", "pick"))
def get(entries: dict[str, Any], name: str, fallback: Value = None) -> Any:
    """Take the value that stands under a name.

    Parameters
    ----------
    entries
        The dictionary.
    name
        The name to look up.
    fallback
        What to give when there is no such name; an error when unset.
    """
    if name in entries or fallback is not None:
        return entries.get(name, fallback)
    from shtairir_blocks.kernels import dictionaries as kernels

    raise LookupError(kernels.not_found(name, entries))


@block(name="Set entry", id="dict.set", category="Dictionary", tags=("put", "add", "change", "key"))
def set_(entries: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Put a value under a name; what stood there is replaced.

    Parameters
    ----------
    entries
        The dictionary to change.
    name
        The name.
    value
        The value to put there.
    """
    return {**entries, name: value}


@block(name="Merge dictionaries", id="dict.merge", category="Dictionary", tags=("combine", "update", "join", "overlay"))
def merge(first: dict[str, Any], second: dict[str, Any], deep: bool = False) -> dict[str, Any]:
    """Make one dictionary of two; under a name that both have, the second one's value is taken.

    Parameters
    ----------
    first
        The dictionary to start from.
    second
        The one to lay over it.
    deep
        Whether dictionaries inside, that stand under the same name in both, are merged as well.
    """
    from shtairir_blocks.kernels import dictionaries as kernels

    return kernels.merged(first, second, deep)


class Entries(NamedTuple):
    """A dictionary taken apart.

    Attributes
    ----------
    names
        The names, in their order.
    values
        The value under each of them.
    """

    names: list[str]
    values: list[Any]


@block(name="Dictionary entries", id="dict.entries", category="Dictionary", tags=("keys", "values", "names", "unpack"))
def entries_(entries: dict[str, Any]) -> Entries:
    """Take a dictionary apart into its names and its values.

    Parameters
    ----------
    entries
        The dictionary.
    """
    return Entries(list(entries), list(entries.values()))


@block(
    name="Dictionary from row",
    id="dict.from_row",
    category="Dictionary",
    tags=("table", "record", "line"),
    requires=("polars",),
    extra="table",
)
def from_row(table: Table, row: int = 0) -> dict[str, Any]:
    """Make a dictionary of one row of a table, with the names of its columns.

    Parameters
    ----------
    table
        The table to take from.
    row
        Which row: 0 is the first, -1 the last.
    """
    from shtairir_blocks.kernels import table_records as kernels

    return kernels.row_of(table, row)


@block(
    name="Table from dictionaries",
    id="dict.to_table",
    category="Dictionary",
    tags=("records", "rows", "list"),
    requires=("polars",),
    extra="table",
)
def to_table(records: list[dict[str, Any]]) -> Table:
    """Make a table of a list of dictionaries: a row for each, a column for each name.

    Parameters
    ----------
    records
        The dictionaries; where one lacks a name, the value is missing there.
    """
    from shtairir_blocks.kernels import table_records as kernels

    return kernels.table_of(records)
