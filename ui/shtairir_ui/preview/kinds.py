"""What kind of value this is, for choosing how to show it."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from decimal import Decimal
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, TypeGuard

from shtairir.block.values import Audio, Color, loaded_class

if TYPE_CHECKING:
    import numpy
    import polars
    from matplotlib.figure import Figure


class Kind(StrEnum):
    """The ways in which the preview shows a value."""

    IMAGE = "image"
    IMAGES = "images"
    ARRAY = "array"
    TABLE = "table"
    FIGURE = "figure"
    AUDIO = "audio"
    TEXT = "text"
    SCALAR = "scalar"
    LIST = "list"
    TREE = "tree"
    OBJECT = "object"


def kind_of(value: object, family: str | None = None) -> Kind:
    """Return the kind of a value.

    Parameters
    ----------
    family
        The type family of the port, when known. Without it an array that looks like a picture
        (colour channels, or grey values within 0..1) counts as one.
    """
    if is_array(value):
        return _array_kind(value, family)
    if is_table(value):
        return Kind.TABLE
    if is_figure(value):
        return Kind.FIGURE
    if isinstance(value, Audio):
        return Kind.AUDIO
    if isinstance(value, str):
        return Kind.TEXT
    if isinstance(value, list | tuple):
        return Kind.IMAGES if _all_images(value) else Kind.TREE if _is_nested(value) else Kind.LIST
    if isinstance(value, dict):
        return Kind.TREE
    return Kind.SCALAR if _is_single(value) else Kind.OBJECT


def icon_of(value: object, family: str | None = None) -> str:
    """Return the name of the icon that stands for the value."""
    kind = kind_of(value, family)
    if kind is Kind.SCALAR:
        return _scalar_icon(value)
    return {Kind.IMAGES: "image", Kind.FIGURE: "chart", Kind.TREE: "list", Kind.OBJECT: "any"}.get(kind, str(kind))


def _scalar_icon(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Color):
        return "color"
    if isinstance(value, os.PathLike):
        return "path"
    return "number" if isinstance(value, int | float | complex) else "any"


# A value of a library can only exist if the library is loaded: nothing needs to be imported to look.


def is_array(value: object) -> TypeGuard[numpy.ndarray]:
    """Return whether the value is a NumPy array with at least one axis."""
    return isinstance(value, loaded_class("numpy", "ndarray")) and value.ndim > 0


def is_table(value: object) -> TypeGuard[polars.DataFrame]:
    """Return whether the value is a polars table."""
    return isinstance(value, loaded_class("polars", "DataFrame"))


def is_figure(value: object) -> TypeGuard[Figure]:
    """Return whether the value is a matplotlib figure."""
    return isinstance(value, loaded_class("matplotlib.figure", "Figure"))


def _array_kind(array: numpy.ndarray, family: str | None) -> Kind:
    from .pixels import is_image_shaped

    if not is_image_shaped(array) or family not in (None, "image", "any", "list"):
        return Kind.ARRAY
    if family == "image" or array.ndim == 3:
        return Kind.IMAGE
    sample = array[:: max(1, array.shape[0] // 64), :: max(1, array.shape[1] // 64)]
    looks_grey = array.dtype.kind == "f" and array.dtype.itemsize == 4 and min(array.shape) >= 8
    return Kind.IMAGE if looks_grey and sample.min() >= 0 and sample.max() <= 1 else Kind.ARRAY


def _is_single(value: object) -> bool:
    """Whether a value is one thing that is best written large."""
    if value is None or isinstance(value, bool | int | float | complex | Color | os.PathLike | Decimal | Enum):
        return True
    if isinstance(value, dt.date | dt.time | dt.timedelta | uuid.UUID):
        return True
    return isinstance(value, loaded_class("numpy", "generic")) or (
        isinstance(value, loaded_class("numpy", "ndarray")) and value.ndim == 0
    )


def _is_nested(items: list[object] | tuple[object, ...]) -> bool:
    # As above, a few are enough.
    return any(isinstance(item, dict | list | tuple) for item in items[:16])


def _all_images(items: list[object] | tuple[object, ...]) -> bool:
    # The first few decide: a list of a million arrays must not be walked through.
    return len(items) > 0 and all(is_array(item) and _array_kind(item, "list") is Kind.IMAGE for item in items[:16])
