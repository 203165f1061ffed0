"""Draw a link from a port, or take one off an input and put it elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from shtairir.document import Link
from shtairir.document.edits import AddLinks, Batch, RemoveLinks
from shtairir.ids import PortRef
from shtairir_ui.canvas.aiming import Aim, Aiming
from shtairir_ui.canvas.face import Side
from shtairir_ui.canvas.gestures.gesture import Stage
from shtairir_ui.canvas.link_item import LiveLink
from shtairir_ui.canvas.node_item import NodeItem
from shtairir_ui.rewiring import swapped


class LinkGesture:
    """A link that follows the mouse from a port.

    Parameters
    ----------
    start, side
        The port that stays, and whether it is an output or an input.
    detached
        The link that was taken off its input; it comes back unless it is dropped somewhere else.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage, start: PortRef, side: Side, detached: Link | None = None) -> None:
        self._stage = stage
        self._detached = detached
        self._aiming = Aiming(stage.editor, stage.board, start, side)
        self._marked: NodeItem | None = None
        self._live = LiveLink()
        stage.board.scene.addItem(self._live)
        for item in stage.board.nodes.values():
            item.set_fitting(self._aiming.fitting(item))
        for link in stage.board.links.values():
            link.mark(dimmed=True)
        self._show_detached(False)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Draw the link to the mouse, and say what letting go would do."""
        aim = self._aim(at)
        self._show(aim)
        self._say(at, aim)

    def finish(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Link, put elsewhere, take away, offer blocks, or leave all as it was."""
        aim = self._aim(at)
        self.cancel()
        if aim.port is not None and modifiers & Qt.KeyboardModifier.AltModifier and self._swap(aim.port):
            return
        if aim.port is not None:
            self._link(aim.port)
        elif aim.refused or self._is_over_node(at):
            return
        elif self._detached is not None:
            self._stage.editor.unlink(self._detached.target)
        else:
            self._stage.offer_blocks(aim.at, self._aiming.start, self._aiming.side)

    def cancel(self) -> None:
        """Show everything as the document has it."""
        stage = self._stage
        if self._live.scene() is not None:
            stage.board.scene.removeItem(self._live)
        stage.bubble.hide()
        self._mark(None, Aim(QPointF()))
        for item in stage.board.nodes.values():
            item.set_fitting(None)
        for link in stage.board.links.values():
            link.mark(dimmed=False)
        self._show_detached(True)

    def _aim(self, at: QPointF) -> Aim:
        view = self._stage.view
        aim = self._aiming.aim(view.to_scene(at), view.slack)
        if self._detached is not None and aim.port == self._detached.target:
            return Aim(aim.at, aim.port)
        return aim

    def _show(self, aim: Aim) -> None:
        board, aiming = self._stage.board, self._aiming
        fixed = board.nodes[aiming.start.node].anchor(aiming.side, aiming.start.port)
        start, end = (fixed, aim.at) if aiming.side == "out" else (aim.at, fixed)
        tokens = board.look.tokens
        own = tokens.type_color(aiming.face.family if aiming.face else "any")
        color = tokens.error if aim.refused else own
        self._live.run_between(start, end, color, refused=aim.refused, settled=aim.port is not None)
        self._mark(None if aim.port is None else board.nodes.get(aim.port.node), aim)

    def _mark(self, item: NodeItem | None, aim: Aim) -> None:
        """Light up the port that would be reached, and no other."""
        if self._marked is not None and self._marked is not item:
            self._marked.set_hover(False)
        self._marked = item
        if item is not None and aim.port is not None:
            item.set_hover(True, item.face.port(self._aiming.wanted, aim.port.port))

    def _say(self, at: QPointF, aim: Aim) -> None:
        view = self._stage.view
        self._stage.bubble.say(aim.text, view.viewport().mapToParent(at.toPoint()), refused=aim.refused)

    def _link(self, other: PortRef) -> None:
        source, target = self._aiming.ends(other)
        old = self._detached
        if old is None:
            self._stage.editor.link(source, target)
        elif target != old.target:
            edits = (RemoveLinks((old.target,)), AddLinks((Link(source, target),)))
            self._stage.editor.apply(Batch(edits, f"move link to {target}"))

    def _swap(self, target: PortRef) -> bool:
        """Let the input that the link comes from have what fed the other one; says whether that can be."""
        old, editor = self._detached, self._stage.editor
        if old is None or old.target.node != target.node or old.target == target:
            return False
        edit = swapped(editor.graph, editor.registry, old.target, target)
        if isinstance(edit, str):
            return False
        editor.apply(edit)
        return True

    def _is_over_node(self, at: QPointF) -> bool:
        """Back on the node it came from: the person thought better of it."""
        place = self._stage.view.to_scene(at)
        start = self._stage.board.nodes.get(self._aiming.start.node)
        reach = self._stage.view.slack
        return start is not None and start.outline.adjusted(-reach, -reach, reach, reach).contains(place)

    def _show_detached(self, shown: bool) -> None:
        if self._detached is not None:
            item = self._stage.board.links.get(self._detached.target)
            if item is not None:
                self._stage.board.show_link(item, shown)
