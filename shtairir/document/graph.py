"""The document: nodes and links, edited by verbs, each one step of undo.

A `Graph` belongs to the thread that edits it. Others work on a `Snapshot`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Self

from shtairir.document import edits
from shtairir.document.building import port_of
from shtairir.document.governing import Governing
from shtairir.document.handle import NodeHandle
from shtairir.document.jsonable import to_json, to_point
from shtairir.document.model import Content, GraphTest, Header, NamedResult, Node, Parameter, Point
from shtairir.document.naming import free_name
from shtairir.document.references import BODY, FILE, body_of, instance_block, instance_of
from shtairir.document.trust import Trust
from shtairir.errors import EditError
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.block.interface import Interface
    from shtairir.block.registry import Registry
    from shtairir.document.edits.published import Rewrite


class Graph(Governing):
    """A program of nodes and links.

    A definition of the graph is a `Graph` too, found in `subgraphs`: it has the same verbs, and what is done in it is a
    step of the one history that all of them share.

    Parameters
    ----------
    name
        The graph's name, for people.

    Examples
    --------
    >>> graph = Graph("demo")
    >>> a = graph.add("math.number", value=3)
    >>> b = graph.add("array.sqrt", x=a["out"])
    >>> [str(link) for link in graph.links.values()]
    ['number.out → sqrt.x']
    >>> graph.set("number.value", 9)
    >>> graph.undo(), graph.value("number.value")
    ('change value of number', 3)
    """

    # --- what is published -------------------------------------------------------------------------------------

    def publish(
        self,
        name: str,
        target: PortRef | str,
        *,
        title: str | None = None,
        help: str | None = None,
        range: tuple[float, float] | None = None,
    ) -> None:
        """Publish a value under a name of its own, for ``--set NAME=VALUE`` and `set`.

        Parameters
        ----------
        target
            An input, ``blur.sigma``, or one inside an instance, ``clean/blur.sigma``.
        range
            The least and the greatest value that a form offers; for numbers.

        Raises
        ------
        EditError
            When there is no such node, or the name or the range does not fit.
        """
        parameter = Parameter(name, self._reachable(port_of(target)), title, help, _bounds(range))
        self.apply(edits.Publish(parameter))

    def unpublish(self, name: str) -> None:
        """Publish a value, or an output, of that name no longer."""
        if any(result.name == name for result in self.results):
            self.apply(edits.UnpublishResult(name))
        else:
            self.apply(edits.Unpublish(name))

    def publish_result(
        self, name: str, source: PortRef | str, *, title: str | None = None, help: str | None = None
    ) -> None:
        """Publish an output under a name of its own: ``result["total"]``."""
        self.apply(edits.PublishResult(NamedResult(name, self._reachable(port_of(source)), title, help)))

    def put_test(
        self,
        name: str,
        *,
        parameters: Mapping[str, object] | None = None,
        expect: Mapping[str, object],
        budget: Mapping[str, object] | None = None,
    ) -> None:
        """Add a test, or replace the one of that name; see `shtairir.cases` for what can be expected.

        Parameters
        ----------
        parameters
            Values to run with, by the names that ``--set`` takes.
        expect
            What is expected, by the names of results.
        budget
            What a run may take: ``seconds``, ``peak_bytes``.
        """
        given, wanted, allowed = (to_json(dict(part or {})) for part in (parameters, expect, budget))
        assert isinstance(given, dict)
        assert isinstance(wanted, dict)
        assert isinstance(allowed, dict)
        self.apply(edits.PutTest(GraphTest(name, given, wanted, allowed)))

    def remove_test(self, name: str) -> None:
        """Remove the test of that name."""
        self.apply(edits.RemoveTest(name))

    def _reachable(self, port: PortRef) -> PortRef:
        if "/" in port.node and self.snapshot().find(port.node) is None:
            raise EditError(f"There is no node '{port.node}' in the graph.")
        return port

    # --- definitions and code ---------------------------------------------------------------------------------

    def interface(self) -> Interface:
        """Return the inputs and outputs that the graph's own ``graph.input`` and ``graph.output`` nodes declare."""
        from shtairir.document.interfaces import interface_of

        return interface_of(self.nodes.values(), self.name, self.description)

    def definition(self, node: Node | NodeId | str, registry: Registry | None = None) -> BlockDefinition | None:
        """Return a node's definition, with the ports that its values ask for; see `Snapshot.definition`."""
        return self.snapshot().definition(node if isinstance(node, Node) else self.node(node), registry)

    def add_subgraph(self, name: str, *, title: str = "", description: str = "") -> Self:
        """Add an empty definition, and return the graph that it is.

        Raises
        ------
        EditError
            When the name is taken, or none.
        """
        self.apply(edits.AddSubgraph(name, Content((), (), Header(name=title, description=description))))
        return self.subgraphs[name]

    def rename_subgraph(self, old: str, new: str) -> None:
        """Give a definition another name; the nodes that stand for it or run it follow."""
        self.apply(edits.RenameSubgraph(old, new))

    def remove_subgraph(self, name: str) -> None:
        """Remove a definition.

        Raises
        ------
        EditError
            When there is none, or a node stands for it or runs it.
        """
        self.apply(edits.RemoveSubgraph(name))

    def make_subgraph(
        self, nodes: Iterable[NodeId | str], name: str | None = None, *, registry: Registry | None = None
    ) -> NodeHandle:
        """Put nodes into a new definition, and an instance of it in their place; one step of undo.

        What crosses the border becomes the definition's inputs and outputs. Interface nodes of this scope stay.

        Parameters
        ----------
        name
            The definition's name, or a title to make one of.
        registry
            Tells the types of the ports; the process-wide one when left out.

        Returns
        -------
        NodeHandle
            The instance.
        """
        from shtairir.block.registry import default_registry
        from shtairir.document.grouping import definition_name, group

        snapshot, known = self.snapshot(), registry if registry is not None else default_registry()
        name, title = definition_name(name, edits.taken_names(self._program.scopes, "subgraphs"))
        instance = self._ids.next(name, self._state, ())
        made, steps = group(snapshot, [NodeId(node) for node in nodes], instance, name, title, known)
        moved = {node.id for node in made.content.nodes}
        if self._root is not None:
            steps.append(self._following(lambda path, port, _: ((instance, *path) if path[0] in moved else path, port)))
        self.apply(edits.Batch((made, *steps), f"make subgraph {name}"))
        return NodeHandle(self, instance)

    def _following(self, rewrite: Rewrite) -> edits.SetPublished:
        """Return the edit that lets what is published follow nodes of this scope."""
        scopes = self._program.scopes
        header = edits.followed(scopes, self._state, rewrite) or scopes.root.header
        return edits.SetPublished(header.parameters, header.results)

    def expand(self, instance: NodeId | str | NodeHandle, *, registry: Registry | None = None) -> list[NodeId]:
        """Put the nodes that an instance stands for in its place; one step of undo.

        Links, values and what is published are kept. A definition that nothing else uses is removed. Of a graph file,
        the definitions and the code that its nodes need come along.

        Returns
        -------
        list of NodeId
            The nodes that were put there.

        Raises
        ------
        EditError
            When the node is no instance, or what it stands for cannot be had.
        """
        from shtairir.document.expanding import followed_expansion, unfolded

        node = self.node(instance.id if isinstance(instance, NodeHandle) else instance)
        steps, made = unfolded(self.snapshot(), node, self._program.scopes, self.parameters, registry)
        published = self._following(followed_expansion(made, node.id))
        self.apply(edits.Batch((*steps, published), f"expand {node.id}"))
        return list(made.nodes)

    def make_unique(self, instance: NodeId | str | NodeHandle) -> str:
        """Give an instance, or a loop, a definition of its own, a copy of the one that it had; return its name.

        Raises
        ------
        EditError
            When the node stands for no definition.
        """
        from shtairir.document.travelling import content_of

        node = self.node(instance.id if isinstance(instance, NodeHandle) else instance)
        old, scopes = instance_of(node.block) or body_of(node), self._program.scopes
        if old is None or old.startswith(FILE):
            what = "stands for a file" if old is not None else "stands for no definition"
            raise EditError(f"'{node.id}' {what}, so there is nothing to copy.", hint="Expand it." if old else "")
        edits.definition_in(scopes, old)
        name = free_name(old, edits.taken_names(scopes, "subgraphs"))
        follow = (
            edits.SetBlock(node.id, instance_block(name), node.block_version)
            if instance_of(node.block) is not None
            else edits.SetValue(node.id, PortName(BODY), name)
        )
        copy = edits.AddSubgraph(name, content_of(scopes, old))
        self.apply(edits.Batch((copy, follow), f"make {node.id} unique"))
        return name

    def add_code(self, name: str, source: str) -> None:
        """Let the file carry a block: the source of one function; nodes of the block ``code.NAME`` run it."""
        self.apply(edits.AddCode(name, source))

    def set_code(self, name: str, source: str, *, merge: Hashable | None = None) -> None:
        """Change the source of a code block."""
        self.apply(edits.SetCode(name, source), merge=merge)

    def rename_code(self, old: str, new: str) -> None:
        """Give a code block another name; the nodes that run it follow."""
        self.apply(edits.RenameCode(old, new))

    def remove_code(self, name: str) -> None:
        """Remove a code block that no node runs."""
        self.apply(edits.RemoveCode(name))

    # --- places -----------------------------------------------------------------------------------------------

    def arrange(self, nodes: Iterable[NodeId | str | NodeHandle] | None = None) -> None:
        """Put the nodes where the graph reads from left to right with few crossings; one step of undo.

        What a frame holds stays together in it. How large the nodes are drawn is guessed here; the window knows.

        Parameters
        ----------
        nodes
            Those to arrange, around where they are; all of them when left out.

        Examples
        --------
        >>> graph = Graph("demo")
        >>> root = graph.add("array.sqrt", x=graph.add("math.number", value=9)["out"])
        >>> graph.arrange()
        >>> graph.nodes["number"].position[0] < graph.nodes["sqrt"].position[0]
        True
        """
        from shtairir.document.placement import Scene, arrangement, guessed_boxes

        chosen = None if nodes is None else [one.id if isinstance(one, NodeHandle) else one for one in nodes]
        ids = None if chosen is None else {self.node(one).id for one in chosen}
        scene = Scene(self.nodes, self.links, self.frames, self.notes)
        edit = arrangement(scene, guessed_boxes(scene, self.definition), ids)
        if edit is not None:
            self.apply(edit)

    # --- copies -----------------------------------------------------------------------------------------------

    def copy_text(self, nodes: Iterable[NodeId | str]) -> str:
        """Return nodes, and the links among them, as text for the clipboard."""
        from shtairir.document.clipboard import copy_text, note_copied

        text = copy_text(self._program.scopes, self._state, [NodeId(node) for node in nodes])
        if self.trusted:
            note_copied(text)
        return text

    def paste_text(self, text: str, *, offset: Point = (32.0, 32.0), at: Point | None = None) -> list[NodeId]:
        """Add the nodes of a copied text, or of a whole graph file, under new ids, and return these.

        The definitions and the code that they need come along; what the graph has already is shared. Code that was not
        copied from a graph that is trusted makes this graph one that is not.

        Parameters
        ----------
        offset
            How far from the originals the copies are put.
        at
            Where the upper left corner of the pasted nodes is put instead.

        Raises
        ------
        DocumentError
            When the text holds no nodes.
        """
        from shtairir.document.clipboard import pasted, was_copied

        paste = pasted(text, self._program.scopes, self._state, self.free_id, offset=offset, at=at)
        self.apply(paste.edit)
        if paste.carries_code and not was_copied(text):
            self._program.file.trust = Trust(self.root.snapshot().content())
        return [node.id for node in paste.nodes.nodes]

    def duplicate(self, nodes: Iterable[NodeId | str]) -> list[NodeId]:
        """Copy nodes and the links among them; the copies also keep the links that feed them."""
        from shtairir.document.clipboard import duplicated

        edit = duplicated(self._state, [NodeId(node) for node in nodes], self.free_id)
        self.apply(edit)
        return [node.id for node in edit.nodes]


def _bounds(bounds: tuple[float, float] | None) -> tuple[float, float] | None:
    if bounds is None:
        return None
    low, high = to_point(bounds)
    if low > high:
        raise EditError(f"The range {low:g} to {high:g} is empty.", hint="Name the least value first.")
    return low, high
