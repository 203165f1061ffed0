"""One node on the canvas: one graphics item that holds what is shown and paints all of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.canvas.face import NodeFace, PortFace, Side
from shtairir_ui.canvas.heat import Heat
from shtairir_ui.canvas.layout import Layout, arrange
from shtairir_ui.canvas.look import GLOW, PORT, TITLE_HEIGHT, Look
from shtairir_ui.canvas.node_painter import paint_node
from shtairir_ui.canvas.status_painter import Sign, progress_track, sign_of
from shtairir_ui.canvas.toolkit import Z_NODE, Z_NODE_RAISED, AbstractNodeItem
from shtairir_ui.guard import guarded
from shtairir_ui.runtime import IDLE, NodeRuntime

PlacedKey = tuple[Side, PortName]


@dataclass(frozen=True, slots=True)
class Alert:
    """What is wrong with a node, in short; `severe` tells an error from a warning."""

    text: str
    severe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check found on a node: the worst of it, and the inputs it is about."""

    alert: Alert
    inputs: frozenset[PortName] = frozenset()


class NodeItem(AbstractNodeItem):
    """A node as a graphics item.

    Runtime state lives in plain attributes: a change costs one `update` of this item, no more.
    """

    # The virtual handed back to C++: without it every move would call into Python for each item.
    itemChange = QGraphicsItem.itemChange

    _bounds = QRectF()

    def __init__(self, face: NodeFace, look: Look) -> None:
        super().__init__(face.id)
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsMovable, False)
        self.id = face.id
        self.face = face
        self.look = look
        self.runtime: NodeRuntime = IDLE
        self.thumbnail: QImage | None = None
        self.phase: float | None = None
        self.running_s = 0.0
        self.wait_s = 0.0
        self.finding: Finding | None = None
        self.stops = False
        self.hovered = False
        self.hovered_port: PlacedKey | None = None
        self.fitting: frozenset[PlacedKey] | None = None
        self.far_title: tuple[str, ...] | None = None
        self.sign: Sign | None = None
        self.heat: Heat | None = None
        self._adopt(self._arranged())

    # -- what is shown -------------------------------------------------------------------------

    @property
    def node(self) -> NodeId:
        """The node's id."""
        return self.face.id

    @property
    def alert(self) -> Alert | None:
        """What is written on the node: the failure of the last run, else why it cannot run at all."""
        if self.runtime.failure is not None and not self.runtime.stale:
            return Alert(self.runtime.failure.message)
        return Alert(self.face.absence, severe=False) if self.face.absence else None

    @property
    def concern(self) -> Alert | None:
        """What the badge stands for: the alert, else the finding of the check.

        A finding is not written on the node: each node just placed lacks its links, and would shout.
        """
        return self.alert or (self.finding.alert if self.finding is not None else None)

    def show_face(self, face: NodeFace) -> bool:
        """Show another face of the same node; returns whether anything moved in it."""
        if face == self.face:
            return False
        self.face = face
        self.far_title = None
        return self._arrange()

    def show_look(self, look: Look) -> bool:
        """Draw with another theme."""
        self.look = look
        self.far_title = None
        return self._arrange()

    def show_runtime(self, runtime: NodeRuntime, thumbnail: QImage | None) -> bool:
        """Show what the node did or does; returns whether anything moved in it."""
        if runtime is self.runtime and thumbnail is self.thumbnail:
            return False
        alert, had = self.alert, self.thumbnail is not None
        if runtime.status is not self.runtime.status:
            self.phase, self.running_s = None, 0.0
        if runtime.due_s != self.runtime.due_s:
            self.wait_s = 0.0
        self.runtime = runtime
        self.thumbnail = thumbnail
        self._choose_sign()
        if self.alert != alert or had != (thumbnail is not None):
            return self._arrange()
        self.update()
        return False

    def beat(self, now_s: float, round_s: float) -> None:
        """Show that the node is still at work, or how long it waits; the moving bar takes `round_s` for one round."""
        began_s, due_s = self.runtime.started_s, self.runtime.due_s
        self.wait_s = 0.0 if due_s is None else max(due_s - now_s, 0.0)
        self.running_s = 0.0 if began_s is None else max(now_s - began_s, 0.0)
        self.phase = (now_s / round_s) % 1.0
        self.update(progress_track(self.layout))
        self.update(progress_track(self.layout, far=True))
        self.update(self.layout.footer)

    def show_stop(self, stops: bool) -> None:
        """Show whether a run is held here."""
        if stops != self.stops:
            self.stops = stops
            self.update()

    def show_finding(self, finding: Finding | None) -> None:
        """Show what the check found."""
        if finding != self.finding:
            self.finding = finding
            self._choose_sign()
            self.update()

    def show_heat(self, heat: Heat | None) -> None:
        """Show what an overlay says of the node, or no longer."""
        if heat != self.heat:
            self.heat = heat
            self.far_title = None
            self.update()

    def _choose_sign(self) -> None:
        """Which disc is drawn is known before: painting must not think."""
        self.sign = sign_of(self.runtime, self.concern, self.look)

    def _arranged(self) -> Layout:
        picture = None if self.thumbnail is None else QSizeF(self.thumbnail.size())
        alert = self.alert
        return arrange(self.face, self.look, picture, alert.text if alert else "")

    def _arrange(self) -> bool:
        self._choose_sign()
        layout = self._arranged()
        changed = layout != self.layout
        if layout.size != self.layout.size:
            self.prepareGeometryChange()
            self.far_title = None
        self._adopt(layout)
        self.update()
        return changed

    def _adopt(self, layout: Layout) -> None:
        self.layout: Layout = layout
        self.box = layout.outline  # made once: a thousand cards a frame ask for it
        self._bounds = layout.outline.adjusted(-GLOW, -GLOW, GLOW, GLOW)

    # -- places --------------------------------------------------------------------------------

    @property
    def outline(self) -> QRectF:
        """The node's rectangle on the canvas, without shadow."""
        return self.layout.outline.translated(self.pos())

    def on_title(self, at: QPointF) -> bool:
        """Whether a place on the canvas lies on the title."""
        return self.outline.contains(at) and at.y() - self.y() < TITLE_HEIGHT

    def anchor(self, side: Side, name: PortName) -> QPointF:
        """Where links meet a port, on the canvas; the node's edge when it shows no such port."""
        ports = self.layout.inputs if side == "in" else self.layout.outputs
        for placed in ports:
            if placed.port.name == name:
                return self.pos() + placed.center
        return self.pos() + QPointF(0.0 if side == "in" else self.layout.size.width(), TITLE_HEIGHT / 2)

    def port_at(self, at: QPointF, slack: float) -> PortFace | None:
        """The port nearest to a place on the canvas, within `slack` beyond its mark."""
        local = at - self.pos()
        best: tuple[float, PortFace] | None = None
        for placed in self.layout.ports:
            offset = local - placed.center
            distance = max(abs(offset.x()), abs(offset.y()))
            if distance <= PORT + slack and (best is None or distance < best[0]):
                best = (distance, placed.port)
        return best[1] if best else None

    def ref(self, port: PortFace) -> PortRef:
        """The document's name of one of this node's ports."""
        return PortRef(self.node, port.name)

    # -- state of the hand over it -------------------------------------------------------------

    def set_selected(self, selected: bool) -> None:
        """Show as selected; selected nodes stand above the others."""
        if selected != self.isSelected():
            self.setSelected(selected)
            self.setZValue(Z_NODE_RAISED if selected else Z_NODE)

    def set_hover(self, hovered: bool, port: PortFace | None = None) -> None:
        """Show the mouse over the node or over one of its ports."""
        key = None if port is None else (port.side, port.name)
        if (hovered, key) != (self.hovered, self.hovered_port):
            self.hovered, self.hovered_port = hovered, key
            self.update()

    def set_fitting(self, ports: frozenset[PlacedKey] | None) -> None:
        """While a link is drawn: which ports it may reach; None when no link is drawn."""
        if ports != self.fitting:
            self.fitting = ports
            self.update()

    # -- Qt ------------------------------------------------------------------------------------

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        """The rectangle that painting stays in."""
        return self._bounds

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the node."""
        painter.save()
        try:
            paint_node(painter, self, option.levelOfDetailFromTransform(painter.worldTransform()))
        finally:
            painter.restore()
