"""Where a preview looks: at the selected node, or at one node wherever in the file one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shtairir.document import Graph
from shtairir.ids import NodeId, PortRef
from shtairir_ui.places import Place, graph_at, place_of, placed_values

from .headline import headline
from .state import GONE, MANY_SELECTED, NOTHING_SELECTED, OTHER_GRAPH, Elsewhere, Empty, Shown, preview_of

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir_ui.editor import Editor


class Source(Protocol):
    """Says what there is to show now."""

    def state(self) -> Shown | Empty:
        """Return a node with its outputs, or why there is none."""

    def path(self) -> NodeId | None:
        """Return the path of the node that is shown."""


class Selected:
    """The node that was kept, else the one selected, else what the run came to."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self.kept: NodeId | None = None

    @property
    def node(self) -> NodeId | None:
        """The node whose result is shown."""
        if self.kept is not None:
            return self.kept
        selection = self._editor.selection
        if not selection:
            return headline(self._editor)
        return selection[0] if len(selection) == 1 else None

    def state(self) -> Shown | Empty:
        """Return the node with its outputs, or why there is none."""
        node = self.node
        if node is None or node not in self._editor.graph.nodes:
            return MANY_SELECTED if len(self._editor.selection) > 1 else NOTHING_SELECTED
        title = _title(self._editor.graph, node, self._editor.definition(node))
        return preview_of(self._editor, node, title)

    def path(self) -> NodeId | None:
        """Return the path of the node that is shown."""
        node = self.node
        return None if node is None else self._editor.place.whole(node)


class Fixed:
    """One node of one file, by its path."""

    def __init__(self, editor: Editor, path: NodeId) -> None:
        self._editor = editor
        self._path = path
        self._file = editor.present

    def state(self) -> Shown | Empty:
        """Return the node with its outputs, or why there is none."""
        editor = self._editor
        if editor.present is not self._file:
            return OTHER_GRAPH
        found = place_of(editor.root, self._path)
        if found is None:
            return GONE
        place, node = found
        block = editor.definition_at(self._path)
        graph = graph_at(editor.root, place)
        assert graph is not None  # the node was found in it
        state = Elsewhere(editor.runtime_at(place), self._values(place, node), editor.is_running, block)
        return preview_of(state, node, _title(graph, node, block))

    def path(self) -> NodeId | None:
        """Return the path of the node."""
        return self._path

    def _values(self, place: Place, node: NodeId) -> dict[PortRef, object]:
        return placed_values(self._editor.whole_results.of_node(place.whole(node)), place)


def _title(graph: Graph, node: NodeId, block: BlockDefinition | None) -> str:
    return graph.nodes[node].title or (block.name if block is not None else str(node))
