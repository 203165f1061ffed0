"""Run, Stop and how the run is doing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from shtairir.events import NodeStatus, RunStatus
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.progress import RunProgress, run_progress
from shtairir_ui.quantities import count, duration, size

if TYPE_CHECKING:
    from shtairir.results import RunResult

TICK_MS = 100
STEPS = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last run in one line."""

    role: str
    icon: str
    text: str


class RunBar(QFrame):
    """The run's two buttons, its progress and, afterwards, its outcome."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runBar")
        self._editor = editor
        self._began_s = 0.0
        self._stopping = False
        self._expected_s: dict[NodeId, float] = {}
        self._make_widgets()
        self._lay_out()
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._refresh)
        self._outcome = Outcome("text_dim", "", "Not run yet")
        self._connect()
        self._show_idle()

    @property
    def status_text(self) -> str:
        """What the bar says, for tests and screen readers."""
        return self._status.text()

    def _make_widgets(self) -> None:
        self.run_button = QPushButton("Run")
        self.run_button.setObjectName("runButton")
        self.run_button.setProperty("role", "primary")
        self.run_button.setToolTip("Run the graph (F5)")
        theme.bind_icon(self.run_button, "run", "on_accent")
        self.stop_button = QPushButton("Stop")
        self.stop_button.setObjectName("stopButton")
        self.stop_button.setToolTip("Stop the run (Shift+F5)")
        theme.bind_icon(self.stop_button, "stop")
        # A click leaves the keyboard where it was, most often on the canvas; Tab still reaches both.
        for button in (self.run_button, self.stop_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._bar = QProgressBar(textVisible=False, maximum=STEPS)
        self._bar.setObjectName("runProgress")
        self._bar.setFixedSize(160, 6)
        self._icon = IconLabel(size=16)
        self._icon.setObjectName("runOutcomeIcon")
        self._status = QLabel()
        self._status.setObjectName("runStatus")
        self._status.setTextFormat(Qt.TextFormat.PlainText)

    def _lay_out(self) -> None:
        tokens = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.s2)
        row.addWidget(self.run_button)
        row.addWidget(self.stop_button)
        row.addSpacing(tokens.s2)
        row.addWidget(self._bar)
        row.addWidget(self._icon)
        row.addWidget(self._status, 1)

    def _connect(self) -> None:
        self.run_button.clicked.connect(lambda _checked=False: self._editor.run())
        self.stop_button.clicked.connect(lambda _checked=False: self.stop())
        self._editor.run_started.connect(self._on_started)
        self._editor.run_finished.connect(self._on_finished)
        self._editor.run_refused.connect(self._on_refused)
        self._editor.graph_replaced.connect(self._on_replaced)

    def stop(self) -> None:
        """Ask the run to end and say so until it does."""
        if self._editor.is_running:
            self._stopping = True
            self._editor.stop()
            self._refresh()

    def _on_started(self) -> None:
        self._began_s = time.perf_counter()
        self._stopping = False
        self._tick.start()
        self._buttons(running=True)
        self._bar.show()
        self._icon.hide()
        self._refresh()

    def _refresh(self) -> None:
        if not self._editor.is_running:
            return
        elapsed_s = time.perf_counter() - self._began_s
        progress = run_progress(self._editor.whole_runtime, self._expected_s, elapsed_s)
        self._bar.setValue(round(progress.fraction * STEPS))
        self._status.setText(running_text(progress, elapsed_s, self._stopping))

    def _on_finished(self, result: RunResult) -> None:
        for node, state in self._editor.whole_runtime.items():
            if state.status is NodeStatus.DONE and state.elapsed_s is not None:
                self._expected_s[node] = state.elapsed_s
        statuses = [state.status for state in self._editor.whole_runtime.values()]
        self._outcome = outcome_of(result, statuses)
        self._show_idle()

    def _on_refused(self, error: Exception) -> None:
        self._outcome = Outcome("error", "error", "Not run: see Problems")
        self._show_idle()

    def _on_replaced(self) -> None:
        self._expected_s.clear()
        self._outcome = Outcome("text_dim", "", "Not run yet")
        self._show_idle()

    def _show_idle(self) -> None:
        self._tick.stop()
        self._bar.hide()
        self._bar.setValue(0)
        self._buttons(running=False)
        self._icon.setVisible(bool(self._outcome.icon))
        self._icon.show_icon(self._outcome.icon, self._outcome.role)
        self._status.setText(self._outcome.text)

    def _buttons(self, *, running: bool) -> None:
        off, on = (self.run_button, self.stop_button) if running else (self.stop_button, self.run_button)
        on.setEnabled(True)
        if off.hasFocus():  # else Qt would hand the keyboard to whatever stands next to it
            on.setFocus()
        off.setEnabled(False)


def running_text(progress: RunProgress, elapsed_s: float, stopping: bool) -> str:
    """One line about a run that goes on."""
    if stopping:
        return f"Stopping… {duration(elapsed_s)}"
    if not progress.total:
        return f"Planning… {duration(elapsed_s)}"
    parts = [f"{progress.settled} of {count(progress.total, 'node')}", duration(elapsed_s)]
    if progress.remaining_s is not None and progress.remaining_s >= 0.5:
        parts.append(f"about {duration(progress.remaining_s)} left")
    return " · ".join(parts)


def outcome_of(result: RunResult, statuses: Sequence[NodeStatus | None]) -> Outcome:
    """One line about a run that is over; `statuses` are those of its nodes, at hand already."""
    facts = [count(len(statuses), "node")]
    failed = sum(status in (NodeStatus.FAILED, NodeStatus.TIMED_OUT) for status in statuses)
    skipped = sum(status is NodeStatus.SKIPPED for status in statuses)
    if failed:
        facts.append(f"{failed} failed")
    if skipped:
        facts.append(f"{skipped} skipped")
    if result.memory.peak_bytes:
        facts.append(f"peak {size(result.memory.peak_bytes)}")
    lead, role, icon = {
        RunStatus.DONE: ("Done in", "ok", "ok"),
        RunStatus.FAILED: ("Failed after", "error", "error"),
        RunStatus.CANCELLED: ("Stopped after", "warning", "cancelled"),
        RunStatus.TIMED_OUT: ("Timed out after", "error", "clock"),
    }[result.status]
    return Outcome(role, icon, " · ".join([f"{lead} {duration(result.elapsed_s)}", *facts]))
