"""List blocks: make lists, take from them, change and combine them."""

from shtairir_blocks.list.change import append, filter_, map_, slice_, sort, unique
from shtairir_blocks.list.combine import concat, flatten, zip_
from shtairir_blocks.list.facts import contains, get, length
from shtairir_blocks.list.make import from_array, make, numbers, range_, texts

__all__ = [
    "append",
    "concat",
    "contains",
    "filter_",
    "flatten",
    "from_array",
    "get",
    "length",
    "make",
    "map_",
    "numbers",
    "range_",
    "slice_",
    "sort",
    "texts",
    "unique",
    "zip_",
]
