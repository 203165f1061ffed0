"""What happened in the runs of this session, line by line."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from shtairir.events import (
    BreakerChanged,
    Event,
    NodeCompensated,
    NodeFailed,
    NodeHeld,
    NodeLogged,
    NodeRestored,
    NodeRetrying,
    NodeSkipped,
    RunFinished,
    RunStatus,
    WorkerReplaced,
)
from shtairir_ui import theme
from shtairir_ui.barbutton import bar_button
from shtairir_ui.editor import Editor
from shtairir_ui.happenings import weighty
from shtairir_ui.quantities import duration, size

if TYPE_CHECKING:
    from shtairir.monitor.chronicle import Recorded
    from shtairir.monitor.past import Regression

KEPT_LINES = 5000
LEVELS = ("debug", "info", "warning", "error")
FILTERS = (("Everything", "debug"), ("Info and above", "info"), ("Warnings and errors", "warning"), ("Errors", "error"))


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log; `node` is empty for what concerns the whole run."""

    clock: str
    node: str
    level: str
    message: str

    @property
    def text(self) -> str:
        """The line without colour, for the clipboard."""
        return "  ".join(part for part in (self.clock, f"{self.level:<7}", self.node, self.message) if part)


_LEVELS: dict[type[object], str] = {
    NodeRetrying: "warning",
    NodeCompensated: "warning",
    WorkerReplaced: "warning",
    BreakerChanged: "warning",
    NodeHeld: "debug",
    NodeRestored: "debug",
}


def log_line(event: Event, clock: str) -> LogLine | None:
    """The line an event is worth; None for the many that are seen on the nodes."""
    match event:
        case NodeLogged():
            return LogLine(clock, event.node, event.level, event.message)
        case NodeFailed():
            return LogLine(clock, event.node, "error", event.failure.message)
        case NodeSkipped():
            return LogLine(clock, event.node, "warning" if event.cause is not None else "debug", event.reason)
        case RunFinished():
            return LogLine(clock, "", "info" if event.status is RunStatus.DONE else "warning", weighty(event))
        case _:
            text = weighty(event)
            return LogLine(clock, "", _LEVELS.get(type(event), "info"), text) if text else None


def regression_line(found: Regression, clock: str) -> LogLine:
    """A node took more than it usually does."""
    now, usual = (duration(found.now), duration(found.usual)) if found.measure == "time" else _sizes(found)
    took = "took" if found.measure == "time" else "held"
    text = f"It {took} {now}; in the {found.runs} runs before, {usual}. This is no chance, by {found.sure:.0%}."
    return LogLine(clock, found.node, "warning", text)


def _sizes(found: Regression) -> tuple[str, str]:
    return size(round(found.now)), size(round(found.usual))


class LogPanel(QWidget):
    """Lines with time, level and node; filtered by level."""

    count_changed = Signal(int)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._lines: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self._unseen = 0
        self._level = QComboBox()
        self._level.setObjectName("logLevel")
        self._level.setAccessibleName("Which lines are shown")
        for title, level in FILTERS:
            self._level.addItem(title, level)
        self._level.setCurrentIndex(1)
        self._copy = bar_button("copy", "", "Copy the lines that are shown", "logCopy")
        self._clear = bar_button("delete", "", "Clear the log", "logClear")
        self._view = QPlainTextEdit(readOnly=True, maximumBlockCount=KEPT_LINES)
        self._view.setObjectName("logView")
        self._view.setAccessibleName("Log")
        self._view.setPlaceholderText("Nothing logged yet. What blocks report while they run is shown here.")
        self._view.setProperty("role", "flat")
        self._view.setFont(theme.mono_font(theme.current().size_label))
        self._lay_out()
        self._level.currentIndexChanged.connect(self._show_all)
        self._copy.clicked.connect(lambda _checked=False: self.copy())
        self._clear.clicked.connect(lambda _checked=False: self.clear())
        editor.events_arrived.connect(self._on_events)
        editor.run_recorded.connect(self._on_recorded)
        theme.changed.connect(self._show_all)

    @property
    def text(self) -> str:
        """The lines that pass the filter."""
        return "\n".join(line.text for line in self._lines if self._passes(line))

    def add(self, line: LogLine) -> None:
        """Add a line at the end."""
        self._lines.append(line)
        if self._passes(line):
            self._append([line])
        self._count(line)

    def clear(self) -> None:
        """Forget all lines."""
        self._lines.clear()
        self._view.clear()
        self.mark_seen()

    def copy(self) -> None:
        """Put the lines that are shown on the clipboard."""
        QGuiApplication.clipboard().setText(self.text)

    def mark_seen(self) -> None:
        """The person looks at the log: the badge goes away."""
        self._unseen = 0
        self.count_changed.emit(0)

    def _lay_out(self) -> None:
        tokens = theme.current()
        bar = QHBoxLayout()
        bar.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        bar.setSpacing(tokens.s1)
        label = QLabel("Show")
        label.setProperty("role", "dim")
        bar.addWidget(label)
        bar.addWidget(self._level)
        bar.addStretch(1)
        bar.addWidget(self._copy)
        bar.addWidget(self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._view, 1)

    def _on_events(self, events: list[Event]) -> None:
        clock = time.strftime("%H:%M:%S")
        lines = [line for event in events if (line := log_line(event, clock)) is not None]
        self._lines.extend(lines)
        self._append([line for line in lines if self._passes(line)])
        for line in lines:
            self._count(line)

    def _on_recorded(self, recorded: Recorded) -> None:
        for found in recorded.regressions:
            self.add(regression_line(found, time.strftime("%H:%M:%S")))

    def _count(self, line: LogLine) -> None:
        if LEVELS.index(line.level) >= LEVELS.index("warning") and not self.isVisible():
            self._unseen += 1
            self.count_changed.emit(self._unseen)

    def _passes(self, line: LogLine) -> bool:
        return LEVELS.index(line.level) >= LEVELS.index(self._level.currentData())

    def _show_all(self, _cause: object = None) -> None:
        self._view.clear()
        self._append([line for line in self._lines if self._passes(line)])

    def _append(self, lines: list[LogLine]) -> None:
        if lines:
            self._view.appendHtml("<br>".join(line_html(line) for line in lines))
            self._view.moveCursor(QTextCursor.MoveOperation.End)


def line_html(line: LogLine, *, with_node: bool = True) -> str:
    """A line in the colours of its level, as rich text."""
    tokens = theme.current()
    color = {"error": "error", "warning": "warning", "debug": "text_disabled"}.get(line.level, "text")
    node = (
        f"<span style='color:{tokens.css('accent')}'>{escape(line.node)}</span>&nbsp; "
        if line.node and with_node
        else ""
    )
    message = escape(line.message).replace("\n", "<br>")
    return (
        f"<span style='color:{tokens.css('text_dim')}'>{line.clock}</span>&nbsp; {node}"
        f"<span style='color:{tokens.css(color)}'>{message}</span>"
    )
