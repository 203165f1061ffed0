"""The canvas: shows the editor's graph, and turns what people do on it into the editor's verbs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessibleInterface, QDropEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from shtairir.document import Change
from shtairir.document.edits import RemoveLinks
from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.canvas.area_item import AreaKey
from shtairir_ui.canvas.areamenu import area_menu
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.bubble import Bubble
from shtairir_ui.canvas.door import CanvasEditor
from shtairir_ui.canvas.face import Side
from shtairir_ui.canvas.framing import Framing
from shtairir_ui.canvas.gestures import Stage
from shtairir_ui.canvas.hand import Hand
from shtairir_ui.canvas.hitting import Hit
from shtairir_ui.canvas.keys import Keys
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.linkmenus import link_menu, port_menu
from shtairir_ui.canvas.look import MIN_WIDTH, TITLE_HEIGHT, Look
from shtairir_ui.canvas.menus import ground_menu, node_menu
from shtairir_ui.canvas.placing import Placing
from shtairir_ui.canvas.pulse import Pulse
from shtairir_ui.canvas.rename import TitleField
from shtairir_ui.canvas.scene import CanvasScene
from shtairir_ui.canvas.surgery import Surgery
from shtairir_ui.canvas.view import CanvasView
from shtairir_ui.guard import guarded
from shtairir_ui.places import Place

BLOCK_MIME = "application/x-shtairir-block"
"""The format of a block dragged from the palette: its id, in UTF-8."""
NODES_MIME = "application/x-shtairir-nodes"
"""The format of a template dragged from the palette: its nodes, as the clipboard holds them."""

NEW_HEIGHT, NEW_GAP = 96.0, 24.0
"""The room that a new node is given, before it is known how tall it is."""
HINT = "Drag a block from the palette, or press Tab"


class GraphCanvas(QWidget):
    """The canvas of one editor.

    Attributes
    ----------
    node_menu_parts
        What features put into the menu of a node.
    files_dropped
        Files were dropped, and where; who owns the window decides what becomes of them.
    node_activated
        A node was double-clicked on its body, or Enter was pressed on it.
    nodes_dropped
        Nodes, as the clipboard holds them, were dropped at a place of the canvas.
    publish_wanted
        An input or output, and its declaration, are to get a name outside of the graph.
    viewer_wanted
        An output whose preview is pinned here is to be seen in a window of its own.
    """

    files_dropped = Signal(list, QPointF)
    node_activated = Signal(str)
    nodes_dropped = Signal(str, QPointF)
    publish_wanted = Signal(object, object)
    viewer_wanted = Signal(object)

    def __init__(self, editor: CanvasEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.accessible: QAccessibleInterface | None = None
        """What screen readers read of it, once one has asked."""
        self.editor = editor
        look = Look(theme.current())
        self.scene = CanvasScene(look)
        self.view = CanvasView(self.scene, self)
        self.board = Board(editor, self.scene, look)
        self.pulse = Pulse(self.board, self)
        self.bubble = Bubble(self.view, look)
        self.placing = Placing(self)
        self.surgery = Surgery(self)
        self._stage = Stage(editor, self.board, self.view, self.bubble, self.placing.offer_partner)
        self.hand = Hand(self._stage, self)
        self.keys = Keys(self)
        self.framing = Framing(self)
        self.node_menu_parts: list[Callable[[QMenu], None]] = []
        self.view.handler = self.hand
        self._fit_when_seen = False
        self._fit_timer = QTimer(self, singleShot=True, interval=0)
        self._fit_timer.timeout.connect(self.fit)
        self._field: TitleField | None = None
        self._place = editor.place
        # The way to a definition takes room above the canvas, once all have heard that another place is shown.
        self._fit_soon = QTimer(self, singleShot=True, interval=0)
        self._fit_soon.timeout.connect(self._fit_again)
        self._fitted: object = None
        self._looks: dict[Place, tuple[float, QPointF]] = {}
        self._hint = QLabel(HINT, self)
        self._hint.setObjectName("canvasHint")
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self._listen()
        self.apply_theme()
        self._rebuild()

    def _listen(self) -> None:
        editor = self.editor
        editor.graph_replaced.connect(self._on_replaced)
        editor.place_changed.connect(self._on_place)
        editor.graph_changed.connect(self._apply)
        editor.selection_changed.connect(self._show_selection)
        editor.problems_changed.connect(self.board.show_problems)
        editor.runtime_changed.connect(self.board.show_runtime)
        editor.runtime_changed.connect(self.pulse.follow)
        editor.marks_changed.connect(self.board.show_marks)
        editor.run_finished.connect(self._show_results)
        theme.changed.connect(self.apply_theme)

    # -- what is in sight ----------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole graph; who cannot be seen yet does it once more when its size is known."""
        self._fit_when_seen = not self.isVisible()
        self.view.frame(self.board.extent())

    def frame_selection(self) -> None:
        """Show the selected nodes, or the whole graph when none is selected."""
        self.view.frame(self.board.extent(self.editor.selection or None))

    def center_on(self, node: NodeId) -> None:
        """Bring a node to the middle of the view, at the present zoom."""
        if node in self.board.nodes:
            self.view.centerOn(self.board.nodes[node].outline.center())

    def focus_node(self, node: NodeId) -> None:
        """Select a node, bring it into sight at a readable size, and give the canvas the keyboard."""
        self.editor.select((node,))
        if self.view.zoom < 0.6:
            self.view.zoom_to(1.0)
        self.center_on(node)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def viewport_center(self) -> tuple[float, float]:
        """The place of the canvas in the middle of the view."""
        center = self.view.visible_rect().center()
        return (round(center.x()), round(center.y()))

    def free_place(self) -> tuple[float, float]:
        """Where a new node lies on no other: near the middle of the view, as long as there is room in sight."""
        x, y = self.viewport_center()
        middle = QRectF(x - MIN_WIDTH / 2, y - NEW_HEIGHT / 2, MIN_WIDTH, NEW_HEIGHT)
        around = sorted(itertools.product(range(-3, 4), range(-3, 4)), key=_detour)
        wide, high = MIN_WIDTH + NEW_GAP, NEW_HEIGHT + NEW_GAP
        spots = [middle.translated(column * wide, row * high) for column, row in around]
        seen = self.view.visible_rect()
        taken = [item.outline for item in self.board.nodes.values()]
        free = [spot for spot in spots if not any(spot.intersects(outline) for outline in taken)]
        spot = next((spot for spot in free if seen.contains(spot)), free[0] if free else middle)
        return (round(spot.x()), round(spot.y()))

    def apply_theme(self, _tokens: object = None) -> None:
        """Draw everything with the theme in use."""
        look = Look(theme.current())
        self.scene.use(look)
        self.board.use(look)
        self.bubble.use(look)
        tokens = look.tokens
        self._hint.setStyleSheet(
            f"QLabel {{ color: {tokens.css('text_dim')}; font-size: {tokens.size_title}px; background: transparent; }}"
        )
        self._place_hint()
        self.view.viewport().update()

    def port_position(self, ref: PortRef, side: Side) -> QPoint:
        """Where a port is on the viewport; for tests and for pointing at it."""
        return self.view.to_viewport(self.board.nodes[ref.node].anchor(side, ref.port))

    def node_position(self, node: NodeId) -> QPoint:
        """The middle of a node's title on the viewport; for tests and for pointing at it."""
        item = self.board.nodes[node]
        return self.view.to_viewport(item.pos() + QPointF(item.layout.size.width() / 2, TITLE_HEIGHT / 2))

    # -- verbs ---------------------------------------------------------------------------------

    def delete(self) -> None:
        """Remove the selected nodes, or the chosen dot, links, frames and notes."""
        if self.board.dots.chosen is not None:
            self.surgery.remove_dot(*self.board.dots.chosen)
            self.hand.choose_links([])  # or the next Delete would take the link, too
        elif self.hand.chosen_links:
            self.unlink([self.board.links[target] for target in self.hand.chosen_links])
        elif self.framing.chosen:
            self.framing.remove(self.framing.chosen)
        elif self.editor.selection:
            self.editor.remove(self.editor.selection)

    def choose_nothing(self) -> None:
        """Let go of nodes, links, frames and notes."""
        self.editor.select(())
        self.hand.choose_links([])
        self.board.areas.choose(())

    def unlink(self, links: Iterable[LinkItem]) -> None:
        """Remove links, in one step."""
        targets = tuple(link.link.target for link in links)
        if targets:
            self.editor.apply(RemoveLinks(targets))

    def toggle_stops(self) -> None:
        """Set breakpoints on the selected nodes or the chosen links, or take them away."""
        if self.hand.chosen_links:
            self.editor.toggle_stop(*self.hand.chosen_links)
        elif self.editor.selection:
            self.editor.toggle_stop(*self.editor.selection)

    def toggle_watches(self) -> None:
        """Watch the chosen links, or those that leave the selected nodes; where all are watched, no longer."""
        chosen = set(self.editor.selection)
        links = self.hand.chosen_links or [
            target for target, item in self.board.links.items() if item.link.source.node in chosen
        ]
        on = not all(link in self.editor.watched_here for link in links)
        for link in links:
            if (link in self.editor.watched_here) is not on:
                self.editor.toggle_watch(link)

    def paste(self, at: QPointF | None = None) -> None:
        """Paste at a place of the canvas, else at the mouse."""
        place = self.mouse_place() if at is None else at
        self.editor.paste((round(place.x()), round(place.y())))

    def rename(self, node: NodeId | None = None) -> None:
        """Type a new title in place, by default for the node selected last, or of the chosen frame."""
        if node is None and self.framing.chosen:
            self.edit_area(self.framing.chosen[-1])
            return
        chosen = node or (self.editor.selection[-1] if self.editor.selection else None)
        item = self.board.nodes.get(chosen) if chosen is not None else None
        if item is None:
            return
        if not self.view.visible_rect().contains(item.outline.topLeft()):
            self.center_on(item.node)
        name = item.node
        self._field = TitleField(self.view, item, lambda title: self.editor.set_title(name, title or None))
        self._field.destroyed.connect(self._forget_field)
        self._field.begin()

    def edit_area(self, key: AreaKey) -> None:
        """Type the title of a frame, or the text of a note, in place."""
        self.framing.edit(key)

    def search_blocks(self, at: QPointF | None = None) -> None:
        """Open the search for a block to be put at a place, else at the mouse."""
        place = self.mouse_place() if at is None else at
        self.placing.search(place, lambda block: self.placing.put(block, place))

    def bend(self, hit: Hit, at: QPointF) -> None:
        """Lead a link over a dot at a place; on a dot, take that away."""
        if hit.link is not None and hit.dot is not None:
            self.surgery.remove_dot(hit.link.link.target, hit.dot.index)
        elif hit.link is not None:
            self.surgery.add_dot(hit.link, at)

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected nodes, or the chosen frames and notes, a little."""
        if self.framing.chosen:
            self.framing.nudge(dx, dy)
            return
        nodes = self.editor.graph.nodes
        places = {node: nodes[node].position for node in self.editor.selection}
        self.editor.move({node: (x + dx, y + dy) for node, (x, y) in places.items()})

    def activate(self) -> None:
        """Tell that the selected node is meant to be looked at."""
        if self.editor.selection:
            self.node_activated.emit(self.editor.selection[-1])

    def look_closer(self, output: PortRef) -> None:
        """Tell that a pinned preview is meant to be looked at."""
        self.viewer_wanted.emit(output)

    def mouse_place(self) -> QPointF:
        """Where the mouse was last on the canvas."""
        at = self.hand.mouse_at
        inside = self.view.viewport().rect().contains(at.toPoint())
        return self.view.to_scene(at if inside else QPointF(self.view.viewport().rect().center()))

    # -- what the hand asks for ----------------------------------------------------------------

    def open_menu(self, hit: Hit, at: QPoint) -> None:
        """Open the menu for what is under the mouse."""
        menu = self.menu_for(hit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def menu_for(self, hit: Hit) -> QMenu:
        """The menu for what is under the mouse."""
        if hit.node is not None and hit.port is not None:
            return port_menu(self, hit.node, hit.port)
        if hit.node is not None:
            return node_menu(self, hit.node)
        if hit.link is not None:
            return link_menu(self, hit.link, hit.dot, self.mouse_place())
        if hit.area is not None:
            return area_menu(self, hit.area.key)
        return ground_menu(self, self.mouse_place())

    def takes(self, event: QDropEvent) -> bool:
        """Blocks and templates of the palette, and files of any kind."""
        mime = event.mimeData()
        return mime.hasFormat(BLOCK_MIME) or mime.hasFormat(NODES_MIME) or bool(files_of(mime))

    def comes_into(self, event: QDropEvent, at: QPointF) -> LinkItem | None:
        """The link that a dragged block would be put into the middle of."""
        mime, link = event.mimeData(), self.placing.link_at(at)
        if link is None or not mime.hasFormat(BLOCK_MIME):
            return None
        block = bytes(mime.data(BLOCK_MIME).data()).decode()
        return link if self.placing.fits_into(block, link.link.target) else None

    def drop(self, event: QDropEvent, at: QPointF) -> None:
        """Place a block, or tell that nodes or files came."""
        mime = event.mimeData()
        if mime.hasFormat(BLOCK_MIME):
            block = bytes(mime.data(BLOCK_MIME).data()).decode()
            self.placing.uses.note(block)
            self.placing.put(block, at)
            self.view.setFocus(Qt.FocusReason.MouseFocusReason)
        elif mime.hasFormat(NODES_MIME):
            self.nodes_dropped.emit(bytes(mime.data(NODES_MIME).data()).decode(), at)
            self.view.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            self.files_dropped.emit(files_of(mime), at)

    def handles_key(self, event: QKeyEvent) -> bool:
        """Whether a key means something here."""
        return self.keys.knows(event)

    def press_key(self, event: QKeyEvent) -> bool:
        """Do what a key stands for."""
        return self.keys.press(event)

    # -- inside --------------------------------------------------------------------------------

    def _on_replaced(self) -> None:
        self._looks.clear()
        self._place = self.editor.place
        self._rebuild()

    def _on_place(self, place: Place) -> None:
        """Show another graph of the file as it was left."""
        self._looks[self._place] = (self.view.zoom, self.view.visible_rect().center())
        self._place = place
        self._rebuild()
        if place in self._looks:
            zoom, center = self._looks[place]
            self.view.zoom_to(zoom)
            self.view.centerOn(center)
        else:
            self._fitted = self._look()
            self._fit_soon.start()

    def _fit_again(self) -> None:
        """Fit what was fitted before all around it had its place, unless somebody looks at a part of it by now."""
        if self._look() == self._fitted:
            self.fit()

    def _look(self) -> tuple[float, int, int]:
        view = self.view
        return view.zoom, view.horizontalScrollBar().value(), view.verticalScrollBar().value()

    def forget_place(self, place: Place) -> None:
        """Look at a place with fresh eyes next time: its tab was closed."""
        self._looks.pop(place, None)

    def _rebuild(self) -> None:
        self._end_interaction()
        self.pulse.rest()
        self.board.rebuild()
        self._show_hint()
        self.fit()

    def _apply(self, change: Change) -> None:
        # An edit from elsewhere (undo, a script) takes the ground from under a gesture that is going on.
        if self.hand.busy:
            self.hand.cancel()
        self.board.apply(change)
        self.framing.follow()
        if self._field is not None and self._field.node not in self.board.nodes:
            self._field.abandon()
        self.hand.choose_links(self.hand.chosen_links)
        self._show_hint()

    def _show_selection(self, selection: tuple[NodeId, ...]) -> None:
        if selection:
            self.hand.choose_links([])
            self.board.areas.choose(())
        self.board.show_selection(selection)

    def _show_results(self, _result: object) -> None:
        """Asking for the thumbnails has them made; `runtime_changed` tells when they are there."""
        self.pulse.rest()
        self.board.show_runtime(self.editor.graph.nodes)

    def _end_interaction(self) -> None:
        self.hand.cancel()
        self.hand.choose_links([])
        self.framing.abandon()
        if self._field is not None:
            self._field.abandon()

    def _forget_field(self) -> None:
        self._field = None

    def _show_hint(self) -> None:
        self._hint.setVisible(not self.board.nodes)
        self._place_hint()

    def _place_hint(self) -> None:
        self._hint.adjustSize()
        corner = self.rect().center() - self._hint.rect().center()
        self._hint.move(max(corner.x(), 0), max(corner.y(), 0))
        self._hint.raise_()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Fit a graph that came while something else was shown here."""
        super().showEvent(event)
        if self._fit_when_seen:
            self._fit_timer.start()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the hint in the middle."""
        super().resizeEvent(event)
        self._place_hint()


def _detour(spot: tuple[int, int]) -> tuple[int, bool]:
    """How far off a spot is from the middle; to the right and below come first, as graphs are read."""
    column, row = spot
    return (column**2 + row**2, column < 0 or row < 0)


def files_of(mime: QMimeData) -> list[Path]:
    """Return the files and folders among what is dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
