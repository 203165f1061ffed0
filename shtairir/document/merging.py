"""Two changes of one graph become one: a three-way merge, value by value.

What only one side has changed is taken from there. Where both have changed the same thing in different ways, ours is
kept, and the merge says so: the outcome is always a whole graph, which the editor can open.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shtairir.document.graph import Graph
from shtairir.document.renamed import renamed_nodes
from shtairir.document.snapshot import Snapshot
from shtairir.document.store import loads
from shtairir.ids import PortRef

_ABSENT: Final = object()
_Spec = Mapping[str, Any]

# What is merged entry by entry, down to what is taken or left as a whole; "*" stands for any name.
_WHOLE: _Spec = {}
_NODE: _Spec = {"values": _WHOLE, "policy": _WHOLE}
_SCOPE: _Spec = {
    "nodes": {"*": _NODE},
    "links": {"*": _WHOLE},
    "parameters": {"*": _WHOLE},
    "results": {"*": _WHOLE},
    "frames": {"*": _WHOLE},
    "notes": {"*": _WHOLE},
    "bookmarks": {"*": _WHOLE},
    "tests": {"*": {"expect": _WHOLE, "parameters": _WHOLE, "budget": _WHOLE}},
    "code": {"*": _WHOLE},
    "policy": {"node": _WHOLE},
}
_FILE: _Spec = {**_SCOPE, "subgraphs": {"*": _SCOPE}}

_KEYS = {
    **{"nodes": "id", "links": "to", "parameters": "name", "results": "name", "tests": "name"},
    **{"frames": "id", "notes": "id", "bookmarks": "name"},
}
_LOOKS = ("position", "rect", "exposed", "collapsed", "shown", "shown_sizes", "via", "center", "zoom")
"""Where two differ in these, ours is taken without a word."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome of a merge.

    Attributes
    ----------
    conflicts
        What both sides have changed in different ways, in sentences; ours is in the graph.
    renamed
        Nodes that both sides have added under one name: theirs, by the old name, has the new one.
    """

    graph: Graph
    conflicts: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)


def merge(base: Graph, ours: Graph, theirs: Graph) -> Merged:
    """Return the graph with the changes of both sides since the base."""
    before, here, there = map(_keyed_file, (base, ours, theirs))
    _follow_names([graph.snapshot() for graph in (base, ours, theirs)], (before, here, there))
    renamed = _part_namesakes(before, here, there)
    conflicts: list[str] = []
    merged = _merged(_FILE, before, here, there, (), conflicts)
    for scope, place in _scopes(merged):
        _drop_loose_ends(scope, place, conflicts)
    graph = loads(json.dumps(_listed_file(merged), ensure_ascii=False).encode())
    return Merged(graph, tuple(conflicts), renamed)


def _merged(spec: _Spec | None, base: Any, ours: Any, theirs: Any, place: tuple[str, ...], conflicts: list[str]) -> Any:
    """Return what two sides make of a part of the file; ``None`` for ``spec`` takes it as a whole."""
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    if spec is not None and isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        known = base if isinstance(base, Mapping) else {}
        entries = {}
        for name in dict.fromkeys([*ours, *theirs]):
            was, here, there = (side.get(name, _ABSENT) for side in (known, ours, theirs))
            entry = _merged(spec.get(name, spec.get("*")), was, here, there, (*place, name), conflicts)
            if entry is not _ABSENT:
                entries[name] = entry
        return entries
    if ours is _ABSENT and isinstance(theirs, Mapping):  # rather too much than too little: it can be removed again
        conflicts.append(f"{_named(place)} was removed here and changed there; it was kept.")
        return theirs
    if theirs is _ABSENT and isinstance(ours, Mapping):
        conflicts.append(f"{_named(place)} was changed here and removed there; it was kept.")
    elif place[-1] not in _LOOKS:
        conflicts.append(f"{_named(place)} is {_shown(ours)} here and {_shown(theirs)} there; ours was kept.")
    return ours


def _named(place: tuple[str, ...]) -> str:
    """Return a place in the file as people call it.

    Examples
    --------
    >>> _named(("nodes", "blur", "values", "sigma")), _named(("subgraphs", "clean", "links", "blur.image", "from"))
    ("'blur.sigma'", "'clean: blur.image'")
    >>> _named(("nodes", "blur", "title")), _named(("frames", "f", "color")), _named(("description",))
    ("'blur' title", "frame 'f' color", "'description'")
    """
    scope = ""
    if place[0] == "subgraphs" and len(place) > 2:
        scope, place = f"{place[1]}: ", place[2:]
    section, name, *rest = (*place, "")[: max(len(place), 2)]
    if rest[:1] == ["values"] and len(rest) > 1:
        return f"'{scope}{name}.{rest[1]}'"
    what = "" if section in ("nodes", "links") else f"{section.removesuffix('s')} "
    tail = "".join(f" {part}" for part in rest if part != "from")
    return f"{what}'{scope}{name}'{tail}" if name else f"'{scope}{section}'"


def _shown(value: Any) -> str:
    return "not there" if value is _ABSENT else json.dumps(value, ensure_ascii=False)


# --- the file, by names ---------------------------------------------------------------------------------------


def _keyed_file(graph: Graph) -> dict[str, Any]:
    record = _keyed(json.loads(graph.to_bytes()))
    if isinstance(record.get("subgraphs"), dict):
        record["subgraphs"] = {name: _keyed(scope) for name, scope in record["subgraphs"].items()}
    return record


def _keyed(scope: dict[str, Any]) -> dict[str, Any]:
    found = dict(scope)
    for section, key in _KEYS.items():
        if section in found:
            found[section] = {entry[key]: entry for entry in found[section]}
    return found


def _listed_file(record: dict[str, Any]) -> dict[str, Any]:
    found = _listed(record)
    if isinstance(found.get("subgraphs"), dict):
        found["subgraphs"] = {name: _listed(scope) for name, scope in found["subgraphs"].items()}
    return found


def _listed(scope: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [*entry.values()] if name in _KEYS else entry for name, entry in scope.items()}


def _scopes(record: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    yield record, ""
    for name, scope in (record.get("subgraphs") or {}).items():
        yield scope, f"{name}: "


# --- nodes of another name, nodes of one name, links of none --------------------------------------------------


def _follow_names(graphs: Sequence[Snapshot], files: Sequence[dict[str, Any]]) -> None:
    """Where one side has given a node another name, call it so on the other side, and as it was before, too.

    Parameters
    ----------
    graphs, files
        The base, and the two sides.
    """
    base, *sides = graphs
    before, *records = files
    for graph, here, there in zip(sides, records, reversed(records), strict=True):
        nodes, others = here.get("nodes", {}), there.get("nodes", {})
        found = {str(old): str(new) for old, new in renamed_nodes(base, graph).items()}
        renamed = {old: new for old, new in found.items() if old not in nodes and old in others and new not in others}
        for side in (before, there) if renamed else ():
            _rename(side, renamed)
    for name in base.subgraphs:
        inner = [file.get("subgraphs", {}).get(name) for file in files]
        if all(inner):
            _follow_names([graph.subgraphs[name] for graph in graphs], inner)


def _part_namesakes(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, str]:
    """Rename nodes in ``theirs`` that both sides have added under one name, unless they are of one block."""
    known, here, there = (side.get("nodes", {}) for side in (base, ours, theirs))
    clashes = [id for id in there if id in here and id not in known and here[id]["block"] != there[id]["block"]]
    renamed: dict[str, str] = {}
    for id in clashes:
        number = 2
        while f"{id}_{number}" in {*here, *there, *renamed.values()}:
            number += 1
        renamed[id] = f"{id}_{number}"
    if renamed:
        _rename(theirs, renamed)
    return renamed


def _rename(side: dict[str, Any], renamed: Mapping[str, str]) -> None:
    """Give nodes other names, also where links, parameters and results speak of them."""
    nodes = ({**node, "id": renamed.get(id, id)} for id, node in side["nodes"].items())
    side["nodes"] = {node["id"]: node for node in nodes}
    for section, ends in {"links": ("from", "to"), "parameters": ("target",), "results": ("source",)}.items():
        for entry in side.get(section, {}).values():
            entry.update({end: _renamed(entry[end], renamed) for end in ends})
    if "links" in side:
        side["links"] = {link["to"]: link for link in side["links"].values()}


def _renamed(port: str, renamed: Mapping[str, str]) -> str:
    node, name = PortRef.parse(port)
    return f"{renamed.get(node, node)}.{name}"


def _drop_loose_ends(scope: dict[str, Any], place: str, conflicts: list[str]) -> None:
    """Remove the links from and to nodes that one side has removed."""
    nodes = scope.get("nodes", {})
    for target, link in list(scope.get("links", {}).items()):
        gone = [end for end in (link["from"], link["to"]) if PortRef.parse(end).node not in nodes]
        if gone:
            del scope["links"][target]
            conflicts.append(f"'{place}{target}' was linked to {link['from']}, but '{gone[0]}' is gone.")
