"""What the next run would do, found out after each edit, away from the Qt thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir.block.registry import Registry
from shtairir.document import Change, Snapshot
from shtairir.errors import ShtairirError
from shtairir_ui.editor import Editor
from shtairir_ui.quantities import count, duration, percent, size

if TYPE_CHECKING:  # the planner is imported by the worker that needs it first
    from shtairir.forecasting import Forecast, Range

QUIET_MS = 250
IMPACT = {
    "low": "Low impact: most of the graph stays as it is.",
    "medium": "Medium impact: a part of the graph is made anew.",
    "high": "High impact: most of the graph is made anew.",
    "unknown": "",
}
_SURE = 1.25
"""A range whose ends differ by less than this factor is told as one time."""
_VAGUE = 20.0
"""The ends of one that differ by more mean little: the first run of a day may take ten times as long as the next."""
_NAMED = 6


class Foresight(QObject):
    """Keeps a forecast of the next run of an editor's graph; None where there is none, as while the graph has errors.

    One is worked out at a time. What changes meanwhile makes the one that comes out of date, and it is asked again.
    """

    changed = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.forecast: Forecast | None = None
        self._editor = editor
        self._asked = self._answered = 0
        self._busy = False
        self._timer = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._timer.timeout.connect(self._ask)
        editor.graph_changed.connect(self._on_change)
        editor.document_opened.connect(self._on_opened)
        editor.blocks_changed.connect(self.ask_soon)
        editor.run_finished.connect(self.ask_soon)
        editor.past_changed.connect(self.ask_soon)

    def ask_soon(self, _cause: object = None) -> None:
        """Look ahead again when it has been quiet for a moment."""
        self._asked += 1
        self._timer.start()

    def _on_change(self, change: Change) -> None:
        if change.affects_result:
            if self.forecast is not None and not self.forecast.nodes_to_run:
                self._tell(None)  # that nothing would run is not true any more; how much does is known in a moment
            self.ask_soon()

    def _on_opened(self) -> None:
        self._tell(None)
        self.ask_soon()

    def _ask(self) -> None:
        editor = self._editor
        if self._busy or editor.is_running or editor.past is not None:
            return  # asked again when that is over
        if not editor.root.nodes:
            self._tell(None)
            return
        self._busy, number = True, self._asked
        snapshot, registry = editor.root.snapshot(), editor.registry
        editor.background.submit(
            lambda: foreseen(snapshot, registry),
            lambda forecast: self._on_answer(number, forecast),
            lambda _error: self._on_answer(number, None),
        )

    def _on_answer(self, number: int, forecast: Forecast | None) -> None:
        self._busy = False
        self._answered = number
        if number == self._asked:
            self._tell(forecast)
        elif not self._timer.isActive():
            self._timer.start()

    def _tell(self, forecast: Forecast | None) -> None:
        if forecast is not None or self.forecast is not None:
            self.forecast = forecast
            self.changed.emit()


def foreseen(snapshot: Snapshot, registry: Registry) -> Forecast | None:
    """The forecast of a run as the window begins it; None for a graph that cannot be planned. Called on a worker."""
    import shtairir

    try:
        return shtairir.forecast(snapshot, registry=registry, cache="smart", keep="all")
    except ShtairirError:
        return None  # the problems say why


def button_text(forecast: Forecast | None) -> str:
    """What stands on the Run button besides its name: ``7 of 12 · 2–4 s · 210 MB``; empty when it is not known."""
    if forecast is None:
        return ""
    to_run, total = len(forecast.nodes_to_run), len(forecast.nodes_to_run) + len(forecast.nodes_cached)
    if not to_run:
        return "up to date"
    parts = [f"{to_run:,} of {total:,}"]
    if forecast.seconds is not None:
        parts.append(range_text(forecast.seconds))
    if forecast.peak_bytes:
        parts.append(size(forecast.peak_bytes))
    return " · ".join(parts)


def range_text(seconds: Range) -> str:
    """A time that is not sure: by both ends where they say something, else by what it most likely is."""
    low, high = duration(seconds.low), duration(seconds.high)
    if low == high or not 1 / _VAGUE <= _tightness(seconds) <= 1 / _SURE:
        return f"about {duration(seconds.typical)}"
    (number, _, unit), (_, _, other) = low.partition(" "), high.partition(" ")
    return f"{number}–{high}" if unit == other and " " not in unit else f"{low} – {high}"


def _tightness(seconds: Range) -> float:
    """How near to each other the ends are: 1 for one and the same time, 0 for no idea."""
    return seconds.low / seconds.high if seconds.high > 0 else 1.0


def _time_line(seconds: Range) -> str:
    told = range_text(seconds)
    if not told.startswith("about"):
        return f"Time: {told}, most likely {duration(seconds.typical)}."
    return f"Time: {told}." if _tightness(seconds) > 1 / _SURE else f"Time: {told}, up to {duration(seconds.high)}."


def tip_lines(forecast: Forecast | None) -> list[str]:
    """What the tip of the Run button says about the run that it would begin."""
    if forecast is None:
        return []
    to_run = list(forecast.nodes_to_run)
    if not to_run:
        return [f"Nothing would run: {_all_results(len(forecast.nodes_cached))}."]
    lines = [f"{count(len(to_run), 'node')} would run, {len(forecast.nodes_cached):,} would come from the cache."]
    if forecast.seconds is not None:
        lines.append(_time_line(forecast.seconds))
    else:
        lines.append("Time: not known yet; the first run will tell.")
    if forecast.peak_bytes:
        lines.append(f"Memory: {size(forecast.peak_bytes)} at most.")
    if forecast.disk_bytes:
        lines.append(f"Disk: {size(forecast.disk_bytes)} would be kept.")
    lines += _impact_lines(forecast)
    return lines + _reasons(forecast)


def _all_results(number: int) -> str:
    return "the only result is there" if number == 1 else f"all {number:,} results are there"


def _impact_lines(forecast: Forecast) -> list[str]:
    words = IMPACT.get(forecast.impact, "")
    if words and forecast.saved_share is not None:
        words = f"{words.rstrip('.')}; {percent(forecast.saved_share)} of the time is spared."
    return [words] if words else []


def _reasons(forecast: Forecast) -> list[str]:
    """Why: each reason once, with the nodes that it is told of."""
    by_reason: dict[str, list[str]] = {}
    for node, reason in forecast.nodes_to_run.items():
        if reason:
            by_reason.setdefault(reason, []).append(str(node))
    lines = [f"{', '.join(nodes[:3])}{'…' if len(nodes) > 3 else ''}: {why}" for why, nodes in by_reason.items()]
    return lines[:_NAMED] + ([f"and {len(lines) - _NAMED} reasons more"] if len(lines) > _NAMED else [])


def foreseen_words(forecast: Forecast) -> str:
    """What was foreseen, to stand beside what it came to: ``foreseen 2–4 s, 210 MB``; empty when nothing was."""
    parts = [] if forecast.seconds is None else [range_text(forecast.seconds)]
    if forecast.peak_bytes:
        parts.append(size(forecast.peak_bytes))
    return f"foreseen {', '.join(parts)}" if parts else ""
