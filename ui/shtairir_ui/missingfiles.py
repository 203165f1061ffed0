"""The files that a graph reads and that are not where it says, and where they may be now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shtairir.block.registry import Registry
from shtairir.document import Graph, Node, Snapshot, absolute_path, relative_path
from shtairir.document.edits import Batch, InScope, SetValue
from shtairir.ids import NodeId, PortName
from shtairir_ui.quantities import count

MOST_LOOKED_AT = 200_000
"""How many files a search through folders looks at before it gives up."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that is not there.

    Attributes
    ----------
    scope
        The definition that the node is in; None for the graph itself.
    index
        Which one of a list of paths it is; None where the value is one path.
    path
        Where it was looked for.
    folder
        Whether a folder is missing, not a file.
    """

    scope: str | None
    node: NodeId
    port: PortName
    index: int | None
    path: Path
    folder: bool = False


def missing_files(snapshot: Snapshot, registry: Registry) -> list[Missing]:
    """Return the files that nodes read by a path that is set, and that are not there."""
    found: list[Missing] = []
    for scope in (snapshot, *snapshot.subgraphs.values()):
        for node in scope.nodes.values():
            found += _missing_at(scope, node, registry)
    return found


def _missing_at(scope: Snapshot, node: Node, registry: Registry) -> Iterator[Missing]:
    definition = scope.definition(node, registry)
    linked = {link.target.port for link in scope.links.values() if link.target.node == node.id}
    for port in definition.inputs if definition is not None else ():
        value = node.values.get(port.name)
        if port.param.path not in ("open", "folder") or port.name in linked:
            continue
        for index, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(one, str) or not one:
                continue
            path = absolute_path(one, scope.base_dir)
            if not _is_there(path):
                yield Missing(scope.scope, node.id, port.name, index, path, port.param.path == "folder")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def moved_along(known: Mapping[Path, Path], others: Iterable[Path]) -> dict[Path, Path]:
    """Return where other files are, if they moved together with some of which it is known.

    Of each known one the part of the path that changed is taken; what is there under the other path, is found.
    """
    found: dict[Path, Path] = {}
    for old, new in known.items():
        before, after = _changed_part(old, new)
        for other in others:
            if other in known or other in found or not other.is_relative_to(before):
                continue
            candidate = after / other.relative_to(before)
            if _is_there(candidate):
                found[other] = candidate
    return found


def _changed_part(old: Path, new: Path) -> tuple[Path, Path]:
    """The folders in which the ways to a file begin to differ; of a file with another name, those that it lies in."""
    if old.name != new.name:
        return old.parent, new.parent
    while old.name == new.name and old.parent != old and new.parent != new:
        old, new = old.parent, new.parent
    return old, new


def found_below(folder: Path, wanted: Iterable[Path]) -> dict[Path, Path]:
    """Return where files of these names lie in a folder and the folders in it; the nearest ones."""
    names: dict[str, list[Path]] = {}
    for path in wanted:
        names.setdefault(path.name, []).append(path)
    found: dict[Path, Path] = {}
    seen = 0
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        seen += len(folders) + len(files)
        for name in (*files, *folders):
            for path in names.get(name, ()):
                found.setdefault(path, Path(here) / name)
        if len(found) == sum(map(len, names.values())) or seen > MOST_LOOKED_AT:
            break
    return found


def relink(graph: Graph, missing: Iterable[Missing], places: Mapping[Path, Path]) -> int:
    """Have nodes read files where they are now, in one step of undo; returns how many."""
    root = graph.root
    edits: list[SetValue | InScope] = []
    lists: dict[tuple[str | None, NodeId, PortName], list[object]] = {}
    number = 0
    for one in missing:
        if one.path not in places:
            continue
        number += 1
        scope = root if one.scope is None else root.subgraphs[one.scope]
        value: object = relative_path(places[one.path], root.base_dir)
        if root.path is None:
            value = places[one.path].as_posix()
        if one.index is not None:
            key = (one.scope, one.node, one.port)
            whole = lists.setdefault(key, list(scope.nodes[one.node].values[one.port]))  # type: ignore[arg-type]
            whole[one.index] = value
            value = list(whole)
        edit = SetValue(one.node, one.port, value)
        edits.append(edit if one.scope is None else InScope(one.scope, edit))
    if edits:
        root.apply(Batch(tuple(edits), f"find {count(number, 'file')}"))
    return number
