"""What the plan panel shows: how the next run is expected to go, and how the last one went. Worked out on a worker."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir.block.registry import Registry
from shtairir.document import Change, Snapshot
from shtairir.errors import ShtairirError
from shtairir.ids import NodeId
from shtairir.memory.lifetimes import Lifetime
from shtairir.memory.profiler import Profile
from shtairir_ui.editor import Editor
from shtairir_ui.planpanel.scene import CourseScene, scene_of
from shtairir_ui.profiler.recording import Recording

if TYPE_CHECKING:  # the planner is imported by the worker that needs it first
    from shtairir.forecasting import Forecast
    from shtairir.planning import ExecutionPlan
    from shtairir.results import RunResult

log = logging.getLogger(__name__)

QUIET_MS = 300
LEVELS = ("none", "basic", "balanced", "aggressive")
USUAL = "balanced"
"""The level at which the window runs."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A plan, how it is expected to go, and what else is foreseen of it."""

    plan: ExecutionPlan
    scene: CourseScene
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over: what was planned and foreseen, and what was seen of it."""

    plan: ExecutionPlan
    forecast: Forecast | None
    profile: Profile
    lifetimes: tuple[Lifetime, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What was foreseen of a run, and how it went."""

    before: Foreseen
    after: CourseScene


class Courses(QObject):
    """Plans the graph after each edit while somebody looks, and puts each run beside what was expected of it.

    Attributes
    ----------
    before
        What is expected; of the last run, as long as nothing has changed since.
    after
        How the last run went; ``None`` before there was one.
    refusal
        Why there is no plan.
    is_old
        Whether the graph has changed since the last run.
    watched
        Whether somebody looks.
    """

    changed = Signal()

    def __init__(self, editor: Editor, recording: Recording, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.before: Foreseen | None = None
        self.after: CourseScene | None = None
        self.refusal = ""
        self.is_old = False
        self.level = USUAL
        self._editor = editor
        self._recording = recording
        self.watched = False
        self._wanted = True
        self._ended: Ended | None = None
        self._number = 0
        self._timer = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._timer.timeout.connect(self._ask)
        editor.run_finished.connect(self._on_finished)
        editor.graph_changed.connect(self._on_change)
        editor.document_opened.connect(self._on_opened)
        editor.past_changed.connect(self.ask_soon)
        editor.blocks_changed.connect(self.ask_soon)

    def watch(self, watched: bool) -> None:
        """Say whether somebody looks: nothing is planned for nobody."""
        self.watched = watched
        if watched and self._ended is not None:
            self._look_back(self._ended)
        if watched and self._wanted:
            self._ask()

    def choose_level(self, level: str) -> None:
        """Show what another level would make of the graph."""
        if level != self.level:
            self.level = level
            self.ask_soon()

    def ask_soon(self, _cause: object = None) -> None:
        """Plan when it has been quiet for a moment."""
        self._wanted = True
        self._number += 1
        self._timer.start()

    # -- what happens ------------------------------------------------------------------------------

    def _on_change(self, change: Change) -> None:
        if change.affects_result:
            self.is_old = self.after is not None
            self.ask_soon()

    def _on_opened(self) -> None:
        self.before = self.after = None
        self.refusal, self.is_old = "", False
        self._ended = None
        self.changed.emit()
        self.ask_soon()

    def _ask(self) -> None:
        editor = self._editor
        if not self.watched or editor.is_running:
            return  # asked when somebody looks, and when the run is over
        self._wanted = False
        number, level = self._number, self.level
        snapshot, registry = editor.root.snapshot(), editor.registry
        if not snapshot.nodes:
            self.before, self.refusal = None, ""
            self.changed.emit()
            return
        editor.background.submit(
            lambda: foreseen(snapshot, registry, level),
            lambda found: self._on_foreseen(number, found),
            lambda error: self._on_broken(number, error),
        )

    def _on_foreseen(self, number: int, found: Foreseen | str) -> None:
        if number != self._number:
            return  # it is another graph now, and is asked for
        self.before, self.refusal = (None, found) if isinstance(found, str) else (found, "")
        self.changed.emit()

    def _on_broken(self, number: int, error: Exception) -> None:
        log.error("the plan could not be made", exc_info=error)
        self._on_foreseen(number, f"Something went wrong inside the planner: {type(error).__name__}: {error}.")

    def _on_finished(self, result: RunResult) -> None:
        self._timer.stop()
        self._number += 1
        self._wanted = False
        # Not the result itself, on which all values hang.
        self._ended = Ended(result.plan, result.forecast, self._recording.profile, self._recording.lifetimes.found)
        if self.watched:
            self._look_back(self._ended)

    def _look_back(self, ended: Ended) -> None:
        self._ended = None
        number = self._number
        self._editor.background.submit(lambda: compared(ended), lambda found: self._on_compared(number, found))

    def _on_compared(self, number: int, found: Compared) -> None:
        self.after = found.after
        self.is_old = number != self._number
        if not self.is_old:
            self.before, self.refusal, self.level = found.before, "", str(found.before.plan.level)
        self.changed.emit()


def foreseen(snapshot: Snapshot, registry: Registry, level: str) -> Foreseen | str:
    """Return what is expected of a run as the window begins it, or why there is no plan. Called on a worker."""
    import shtairir
    from shtairir.planning.schedule import schedule

    try:
        plan = shtairir.plan(snapshot, registry=registry, level=level)
        forecast = shtairir.forecast(plan, registry=registry, cache="smart", keep="all")
    except ShtairirError as error:
        return str(error)
    return Foreseen(plan, scene_of(schedule(plan, forecast.nodes_cached, keep_all=True), categories_of(plan)), forecast)


def compared(ended: Ended) -> Compared:
    """Return what was expected of a run, and how it went. Called on a worker."""
    from shtairir.monitor.observed import observed
    from shtairir.planning.schedule import schedule

    plan, forecast = ended.plan, ended.forecast
    categories = categories_of(plan)
    cached = forecast.nodes_cached if forecast is not None else ()
    before = Foreseen(plan, scene_of(schedule(plan, cached, keep_all=True), categories), forecast)
    return Compared(before, scene_of(observed(ended.profile, ended.lifetimes, plan), categories))


def categories_of(plan: ExecutionPlan) -> Mapping[NodeId, str]:
    """Return the category of each node's block."""
    return {
        node: task.definition.category
        for whole in plan.tasks
        for task in (whole, *whole.calls)
        for node in (task.node, *task.aliases)
    }
