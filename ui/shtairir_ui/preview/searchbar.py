"""A field to search or filter with, which comes with Ctrl+F and goes with Escape."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded


class SearchBar(QWidget):
    """A field with, if wanted, what was found and the way to the next and the one before.

    Attributes
    ----------
    changed
        Another text stands in the field; empty when the bar is closed.
    stepped
        1 for the next place, -1 for the one before.
    """

    changed = Signal(str)
    stepped = Signal(int)
    closed = Signal()
    shown = Signal(bool)

    def __init__(self, hint: str, *, steps: bool = False) -> None:
        super().__init__()
        tokens = theme.current()
        self.field = QLineEdit()
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(hint)
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self.changed)
        self.found = QLabel()
        self.found.setProperty("role", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        row.setSpacing(tokens.s1)
        row.addWidget(self.field, 1)
        row.addWidget(self.found)
        if steps:
            row.addWidget(self._button("chevron_up", "The one before (Shift+Enter)", -1))
            row.addWidget(self._button("chevron_down", "The next one (Enter)", 1))
        self._steps = steps
        self.hide()

    @property
    def text(self) -> str:
        """What is searched for; empty while the bar is closed."""
        return self.field.text()

    def show_bar(self, shown: bool) -> None:
        """Open the bar with the keyboard in it, or close it, which ends the search."""
        if shown is not self.isHidden():
            if shown:
                self.field.setFocus()
                self.field.selectAll()
            return
        self.setVisible(shown)
        self.shown.emit(shown)
        if shown:
            self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.field.selectAll()
        else:
            self.complain("")
            self.field.clear()

    def tell(self, words: str) -> None:
        """Say beside the field what was found."""
        self.found.setText(words)

    def complain(self, words: str) -> None:
        """Say that what stands in the field makes no sense; empty when it does."""
        self.field.setToolTip(words)
        self.field.setProperty("invalid", bool(words))
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)

    def _button(self, icon: str, tip: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        theme.bind_icon(button, icon, "text_dim")
        button.clicked.connect(lambda: self.stepped.emit(step))
        return button

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; Enter goes on, with Shift back."""
        if event.key() == Qt.Key.Key_Escape:
            self.show_bar(False)
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._steps:
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)
