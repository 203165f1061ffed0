"""What a value is at a glance: a line of facts and, by its kind, a picture, a large word or the head of a table.

For pinned previews, and for what hovers beside links and ports. Called on workers; never touches a widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from shtairir.block.values import Color, summarize
from shtairir_ui.quantities import count

from .items_model import item_text
from .kinds import Kind, is_array, is_figure, is_table, kind_of
from .scalar_view import words_for
from .table_model import cell_text, dtype_text
from .thumbnail import thumbnail

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS, COLUMNS = 60, 24
"""How much of a table or a list is looked at."""
CHARACTERS = 4000
"""How much of a text is looked at."""
_MODES = {1: "grey", 3: "RGB", 4: "RGBA"}


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be seen of a value in a small place.

    Attributes
    ----------
    words
        One line of facts: shape, type, range.
    picture
        For what can be drawn.
    large
        A single value, or the beginning of a text.
    rows
        The beginning of a table, of a list or of a dictionary; the first row are the headings.
    """

    kind: Kind
    words: str
    picture: QImage | None = None
    large: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def glance(value: object, size: QSize, family: str | None = None) -> Glance:
    """Return what there is to see of a value, a picture within `size` pixels; any thread may call this.

    Parameters
    ----------
    family
        The type family of the port, when known.
    """
    kind = kind_of(value, family)
    words = facts(value, family)
    picture = _chart(value, size) if is_figure(value) else thumbnail(value, size, family)
    if picture is not None:
        return Glance(kind, words, picture)
    if is_table(value):
        return Glance(kind, words, rows=_head_of_table(value))
    if isinstance(value, dict):
        pairs = islice(value.items(), ROWS)
        return Glance(kind, words, rows=(("key", "value"), *((str(key)[:80], item_text(item)) for key, item in pairs)))
    if isinstance(value, list | tuple):
        items = enumerate(islice(value, ROWS))
        return Glance(kind, words, rows=(("", "value"), *((str(number), item_text(item)) for number, item in items)))
    if is_array(value):
        return Glance(kind, words, large=_few_values(value))
    return Glance(kind, words, large=value[:CHARACTERS] if isinstance(value, str) else words_for(value)[0][:CHARACTERS])


def _chart(figure: Figure, size: QSize) -> QImage:
    """Drawn for this size: letters that shrink with the paper could not be read."""
    from .figure_render import render
    from .pixels import qimage

    return qimage(render(figure, max(size.width(), 64), max(size.height(), 48)))


def facts(value: object, family: str | None = None) -> str:
    """Return one line about a value: its shape, its type and the range of its numbers."""
    if is_array(value) and kind_of(value, family) is Kind.IMAGE:
        mode = _MODES.get(1 if value.ndim == 2 else value.shape[2], "")
        summary = summarize(value, "image")
        low, high = summary.minimum, summary.maximum
        span = f"  {low:.4g} to {high:.4g}" if low is not None and high is not None else ""
        return f"{value.shape[1]} × {value.shape[0]}  {mode}  {value.dtype}{span}"
    if is_figure(value):
        return "chart"
    if isinstance(value, str):
        return f"{count(len(value), 'character')}  {count(value.count(chr(10)) + 1 if value else 0, 'line')}"
    if isinstance(value, bool | int | float | complex | Color):
        return {"bool": "truth value", "int": "whole number", "float": "number", "Color": "colour"}.get(
            type(value).__name__, "number"
        )
    return summarize(value, family).text


def _head_of_table(table: Any) -> tuple[tuple[str, ...], ...]:
    head = table[:ROWS, :COLUMNS]
    titles = tuple(f"{name}\n{dtype_text(dtype)}" for name, dtype in head.schema.items())
    return (titles, *(tuple(cell_text(cell) for cell in row) for row in head.rows()))


def _few_values(array: Any) -> str:
    few = [cell_text(item.item() if hasattr(item, "item") else item) for item in array.flat[: min(array.size, 12)]]
    return ", ".join(few) + (", …" if array.size > len(few) else "") if few else "empty"
