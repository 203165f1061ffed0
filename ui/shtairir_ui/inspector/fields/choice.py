"""Choices and yes-or-no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from shtairir_ui.inspector.fields.base import Field, strong_focus

NOTHING = "none"


class ChoiceField(Field):
    """One of a few values; an optional port offers "none" as well.

    Parameters
    ----------
    words
        What people read, where that is not the value itself.
    """

    def __init__(
        self,
        choices: Sequence[Any],
        *,
        optional: bool = False,
        words: Mapping[Any, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._choices: list[Any] = [*([None] if optional else []), *choices]
        self.combo = QComboBox()
        named = words or {}
        self.combo.addItems([NOTHING if one is None else named.get(one, str(one)) for one in self._choices])
        self.combo.setPlaceholderText("choose")
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(6)
        strong_focus(self.combo)
        self.own(self.combo)
        self.row.addWidget(self.combo, 1)
        self.combo.activated.connect(self._on_chosen)

    def show_value(self, value: Any) -> None:
        """Show a choice; what is none of them shows as nothing chosen."""
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(self._choices.index(value) if value in self._choices else -1)

    def _on_chosen(self, index: int) -> None:
        self.edited.emit(self._choices[index])
        self.settled.emit()


class BoolField(Field):
    """Yes or no."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox()
        self.own(self.box)
        self.row.addWidget(self.box, 1)
        self.box.clicked.connect(self._on_clicked)

    def show_value(self, value: Any) -> None:
        """Show yes or no; no value shows as no."""
        self.box.setChecked(value is True)

    def _on_clicked(self, checked: bool) -> None:
        self.edited.emit(checked)
        self.settled.emit()
