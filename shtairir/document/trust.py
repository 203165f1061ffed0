"""Which graphs may run the code that they carry.

A graph file may carry programs: code blocks, and nodes whose values are commands. To open, check, plan, draw or export
it runs none of them. A run does, but only of a *content* that a person has trusted: of just this hash. So whatever
somebody else changes in the file makes it untrusted again, while a change made and saved in this program keeps trust.

Glossary
--------
content
    What a run depends on: nodes with blocks, values and policies, links, definitions, code, published names. Where
    nodes lie and what they are called does not count.
carried
    A piece of it that is a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.document.model import Content, JsonValue, Link, Node
from shtairir.ids import BlockId

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot

__all__ = ["Carried", "Trust", "Untrusted", "carried", "content_hash", "trust", "untrusted"]

_MOST_FILES = 1000


class Trust:
    """Whether the code of a graph may run; found out when it is asked for, since mostly nobody does.

    Parameters
    ----------
    content
        What the file held when it was opened; ``None`` for what was made in this process, which is trusted.
    """

    __slots__ = ("_content", "_digest", "_given")

    def __init__(self, content: Content | None = None) -> None:
        self._content = content
        self._digest: str | None = None
        self._given = content is None

    @property
    def given(self) -> bool:
        """Whether a person trusts it. A no is asked again: they may have read it meanwhile."""
        if not self._given:
            from shtairir.document.trust_store import trust_store

            self._given = trust_store().trusts(self.digest)
        return self._given

    @property
    def digest(self) -> str:
        """The hash of what the file held; empty for what was made in this process."""
        if self._digest is None:
            self._digest = content_hash(self._content) if self._content is not None else ""
            self._content = None
        return self._digest


GIVEN = Trust()
"""The trust in what was made in this process."""


def content_hash(content: Content) -> str:
    """Return the SHA-256 of what a run of the graph depends on, as hexadecimal digits."""
    import hashlib  # here, as below: of most graphs nobody asks whether they are trusted
    import json

    text = json.dumps(_program(content), sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _program(content: Content) -> dict[str, Any]:
    header = content.header
    # Only where there is one, so that what was trusted before there were any still is.
    policy = {"policy": header.policy} if header.policy else {}
    return {
        **policy,
        "nodes": {node.id: [node.block, node.block_version, node.values, node.policy] for node in content.nodes},
        "links": sorted(_ends(link) for link in content.links),
        "code": {block.name: block.source for block in header.code},
        "parameters": [[one.name, str(one.target)] for one in header.parameters],
        "results": [[one.name, str(one.source)] for one in header.results],
        "subgraphs": {name: _program(inner) for name, inner in content.definitions.items()},
    }


def _ends(link: Link) -> list[str]:
    return [str(link.source), str(link.target)]


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(type(value).__name__)


# --- what there is to trust -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried:
    """A program that a graph carries.

    Attributes
    ----------
    name
        The code block's name, or the node as a path: ``clean/shell``.
    block
        The block; of a code block ``code.NAME``.
    source
        The text of a code block.
    values, linked
        Of a node: its values, and its inputs that are linked, with what feeds them.
    used_by
        Of a code block: the nodes that run it.
    """

    name: str
    block: BlockId
    source: str | None = None
    values: Mapping[str, JsonValue] | None = None
    linked: Mapping[str, str] | None = None
    used_by: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"code block '{self.name}'" if self.source is not None else f"'{self.name}' ({self.block})"


@dataclass(frozen=True, slots=True)
class Untrusted:
    """A graph that carries programs and is not trusted: the one that is to run, or a file that it uses."""

    path: Path | None
    name: str
    carried: tuple[Carried, ...]

    @property
    def message(self) -> str:
        """What it carries, in a sentence."""
        shown = ", ".join(map(str, self.carried[:5]))
        more = f" and {len(self.carried) - 5} more" if len(self.carried) > 5 else ""
        what = self.path.name if self.path is not None else f"'{self.name}'"
        return f"{what} carries code that you have not trusted: {shown}{more}."

    @property
    def fix(self) -> str:
        """What to do, as a sentence."""
        return f"Read it, and if you trust it: {command(self.path)}"


def command(path: Path | None) -> str:
    """Return what to type to trust a file."""
    from shlex import quote

    return f"shtairir trust {quote(str(path)) if path is not None else 'FILE'}"


def carried(graph: Snapshot, registry: Registry) -> list[Carried]:
    """Return the programs that a graph carries, in itself and in its definitions; nothing is run."""
    scopes = [("", graph), *((f"{name}/", inner) for name, inner in graph.subgraphs.items())]
    users: dict[str, list[str]] = {}
    nodes = []
    for prefix, scope in scopes:
        suspects = _suspects(scope, registry)
        if not suspects and not graph.code:
            continue
        for node in scope.nodes.values():
            if node.block.startswith("code."):
                users.setdefault(node.block, []).append(prefix + node.id)
            elif node.block in suspects:
                nodes.append(Carried(prefix + node.id, node.block, values=node.values, linked=_linked(scope, node)))
    blocks = [
        Carried(name, BlockId(f"code.{name}"), block.source, used_by=tuple(users.get(f"code.{name}", ())))
        for name, block in graph.code.items()
    ]
    return [*blocks, *nodes]


def _suspects(scope: Snapshot, registry: Registry) -> set[BlockId]:
    """Return the blocks of a scope that need trust; each is looked up once."""
    samples = {node.block: node for node in scope.nodes.values()}
    found = set()
    for block, node in samples.items():
        if block.startswith(("code.", "subgraph.", "file:")):
            continue
        definition = scope.definition(node, registry)
        if definition is not None and definition.traits.needs_trust:
            found.add(block)
    return found


def _linked(scope: Snapshot, node: Node) -> dict[str, str]:
    links = (link for link in scope.links.values() if link.target.node == node.id)
    return {link.target.port: str(link.source) for link in links}


def untrusted(graph: Snapshot, registry: Registry) -> list[Untrusted]:
    """Return what a run of the graph would run without a person having trusted it: its own, and files that it uses."""
    return [
        Untrusted(one.path, one.name, tuple(programs))
        for one in _with_files(graph)
        if (programs := carried(one, registry)) and not one.trusted
    ]


def _with_files(graph: Snapshot) -> Iterator[Snapshot]:
    """Yield the graph and all graph files that it uses, each once."""
    from shtairir.document.references import FILE, references_in

    seen, waiting = {graph.path}, [graph]
    while waiting and len(seen) < _MOST_FILES:
        one = waiting.pop(0)
        yield one
        scopes: Iterable[Snapshot] = (one, *one.subgraphs.values())
        for name in {name: None for scope in scopes for name in references_in(scope.nodes.values())}:
            inner = one.body(name) if name.startswith(FILE) else None
            if inner is not None and inner.path not in seen:
                seen.add(inner.path)
                waiting.append(inner)


# --- giving and taking it -------------------------------------------------------------------------------------


def remember(graph: Snapshot, read: Trust | None = None) -> None:
    """Write down that the graph is trusted as it is.

    Parameters
    ----------
    read
        Of a graph that nobody has changed since it was read: as its file has it. That may differ, where nodes were
        brought up to the versions of their blocks.
    """
    from shtairir.document.trust_store import trust_store

    digests = [content_hash(graph.content())]
    if read is not None and read.digest:
        digests.append(read.digest)
    for digest in dict.fromkeys(digests):
        trust_store().add(digest, graph.path, graph.name)


def trust(path: str | Path) -> None:
    """Trust a graph file as it is now, so that code that it carries may run; the same as ``shtairir trust FILE``.

    Whatever is changed in the file afterwards, other than by this program, makes it untrusted again. Read the code
    first: it runs with all your rights.

    Raises
    ------
    DocumentError
        When the file cannot be read.
    """
    from shtairir.document.store import load

    load(path).trust()
