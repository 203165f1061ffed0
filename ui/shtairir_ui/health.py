"""How the program is: workers, memory, disk, circuits to what blocks depend on, and resources that runs share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.clearing import clear
from shtairir_ui.editor import Editor
from shtairir_ui.guard import guarded
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.quantities import count, duration, size

if TYPE_CHECKING:
    from shtairir.monitor.health import BreakerHealth, Health
    from shtairir.resources import ResourceUsage

EVERY_MS = 1000
COLUMN_WIDTH = 300
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card: what it is about, what is to be said, and whether it wants looking after."""

    label: str
    text: str
    role: str = "text"
    breaker: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Some facts under a title; `none` is said when there are no facts."""

    icon: str
    title: str
    facts: tuple[Fact, ...]
    none: str = ""


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


def cards_of(health: Health, usage: Iterable[ResourceUsage]) -> tuple[Card, ...]:
    """What is shown of the health, card by card."""
    return (_workers(health), _memory(health), _disk(health), _breakers(health.breakers), _resources(usage))


def _workers(health: Health) -> Card:
    found = health.workers
    facts = [
        Fact("Threads", f"{found.threads:,}"),
        Fact("Processes", f"{found.processes:,}"),
        Fact("Runs under way", f"{health.runs.running:,}"),
    ]
    if found.abandoned:
        facts.append(Fact("Given up", f"{count(found.abandoned, 'thread')} still in a block", "warning"))
    return Card("process", "Workers", tuple(facts))


def _memory(health: Health) -> Card:
    found = health.memory
    facts = (
        Fact("This program", size(found.resident_bytes)),
        Fact("Lent to runs", f"{size(found.lent_bytes)}, {size(found.idle_bytes)} held for the next"),
        Fact("Machine", f"{size(found.available_bytes)} of {size(found.total_bytes)} free"),
    )
    return Card("memory", "Memory", facts)


def _disk(health: Health) -> Card:
    found = health.disk
    if found.folder is None:
        return Card("save", "Disk", (), "Nothing is kept of runs: SHTAIRIR_STATE_PATH is set to nothing.")
    facts = [
        Fact("History and journals", size(found.used_bytes)),
        Fact("Free", f"{size(found.free_bytes)} of {size(found.total_bytes)}"),
        Fact("Folder", str(found.folder), "text_dim"),
    ]
    if health.runs.interrupted:
        facts.append(Fact("Cut off", count(health.runs.interrupted, "run"), "warning"))
    return Card("save", "Disk", tuple(facts))


_BREAKER_WORDS: dict[str, tuple[str, str]] = {
    "closed": ("works", "ok"),
    "open": ("is not asked for a while", "error"),
    "half_open": ("is being tried", "warning"),
}


def _breakers(found: Iterable[BreakerHealth]) -> Card:
    facts = []
    for breaker in found:
        words, role = _BREAKER_WORDS.get(breaker.state, (breaker.state, "text"))
        text = f"{words}, after {count(breaker.failures, 'failure')} in a row" if breaker.failures else words
        if breaker.retry_in_s:
            text += f"; again in {duration(round(breaker.retry_in_s))}"
        facts.append(Fact(breaker.name, text, role, "" if breaker.state == "closed" else breaker.name))
    return Card("link", "What blocks depend on", tuple(facts), "No block has named anything that it depends on.")


def _resources(usage: Iterable[ResourceUsage]) -> Card:
    facts = []
    for one in usage:
        taken = f"{one.used:,} of {one.capacity:,}"
        if one.period_s is not None:
            taken += f" in {duration(one.period_s)}"
        lines = [taken]
        if one.holders:
            lines.append(f"held by {_named(f'{holding.node}' for holding in one.holders)}")
        if one.waiting:
            longest_s = max(one.at_s - wait.since_s for wait in one.waiting)
            lines.append(
                f"waited for by {_named(wait.node for wait in one.waiting)}, for {duration(longest_s)} at most"
            )
        facts.append(Fact(one.name, "; ".join(lines), "warning" if one.waiting else "text"))
    return Card("list", "Resources", tuple(facts), "No run has asked for a resource yet.")


def _named(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return ", ".join(listed[:_MOST_NAMED]) + more
