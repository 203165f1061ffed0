"""One setting: its name, its field, where its value comes from, and what it means."""

from __future__ import annotations

import itertools
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from shtairir_ui import theme
from shtairir_ui.inspector.fields import Field
from shtairir_ui.inspector.fields.duration import SEVERAL, DurationField
from shtairir_ui.inspector.policy.making import make_setting_field, say_several
from shtairir_ui.inspector.policy.subject import Shown, Subject
from shtairir_ui.inspector.policy.summary import value_text
from shtairir_ui.inspector.policy.words import ORIGINS, Words
from shtairir_ui.inspector.style import restyle

ORIGIN_WIDTH = 44
_bursts = itertools.count()


class SettingRow(QObject):
    """The widgets of one setting, placed into a grid, and what they do.

    Attributes
    ----------
    part
        Which of several subjects it is of.
    """

    def __init__(self, subject: Subject, key: str, words: Words, parent: QWidget) -> None:
        super().__init__(parent)
        self._subject = subject
        self.key = key
        self.part = 0
        self._words = words
        self._burst = next(_bursts)
        self._refused = False
        self.label = _label(words, key, parent)
        self.field = self._make_field(parent)
        self.note = _line(f"note_{key}", "small", parent)
        self.error = _line(f"error_{key}", "error", parent)
        self.origin = _Origin(key, parent)
        self.origin.reset.clicked.connect(self._reset)
        self.label.setBuddy(self.field)
        self.refresh()

    def place(self, grid: QGridLayout) -> None:
        """Take the next rows of the grid."""
        row = grid.rowCount()
        grid.addWidget(self.label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.field, row, 1)
        grid.addWidget(self.origin, row, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.note, row + 1, 1, 1, 2)
        grid.addWidget(self.error, row + 2, 1, 1, 2)

    def take(self, subject: Subject) -> None:
        """Show and edit the setting of something else."""
        self._subject = subject
        self._burst = next(_bursts)
        self._refused = False

    @property
    def is_set(self) -> bool:
        """Whether the setting is said here."""
        return self._subject.shown(self.key).is_set

    def set_visible(self, visible: bool) -> None:
        """Show or hide the setting; its lines below are seen when there is something in them."""
        for widget in (self.label, self.field, self.origin):
            widget.setVisible(visible)
        for line in (self.note, self.error):
            line.setVisible(visible and bool(line.text()))

    def refresh(self) -> None:
        """Show what holds now, after an edit from anywhere."""
        shown = self._subject.shown(self.key)
        restyle(self.label, "" if shown.is_set else "dim")
        self.origin.show_origin(shown, value_text(self._words, shown.inherited))
        self._show_note(shown)
        if self._refused and self.field.isAncestorOf(self.field.focusProxy() or self.field) and self.field.hasFocus():
            return
        self.show_value(shown)

    def show_value(self, shown: Shown) -> None:
        """Put a value into the field, and say what is wrong with it."""
        self._refused = False
        say_several(self.field, self._words.placeholder if shown.same else "several")
        if shown.same:
            self.field.show_value(shown.value)
        else:
            self.field.show_value(SEVERAL if isinstance(self.field, DurationField) else None)
        fault = self._subject.fault(self.key, shown.value) if shown.is_set and shown.same else None
        self._say(f"{fault.message[:1].upper()}{fault.message[1:]} {fault.fix}" if fault is not None else "")

    def _make_field(self, parent: QWidget) -> Field:
        field = make_setting_field(self._subject, self.key, self._words)
        field.setParent(parent)
        field.setObjectName(f"policy_{self.key}")
        field.setAccessibleName(self._words.label)
        field.setToolTip(self._words.help)
        field.edited.connect(self._on_edited)
        field.refused.connect(self._on_refused)
        field.settled.connect(self._on_settled)
        return field

    def _on_edited(self, value: Any) -> None:
        if value is None and self.key not in ("timeout_s", "condition"):
            self._refused = True  # an emptied field means what holds otherwise, and stays empty while it is typed in
            self._say("")
            self._subject.unset(self.key)
            return
        fault = self._subject.fault(self.key, value)
        if fault is not None:
            self._on_refused(f"{fault.message[:1].upper()}{fault.message[1:]} {fault.fix}")
            return
        self._refused = False
        self._say("")
        self._subject.set(self.key, value, ("policy", self.key, self._burst))

    def _on_refused(self, sentence: str) -> None:
        self._refused = True
        self._say(sentence)

    def _on_settled(self) -> None:
        self._burst = next(_bursts)
        if self._refused and not self.error.text():
            self.show_value(self._subject.shown(self.key))

    def _reset(self) -> None:
        self._subject.unset(self.key)
        self.show_value(self._subject.shown(self.key))

    def _show_note(self, shown: Shown) -> None:
        text = self._words.choices.get(str(shown.value), "") if shown.same else ""
        text = text or self._subject.note(self.key)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _say(self, sentence: str) -> None:
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        self.field.show_invalid(bool(sentence))


class _Origin(QWidget):
    """Says who set a value; for one that is set here, the button that takes it back."""

    def __init__(self, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"origin_{key}")
        self.setFixedWidth(ORIGIN_WIDTH)
        self.setFixedHeight(theme.current().control_height)
        self.word = QLabel()
        self.word.setProperty("role", "small")
        self.reset = QToolButton()
        self.reset.setObjectName(f"reset_{key}")
        self.reset.setAccessibleName(f"Reset {key}")
        theme.bind_icon(self.reset, "undo", "text_dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.word)
        row.addWidget(self.reset)
        row.addStretch(1)

    def show_origin(self, shown: Shown, inherited: str) -> None:
        """Show where a value comes from."""
        word, sentence = ORIGINS.get(shown.origin, ("", ""))
        self.word.setText(word)
        self.word.setToolTip(sentence)
        self.reset.setToolTip(f"Reset to {inherited}")
        self.word.setVisible(not shown.is_set)
        self.reset.setVisible(shown.is_set)


def _label(words: Words, key: str, parent: QWidget) -> QLabel:
    label = QLabel(words.label, parent)
    label.setObjectName(f"policy_label_{key}")
    label.setToolTip(words.help)
    label.setWordWrap(True)
    label.setMinimumHeight(theme.current().control_height)
    return label


def _line(name: str, role: str, parent: QWidget) -> QLabel:
    line = QLabel(wordWrap=True, parent=parent)
    line.setObjectName(name)
    line.setProperty("role", role)
    line.setTextFormat(Qt.TextFormat.PlainText)
    line.hide()
    return line
