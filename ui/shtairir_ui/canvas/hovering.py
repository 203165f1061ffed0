"""What happens when the mouse rests on something of the canvas: the value of a link or a port, the error of a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QCursor

from shtairir.ids import PortRef
from shtairir_ui.canvas import tips
from shtairir_ui.canvas.hitting import Hit
from shtairir_ui.canvas.hovercard import PICTURE, HoverCard, Shown
from shtairir_ui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas
    from shtairir_ui.canvas.errorcard import ErrorCards
    from shtairir_ui.editor import Editor
    from shtairir_ui.preview import Glance

DELAY_MS = 350
"""How long the mouse must rest on something."""


class Hovering(QObject):
    """Shows the card of what is under the mouse; what it takes to find out happens on a worker."""

    def __init__(self, canvas: GraphCanvas, editor: Editor, errors: ErrorCards) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._editor = editor
        self._errors = errors
        self.card = HoverCard(canvas.view)
        self._hit = Hit()
        self._number = 0
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self._explain)
        canvas.hand.hovering = self
        for signal in (editor.graph_changed, editor.graph_replaced, editor.place_changed, editor.run_started):
            signal.connect(self.end)
        for bar in (canvas.view.horizontalScrollBar(), canvas.view.verticalScrollBar()):
            bar.valueChanged.connect(self.end)  # what was under the mouse is elsewhere

    def hover(self, hit: Hit) -> None:
        """The mouse is over something, or over something else."""
        if _key(hit) == _key(self._hit):
            self._hit = hit
            return
        self.end()
        self._hit = hit
        self._errors.hover(hit.node if hit.port is None else None)
        if hit.port is not None or hit.link is not None:
            self._timer.start()

    def explains(self, hit: Hit) -> bool:
        """Whether a card says what there is to say, so that no tool tip need."""
        return hit.port is not None or hit.link is not None or self._errors.is_shown_for(hit.node)

    def end(self, _cause: object = None) -> None:
        """Show nothing."""
        self._number += 1
        self._timer.stop()
        self._hit = Hit()
        self.card.hide()

    # -- inside ----------------------------------------------------------------------------------

    def _explain(self) -> None:
        hit, canvas = self._hit, self._canvas
        if canvas.hand.busy or not canvas.view.isVisible():
            return
        at = QCursor.pos() if canvas.view.viewport().underMouse() else self._place()
        source = self._source(hit)
        shown = self._shown(hit, source)
        self.card.show_at(shown, at)
        if source is not None and source in self._editor.results:
            self._look(shown, source, at)

    def _place(self) -> QPoint:
        return self._canvas.view.viewport().mapToGlobal(self._canvas.hand.mouse_at.toPoint())

    def _source(self, hit: Hit) -> PortRef | None:
        """The output whose value is meant: that of a link is what it carries, that of an input what feeds it."""
        if hit.link is not None:
            return hit.link.link.source
        assert hit.node is not None  # there is no port without a node
        assert hit.port is not None
        ref = hit.node.ref(hit.port)
        if hit.port.side == "out":
            return ref
        link = self._editor.graph.links.get(ref)
        return link.source if link is not None else None

    def _shown(self, hit: Hit, source: PortRef | None) -> Shown:
        board = self._canvas.board
        mark = board.marks.get(hit.link.link.target) if hit.link is not None else None
        item = board.nodes.get(source.node) if source is not None else None
        summary = item.runtime.summaries.get(source.port) if item is not None and source is not None else None
        return Shown(
            heading=tips.heading(hit.node, hit.port, hit.link),
            about=tips.about(hit.port, mark),
            words=summary.text if summary is not None else _given(hit),
            state=self._state(item, source),
        )

    def _state(self, item: NodeItem | None, source: PortRef | None) -> str:
        """Why there is no value to see, or that it is not what it would be now."""
        if item is None or source is None:
            return ""
        state = item.runtime
        if state.stale:
            return "Out of date: something before it has changed."
        if state.coarse:
            return "A quick look; the real value follows."
        if source in self._editor.results:
            return ""
        if source in self._editor.results.freed:
            return "Not kept, to stay within the memory budget."
        if state.summaries:
            return ""
        return state.reason if state.status is not None else "No value yet: run the graph."

    def _look(self, shown: Shown, source: PortRef, at: QPoint) -> None:
        """Have the value looked at closely."""
        from shtairir_ui.preview import glance

        number, value = self._number, self._editor.results[source]
        port = self._canvas.board.port(source, "out")
        family = port.family if port is not None else None
        size = PICTURE * self.card.devicePixelRatioF()

        def show(found: Glance) -> None:
            if number == self._number and self.card.isVisible():
                self.card.show_at(_with_value(shown, found), at)

        self._editor.background.submit(lambda: glance(value, size, family), show)


def _with_value(shown: Shown, found: Glance) -> Shown:
    return Shown(
        shown.heading, shown.about, found.words or shown.words, shown.state, found.picture, found.rows, found.large
    )


def _given(hit: Hit) -> str:
    """What an input without a link is set to."""
    port = hit.port
    if port is None or port.side == "out" or port.linked:
        return ""
    return f"Set to {port.value}" if port.value else "Required: link it, or set a value." if port.required else ""


def _key(hit: Hit) -> object:
    """Hits on the same thing are one."""
    return hit.node, (hit.port.side, hit.port.name) if hit.port is not None else None, hit.link
