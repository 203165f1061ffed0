"""The hand on the canvas: turns presses, moves, keys and drops into gestures and verbs.

It decides what is meant by where and how a button goes down, and holds the one gesture that is going on. Every
decision reads the document or the items; nothing is remembered from one gesture to the next but the selected
links, which the document knows nothing of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDropEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from shtairir.ids import NodeId, PortRef
from shtairir_ui.canvas import tips
from shtairir_ui.canvas.area_item import AreaKey
from shtairir_ui.canvas.areahand import AreaHand
from shtairir_ui.canvas.dot_item import DotItem
from shtairir_ui.canvas.edgepan import EdgePan
from shtairir_ui.canvas.face import PortFace
from shtairir_ui.canvas.gestures import (
    BoxGesture,
    DotGesture,
    Gesture,
    LinkGesture,
    MoveGesture,
    PanGesture,
    ResizeGesture,
    SliceGesture,
    Stage,
)
from shtairir_ui.canvas.hitting import Hit, hit_at
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.node_item import NodeItem

_SHIFT, _CTRL, _ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


class Verbs(Protocol):
    """What the hand asks the canvas for; `GraphCanvas` describes each."""

    def rename(self, node: NodeId | None = None) -> None: ...
    def edit_area(self, key: AreaKey) -> None: ...
    def activate(self) -> None: ...
    def look_closer(self, output: PortRef) -> None: ...
    def search_blocks(self, at: QPointF | None = None) -> None: ...
    def bend(self, hit: Hit, at: QPointF) -> None: ...
    def open_menu(self, hit: Hit, at: QPoint) -> None: ...
    def handles_key(self, event: QKeyEvent) -> bool: ...
    def press_key(self, event: QKeyEvent) -> bool: ...
    def takes(self, event: QDropEvent) -> bool: ...
    def comes_into(self, event: QDropEvent, at: QPointF) -> LinkItem | None: ...
    def drop(self, event: QDropEvent, at: QPointF) -> None: ...


class Hovered(Protocol):
    """Who says more about what the mouse rests on than a tool tip could."""

    def hover(self, hit: Hit) -> None: ...
    def explains(self, hit: Hit) -> bool: ...


class Hand:
    """The handler of the view's events."""

    def __init__(self, stage: Stage, verbs: Verbs) -> None:
        self._stage = stage
        self._verbs = verbs
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._pressed_at = QPointF()
        self._begin: Callable[[QPointF, Qt.KeyboardModifier], Gesture] | None = None
        self._click: Callable[[], None] | None = None
        self._panning_key = False
        self._menu_is_due = True
        self.areas = AreaHand(stage)
        self._edge = EdgePan(stage.view, self._follow_edge)
        self._hovered: Hit = Hit()
        self.mouse_at = QPointF(stage.view.viewport().rect().center())
        self.chosen_links: list[PortRef] = []
        self.hovering: Hovered | None = None

    @property
    def busy(self) -> bool:
        """Whether a gesture is going on."""
        return self._gesture is not None

    def cancel(self) -> None:
        """End what is going on as if it had not begun."""
        gesture, self._gesture = self._gesture, None
        self._edge.stop()
        self._begin = self._click = None
        self._button = Qt.MouseButton.NoButton
        if gesture is not None:
            gesture.cancel()
            self._show_cursor()

    # -- mouse ---------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """A button went down: find out what may come of it."""
        at, modifiers = event.position(), event.modifiers()
        self.mouse_at = at
        if self._button != Qt.MouseButton.NoButton:
            self._menu_is_due = not self.busy
            self.cancel()  # a second button takes the first one's gesture back
            return
        self._menu_is_due = True
        self._stage.view.setFocus(Qt.FocusReason.MouseFocusReason)
        QToolTip.hideText()
        if self.hovering is not None:
            self.hovering.hover(Hit())
        self._button, self._pressed_at = event.button(), at
        if event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and self._panning_key
        ):
            self._start(PanGesture(self._stage.view, at))
        elif event.button() == Qt.MouseButton.LeftButton:
            self._plan(self.hit(at), modifiers)

    def move(self, event: QMouseEvent) -> None:
        """The mouse went on: continue, begin, or show what is under it."""
        at = event.position()
        self.mouse_at = at
        if self._button != Qt.MouseButton.NoButton and not event.buttons() & self._button:
            self.cancel()  # the release went to somebody else
        if self._gesture is not None:
            self._gesture.move(at, event.modifiers())
            if not isinstance(self._gesture, PanGesture):
                self._edge.follow(at)
        elif self._begin is not None:
            far = (at - self._pressed_at).manhattanLength() >= QApplication.startDragDistance() / 2
            if far:
                begin, self._begin, self._click = self._begin, None, None
                self._hover(Hit())
                self._start(begin(self._pressed_at, event.modifiers()))
                if self._gesture is not None:
                    self._gesture.move(at, event.modifiers())
        elif self._button == Qt.MouseButton.NoButton:
            self._hover(self.hit(at))

    def release(self, event: QMouseEvent) -> None:
        """The button was let go: finish, or it was a click."""
        if event.button() != self._button:
            return
        self._button = Qt.MouseButton.NoButton
        self._edge.stop()
        gesture, self._gesture = self._gesture, None
        click, self._click, self._begin = self._click, None, None
        if gesture is not None:
            gesture.finish(event.position(), event.modifiers())
        elif click is not None:
            click()
        self._show_cursor()
        self._hover(self.hit(event.position()))

    def double_click(self, event: QMouseEvent) -> None:
        """On a title: rename. On a body: look closer. On the ground: search for a block."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        hit = self.hit(event.position())
        place = self._stage.view.to_scene(event.position())
        if hit.node is not None and hit.port is None and hit.node.on_title(place):
            self._verbs.rename(hit.node.node)
        elif hit.pinned is not None:
            self._verbs.look_closer(hit.pinned.ref)
        elif hit.node is not None:
            self._verbs.activate()
        elif hit.link is not None:
            self._verbs.bend(hit, place)
        elif hit.area is not None and hit.grip.moves:
            self._verbs.edit_area(hit.area.key)
        elif hit == Hit():
            self._verbs.search_blocks(place)

    def leave(self) -> None:
        """The mouse is elsewhere."""
        if self._gesture is None:
            self._hover(Hit())

    def lose_focus(self) -> None:
        """The release of a held key will not be heard."""
        self._panning_key = False
        self._show_cursor()

    def context_menu(self, event: QContextMenuEvent) -> None:
        """The right button, or the menu key."""
        if self.busy or not self._menu_is_due:
            self.cancel()
            return
        at = QPointF(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self._keyboard_place()
        self.mouse_at = at
        hit = self.hit(at)
        if hit.node is not None and not hit.node.isSelected():
            self.choose_links([])
            self._stage.editor.select((hit.node.node,))
        elif hit.link is not None and hit.link.link.target not in self.chosen_links:
            self._choose_link(hit.link, add=False)
        elif hit.area is not None and hit.area.key not in self._stage.board.areas.chosen:
            self.areas.plan(hit.area, hit.grip, at, Qt.KeyboardModifier.NoModifier)
        self._verbs.open_menu(hit, self._stage.view.viewport().mapToGlobal(at.toPoint()))

    def tool_tip(self, at: QPoint, event: QHelpEvent) -> None:
        """Explain what is under the mouse."""
        if not self.busy:
            hit = self.hit(QPointF(at))
            said = self.hovering is not None and self.hovering.explains(hit)
            text = tips.tip(hit.node) if hit.node is not None and not said else ""
            QToolTip.showText(event.globalPos(), text, self._stage.view)

    # -- keys and drops ------------------------------------------------------------------------

    def key_press(self, event: QKeyEvent) -> bool:
        """Escape ends a gesture, Space pans; the rest are verbs."""
        if event.key() == Qt.Key.Key_Escape and (self.busy or self._begin is not None):
            self.cancel()
            return True
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._panning_key = True
            self._show_cursor()
            return True
        return self._verbs.press_key(event)

    def key_release(self, event: QKeyEvent) -> bool:
        """Space was let go."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._panning_key = False
            self._show_cursor()
            return True
        return False

    def wants_key(self, event: QKeyEvent) -> bool:
        """Whether a key is the canvas's, before the window's shortcuts."""
        return event.key() == Qt.Key.Key_Space or self._verbs.handles_key(event)

    def takes(self, event: QDropEvent) -> bool:
        """Whether what is dragged in can be dropped here."""
        return self._verbs.takes(event)

    def drag_over(self, event: QDropEvent) -> None:
        """Something is dragged here from outside: light up the link that it would come into."""
        self._hover(Hit(link=self._verbs.comes_into(event, self._stage.view.to_scene(event.position()))))

    def drop(self, event: QDropEvent) -> None:
        """Something was dropped."""
        self._hover(Hit())
        self.mouse_at = event.position()
        self._verbs.drop(event, self._stage.view.to_scene(event.position()))

    # -- what is under it ------------------------------------------------------------------------

    def hit(self, at: QPointF) -> Hit:
        """What is under a place of the viewport: ports before nodes, nodes before links."""
        return hit_at(self._stage.board, self._stage.view, at)

    def choose_links(self, targets: list[PortRef]) -> None:
        """Mark these links, and only these, as chosen."""
        self._stage.board.dots.choose(None)
        self.chosen_links = [target for target in targets if target in self._stage.board.links]
        for target, item in self._stage.board.links.items():
            item.mark(chosen=target in self.chosen_links)

    # -- inside ----------------------------------------------------------------------------------

    def _follow_edge(self, at: QPointF) -> None:
        if self._gesture is not None:
            self._gesture.move(at, QApplication.keyboardModifiers())

    def _start(self, gesture: Gesture) -> None:
        self._gesture = gesture
        self._show_cursor()

    def _plan(self, hit: Hit, modifiers: Qt.KeyboardModifier) -> None:
        """Decide what a left press on something may become."""
        stage = self._stage
        if hit.area is None:
            stage.board.areas.choose(())
        if modifiers & _ALT and modifiers & _SHIFT:
            self._begin = lambda at, _: SliceGesture(stage, at)
        elif hit.node is not None and hit.port is not None:
            self._plan_link(hit.node, hit.port)
        elif hit.node is not None:
            self._plan_node(hit.node, modifiers)
            if hit.pinned is not None and hit.pinned.on_grip(stage.view.to_scene(self._pressed_at), stage.view.slack):
                pinned = hit.pinned
                self._begin = lambda at, _: ResizeGesture(stage, at, pinned)
        elif hit.link is not None:
            self._choose_link(hit.link, add=bool(modifiers & (_SHIFT | _CTRL)))
            if hit.dot is not None:
                self._plan_dot(hit.dot)
        elif hit.area is not None:
            self.choose_links([])
            self._begin, self._click = self.areas.plan(hit.area, hit.grip, self._pressed_at, modifiers)
        else:
            self.choose_links([])
            if not modifiers & (_SHIFT | _CTRL):
                stage.editor.select(())
            if stage.view.navigation == "pen" and not modifiers:
                self._begin = lambda at, _: PanGesture(stage.view, at)
            else:
                self._begin = lambda at, held: BoxGesture(stage, at, held)

    def _plan_link(self, item: NodeItem, port: PortFace) -> None:
        stage, ref = self._stage, item.ref(port)
        link = stage.editor.graph.links.get(ref) if port.side == "in" else None
        if link is None:
            self._begin = lambda at, _: LinkGesture(stage, ref, port.side)
        else:
            self._begin = lambda at, _: LinkGesture(stage, link.source, "out", link)

    def _plan_node(self, item: NodeItem, modifiers: Qt.KeyboardModifier) -> None:
        editor, node = self._stage.editor, item.node
        self.choose_links([])
        if modifiers & (_SHIFT | _CTRL):
            others = tuple(other for other in editor.selection if other != node)
            editor.select(others if node in editor.selection else (*others, node))
        elif node not in editor.selection:
            editor.select((node,))
        else:
            self._click = lambda: editor.select((node,))
        if node in editor.selection:
            is_out = bool(modifiers & _ALT)
            self._begin = lambda at, _: MoveGesture(self._stage, at, editor.selection, is_out=is_out)

    def _plan_dot(self, dot: DotItem) -> None:
        stage, item, index = self._stage, dot.link, dot.index
        stage.board.dots.choose((item.link.target, index))
        self._begin = lambda at, _: DotGesture(stage, item, index)

    def _choose_link(self, item: LinkItem, *, add: bool) -> None:
        target = item.link.target
        if not add:
            self._stage.editor.select(())
            self.choose_links([target])
        elif target in self.chosen_links:
            self.choose_links([other for other in self.chosen_links if other != target])
        else:
            self.choose_links([*self.chosen_links, target])

    def _hover(self, hit: Hit) -> None:
        old, self._hovered = self._hovered, hit
        if old.node is not None and old.node is not hit.node:
            old.node.set_hover(False)
        if old.link is not None and old.link is not hit.link:
            old.link.mark(hovered=False)
        if old.pinned is not None and old.pinned is not hit.pinned:
            old.pinned.set_hover(False)
        if hit.pinned is not None:
            hit.pinned.set_hover(True)
        if hit.node is not None:
            hit.node.set_hover(True, hit.port)
        if hit.link is not None:
            hit.link.mark(hovered=True)
        if old.dot is not None and old.dot is not hit.dot:
            old.dot.mark(hovered=False)
        if hit.dot is not None:
            hit.dot.mark(hovered=True)
        self.areas.hover(hit.area)
        if self.hovering is not None:
            self.hovering.hover(hit)
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._gesture is not None:
            shape = self._gesture.cursor
        elif self._panning_key:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._hovered.port is not None:
            shape = Qt.CursorShape.CrossCursor
        elif self._on_grip():
            shape = Qt.CursorShape.SizeFDiagCursor
        elif self._hovered.link is not None:
            shape = Qt.CursorShape.PointingHandCursor
        elif self._hovered.area is not None:
            shape = self.areas.cursor(self._hovered.area, self._hovered.grip, self.mouse_at)
        else:
            shape = Qt.CursorShape.ArrowCursor
        viewport = self._stage.view.viewport()
        if viewport.cursor().shape() != shape:
            viewport.setCursor(shape)

    def _on_grip(self) -> bool:
        view, pinned = self._stage.view, self._hovered.pinned
        return pinned is not None and pinned.on_grip(view.to_scene(self.mouse_at), view.slack)

    def _keyboard_place(self) -> QPointF:
        """The menu key means the chosen link or the selected node, else the middle of the view."""
        if self.chosen_links:
            middle = self._stage.board.links[self.chosen_links[-1]].path().pointAtPercent(0.5)
            return QPointF(self._stage.view.to_viewport(middle))
        selection = self._stage.editor.selection
        if selection and selection[-1] in self._stage.board.nodes:
            outline = self._stage.board.nodes[selection[-1]].outline
            return QPointF(self._stage.view.to_viewport(QPointF(outline.center().x(), outline.top() + 16)))
        return QPointF(self._stage.view.viewport().rect().center())
