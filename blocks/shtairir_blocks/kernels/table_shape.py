"""Tables made from tables: groups, joins, pivots, counts and descriptions."""

from collections.abc import Callable, Sequence
from typing import Literal

import polars as pl

from .table_columns import column_named, columns_named, kind_of, numeric_named

How = Literal["inner", "left", "right", "full", "semi", "anti", "cross"]

AGGREGATES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "mean": lambda column: column.mean(),
    "sum": lambda column: column.sum(),
    "min": lambda column: column.min(),
    "max": lambda column: column.max(),
    "median": lambda column: column.median(),
    "std": lambda column: column.std(),
    "count": lambda column: column.count(),
    "unique": lambda column: column.drop_nulls().n_unique(),
    "first": lambda column: column.first(),
    "last": lambda column: column.last(),
}
NUMERIC = frozenset({"mean", "sum", "median", "std"})


def grouped(table: pl.DataFrame, by: Sequence[str], columns: Sequence[str], function: str, count: bool) -> pl.DataFrame:
    """Return one row for each combination of values in `by`, sorted by them.

    Each column in `columns` gives a column ``NAME_FUNCTION``; with none named, every numeric column
    does. `count` adds the number of rows. Missing values and NaN are passed over.
    """
    keys = columns_named(table.columns, by)
    if not keys:
        raise ValueError("Choose at least one column to group by.")
    chosen = [name for name in columns_named(table.columns, columns) if name not in keys]
    if not columns:
        chosen = [name for name, dtype in table.schema.items() if dtype.is_numeric() and name not in keys]
    results = [aggregate(table, name, function).alias(f"{name}_{function}") for name in chosen]
    rows = [pl.len().cast(pl.Int64).alias("count" if "count" not in keys else "rows")] if count else []
    return table.group_by(keys).agg(*rows, *results).sort(keys, nulls_last=True)


def aggregate(table: pl.DataFrame, name: str, function: str) -> pl.Expr:
    """Return the expression for one figure of a column, or say why there is none."""
    if function in NUMERIC:
        numeric_named(table, name)
    column = pl.col(name).fill_nan(None) if table.schema[name].is_float() else pl.col(name)
    result = AGGREGATES[function](column)
    return result.cast(pl.Int64) if function in ("count", "unique") else result


def joined(
    left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str], right_on: Sequence[str], how: How
) -> pl.DataFrame:
    """Return the two tables matched where the columns `on` are equal, in the order of `left`.

    A column of the right table whose name the left one has too gets the ending ``_right``. Missing
    values match nothing.
    """
    if how == "cross":
        return left.join(right, how="cross", suffix="_right")
    left_keys = [column_named(left.columns, name, "column to join on") for name in on]
    right_keys = [column_named(right.columns, name, "column to join on") for name in right_on or on]
    if not left_keys or len(left_keys) != len(right_keys):
        raise ValueError("Name the columns to join on, as many for the right table as for the left one.")
    for one, other in zip(left_keys, right_keys, strict=True):
        _check_same_kind(left, one, right, other)
    left, right = _widened(left, left_keys, right, right_keys)
    return left.join(
        right,
        left_on=left_keys,
        right_on=right_keys,
        how=how,
        coalesce=None if how in ("semi", "anti") else True,
        maintain_order="right_left" if how == "right" else "left_right",
    )


def _check_same_kind(left: pl.DataFrame, one: str, right: pl.DataFrame, other: str) -> None:
    kinds = [kind_of(left.schema[one]), kind_of(right.schema[other])]
    if kinds[0] != kinds[1] and not all("numbers" in kind for kind in kinds):
        raise ValueError(
            f"The column {one!r} holds {kinds[0]} and its partner {other!r} {kinds[1]}. "
            "Choose columns of the same kind."
        )


def _widened(
    left: pl.DataFrame, left_keys: Sequence[str], right: pl.DataFrame, right_keys: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both tables with whole numbers and floats, categories and text, in the wider of the two."""
    for one, other in zip(left_keys, right_keys, strict=True):
        if left.schema[one] == right.schema[other]:
            continue
        if kind_of(left.schema[one]) == "text":
            wide: pl.DataType = pl.String()
        elif left.schema[one].is_numeric():
            both_whole = left.schema[one].is_integer() and right.schema[other].is_integer()
            wide = pl.Int64() if both_whole else pl.Float64()
        else:
            wide = left.schema[one]
        left, right = left.with_columns(pl.col(one).cast(wide)), right.with_columns(pl.col(other).cast(wide))
    return left, right


def pivoted(table: pl.DataFrame, rows: Sequence[str], columns: str, values: str, function: str) -> pl.DataFrame:
    """Return a row for each combination of `rows`, a column for each value of `columns`, both sorted."""
    index = columns_named(table.columns, rows)
    column_named(table.columns, columns, "column for the heads")
    column_named(table.columns, values, "column of values")
    if not index or columns in index or values in (*index, columns):
        raise ValueError("Rows, columns and values need different columns of the table, each at least one.")
    cells = table.group_by([*index, columns]).agg(aggregate(table, values, function).alias(values))
    # Sorted as what they are, so that 9 comes before 10, and only then turned into names.
    found = cells.get_column(columns).unique().sort(nulls_last=True).cast(pl.String).fill_null("missing")
    heads = list(dict.fromkeys(found.to_list()))
    clash = next((head for head in heads if head in index), None)
    if clash is not None:
        raise ValueError(f"{clash!r} is a value of {columns!r} and a column too. Rename that column first.")
    wide = cells.with_columns(pl.col(columns).cast(pl.String).fill_null("missing")).pivot(
        columns, index=index, values=values, aggregate_function="first"
    )
    return wide.select(*index, *heads).sort(index, nulls_last=True)


def unpivoted(
    table: pl.DataFrame, keep: Sequence[str], columns: Sequence[str], names: str, values: str
) -> pl.DataFrame:
    """Return the table with a row for each of the `columns`: its name and its value."""
    kept = columns_named(table.columns, keep)
    turned = columns_named(table.columns, columns) or [name for name in table.columns if name not in kept]
    kinds = {kind_of(table.schema[name]) for name in turned}
    if len({"numbers" if "numbers" in kind else kind for kind in kinds}) > 1:
        raise ValueError(f"The columns hold different things: {', '.join(sorted(kinds))}. Name columns of one kind.")
    return table.unpivot(turned, index=kept, variable_name=names, value_name=values)


def described(table: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each column: what it holds, how many values, and figures for numbers."""
    schema = {
        "column": pl.String,
        "holds": pl.String,
        "count": pl.Int64,
        "missing": pl.Int64,
        "unique": pl.Int64,
        **dict.fromkeys(("mean", "std", "min", "25%", "median", "75%", "max"), pl.Float64),
    }
    return pl.DataFrame([_description(table[name]) for name in table.columns], schema=schema)


def _description(column: pl.Series) -> dict[str, object]:
    held = (column.fill_nan(None) if column.dtype.is_float() else column).drop_nulls()
    facts: dict[str, object] = {
        "column": column.name,
        "holds": kind_of(column.dtype),
        "count": held.len(),
        "missing": column.len() - held.len(),
        "unique": None if column.dtype.is_nested() else held.n_unique(),
    }
    if column.dtype.is_numeric():
        numbers = held.cast(pl.Float64)
        facts |= {"mean": numbers.mean(), "std": numbers.std(), "min": numbers.min(), "max": numbers.max()}
        shares = {"25%": 0.25, "median": 0.5, "75%": 0.75}
        facts |= {name: numbers.quantile(share, interpolation="linear") for name, share in shares.items()}
    return facts


def counted(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return each value of a column with its count and share, the most frequent first."""
    column_named(table.columns, column)
    counts = table.group_by(column, maintain_order=True).agg(pl.len().cast(pl.Int64).alias("count_"))
    ordered = counts.sort("count_", descending=True, maintain_order=True)
    shares = ordered.with_columns((pl.col("count_") / table.height).alias("share_"))
    names = {"count_": "count", "share_": "share"}
    return shares.rename({old: new for old, new in names.items() if new != column})


def stacked(first: pl.DataFrame, second: pl.DataFrame, how: str) -> pl.DataFrame:
    """Return both tables as one: the second's rows below, or its columns beside, the first's."""
    if how == "columns":
        twice = [name for name in second.columns if name in first.columns]
        if twice:
            raise ValueError(f"Both tables have a column {twice[0]!r}. Rename or drop it in one of them.")
        if first.height != second.height and first.width and second.width:
            raise ValueError(f"The tables have {first.height} and {second.height} rows. Give equally many.")
        return pl.concat([first, second], how="horizontal")
    missing = [name for name in first.columns if name not in second.columns]
    extra = [name for name in second.columns if name not in first.columns]
    if how == "rows" and (missing or extra):
        where, name = ("second", missing[0]) if missing else ("first", extra[0])
        raise ValueError(f"The {where} table has no column {name!r}. Rename it, or fill the gaps with missing values.")
    for name in first.columns:
        if name in second.columns:
            _check_same_kind(first, name, second, name)
    return pl.concat([first, second], how="diagonal_relaxed")
