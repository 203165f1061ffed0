"""The verbs that build a graph: add, link, set, remove."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from shtairir.document import edits
from shtairir.document.handle import NodeHandle
from shtairir.document.jsonable import to_json, to_point
from shtairir.document.model import JsonValue, Link, Node, Point
from shtairir.document.naming import did_you_mean
from shtairir.document.paths import relative_path
from shtairir.document.references import CODE, DEFAULT, FILE, INPUT, SUBGRAPH, name_of
from shtairir.document.scoped import Scoped
from shtairir.errors import EditError
from shtairir.ids import BlockId, NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition


class Building(Scoped):
    """A scope that nodes are added to, linked and set in."""

    def target_of(self, name: PortRef | str) -> PortRef:
        """Return the input that ``blur.sigma``, or the name of a published parameter or of an input, stands for."""
        if isinstance(name, PortRef):
            return name
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter.target
        inputs = {} if "." in name else {name_of(one): one.id for one in self.nodes.values() if one.block == INPUT}
        if name in inputs:
            return PortRef(inputs[name], DEFAULT)
        try:
            return PortRef.parse(name)
        except ValueError:
            hint = did_you_mean(name, [*(one.name for one in self.parameters), *inputs])
            hint = hint or "Write NODE.PORT, for example blur.sigma."
            raise EditError(f"The graph publishes no parameter '{name}'.", hint=hint) from None

    def value(self, name: PortRef | str, default: JsonValue = None) -> JsonValue:
        """Return what an input is set to, as the file holds it; ``default`` when it is not set."""
        target = self.target_of(name)
        found = self.snapshot().find(target.node) if "/" in target.node else None
        node = found[1] if found is not None else self.node(target.node)
        return node.values.get(target.port, default)

    # --- building ---------------------------------------------------------------------------------------------

    def add(
        self,
        block: str | Callable[..., Any] | BlockDefinition,
        *,
        id: str | None = None,
        title: str | None = None,
        position: Point | None = None,
        values: Mapping[str, object] | None = None,
        **more_values: object,
    ) -> NodeHandle:
        """Add a node.

        Parameters
        ----------
        block
            A block's id, a function decorated with ``@block``, or a definition.
        id
            The node's id; by default the block's name, numbered where it is taken.
        title
            A title for people; by default the block's.
        values
            Values by input name, for inputs that are called ``id``, ``title``, ``position`` or ``values``.
        **more_values
            Values by input name. A port of another node, ``blur["out"]``, is linked.

        Returns
        -------
        NodeHandle
            Names the node's ports: ``handle["out"]``.
        """
        definition = None if isinstance(block, str) else _definition(block)
        block_id = BlockId(definition.id if definition else str(block))
        node_id = NodeId(id) if id is not None else self.free_id(block_id)
        given = {**(values or {}), **more_values}
        node = Node(
            node_id,
            block_id,
            definition.version if definition else _installed_version(block_id),
            title,
            {port: self._stored(value) for port, value in given.items() if not isinstance(value, PortRef)},
            position=to_point(position) if position is not None else (0.0, 0.0),
        )
        links = tuple(
            Link(value, PortRef(node_id, PortName(port))) for port, value in given.items() if isinstance(value, PortRef)
        )
        if definition:
            self.local_blocks[block_id] = definition
        self.apply(edits.AddNodes((node,), links))
        return NodeHandle(self, node_id)

    def free_id(self, wish: str, reserved: Container[str] = ()) -> NodeId:
        """Return an id that no node has yet and that is not reserved, made of the last part of ``wish``."""
        if wish.startswith(FILE):
            wish = PurePath(wish.removeprefix(FILE)).stem
        return self._ids.next(wish, self._state, reserved)

    def link(self, source: PortRef | str, target: PortRef | str) -> None:
        """Link an output to an input; a link that the input had before is replaced."""
        self.apply(edits.AddLinks((Link(port_of(source), port_of(target)),)))

    def unlink(self, target: PortRef | str) -> None:
        """Take the link out of an input."""
        self.apply(edits.RemoveLinks((port_of(target),)))

    def remove(self, *nodes: NodeId | str | NodeHandle) -> None:
        """Remove nodes, with their links and the parameters published for them."""
        ids = (node.id if isinstance(node, NodeHandle) else NodeId(node) for node in nodes)
        self.apply(edits.RemoveNodes(tuple(dict.fromkeys(ids))))

    def set(self, name: PortRef | str, value: object, *, merge: Hashable | None = None) -> None:
        """Give an input a value, by ``blur.sigma`` or by the name of a published parameter.

        A `pathlib.Path` is stored relative to the graph's file.
        """
        target = self._settable(name)
        self.apply(edits.SetValue(target.node, target.port, self._stored(value)), merge=merge)

    def unset(self, name: PortRef | str) -> None:
        """Let an input have its default again."""
        target = self._settable(name)
        self.apply(edits.UnsetValue(target.node, target.port))

    def _settable(self, name: PortRef | str) -> PortRef:
        target = self.target_of(name)
        first, slash, _ = target.node.partition("/")
        found = self.snapshot().find(target.node) if slash and first in self._state else None
        if found is not None and found[0].scope is not None:
            scope, node = found
            raise EditError(
                f"{target} lies in the definition '{scope.scope}': to set it would change all its instances.",
                hint=f"Set it there, with graph.subgraphs['{scope.scope}'].set('{node.id}.{target.port}', ...), "
                f"or for one run with --set {target}=VALUE.",
            )
        if found is not None:
            raise EditError(
                f"{target} lies in another file, {found[0].path}.",
                hint=f"Set it there, or for one run with --set {target}=VALUE.",
            )
        return target

    def _stored(self, value: object) -> JsonValue:
        if isinstance(value, PurePath) and self.path is not None:
            return relative_path(value, self.base_dir)
        return to_json(value)


def port_of(port: PortRef | str) -> PortRef:
    """Return the port that a text names.

    Raises
    ------
    EditError
        When it names none.
    """
    if isinstance(port, PortRef):
        return port
    try:
        return PortRef.parse(port)
    except ValueError as error:
        raise EditError(str(error)) from None


def _definition(block: Callable[..., Any] | BlockDefinition) -> BlockDefinition:
    from shtairir.block import definition_of
    from shtairir.block.definition import BlockDefinition

    return block if isinstance(block, BlockDefinition) else definition_of(block)


def _installed_version(block: BlockId) -> int:
    """Return the version of a block as it is installed: it is what the values that a new node gets are meant for."""
    from shtairir.block.registry import default_registry

    if block.startswith((SUBGRAPH, CODE, FILE)):
        return 1
    definition = default_registry().get(block)
    return definition.version if definition is not None else 1
