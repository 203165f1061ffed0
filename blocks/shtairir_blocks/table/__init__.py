"""Table blocks: polars tables in, polars tables out."""

from shtairir_blocks.table.arrays import column, from_array, from_columns, to_array
from shtairir_blocks.table.columns import add_column, convert, derive, drop, fill_missing, rename, select
from shtairir_blocks.table.combine import concat, group, join, pivot, unpivot
from shtairir_blocks.table.facts import count_values, describe, row_count
from shtairir_blocks.table.rows import drop_missing, filter_, head, sample, sort, unique

__all__ = [
    "add_column",
    "column",
    "concat",
    "convert",
    "count_values",
    "derive",
    "describe",
    "drop",
    "drop_missing",
    "fill_missing",
    "filter_",
    "from_array",
    "from_columns",
    "group",
    "head",
    "join",
    "pivot",
    "rename",
    "row_count",
    "sample",
    "select",
    "sort",
    "to_array",
    "unique",
    "unpivot",
]
