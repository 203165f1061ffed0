"""A graph as it was at one moment, for the planner and for whoever works while the person edits on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from shtairir.document.known import Known
from shtairir.document.model import CodeBlock, Content, Header, Link, NamedResult, Node, Parameter
from shtairir.document.references import FILE, INPUT, OUTPUT_PORT, body_of, instance_of, name_of
from shtairir.document.trust import GIVEN, Trust
from shtairir.document.writing import to_bytes
from shtairir.errors import DocumentError, ShtairirError
from shtairir.ids import BlockId, NodeId, PortRef

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]  # it brings no types

    from shtairir.block.definition import BlockDefinition
    from shtairir.block.interface import Interface
    from shtairir.block.registry import Registry


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Nodes, links and header that never change; the records are shared with the graph, not copied.

    Attributes
    ----------
    links
        By the input that they feed.
    base_dir
        The folder that relative paths start from.
    local_blocks
        Definitions of functions that were given to `Graph.add`; they belong to this process, not to the file.
    revision
        The graph's revision when the snapshot was taken.
    scope
        The name of the definition that this is; ``None`` for the graph itself.
    subgraphs
        All definitions of the graph by name, in the order of the file; each of them knows all of them too.
    code
        The code blocks of the file by name.
    trust
        Tells whether code that the graph carries may run.
    known
        What was found out of the nodes' definitions; shared by the snapshots of a graph.
    files
        Graph files that are used as blocks, by ``file:...``, where another is meant than lies on the disk.
    """

    nodes: Mapping[NodeId, Node]
    links: Mapping[PortRef, Link]
    header: Header
    base_dir: Path
    path: Path | None = None
    local_blocks: Mapping[BlockId, BlockDefinition] = field(default_factory=lambda: MappingProxyType({}))
    revision: int = 0
    scope: str | None = None
    subgraphs: Mapping[str, Snapshot] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    code: Mapping[str, CodeBlock] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    trust: Trust = field(default=GIVEN, repr=False, compare=False)
    known: Known = field(default_factory=Known, repr=False, compare=False)
    files: Mapping[str, Snapshot] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)

    @property
    def name(self) -> str:
        """The graph's name."""
        return self.header.name

    @property
    def description(self) -> str:
        """What the graph is for."""
        return self.header.description

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The published parameters."""
        return self.header.parameters

    @property
    def offered(self) -> tuple[Parameter, ...]:
        """What the graph can be given by name: the published parameters, then its own inputs."""
        offered = {parameter.name: parameter for parameter in self.parameters}
        for node in self.nodes.values():
            if node.block == INPUT and (name := name_of(node)) not in offered:
                help = node.values.get("help")
                text = help if isinstance(help, str) and help else None
                offered[name] = Parameter(name, PortRef(node.id, OUTPUT_PORT), node.title, text)
        return tuple(offered.values())

    @property
    def trusted(self) -> bool:
        """Whether code that the graph carries may run; found out when it is asked for."""
        return self.trust.given

    @property
    def results(self) -> tuple[NamedResult, ...]:
        """The named results."""
        return self.header.results

    def definition(self, node: Node, registry: Registry | None = None) -> BlockDefinition | None:
        """Return a node's definition, with the ports that its values ask for.

        This is the one way to it: it knows the functions given to `Graph.add`, the definitions, code blocks and files
        that nodes stand for, and the registry (the process-wide one when left out).

        Returns
        -------
        BlockDefinition or None
            ``None`` when there is no such block, or no usable file. Where a node's values make no sense, the block as
            it is without them, so that they can be seen and mended; `refusal` tells what is wrong.
        """
        found = self._resolved(node, registry)
        if isinstance(found, ShtairirError):
            from shtairir.document.definitions import block_definition

            found = block_definition(self, node.block, registry if registry is not None else _default_registry())
        return None if isinstance(found, ShtairirError) else found

    def refusal(self, node: Node, registry: Registry | None = None) -> ShtairirError | None:
        """Return why a node has no definition although its block is there: bad code, a bad file, bad values."""
        found = self._resolved(node, registry)
        return found if isinstance(found, ShtairirError) else None

    def _resolved(self, node: Node, registry: Registry | None) -> BlockDefinition | ShtairirError | None:
        return _resolver()(self, node, registry if registry is not None else _default_registry())

    def body(self, name: str) -> Snapshot | None:
        """Return the definition of that name, or the graph in the file ``file:clean.shtairir``.

        ``None`` when there is none, or when the file cannot be used.
        """
        if not name.startswith(FILE):
            return self.subgraphs.get(name)
        if name in self.files:
            return self.files[name]
        from shtairir.document.files import file_snapshot

        try:
            return file_snapshot(self, name)
        except DocumentError:
            return None

    def inside(self, node: Node) -> Snapshot | None:
        """Return what an instance stands for; ``None`` for any other node, or when that cannot be had."""
        name = instance_of(node.block)
        return self.body(name) if name is not None else None

    def interface(self, name: str, registry: Registry | None = None) -> Interface | None:
        """Return the inputs and outputs of a definition, or of ``file:...``; ``None`` when it cannot be had."""
        from shtairir.document.definitions import scope_interface

        try:
            return scope_interface(self, name, registry if registry is not None else _default_registry())
        except DocumentError:
            return None

    def find(self, path: str) -> tuple[Snapshot, Node] | None:
        """Return the node at a path such as ``clean/inner/blur``, with the scope that it lies in.

        A path leads through instances and through loops, into their bodies.
        """
        scope: Snapshot | None = self
        *containers, last = path.split("/")
        for step in containers:
            node = scope.nodes.get(NodeId(step)) if scope is not None else None
            name = (instance_of(node.block) or body_of(node)) if node is not None else None
            scope = scope.body(name) if scope is not None and name is not None else None
        found = scope.nodes.get(NodeId(last)) if scope is not None else None
        return (scope, found) if scope is not None and found is not None else None

    def content(self) -> Content:
        """Return what the file holds of this scope; for the graph itself with its definitions."""
        definitions = {} if self.scope is not None else {name: one.content() for name, one in self.subgraphs.items()}
        return Content(tuple(self.nodes.values()), tuple(self.links.values()), self.header, definitions)

    def snapshot(self) -> Snapshot:
        """Return itself, so that a snapshot can stand wherever a graph does."""
        return self

    def to_bytes(self) -> bytes:
        """Return the canonical text of the file."""
        content = self.content()
        return to_bytes(content.nodes, content.links, content.header, content.definitions)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the nodes and links as a graph of networkx; what is done to it does not change this one.

        Returns
        -------
        networkx.MultiDiGraph
            Its nodes are the node ids, in the order of the file, with the attributes ``block``, ``title``, ``values``
            and ``position``. Its edges are the links, with the names of the ports as the attributes ``output`` and
            ``input`` and, as a pair, as the key. A link that names a node that is not there is left out.

        Examples
        --------
        >>> from shtairir.document import Graph
        >>> graph = Graph("demo")
        >>> number = graph.add("math.number", value=4)
        >>> root = graph.add("array.sqrt", x=number["out"])
        >>> network = graph.to_networkx()
        >>> network.nodes["number"]["values"], list(network.edges(data="input"))
        ({'value': 4}, [('number', 'sqrt', 'x')])
        """
        from shtairir.document.interchange import to_networkx

        return to_networkx(self)

    def fingerprint(self) -> str:
        """Return a hash of all that may change a result.

        That is blocks, values, policies and links, here and in the definitions, the code that the file carries, and the
        graph files that are used as blocks. The order of nodes and links, their positions, titles and frames do not
        count.
        """
        from shtairir.document.fingerprint import fingerprint

        return fingerprint(self)


@functools.cache
def _resolver() -> Callable[[Snapshot, Node, Registry], BlockDefinition | ShtairirError | None]:
    # Imported late: to open a graph imports nothing that knows blocks. And once: it is asked for each
    # node, and with a window open even an import that is done already takes its time.
    from shtairir.document.definitions import resolved

    return resolved


def _default_registry() -> Registry:
    from shtairir.block.registry import default_registry

    return default_registry()
