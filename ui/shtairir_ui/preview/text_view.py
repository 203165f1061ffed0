"""Text, in a fixed width, wrapped or not."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from shtairir_ui import theme
from shtairir_ui.quantities import count

from .view import View, Workers

MAX_CHARACTERS = 400_000
"""Qt lays out the whole text on its own thread; beyond this it would be felt."""

_LONGEST_LINE = 2000
"""Qt's time for a line grows with the square of its length: 400,000 characters in one took 22 s."""


class TextView(View):
    """Shows a text."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._text = ""
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
        self._text = value
        self.page.setPlainText(folded(value[:MAX_CHARACTERS]))
        lines = value.count("\n") + 1 if value else 0
        self.info.setText(f"{count(len(value), 'character')}  {count(lines, 'line')}")
        cut = len(value) > MAX_CHARACTERS
        self.say(f"The first {MAX_CHARACTERS:,} characters are shown; Copy takes all." if cut else "")

    def clear(self) -> None:
        """Let the text go."""
        super().clear()
        self._text = ""
        self.page.clear()

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
