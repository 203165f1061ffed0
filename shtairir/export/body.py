"""The statements of one graph or definition: what is called, in which order, and inside which branch."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from shtairir.block.compatibility import compatibility
from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import MISSING, InputPort
from shtairir.document.model import Node
from shtairir.document.references import is_instance
from shtairir.document.snapshot import Snapshot
from shtairir.errors import ExportError
from shtairir.export.conversions import converted
from shtairir.export.flows import WRITERS
from shtairir.export.names import Names
from shtairir.export.order import Order
from shtairir.export.text import call, quoted
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.export.functions import Functions


RESULTS = "results"
"""What the program calls the results that are there only if their branch is taken."""


class Result(NamedTuple):
    """A result, and the expression that has it."""

    name: str
    expression: str


class Body:
    """Writes the nodes of one snapshot.

    Parameters
    ----------
    given
        What stands for inputs that are arguments of the function around.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        functions: Functions,
        names: Names,
        given: Mapping[PortRef, str],
        *,
        scope_is_inner: bool = False,
    ) -> None:
        self.snapshot = snapshot
        self.functions = functions
        self.names = names
        self._given = given
        self.definitions = {id: functions.definition(snapshot, node) for id, node in snapshot.nodes.items()}
        self.order = Order(snapshot, self.definitions)
        self.made: dict[PortRef, str] = {}
        """The expression for each output that has been written."""
        self.outputs: dict[str, str] = {}
        """The expression for each named result that has been written."""
        self.scope_is_inner = scope_is_inner

    def statements(self) -> list[str]:
        """Return the statements for all nodes but those that belong to a branch alone."""
        return self.branch(None)

    def branch(self, branch: PortRef | None) -> list[str]:
        """Return the statements for the nodes that belong to a branch: an input of a node that chooses."""
        lines: list[str] = []
        for id in self.order.nodes_of(branch):
            lines += self._node(id)
            if branch is not None and not self.scope_is_inner:
                lines += [f"{RESULTS}[{quoted(str(port))}] = {self.made[port]}" for port in self._unread(id)]
        return lines

    @property
    def has_results_in_branches(self) -> bool:
        """Whether some results are only there if their branch is taken."""
        return any(self._unread(id) for id in self.snapshot.nodes if self.order.is_in_branch(id))

    def results(self) -> list[Result]:
        """Return the results: those that nobody reads or that are published, named like the engine names them.

        Those of nodes in a branch are put into `RESULTS` there.
        """
        always = [id for id in self.snapshot.nodes if not self.order.is_in_branch(id)]
        unread = [port for id in always for port in self._unread(id)]
        published = [result.source for result in self.snapshot.results if result.source in self.made]
        named = [Result(name, expression) for name, expression in self.outputs.items()]
        return [*(Result(str(port), self.made[port]) for port in dict.fromkeys([*unread, *published])), *named]

    def _unread(self, id: NodeId) -> list[PortRef]:
        ports = (PortRef(id, port.name) for port in self.definitions[id].outputs)
        return [port for port in ports if port not in self.order.read]

    def add_published_results(self) -> None:
        """Take note of the results that the file names; interface nodes come first."""
        for result in self.snapshot.results:
            if result.source in self.made:
                self.outputs.setdefault(result.name, self.made[result.source])

    def _node(self, id: NodeId) -> list[str]:
        node, definition = self.snapshot.nodes[id], self.definitions[id]
        writer = WRITERS.get(definition.id)
        return writer(self, node) if writer is not None else self._call(node, definition)

    def _call(self, node: Node, definition: BlockDefinition) -> list[str]:
        function = self.functions.called(self.snapshot, node, definition)
        arguments = self.arguments(node, definition)
        if definition.context_argument is not None:
            arguments.append(f"{definition.context_argument}={self.functions.context()}")
        return self.assigned(node, definition, function, arguments)

    def assigned(self, node: Node, definition: BlockDefinition, function: str, arguments: list[str]) -> list[str]:
        """Return a call whose outputs get names."""
        if not definition.outputs:
            return call(function, arguments)
        if len(definition.outputs) > 1 and self.functions.has_named_outputs(node, definition):
            name = self.names.take(_wish(node))
            for port in definition.outputs:
                field = self.functions.field_name(self.snapshot, node, port.name)
                self.made[PortRef(node.id, port.name)] = f"{name}.{field}"
            return call(function, arguments, f"{name} = ")
        several = [self.named(node, definition, port.name) for port in definition.outputs]
        return call(function, arguments, f"{', '.join(several)} = ")

    def named(self, node: Node, definition: BlockDefinition, output: str | None = None) -> str:
        """Return a name for an output, which it has from now on; the only one is called like the node."""
        port = output if output is not None else definition.outputs[0].name
        wish = _wish(node) if len(definition.outputs) == 1 or port == "out" else f"{_wish(node)} {port}"
        name = self.made[PortRef(node.id, PortName(port))] = self.names.take(wish)
        return name

    def value(self, node: Node, name: str) -> str:
        """Return the expression for an input, its default too."""
        port = self.definitions[node.id].input(name)
        if port is None:
            raise ExportError(f"Node '{node.id}' has no input '{name}'.")
        expression = self.argument(node, port)
        return self.functions.literals.write(port.default) if expression is None else expression

    def is_given(self, node: Node, name: str) -> bool:
        """Whether an input has a link or a value."""
        return name in node.values or PortRef(node.id, PortName(name)) in self.snapshot.links

    def arguments(self, node: Node, definition: BlockDefinition, leave_out: tuple[str, ...] = ()) -> list[str]:
        """Return the arguments of a call: the first one by its place if it is linked, the others by name."""
        arguments: list[str] = []
        for number, port in enumerate(definition.inputs):
            if port.name in leave_out:
                continue
            expression = self.argument(node, port)
            if expression is not None:
                by_place = number == 0 and port.required and self._is_first(node, definition, port.name)
                name = self.functions.argument_name(self.snapshot, node, port.name)
                arguments.append(expression if by_place else f"{name}={expression}")
        return arguments

    def _is_first(self, node: Node, definition: BlockDefinition, argument: str) -> bool:
        """Whether an argument is the first that the function takes; the context may stand before it."""
        if is_instance(node.block):
            return True
        return next(iter(inspect.signature(definition.function).parameters), None) == argument

    def argument(self, node: Node, port: InputPort) -> str | None:
        """Return the expression for an input, or ``None`` where its default will do."""
        target = PortRef(node.id, port.name)
        if target in self._given:
            return self._given[target]
        link = self.snapshot.links.get(target)
        if link is not None:
            return self._arriving(link.source, port, node)
        if port.name not in node.values:
            if port.default is MISSING:
                raise ExportError(f"Node '{node.id}' needs its input '{port.name}'.", hint="Link it, or set a value.")
            return None
        try:
            value = port.parse(node.values[port.name])
        except ValueError as error:
            raise ExportError(f"Node '{node.id}', input '{port.name}': {error}") from None
        if port.default is not MISSING and type(value) is type(port.default) and value == port.default:
            return None
        if isinstance(value, Path):
            value = self.snapshot.base_dir / value
        return self.functions.literals.write(value)

    def _arriving(self, source: PortRef, port: InputPort, node: Node) -> str:
        expression = self.made.get(source)
        output = self.definitions[source.node].output(source.port) if source.node in self.definitions else None
        if expression is None or output is None:
            raise ExportError(f"Node '{node.id}', input '{port.name}' is linked to {source}, which does not exist.")
        found = compatibility(output.type, port.type)
        if not found.ok:
            raise ExportError(f"Node '{node.id}', input '{port.name}': {found.reason}")
        if found.conversion is not None:
            expression = converted(self.functions.imports, expression, output.type, port.type)
        if port.name in self.definitions[node.id].traits.inplace:
            return f"{self.functions.imports.name('copy', 'deepcopy')}({expression})"
        return expression


def _wish(node: Node) -> str:
    return node.title or node.id
