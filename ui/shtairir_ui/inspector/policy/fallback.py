"""A value for each output of a block, in a field of the output's type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from shtairir.block import MISSING, BlockDefinition, InputPort, OutputPort
from shtairir_ui import theme
from shtairir_ui.inspector.fields import Field, FieldContext, make_field

_CANNOT = "cannot be written here: lead it through a Try block instead"


class FallbackField(Field):
    """Edits values by the names of outputs."""

    def __init__(self, definition: BlockDefinition | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, Any] = {}
        self._refused: set[str] = set()
        self.fields: dict[str, Field] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.current().s2)
        grid.setVerticalSpacing(theme.current().s1)
        outputs = definition.outputs if definition is not None else ()
        for row, port in enumerate(outputs):
            self._add(port, grid, row, alone=len(outputs) == 1)
        self.row.addLayout(grid, 1)
        if self.fields:
            self.setFocusProxy(next(iter(self.fields.values())))

    def show_value(self, value: Any) -> None:
        """Show the values; an output without one shows nothing."""
        self._values = dict(value) if isinstance(value, Mapping) else {}
        for name, field in self.fields.items():
            if name not in self._refused:
                field.show_value(self._values.get(name))

    def _add(self, port: OutputPort, grid: QGridLayout, row: int, *, alone: bool) -> None:
        if not alone:
            label = QLabel(port.label or port.name)
            label.setProperty("role", "dim")
            grid.addWidget(label, row, 0)
        if not port.type.editable and port.type.family != "any":
            text = QLabel(f"{port.type.name} {_CANNOT}", wordWrap=True)
            text.setProperty("role", "small")
            grid.addWidget(text, row, 1)
            return
        field = make_field(InputPort(port.name, port.type, True, MISSING, label=port.label), FieldContext())
        field.setObjectName(f"fallback_{port.name}")
        field.setAccessibleName(f"Fallback value of {port.label or port.name}")
        field.setToolTip(port.help)
        field.edited.connect(lambda value, name=str(port.name): self._on_edited(name, value))
        field.refused.connect(lambda sentence, name=str(port.name): self._on_refused(name, sentence))
        field.settled.connect(self.settled)
        self.fields[str(port.name)] = field
        grid.addWidget(field, row, 1)

    def _on_edited(self, name: str, value: Any) -> None:
        self._refused.discard(name)
        others = {key: item for key, item in self._values.items() if key != name}
        self._values = others if value is None else {**others, name: value}
        self.edited.emit(dict(self._values) or None)

    def _on_refused(self, name: str, sentence: str) -> None:
        self._refused.add(name)
        self.refused.emit(sentence)
