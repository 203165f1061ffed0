"""How the program is: workers, memory, disk, circuits to what blocks depend on, and resources that runs share."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.clearing import clear
from shtairir_ui.editor import Editor
from shtairir_ui.guard import guarded
from shtairir_ui.healthcards import Card, Fact, cards_of
from shtairir_ui.iconlabel import IconLabel

if TYPE_CHECKING:
    from shtairir.monitor.health import Health
    from shtairir.resources import ResourceUsage

EVERY_MS = 1000
COLUMN_WIDTH = 300


class HealthPanel(QWidget):
    """Looks every second, on a worker, while somebody looks at it."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("healthPanel")
        self.setProperty("role", "panel")
        self._editor = editor
        self._shown: tuple[tuple[Card, ...], tuple[str, ...]] | None = None
        self._asking = False
        self._columns = 1
        self._cards = QWidget()
        self._grid = QGridLayout(self._cards)
        self._verdict = QLabel(wordWrap=True)
        self._verdict.setObjectName("healthVerdict")
        self._verdict.setTextFormat(Qt.TextFormat.PlainText)
        self._verdict_icon = IconLabel(size=16)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self._lay_out()
        theme.changed.connect(self._on_theme)

    @property
    def text(self) -> str:
        """All that the panel says, for tests and screen readers."""
        return "\n".join(label.text() for label in self.findChildren(QLabel) if label.text())

    def refresh(self) -> None:
        """Look again; one look at a time."""
        if not self._asking:
            self._asking = True
            self._editor.background.submit(_look, self._show, self._failed)

    def _failed(self, error: Exception) -> None:
        self._asking = False
        self._verdict.setText(f"The health cannot be told: {error}")

    def _show(self, found: tuple[Health, tuple[ResourceUsage, ...]]) -> None:
        self._asking = False
        health, usage = found
        cards, problems = cards_of(health, usage), health.problems
        if self._shown == (cards, problems):
            return
        self._shown = (cards, problems)
        self._verdict.setText("\n".join(problems) if problems else "All is well.")
        self._verdict_icon.show_icon("warning" if problems else "ok", "warning" if problems else "ok")
        self._fill(cards)

    def _on_theme(self, _tokens: object) -> None:
        if self._shown is not None:
            self._fill(self._shown[0])

    def _fill(self, cards: tuple[Card, ...]) -> None:
        clear(self._grid)
        columns = self._columns = max(1, self.width() // COLUMN_WIDTH)
        for place, card in enumerate(cards):
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(self._card(card), place // columns, place % columns, top)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
        self._grid.setRowStretch(len(cards), 1)

    def _card(self, card: Card) -> QWidget:
        tokens = theme.current()
        widget = QWidget()
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.s1)
        head = QHBoxLayout()
        head.setSpacing(tokens.s2)
        head.addWidget(IconLabel(card.icon, size=16))
        title = QLabel(card.title)
        title.setProperty("role", "heading")
        head.addWidget(title, 1)
        column.addLayout(head)
        rows = QGridLayout()
        rows.setContentsMargins(16 + tokens.s2, 0, 0, 0)
        rows.setHorizontalSpacing(tokens.s3)
        rows.setVerticalSpacing(2)
        rows.setColumnStretch(1, 1)
        for row, fact in enumerate(card.facts):
            self._add_fact(rows, row, fact)
        if not card.facts:
            none = QLabel(card.none, wordWrap=True)
            none.setProperty("role", "dim")
            rows.addWidget(none, 0, 0, 1, 2)
        column.addLayout(rows)
        return widget

    def _add_fact(self, rows: QGridLayout, row: int, fact: Fact) -> None:
        label = QLabel(fact.label)
        label.setProperty("role", "dim")
        text = QLabel(wordWrap=True)
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setText(f"<span style='color:{theme.current().css(fact.role)}'>{escape(fact.text)}</span>")
        rows.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        rows.addWidget(text, row, 1)
        if fact.breaker:
            button = QPushButton("Reset")
            button.setObjectName(f"resetBreaker_{fact.breaker}")
            button.setToolTip(f"Ask '{fact.breaker}' again at once")
            button.clicked.connect(lambda _checked=False: self._reset(fact.breaker))
            rows.addWidget(button, row, 2, Qt.AlignmentFlag.AlignTop)

    def _reset(self, name: str) -> None:
        def reset() -> None:
            from shtairir.resources.breaker import breakers

            breakers().reset(name)

        self._editor.background.submit(reset, lambda _nothing: self.refresh())

    def _lay_out(self) -> None:
        tokens = theme.current()
        self._grid.setContentsMargins(tokens.s4, tokens.s2, tokens.s4, tokens.s4)
        self._grid.setHorizontalSpacing(tokens.s5)
        self._grid.setVerticalSpacing(tokens.s4)
        verdict = QHBoxLayout()
        verdict.setContentsMargins(tokens.s4, tokens.s3, tokens.s4, tokens.s1)
        verdict.setSpacing(tokens.s2)
        verdict.addWidget(self._verdict_icon)
        verdict.addWidget(self._verdict, 1)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(verdict)
        inner.addWidget(self._cards)
        inner.addStretch(1)
        scrolled = QScrollArea(widgetResizable=True)
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        scrolled.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolled)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the cards out anew when there is room for another number of columns."""
        super().resizeEvent(event)
        if self._shown is not None and max(1, self.width() // COLUMN_WIDTH) != self._columns:
            self._fill(self._shown[0])

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Look at once, and then every second."""
        super().showEvent(event)
        self.refresh()
        self._timer.start()

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()


def _look() -> tuple[Health, tuple[ResourceUsage, ...]]:
    from shtairir.monitor.health import health
    from shtairir.resources import shared_resources

    return health(), tuple(shared_resources().usage())
