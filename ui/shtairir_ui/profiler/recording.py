"""The profile of the current or last run, fed by the editor's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir.events import Event, RunStarted
from shtairir.ids import NodeId
from shtairir.memory.lifetimes import Lifetimes
from shtairir.memory.profiler import MemoryProfiler, Profile
from shtairir_ui.editor import Editor

if TYPE_CHECKING:  # the planner is imported by the first run, on its own thread
    from shtairir.planning import ExecutionPlan
    from shtairir.results import RunResult

SHOWN_EVERY_MS = 100


class Recording(QObject):
    """Listens to runs. `changed` comes at most ten times a second, and when a run is over."""

    changed = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.profile = Profile()
        self.plan: ExecutionPlan | None = None
        self.critical: frozenset[NodeId] = frozenset()
        self.lifetimes = Lifetimes()
        self._profiler = MemoryProfiler()
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_EVERY_MS)
        self._timer.timeout.connect(self._tell)
        editor.events_arrived.connect(self._on_events)
        editor.run_finished.connect(self._on_finished)
        editor.document_opened.connect(self.forget)

    def forget(self) -> None:
        """Forget the last run: another graph is shown."""
        self._profiler, self.lifetimes = MemoryProfiler(), Lifetimes()
        self.plan, self.critical = None, frozenset()
        self._timer.stop()
        self._tell()

    def _on_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, RunStarted):
                self.plan, self.critical = None, frozenset()
            self._profiler.on_event(event)
            self.lifetimes.on_event(event)
        if not self._timer.isActive():
            self._timer.start()

    def _on_finished(self, result: RunResult) -> None:
        from shtairir.monitor.profile import measured_critical_path

        self.plan = result.plan
        self._timer.stop()
        self.profile = self._profiler.profile()
        self.critical = frozenset(measured_critical_path(self.profile, result.plan))
        self.changed.emit()

    def _tell(self) -> None:
        self.profile = self._profiler.profile()
        self.changed.emit()
