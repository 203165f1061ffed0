"""Keeps an overlay on the nodes, as long as one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir_ui import theme
from shtairir_ui.canvas.heat import OVERLAYS, Facts, Overlay, heats
from shtairir_ui.canvas.legend import Legend
from shtairir_ui.runtime import IDLE, NodeRuntime
from shtairir_ui.tally import Tally

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas
    from shtairir_ui.canvas.node_item import NodeItem
    from shtairir_ui.editor import Editor

PAUSE_MS = 200
"""While a run goes on the figures follow it in steps: the largest one decides the colours of all."""
AGEING_MS = 5000
BY_KEY = {overlay.key: overlay for overlay in OVERLAYS}


class Overlays(QObject):
    """Draws one overlay, or none.

    Attributes
    ----------
    shown
        The key of the overlay; empty while there is none.
    """

    changed = Signal(str)

    def __init__(self, canvas: GraphCanvas, editor: Editor, tally: Tally, legend: Legend) -> None:
        super().__init__(canvas)
        self.shown = ""
        self._canvas = canvas
        self._editor = editor
        self._tally = tally
        self._legend = legend
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self.refresh)
        self._ageing = QTimer(self, interval=AGEING_MS)
        self._ageing.timeout.connect(self.refresh)
        legend.closed.connect(lambda: self.choose(""))
        for signal in (editor.runtime_changed, editor.graph_changed):
            signal.connect(self._refresh_soon)
        for signal in (editor.graph_replaced, editor.place_changed, theme.changed):
            signal.connect(self._refresh_now)

    def choose(self, key: str) -> None:
        """Show an overlay by its key; with an empty one, none."""
        if key == self.shown:
            return
        self.shown = key
        self._ageing.start() if key == "age" else self._ageing.stop()
        self._put_on()
        self.changed.emit(key)

    def refresh(self) -> None:
        """Look at the figures again."""
        if self.shown:
            self._put_on()

    def _refresh_soon(self, _cause: object) -> None:
        if self.shown and not self._soon.isActive():
            self._soon.start()

    def _refresh_now(self, _cause: object = None) -> None:
        if self.shown:
            QTimer.singleShot(0, self, self.refresh)  # once the canvas has made the nodes

    def _put_on(self) -> None:
        overlay: Overlay | None = BY_KEY.get(self.shown)
        items = self._canvas.board.nodes
        if overlay is None:
            for item in items.values():
                item.show_heat(None)
            self._legend.show_overlay(None)
            return
        runtime = self._editor.runtime
        facts = {node: self._facts(item, runtime.get(node, IDLE)) for node, item in items.items()}
        found, marks = heats(overlay, facts, theme.current())
        for node, item in items.items():
            item.show_heat(found[node])
        self._legend.show_overlay(overlay, marks)

    def _facts(self, item: NodeItem, state: NodeRuntime) -> Facts:
        """What is known of a node; of one that others are inside of, by those."""
        editor, tally = self._editor, self._tally
        path = editor.place.whole(item.node) if editor.place.path else item.node
        inside = editor.inside(path)
        runs, age_s = tally.runs.get(path, 0), tally.age_s(path)
        if inside:
            runs = max(runs, *(tally.runs.get(one, 0) for one in inside))
            ages = [age for one in (path, *inside) if (age := tally.age_s(one)) is not None]
            age_s = min(ages, default=None)
        return Facts(
            elapsed_s=state.elapsed_s,
            memory_bytes=max(state.peak_bytes, state.output_bytes) or None,
            runs=runs or None,
            age_s=age_s,
            category=item.face.category,
        )
