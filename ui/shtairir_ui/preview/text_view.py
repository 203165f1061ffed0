"""Text, in a fixed width, wrapped or not."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from shtairir_ui import theme
from shtairir_ui.quantities import count

from .jobs import Workers
from .view import View

MAX_CHARACTERS = 1_000_000
"""Qt holds about fifty bytes for a character."""

_PORTION = 40_000
"""Qt lays out text on its own thread: it gets so much at a time, between other events."""

_LONGEST_LINE = 2000
"""Qt's time for a line grows with the square of its length: 400,000 characters in one took 22 s."""


class TextView(View):
    """Shows a text."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._text = ""
        self._shown = 0
        self._portions = QTimer(self, singleShot=True, interval=0)
        self._portions.timeout.connect(self._more)
        self.page = QPlainTextEdit()
        self.page.setReadOnly(True)
        self.page.setProperty("role", "flat")
        self.page.document().setDocumentMargin(theme.current().s2)
        self.page.setFont(theme.mono_font(theme.current().size_label))
        self.body.addWidget(self.page, 1)
        self.wrap = self.add_switch("wrap", "Wrap long lines", self._on_wrap)
        self.wrap.setChecked(True)
        self.add_tool("copy", "Copy the text", lambda: QGuiApplication.clipboard().setText(self._text))

    def show_value(self, value: str) -> None:
        """Show a text; of a very long one, the beginning."""
        self._text, self._shown = value, 0
        self.page.clear()
        self._more()
        lines = value.count("\n") + 1 if value else 0
        self.info.setText(f"{count(len(value), 'character')}  {count(lines, 'line')}")
        cut = len(value) > MAX_CHARACTERS
        self.say(f"The first {MAX_CHARACTERS:,} characters are shown; Copy takes all." if cut else "")

    def clear(self) -> None:
        """Let the text go."""
        super().clear()
        self._portions.stop()
        self._text = ""
        self.page.clear()

    def _more(self) -> None:
        end = min(self._shown + _PORTION, len(self._text), MAX_CHARACTERS)
        if end < len(self._text):
            # Portions end at line ends where there are some: a line is not torn.
            end = self._text.rfind("\n", self._shown, end) + 1 or end
        cursor = QTextCursor(self.page.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(folded(self._text[self._shown : end]))
        self._shown = end
        if end < min(len(self._text), MAX_CHARACTERS):
            self._portions.start()

    def _on_wrap(self, wrap: bool) -> None:
        modes = QPlainTextEdit.LineWrapMode
        self.page.setLineWrapMode(modes.WidgetWidth if wrap else modes.NoWrap)


def folded(text: str) -> str:
    """Return the text with a line break wherever a line grows too long for Qt."""
    if len(text) <= _LONGEST_LINE:
        return text
    return "\n".join(
        line[start : start + _LONGEST_LINE]
        for line in text.split("\n")
        for start in range(0, max(len(line), 1), _LONGEST_LINE)
    )
