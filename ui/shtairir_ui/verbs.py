"""The verbs of editing: each changes the graph that is shown in one step of undo, or says why it cannot."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from shtairir.block import BlockDefinition
from shtairir.block.compatibility import Compatibility
from shtairir.block.registry import Registry
from shtairir.document import Graph, Node
from shtairir.document import edits as document_edits
from shtairir.document.references import SUBGRAPH, code_block, instance_block
from shtairir.document.upgrading import upgrade
from shtairir.errors import ShtairirError
from shtairir.ids import BlockId, NodeId, PortName, PortRef
from shtairir_ui.linking import check_link
from shtairir_ui.places import ROOT, Place, enterable

OWN_CATEGORY = "In this file"
NEW_SOURCE = '''def {name}(x: float, factor: float = 2.0) -> float:
    """Say in a line what it does."""
    return x * factor
'''
"""What a new code block begins with."""


class GraphVerbs(QObject):
    """Edits, clipboard and selection of the graph that is shown.

    Attributes
    ----------
    root, graph, place
        The graph that the file is, what is shown of it, and where that is.
    """

    selection_changed = Signal(tuple)
    message = Signal(str)

    def __init__(self, registry: Registry, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.registry = registry
        self.selection: tuple[NodeId, ...] = ()
        self.graph = self.root = Graph()
        self.place: Place = ROOT

    def _refuses_past(self) -> bool:
        """Whether what is shown is over and cannot be changed; whoever tries is told."""
        return False

    def own_blocks(self) -> list[BlockDefinition]:
        """What the file itself brings to be placed: its definitions and its code blocks."""
        blocks = [instance_block(name) for name in self.root.subgraphs if name != self.place.scope]
        blocks += [code_block(name) for name in self.root.code]
        found = (self.root.definition(Node(NodeId("any"), block), self.registry) for block in blocks)
        return [replace(definition, category=OWN_CATEGORY) for definition in found if definition is not None]

    # -- edits ---------------------------------------------------------------------------------

    def add_block(self, block_id: str, x: float, y: float) -> NodeId | None:
        """Place a block and select it; None when it cannot be placed here."""
        handle = self._try(lambda: self.graph.add(block_id, position=(x, y)))
        if handle is None:
            return None
        self.select((handle.id,))
        return NodeId(handle.id)

    def remove(self, ids: Iterable[NodeId]) -> None:
        """Remove nodes and the links at them."""
        present = [node for node in ids if node in self.graph.nodes]
        if present:
            self._try(lambda: self.graph.remove(*present))

    def move(self, positions: Mapping[NodeId, tuple[float, float]]) -> None:
        """Put nodes at new positions, in one step."""
        if self._refuses_past():
            return
        moved = {node: place for node, place in positions.items() if self.graph.nodes[node].position != place}
        if moved:
            self.graph.apply(document_edits.MoveNodes(moved))

    def can_connect(self, source: PortRef, target: PortRef) -> Compatibility:
        """Whether a link may be made, with the reason when it may not."""
        return check_link(self.graph, self.registry, source, target)

    def link(self, source: PortRef, target: PortRef) -> str | None:
        """Link an output to an input, in place of what fed it; the sentence says why it may not."""
        verdict = self.can_connect(source, target)
        if not verdict.ok:
            self.message.emit(verdict.reason)
            return verdict.reason
        self._try(lambda: self.graph.link(source, target))
        return None

    def unlink(self, target: PortRef) -> None:
        """Take the link away that feeds `target`."""
        if target in self.graph.links:
            self._try(lambda: self.graph.unlink(target))

    def set_value(self, node: NodeId, port: str, value: Any, merge: Hashable | None = None) -> None:
        """Give an input a value; edits with the same `merge` key become one undo step."""
        self._try(lambda: self.graph.apply(document_edits.SetValue(node, PortName(port), value), merge=merge))

    def unset_value(self, node: NodeId, port: str, merge: Hashable | None = None) -> None:
        """Give an input its default again; edits with the same `merge` key become one undo step."""
        if port in self.graph.nodes[node].values:
            self._try(lambda: self.graph.apply(document_edits.UnsetValue(node, PortName(port)), merge=merge))

    def set_title(self, node: NodeId, title: str | None) -> None:
        """Name a node for people; None shows the block's name again."""
        if (title or None) != self.graph.nodes[node].title:
            self._try(lambda: self.graph.apply(document_edits.SetTitle(node, title or None)))

    def expose(self, node: NodeId, port: str, exposed: bool) -> None:
        """Show or hide a parameter as a port on the node."""
        if (port in self.graph.nodes[node].exposed) != exposed:
            self._try(lambda: self.graph.apply(document_edits.SetExposed(node, PortName(port), exposed)))

    def add_code(self, x: float, y: float) -> NodeId | None:
        """Make a new code block, with a node that runs it, in one step."""
        names = {*self.root.code, *self.root.subgraphs}
        name = next(name for number in itertools.count(1) if (name := f"block_{number}") not in names)

        def added() -> NodeId:
            with self.graph.transaction(f"new code block {name}"):
                self.root.add_code(name, NEW_SOURCE.format(name=name))
                return NodeId(self.graph.add(code_block(name), position=(x, y)).id)

        node: NodeId | None = self._try(added)
        if node is not None:
            self.select((node,))
        return node

    def set_code(self, name: str, source: str) -> None:
        """Change the source of a code block; what is typed in a row is one step of undo."""
        self._try(lambda: self.root.set_code(name, source, merge=("code", name)))

    def save_code_as_block(self, name: str) -> Path | None:
        """Write a code block into the person's own block folder, and return the file."""
        from shtairir.block.code_saving import save_as_block

        source = self.root.code[name].source
        path: Path | None = self._try(lambda: save_as_block(name, source))
        if path is not None:
            self.message.emit(f"Saved as the block {path.stem} in {path.parent}.")
        return path

    def unpublish(self, name: str) -> None:
        """Let a parameter or a result have no name outside of the graph any more."""
        self._try(lambda: self.root.unpublish(name))

    def apply(self, edit: Any, merge: Hashable | None = None) -> None:
        """Carry out an edit of what is shown that comes ready-made."""
        self._try(lambda: self.graph.apply(edit, merge=merge))

    def mend(self, edit: Any) -> None:
        """Carry out a problem's fix: an edit of the whole graph, whatever part of it is shown."""
        self._try(lambda: self.root.apply(edit))

    # -- definitions --------------------------------------------------------------------------

    def can_enter(self, node: NodeId) -> bool:
        """Whether a node stands for, or repeats, a definition of this file."""
        placed = self.graph.nodes.get(node)
        return placed is not None and enterable(placed) in self.root.subgraphs

    def selected_instances(self) -> tuple[NodeId, ...]:
        """The selected nodes that stand for a definition of this file."""
        nodes, known = self.graph.nodes, self.root.subgraphs
        return tuple(
            node
            for node in self.selection
            if nodes[node].block.startswith(SUBGRAPH) and enterable(nodes[node]) in known
        )

    def make_subgraph(self) -> NodeId | None:
        """Put the selected nodes into a new definition, with a node in their place that stands for it."""
        if not self.selection:
            return None
        chosen = self.selection
        handle = self._try(lambda: self.graph.make_subgraph(chosen, registry=self.registry))
        if handle is None:
            return None
        self.select((handle.id,))
        return NodeId(handle.id)

    def expand_subgraphs(self) -> None:
        """Put the nodes of their definitions in the place of the selected nodes, in one step."""
        instances = self.selected_instances()
        if not instances:
            return
        fresh: list[NodeId] = []

        def expanded() -> None:
            with self.graph.transaction("expand subgraph"):
                for instance in instances:
                    fresh.extend(self.graph.expand(instance))

        self._try(expanded)
        self.select(fresh)

    def make_unique(self) -> None:
        """Give the selected node a definition of its own, a copy of the one that it shares."""
        for instance in self.selected_instances()[:1]:
            self._try(partial(self.graph.make_unique, instance))

    # -- clipboard and selection -----------------------------------------------------------------

    def copy(self) -> None:
        """Put the selected nodes on the clipboard."""
        if self.selection:
            QGuiApplication.clipboard().setText(self.graph.copy_text(self.selection))

    def cut(self) -> None:
        """Copy the selected nodes and remove them."""
        self.copy()
        self.remove(self.selection)

    def paste(self, at: tuple[float, float] | None = None) -> None:
        """Add the nodes on the clipboard, at a place or a little beside the originals."""
        self._paste(lambda text: self.graph.paste_text(text, at=at))

    def paste_in_place(self) -> None:
        """Add the nodes on the clipboard where the originals are, or were: in another graph, mostly."""
        self._paste(lambda text: self.graph.paste_text(text, offset=(0.0, 0.0)))

    def insert(self, text: str, at: tuple[float, float]) -> None:
        """Add the nodes of a text, such as the clipboard holds, at a place."""
        self._insert(text, lambda nodes: self.graph.paste_text(nodes, at=at))

    def _paste(self, verb: Callable[[str], list[NodeId]]) -> None:
        self._insert(QGuiApplication.clipboard().text(), verb)

    def _insert(self, text: str, verb: Callable[[str], list[NodeId]]) -> None:
        if text.strip():
            pasted = self._try(lambda: verb(text))
            if pasted:
                upgrade(self.root, self.registry, again=True)  # they may come from a file of older days
                self.select(pasted)

    def insert_example(self, block: BlockId, at: tuple[float, float]) -> None:
        """Add the example of a block, with all that feeds it, and select it."""
        from shtairir.document.example import example_of

        example = self._try(lambda: example_of(block, self.registry))
        if example is None:
            self.message.emit(f"There is no example of '{block}'.")
            return
        text = example.copy_text(example.nodes)
        pasted = self._try(lambda: self.graph.paste_text(text, at=at))
        if pasted:
            self.select(pasted)

    def duplicate(self) -> None:
        """Add a copy of the selected nodes beside them."""
        if self.selection and not self._refuses_past():
            self.select(self.graph.duplicate(self.selection))

    def select(self, ids: Iterable[NodeId]) -> None:
        """Make these nodes, in this order, the selection."""
        chosen = tuple(node for node in dict.fromkeys(ids) if node in self.graph.nodes)
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit(chosen)

    def select_all(self) -> None:
        """Select every node."""
        self.select(self.graph.nodes)

    # -- undo ------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last edit back."""
        if not self._refuses_past():
            self.graph.undo()

    def redo(self) -> None:
        """Carry out again what was taken back."""
        if not self._refuses_past():
            self.graph.redo()

    def _try(self, verb: Callable[[], Any]) -> Any:
        """Carry out a verb; what the document refuses becomes a message and changes nothing."""
        if self._refuses_past():
            return None
        try:
            return verb()
        except ShtairirError as error:
            self.message.emit(str(error))
            return None
