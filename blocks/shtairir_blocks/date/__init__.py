"""Date blocks: single moments as ISO 8601 text (2024-05-31, 2024-05-31T14:30:00+02:00), and columns of them."""

from shtairir_blocks.date.columns import (
    difference_column,
    format_column,
    parse_column,
    parts_column,
    shift_column,
    truncate_column,
    zone_column,
)
from shtairir_blocks.date.moments import (
    convert_zone,
    difference,
    format_,
    now,
    parse,
    parts,
    range_,
    shift,
    truncate,
)

__all__ = [
    "convert_zone",
    "difference",
    "difference_column",
    "format_",
    "format_column",
    "now",
    "parse",
    "parse_column",
    "parts",
    "parts_column",
    "range_",
    "shift",
    "shift_column",
    "truncate",
    "truncate_column",
    "zone_column",
]
