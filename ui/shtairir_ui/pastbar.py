"""Says that what is shown is a run of the past, and leads back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.iconlabel import IconLabel


class PastBar(QFrame):
    """Shown as long as a run of the past is looked at."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pastBar")
        self._editor = editor
        self._icon = IconLabel(size=20)
        self._text = QLabel(wordWrap=True)
        self._text.setObjectName("pastText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.back_button = QPushButton("Back to the present")
        self.back_button.setObjectName("pastBack")
        self.back_button.setToolTip("Show the graph that is edited, as it was left")
        self.back_button.clicked.connect(lambda _checked=False: editor.leave_past())
        self._lay_out()
        editor.past_changed.connect(self._refresh)
        editor.document_opened.connect(self._refresh)
        theme.changed.connect(self._dress)
        self._refresh()

    @property
    def text(self) -> str:
        """What the bar says."""
        return self._text.text()

    def _refresh(self) -> None:
        past = self._editor.past
        self.setVisible(past is not None)
        if past is not None:
            self._text.setText(f"{past.title}. You see its graph, its times and what was kept; nothing can be changed.")
            self._dress()

    def _lay_out(self) -> None:
        tokens = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.s4, tokens.s2, tokens.s4, tokens.s2)
        row.setSpacing(tokens.s3)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self.back_button)

    def _dress(self, _tokens: object = None) -> None:
        dress_bar(self, "pastBar", "pastText", "cached")
        self._icon.show_icon("history", "cached")


def dress_bar(bar: QFrame, name: str, text: str, role: str) -> None:
    """Give a bar across the window the quiet ground of a colour."""
    tokens = theme.current()
    color = tokens.color(role)
    ground, line = tokens.tint(color, 0.16), tokens.tint(color, 0.45)
    bar.setStyleSheet(
        f"#{name} {{ background: {ground.name()}; border: none; border-bottom: 1px solid {line.name()}; }}"
        f"#{text} {{ color: {tokens.css('text')}; background: transparent; }}"
    )
