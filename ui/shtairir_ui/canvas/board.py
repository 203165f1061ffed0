"""The document on the canvas: one way, from the graph to graphics items.

The board never changes the graph, and nothing else places items. After each change of the document the nodes and
links that the change names get a new face, and only what differs is drawn again. `disagreements` says where
scene and document differ; there must never be any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from shtairir.document import Change, Link
from shtairir.ids import NodeId, PortRef
from shtairir.validation import Problem
from shtairir_ui.canvas.areas import Areas
from shtairir_ui.canvas.door import CanvasEditor
from shtairir_ui.canvas.dots import Dots
from shtairir_ui.canvas.face import NodeFace, PortFace, node_face
from shtairir_ui.canvas.frame_item import FrameItem
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.link_mark import LinkMark, Watched
from shtairir_ui.canvas.look import Look
from shtairir_ui.canvas.node_item import Alert, Finding, NodeItem
from shtairir_ui.canvas.pinning import Pins
from shtairir_ui.canvas.scene import CanvasScene
from shtairir_ui.canvas.snapping import Snaps
from shtairir_ui.runtime import IDLE


class Board:
    """Keeps the items of a scene equal to the editor's graph.

    Attributes
    ----------
    nodes, links
        The items, by node id, and by the input that a link feeds.
    areas
        Frames and notes.
    snaps
        To what things settle that are dragged.
    pins
        The previews that are pinned to the canvas.
    dots
        What links are led over.
    """

    def __init__(self, editor: CanvasEditor, scene: CanvasScene, look: Look) -> None:
        self.editor = editor
        self.scene = scene
        self.look = look
        self.nodes: dict[NodeId, NodeItem] = {}
        self.links: dict[PortRef, LinkItem] = {}
        self.areas = Areas(self)
        self.snaps = Snaps()
        self.marks: dict[PortRef, LinkMark] = {}
        self._links_at: dict[NodeId, set[PortRef]] = {}
        self.pins = Pins(self)
        self.dots = Dots(self)

    # -- document to scene ---------------------------------------------------------------------

    def rebuild(self) -> None:
        """Show the editor's graph from nothing."""
        self.clear()
        graph = self.editor.graph
        for link in graph.links.values():
            self._index(link)
        self.areas.show()
        for node in graph.nodes:
            self._add_node(node)
        for link in graph.links.values():
            self._add_link(link)
        self.show_problems(self.editor.problems)
        self.show_runtime(graph.nodes)
        self.show_selection(self.editor.selection)
        self.show_marks()

    def clear(self) -> None:
        """Take everything off the scene."""
        for item in (*self.links.values(), *self.nodes.values(), *self.marks.values()):
            self.scene.removeItem(item)
        self.pins.clear()
        self.dots.clear()
        self.areas.clear()
        self.marks.clear()
        self.nodes.clear()
        self.links.clear()
        self._links_at.clear()

    def apply(self, change: Change) -> None:
        """Show what an edit of the document changed."""
        for link in change.links_removed:
            self._remove_link(link)
        for node in change.nodes_removed:
            self._remove_node(node)
        for link in change.links_added:
            self._index(link)
        for node in change.nodes_added:
            self._add_node(node)
        ends = {end.node for link in (*change.links_added, *change.links_removed) for end in (link.source, link.target)}
        # What was added a moment ago is drawn with its links already.
        for node in dict.fromkeys((*change.nodes_changed, *ends - set(change.nodes_added))):
            self._refresh(node)
        self.restore((*change.nodes_moved, *change.nodes_changed))
        for link in change.links_added:
            self._add_link(link)
        self.show_runtime(change.nodes_added)
        self.areas.apply(change)
        self.dots.apply(change)
        if change.links_added or change.nodes_added:  # what was undone may be marked still
            self.show_marks()

    def show_runtime(self, nodes: Iterable[NodeId]) -> None:
        """Show what these nodes did or do."""
        runtime = self.editor.runtime
        nodes = set(nodes)
        for mark in self.marks.values():
            if mark.watched is not None and mark.link.link.source.node in nodes:
                mark.show_mark(self.look, mark.stops, self._watched(mark.link.link))
        for node in nodes:
            item = self.nodes.get(node)
            if item is not None and item.show_runtime(runtime.get(node, IDLE), self.editor.thumbnail(node)):
                self._route_at(node)
            self.pins.show_runtime(node)

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Show what the check found, the worst problem on each node."""
        by_node: dict[NodeId, list[Problem]] = {}
        for problem in problems:
            if problem.node is not None and problem.severity != "info":
                by_node.setdefault(problem.node, []).append(problem)
        for node, item in self.nodes.items():
            item.show_finding(_finding(by_node.get(node, [])))
        broken = {
            PortRef(node, problem.port)
            for node, found in by_node.items()
            for problem in found
            if problem.port is not None and problem.code in _BROKEN_LINKS
        }
        for target, link in self.links.items():
            is_broken = target in broken or (link.link.source in broken and self._is_gone(link.link.source))
            if link.broken != is_broken:
                link.show_as(broken=is_broken)

    def show_marks(self) -> None:
        """Show the breakpoints, and the links that are watched."""
        stops, watched = self.editor.stops_here, self.editor.watched_here
        for node, item in self.nodes.items():
            item.show_stop(node in stops)
        wanted = {target for target in self.links if target in watched or str(target) in stops} if self.links else set()
        for target in self.marks.keys() - wanted:
            self.scene.removeItem(self.marks.pop(target))
        for target in wanted:
            link = self.links[target]
            mark = self.marks.get(target)
            if mark is None or mark.link is not link:
                self._drop_mark(target)
                mark = self.marks[target] = LinkMark(link, self.look)
                self.scene.addItem(mark)
            mark.show_mark(self.look, str(target) in stops, self._watched(link.link) if target in watched else None)

    def _drop_mark(self, target: PortRef) -> None:
        mark = self.marks.pop(target, None)
        if mark is not None:
            self.scene.removeItem(mark)

    def _watched(self, link: Link) -> Watched:
        """What is known of the value that a link carries."""
        state = self.editor.runtime.get(link.source.node, IDLE)
        summary = state.summaries.get(link.source.port)
        if summary is None:
            return Watched("no value yet", quiet=True)
        return Watched(summary.text.removeprefix("the number ").removeprefix("the text "), state.stale)

    def show_selection(self, selection: Iterable[NodeId]) -> None:
        """Mark these nodes as selected, and only these; their links are lit."""
        chosen = set(selection)
        for node, item in self.nodes.items():
            item.set_selected(node in chosen)
        for link in self.links.values():
            link.mark(lit=link.link.source.node in chosen or link.link.target.node in chosen)

    def use(self, look: Look) -> None:
        """Draw everything in another theme."""
        self.look = look
        for item in self.nodes.values():
            item.show_look(look)
        for link in self.links.values():
            link.show_as(look=look, color=self._color(link.link))
            self.route(link)
        self.areas.use()
        self.show_marks()
        self.pins.use_look()

    # -- questions -----------------------------------------------------------------------------

    @property
    def frames(self) -> dict[str, FrameItem]:
        """The items of frames, by the frame's id."""
        return self.areas.frames

    def face(self, node: NodeId) -> NodeFace:
        """What a node shows now, from the document."""
        at_node = self._links_at.get(node, set())
        incoming = {target.port for target in at_node if target.node == node}
        outgoing = {
            link.source.port
            for target in at_node
            if (link := self.editor.graph.links.get(target)) is not None and link.source.node == node
        }
        return node_face(self.editor.graph.nodes[node], self.editor.definition(node), incoming, outgoing)

    def port(self, ref: PortRef, side: str) -> PortFace | None:
        """A port of a node, shown or hidden."""
        item = self.nodes.get(ref.node)
        return None if item is None else item.face.port("out" if side == "out" else "in", ref.port)

    @property
    def zoom(self) -> float:
        """Screen pixels for one unit of the canvas, where the scene is shown; 1 where it is not."""
        views = self.scene.views()
        return views[0].transform().m11() if views else 1.0

    def links_at(self, node: NodeId) -> list[LinkItem]:
        """The items of the links at a node."""
        return [self.links[target] for target in self._links_at.get(node, ()) if target in self.links]

    def extent(self, nodes: Iterable[NodeId] | None = None) -> QRectF:
        """The rectangle around some nodes, or around all nodes and frames."""
        rect = QRectF()
        if nodes is None:
            for area in self.areas:
                rect = rect.united(area.rect)
        for node in self.nodes if nodes is None else nodes:
            if node in self.nodes:
                rect = rect.united(self.nodes[node].outline).united(self.pins.extent(node))
        return rect

    def place(self, positions: Mapping[NodeId, QPointF]) -> None:
        """Put items somewhere, with their links; while they are dragged the document does not know yet."""
        targets: set[PortRef] = set()
        for node, position in positions.items():
            if node in self.nodes:
                self.nodes[node].setPos(position)
                self.pins.settle(node)
                targets |= self._links_at.get(node, set())
        for target in targets:
            if target in self.links:
                self.route(self.links[target])

    def restore(self, nodes: Iterable[NodeId]) -> None:
        """Put items to where the document has them."""
        graph = self.editor.graph
        self.place({node: QPointF(*graph.nodes[node].position) for node in nodes if node in graph.nodes})

    def disagreements(self) -> list[str]:
        """Where the scene differs from the document; empty as long as all is well."""
        graph, found = self.editor.graph, []
        if set(self.nodes) != set(graph.nodes):
            found.append(f"nodes: scene {sorted(self.nodes)}, document {sorted(graph.nodes)}")
        shown = {target: item.link for target, item in self.links.items()}
        if shown != dict(graph.links):
            found.append(
                f"links: scene {sorted(map(str, shown.values()))}, document {sorted(map(str, graph.links.values()))}"
            )
        for node, item in self.nodes.items():
            if node in graph.nodes:
                place = (item.x(), item.y())
                if place != tuple(graph.nodes[node].position):
                    found.append(f"{node}: at {place}, document {graph.nodes[node].position}")
                if item.face != self.face(node):
                    found.append(f"{node}: shows {item.face}, should show {self.face(node)}")
        found += self.areas.disagreements()
        for drawn in self.links.values():
            start, end = self._ends(drawn.link)
            if drawn.path().pointAtPercent(0) != start or drawn.path().currentPosition() != end:
                found.append(f"{drawn.link}: the curve does not meet its ports")
        return found + self.dots.disagreements() + self.pins.disagreements()

    # -- inside --------------------------------------------------------------------------------

    def _add_node(self, node: NodeId) -> None:
        item = NodeItem(self.face(node), self.look)
        item.setPos(*self.editor.graph.nodes[node].position)
        self.nodes[node] = item
        self.scene.addItem(item)
        self.pins.sync(node)

    def _remove_node(self, node: NodeId) -> None:
        item = self.nodes.pop(node, None)
        self._links_at.pop(node, None)
        if item is not None:
            self.scene.removeItem(item)
        self.pins.sync(node)

    def _index(self, link: Link) -> None:
        for end in (link.source, link.target):
            self._links_at.setdefault(end.node, set()).add(link.target)

    def _add_link(self, link: Link) -> None:
        if link.source.node not in self.nodes or link.target.node not in self.nodes:
            return  # the file names a node that is not there: the problems say so, and there is nothing to draw it to
        item = LinkItem(link, self._color(link), self.look)
        self.links[link.target] = item
        selected = [node for node in (link.source.node, link.target.node) if self.nodes[node].isSelected()]
        item.mark(lit=bool(selected))
        self.route(item)
        self.scene.addItem(item)

    def _remove_link(self, link: Link) -> None:
        for end in (link.source, link.target):
            self._links_at.get(end.node, set()).discard(link.target)
        item = self.links.pop(link.target, None)
        self._drop_mark(link.target)
        self.dots.drop(link.target)
        if item is not None:
            self.scene.removeItem(item)

    def _refresh(self, node: NodeId) -> None:
        item = self.nodes.get(node)
        if item is None:
            return
        item.show_face(self.face(node))
        self.pins.sync(node)
        for link in self.links_at(node):
            link.show_as(color=self._color(link.link))
        self._route_at(node)

    def _route_at(self, node: NodeId) -> None:
        self.pins.settle(node)
        for link in self.links_at(node):
            self.route(link)

    def route(self, item: LinkItem, via: Sequence[QPointF] | None = None) -> None:
        """Draw a link between its ports, over its dots, or over others while one is dragged."""
        item.run_between(*self._ends(item.link), self.dots.via(item.link) if via is None else via)
        if item.via or item.link.target in self.dots.items:
            self.dots.follow(item)
        mark = self.marks.get(item.link.target)
        if mark is not None:
            mark.follow()

    def show_link(self, item: LinkItem, shown: bool) -> None:
        """Let a link be seen with all that is on it, or not, while a gesture leads it elsewhere."""
        target = item.link.target
        mark = self.marks.get(target)
        for one in (item, *self.dots.items.get(target, ()), *([mark] if mark is not None else [])):
            one.setVisible(shown)

    def _ends(self, link: Link) -> tuple[QPointF, QPointF]:
        return (
            self.nodes[link.source.node].anchor("out", link.source.port),
            self.nodes[link.target.node].anchor("in", link.target.port),
        )

    def _is_gone(self, source: PortRef) -> bool:
        """Whether an output is shown only because a link names it. An input of that node may have the same name."""
        port = self.port(source, "out")
        return port is None or port.type is None

    def _color(self, link: Link) -> QColor:
        port = self.port(link.source, "out")
        return self.look.tokens.type_color(port.family if port is not None else "any")


_BROKEN_LINKS = frozenset({"type_mismatch", "unknown_port", "cycle"})


def _finding(problems: list[Problem]) -> Finding | None:
    if not problems:
        return None
    worst = next((problem for problem in problems if problem.severity == "error"), problems[0])
    inputs = frozenset(problem.port for problem in problems if problem.port is not None)
    return Finding(Alert(worst.message, worst.severity == "error"), inputs)
