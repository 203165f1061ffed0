"""What changed between two graphs, in words.

Nodes are matched by their ids. One that is gone, and another that came with the same block, values and links, are
taken to be the same node under another name, so that renaming does not read as removing and adding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from shtairir.document.jsonable import same_json
from shtairir.document.model import GraphTest, Header, Node
from shtairir.document.renamed import renamed_nodes
from shtairir.document.writing import bookmark_record, frame_record, note_record, parameter_record, result_record
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.document.snapshot import Snapshot

Kind = Literal["added", "removed", "renamed", "changed", "moved"]

_ABSENT = object()
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes
    ----------
    place
        What it is about: a node, ``blur``, an input, ``blur.sigma``, or a part of the graph, ``parameters``; inside a
        definition behind its name, ``clean: blur.sigma``.
    sentence
        What happened to it.
    matters
        Whether it may change a result; where a node lies and what it is called does not.
    details
        More lines, where there is more to see: those of a code block that changed.
    scope
        The definition that it is in; empty for the graph itself.
    nodes
        The nodes that it is about, by the names they have now; by those they had, if they are gone.
    port
        The input whose link differs.
    """

    kind: Kind
    place: str
    sentence: str
    matters: bool = True
    details: tuple[str, ...] = ()
    scope: str = ""
    nodes: tuple[NodeId, ...] = ()
    port: PortName | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as JSON can hold it."""
        return {**asdict(self), "details": list(self.details), "nodes": list(self.nodes)}


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Return what changed from one graph to another: what may change results first, then the looks.

    Examples
    --------
    >>> import shtairir
    >>> graph = shtairir.Graph("demo")
    >>> three = graph.add("math.number", value=3)
    >>> old = graph.snapshot()
    >>> graph.set("number.value", 4)
    >>> [difference.sentence for difference in differences(old, graph.snapshot())]
    ['was 3 and is 4.']
    """
    found = [*_scope(before, after, ""), *_definitions(before, after), *_header(before.header, after.header)]
    return sorted(found, key=lambda difference: not difference.matters)


def _definitions(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    for name in dict.fromkeys([*before.subgraphs, *after.subgraphs]):
        old, new = before.subgraphs.get(name), after.subgraphs.get(name)
        if old is None:
            yield Difference("added", f"subgraph {name}", "was added.")
        elif new is None:
            yield Difference("removed", f"subgraph {name}", "was removed.")
        else:
            yield from (replace(one, scope=name) for one in _scope(old, new, f"{name}: "))
            yield from _texts(old.header, new.header, f"subgraph {name}")
    yield from _code(before, after)


def _scope(before: Snapshot, after: Snapshot, prefix: str) -> Iterator[Difference]:
    """Yield what differs among the nodes, links and frames of a graph or a definition."""
    renamed = renamed_nodes(before, after)
    moved = []
    for id, old in before.nodes.items():
        new = after.nodes.get(renamed.get(id, id))
        if new is None:
            yield Difference("removed", prefix + id, f"was removed; it was {_kind(old)}.", nodes=(id,))
            continue
        if id in renamed:
            yield Difference("renamed", prefix + new.id, f"was called '{id}'.", nodes=(new.id,))
        yield from (replace(one, nodes=(new.id,)) for one in _node(old, new, prefix))
        if old.position != new.position:
            moved.append(new.id)
    came = set(renamed.values())
    for id, new in after.nodes.items():
        if id not in before.nodes and id not in came:
            set_to = ", ".join(f"{name} {_shown(value)}" for name, value in new.values.items())
            sentence = f"was added: {_kind(new)}{f', {set_to}' if set_to else ''}."
            yield Difference("added", prefix + id, sentence, nodes=(id,))
    yield from _links(before, after, renamed, prefix)
    if moved:
        what = f"'{moved[0]}'" if len(moved) == 1 else f"{len(moved)} nodes"
        yield Difference("moved", f"{prefix}positions", f"{what} moved.", matters=False, nodes=tuple(moved))
    yield from _canvas(before.header, after.header, prefix)


def _node(old: Node, new: Node, prefix: str) -> Iterator[Difference]:
    place = prefix + new.id
    if old.block != new.block:
        yield Difference("changed", place, f"was {_kind(old)} and is {_kind(new)}.")
    elif old.block_version != new.block_version:
        versions = f"version {old.block_version} of {old.block}, and is of version {new.block_version}"
        yield Difference("changed", place, f"was of {versions}.")
    if old.state != new.state:
        yield Difference("changed", place, f"was {old.state} and is {new.state}.")
    if old.frozen != new.frozen:
        yield Difference("changed", place, "is frozen now." if new.frozen else "is no longer frozen.")
    yield from _entries(old.values, new.values, place + ".", "its default")
    yield from _entries(old.policy, new.policy, f"{place} policy ", "the default")
    yield from _entries(old.extra, new.extra, f"{place} ", "not there")
    if old.title != new.title:
        yield _change(f"{place} title", old.title or _ABSENT, new.title or _ABSENT, "not set", matters=False)
    if old.collapsed != new.collapsed:
        sentence = "is collapsed on the canvas." if new.collapsed else "is no longer collapsed on the canvas."
        yield Difference("changed", place, sentence, matters=False)
    if (old.shown, old.shown_sizes) != (new.shown, new.shown_sizes):
        pinned = f"{', '.join(new.shown)} on the canvas" if new.shown else "nothing on the canvas any more"
        again = " in another size" if old.shown == new.shown else ""
        yield Difference("changed", place, f"shows {pinned}{again}.", matters=False)
    if old.exposed != new.exposed:
        changed = {"shows": set(new.exposed) - set(old.exposed), "hides": set(old.exposed) - set(new.exposed)}
        words = " and ".join(f"{verb} {', '.join(sorted(names))}" for verb, names in changed.items() if names)
        sentence = f"{words or 'has its inputs in another order'} on the canvas."
        yield Difference("changed", place, sentence, matters=False)


class _About(TypedDict):
    nodes: tuple[NodeId, ...]
    port: PortName


def _links(before: Snapshot, after: Snapshot, renamed: Mapping[NodeId, NodeId], prefix: str) -> Iterator[Difference]:
    def current(port: PortRef) -> PortRef:
        return PortRef(renamed.get(port.node, port.node), port.port)

    old = {current(target): current(link.source) for target, link in before.links.items()}
    via = {current(target): link.via for target, link in before.links.items()}
    new = {target: link.source for target, link in after.links.items()}
    for target in dict.fromkeys([*old, *new]):
        was, now = old.get(target), new.get(target)
        if target.node not in after.nodes:  # that of a node that is gone went with it
            continue
        place = f"{prefix}{target}"
        about: _About = {"nodes": (target.node,), "port": target.port}
        if was == now:
            if via[target] != after.links[target].via:
                yield Difference("moved", place, "has its link led another way.", matters=False, **about)
        elif was is None:
            yield Difference("added", place, f"reads {now} now.", **about)
        elif now is None:
            yield Difference("removed", place, f"no longer reads {was}.", **about)
        else:
            yield Difference("changed", place, f"read {was} and reads {now}.", **about)


# --- what is not a node ---------------------------------------------------------------------------------------


def _header(before: Header, after: Header) -> Iterator[Difference]:
    yield from _texts(before, after, "graph")
    yield from _entries(before.policy, after.policy, "policy ", "the default")
    yield from _named("parameter", before.parameters, after.parameters, parameter_record)
    yield from _named("result", before.results, after.results, result_record)
    yield from _tests(before.tests, after.tests)
    yield from _entries(before.foreign, after.foreign, "", "not there")
    yield from _entries(before.extra, after.extra, "", "not there")


def _texts(before: Header, after: Header, place: str) -> Iterator[Difference]:
    for name in ("name", "description"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield _change(f"{place} {name}", old or _ABSENT, new or _ABSENT, "empty", matters=False)


def _named(what: str, before: Iterable[Any], after: Iterable[Any], record: Any) -> Iterator[Difference]:
    old, new = ({entry.name: record(entry) for entry in entries} for entries in (before, after))
    for name in dict.fromkeys([*old, *new]):
        place = f"{what} {name}"
        if name not in old:
            port = new[name].get("target") or new[name].get("source")
            yield Difference("added", place, f"was published, for {port}.")
        elif name not in new:
            yield Difference("removed", place, "is no longer published.")
        else:
            yield from _entries(old[name], new[name], f"{place}: ", "not set")


def _tests(before: Iterable[GraphTest], after: Iterable[GraphTest]) -> Iterator[Difference]:
    old, new = ({test.name: test for test in tests} for tests in (before, after))
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was != now:
            kind: Kind = "added" if was is None else "removed" if now is None else "changed"
            yield Difference(kind, f"test {name}", f"was {kind}.", matters=False)


def _canvas(before: Header, after: Header, prefix: str) -> Iterator[Difference]:
    """Yield what differs of what is on the canvas beside nodes and links."""
    yield from _surfaces("frame", _frames(before), _frames(after), prefix)
    yield from _surfaces("note", _notes(before), _notes(after), prefix)
    yield from _surfaces("bookmark", _bookmarks(before), _bookmarks(after), prefix)


_Surfaces = dict[str, tuple[str, dict[str, Any]]]
"""By id: what it is called, and its record."""


def _frames(header: Header) -> _Surfaces:
    return {frame.id: (frame.title or frame.id, frame_record(frame)) for frame in header.frames}


def _notes(header: Header) -> _Surfaces:
    return {note.id: (_first_line(note.text) or note.id, note_record(note)) for note in header.notes}


def _bookmarks(header: Header) -> _Surfaces:
    return {mark.name: (mark.name, bookmark_record(mark)) for mark in header.bookmarks}


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0].strip("#* ")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _surfaces(what: str, before: _Surfaces, after: _Surfaces, prefix: str) -> Iterator[Difference]:
    for id in dict.fromkeys([*before, *after]):
        place = f"{prefix}{what} '{(after.get(id) or before[id])[0]}'"
        if id not in before:
            yield Difference("added", place, "was added.", matters=False)
        elif id not in after:
            yield Difference("removed", place, "was removed.", matters=False)
        elif before[id][1] != after[id][1]:
            was, now = before[id][1], after[id][1]
            names = [name for name in dict.fromkeys([*was, *now]) if was.get(name) != now.get(name)]
            words = dict.fromkeys("place" if name in ("rect", "center") else name for name in names)
            yield Difference("changed", place, f"has another {' and '.join(words)}.", matters=False)


def _code(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    for name in dict.fromkeys([*before.code, *after.code]):
        old, new = before.code.get(name), after.code.get(name)
        if old == new:
            continue
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        lines = unified_diff(
            old.source.splitlines() if old is not None else [],
            new.source.splitlines() if new is not None else [],
            lineterm="",
            n=1,
        )
        yield Difference(kind, f"code {name}", f"was {kind}.", details=tuple(lines)[2:])


# --- values ---------------------------------------------------------------------------------------------------


def _entries(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str, absent: str) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name, _ABSENT), new.get(name, _ABSENT)
        if was is _ABSENT or now is _ABSENT or not same_json(was, now):
            yield _change(f"{prefix}{name}", was, now, absent)


def _change(place: str, was: Any, now: Any, absent: str, *, matters: bool = True) -> Difference:
    sentence = f"was {_shown(was, absent)} and is {_shown(now, absent)}."
    return Difference("changed", place, sentence, matters)


def _shown(value: Any, absent: str = "") -> str:
    if value is _ABSENT:
        return absent
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _kind(node: Node) -> str:
    return f"{'an' if node.block[:1] in 'aeiou' else 'a'} {node.block}"
