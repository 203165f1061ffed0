"""Values that are written on one line: text, lists, arrays, and whatever has no field of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from shtairir.block.types import ListType, PortType
from shtairir_ui.inspector.fields.base import Field


class LineField(Field):
    """A line of text that stands for a value.

    Parameters
    ----------
    write, read
        From value to text, and back; `read` raises ValueError with a sentence.
    """

    def __init__(
        self,
        write: Callable[[Any], str],
        read: Callable[[str], Any],
        placeholder: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._write, self._read = write, read
        self.line = QLineEdit(placeholderText=placeholder)
        self.own(self.line)
        self.row.addWidget(self.line, 1)
        self.line.textEdited.connect(self._on_text)
        self.line.editingFinished.connect(self.settled)

    def show_value(self, value: Any) -> None:
        """Show a value; a text that already means it is left as it was typed."""
        text = "" if value is None else self._write(value)
        if text != self.line.text() and not (self.line.hasFocus() and self._means(value)):
            self.line.setText(text)
            if not self.line.hasFocus():
                self.line.setCursorPosition(0)  # of a long text the beginning tells most

    def _means(self, value: Any) -> bool:
        try:
            return bool(self._read(self.line.text()) == value)
        except ValueError:
            return False

    def _on_text(self, text: str) -> None:
        try:
            value = self._read(text)
        except ValueError as error:
            self.refused.emit(str(error))
            return
        self.edited.emit(value)


def text_field(placeholder: str) -> LineField:
    """A line of text, empty text included."""
    return LineField(str, str, placeholder)


def list_field(kind: ListType) -> LineField:
    """Items with commas between them; JSON in brackets where commas will not do."""
    return LineField(
        list_text, lambda text: read_list(text, kind.item), "1, 2, 3" if _numeric(kind.item) else "a, b, c"
    )


def numbers_field(placeholder: str) -> LineField:
    """A number, numbers with commas between them, or rows in brackets."""
    return LineField(list_text, read_numbers, placeholder)


def loose_field(kind: PortType) -> LineField:
    """A value of several possible kinds: read as JSON where it is, as text where the port takes text."""
    return LineField(_loose_text, lambda text: _read_loosely(text, kind), "")


def list_text(value: Any) -> str:
    """A list on one line, as `read_list` reads it again."""
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    simple = all(_is_simple(item) for item in value)
    if not simple or not value:
        return json.dumps(value, ensure_ascii=False) if value else ""
    return ", ".join(item if isinstance(item, str) else json.dumps(item) for item in value)


def read_list(text: str, item: PortType) -> list[Any]:
    """The list that a line stands for.

    Raises
    ------
    ValueError
        With a sentence that names the item.
    """
    if text.strip().startswith("["):
        return _json_list(text)
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    return [_read_item(part, item) for part in parts]


def read_numbers(text: str) -> Any:
    """A number, or lists of numbers; None for an empty line."""
    cleaned = text.strip()
    if not cleaned:
        return None
    if cleaned.startswith("["):
        return _json_list(cleaned)
    numbers = [_number(part.strip()) for part in cleaned.split(",")]
    return numbers[0] if len(numbers) == 1 and "," not in cleaned else numbers


def _numeric(item: PortType) -> bool:
    return item.family in ("int", "float")


def _is_simple(item: Any) -> bool:
    if isinstance(item, str):
        return bool(item) and item == item.strip() and "," not in item and not item.startswith("[")
    return isinstance(item, int | float)


def _read_item(text: str, item: PortType) -> Any:
    if _numeric(item):
        return _number(text)
    if item.family == "bool":
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise ValueError(f"“{text}” is not true or false.")
    return text


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a number." if text else "A number is missing between two commas.") from None
    if not math.isfinite(value):
        raise ValueError("A number must be finite.")
    return value


def _json_list(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        raise ValueError("The brackets do not hold a list, such as [1, 2, 3].") from None
    if not isinstance(value, list):
        raise ValueError("The brackets do not hold a list, such as [1, 2, 3].")
    return value


def _loose_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read_loosely(text: str, kind: PortType) -> Any:
    """The value as JSON if the port takes that, else the text itself."""
    if not text.strip():
        return None
    try:
        value = json.loads(text)
        kind.parse(value)
    except ValueError:
        return text
    return value
