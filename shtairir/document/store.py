"""Opening and saving graphs. Opening never runs code: no block is imported."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.document.disk import read_file, write_atomically
from shtairir.document.graph import Graph
from shtairir.document.model import Node
from shtairir.document.ondisk import refuse_if_changed, writing_to
from shtairir.document.parsing import MAX_FILE_BYTES
from shtairir.document.paths import rebase
from shtairir.document.pictures import graph_in, is_picture
from shtairir.document.reading import read_bytes
from shtairir.document.writing import VERSION
from shtairir.errors import DocumentError
from shtairir.ids import PortName

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.block.types import PortType
    from shtairir.document.snapshot import Snapshot

SUFFIX = ".shtairir"

_log = logging.getLogger(__name__)


def loads(data: bytes, *, path: Path | None = None) -> Graph:
    """Return the graph that the bytes of a file hold.

    Raises
    ------
    DocumentError
        When they cannot be used; one of its subclasses, with the place where the trouble is.
    """
    try:
        content, version = read_bytes(data)
    except DocumentError as error:
        error.path = path
        raise
    current = version == VERSION
    graph = Graph.from_content(content, source=data if current else None, path=path)
    graph.migrated_from = None if current else version
    graph.on_disk = data if path is not None else None
    return graph


def dumps(graph: Graph) -> bytes:
    """Return the file of a graph: as it was read while nothing has changed, else in canonical form."""
    return graph.to_bytes()


def load(path: str | Path) -> Graph:
    """Open a graph file.

    Raises
    ------
    DocumentError
        When it cannot be read or used. The file is not touched.
    """
    file = Path(path).expanduser().absolute()
    data = read_file(file, MAX_FILE_BYTES)
    if is_picture(data):  # it carries a graph, and is no file to save one to
        graph = loads(graph_in(data, file))
        graph.start_from(file.resolve().parent)
        return graph
    return loads(data, path=file)


def save(
    graph: Graph, path: str | Path | None = None, *, registry: Registry | None = None, careful: bool = False
) -> Path:
    """Save a graph, all or nothing, and return the file.

    In another folder than before, relative paths in the graph are rewritten, so that they still mean the same
    files; the registry tells which values are paths.

    Parameters
    ----------
    path
        The file; by default the one that the graph was read from or saved to.
    careful
        Refuse to write over what somebody else has written to the graph's own file since it was read.

    Raises
    ------
    ChangedOnDiskError
        When the file was written by somebody else, and `careful` is asked for.
    DocumentError
        When it cannot be written; an older file of that name is then as it was.
    """
    target = Path(path).expanduser().absolute() if path is not None else graph.path
    if target is None:
        raise DocumentError("The graph has no file yet.", hint="Say where to save it.")
    if not target.suffix:
        target = target.with_suffix(SUFFIX)
    _point_at_same_files(graph, target, registry)
    _name_packs(graph, registry)
    data = graph.to_bytes()
    if careful and target == graph.path:
        with writing_to(target):
            refuse_if_changed(graph)
            write_atomically(target, data)
    else:
        write_atomically(target, data)
    graph.mark_saved(data, target)
    _keep_trust(graph, registry)
    return target


def _name_packs(graph: Graph, registry: Registry | None) -> None:
    """Tell who opens the file without them which packs it needs; a file that nobody has changed stays as it is."""
    from shtairir.block.registry import default_registry
    from shtairir.document.packs import name_packs

    if graph.is_modified:
        name_packs(graph, registry if registry is not None else default_registry())


def text_for(graph: Snapshot, target: Path, registry: Registry | None = None) -> bytes:
    """Return what a file at ``target`` would hold: its relative paths mean the same files from there."""
    copy = loads(graph.to_bytes())
    copy.path = graph.path
    copy.start_from(graph.base_dir)
    _point_at_same_files(copy, target, registry)
    return copy.to_bytes()


def _keep_trust(graph: Graph, registry: Registry | None) -> None:
    """Trust what a trusted graph was saved as, so that it is trusted when it is opened again."""
    from shtairir.block.registry import default_registry
    from shtairir.document.trust import carried, remember

    snapshot = graph.root.snapshot()
    if carried(snapshot, registry if registry is not None else default_registry()) and snapshot.trusted:
        try:
            remember(snapshot)
        except DocumentError as error:  # the graph is saved; the worst that follows is a question
            _log.warning("%s", error)


def _point_at_same_files(graph: Graph, target: Path, registry: Registry | None) -> None:
    old_dir, new_dir = graph.base_dir, target.resolve().parent
    is_first_save = graph.path is None
    root = graph.root
    is_empty = not root.nodes and not any(scope.nodes for scope in root.subgraphs.values())
    if (old_dir == new_dir and not is_first_save) or is_empty:
        return

    def is_path(node: Node, port: PortName) -> bool:
        return holds_path(graph, node, port, registry)

    graph.rewrite_nodes(lambda node: rebase(node, old_dir, new_dir, is_path, absolute_too=is_first_save))


def holds_path(graph: Graph | Snapshot, node: Node, port: PortName, registry: Registry | None) -> bool:
    """Whether a value of a node is a path, as far as its block is known."""
    definition = graph.definition(node, registry)
    found = definition.input(port) if definition is not None else None
    return found is not None and (bool(found.param.path) or _is_path_type(found.type))


def _is_path_type(port_type: PortType) -> bool:
    from shtairir.block.types import ListType, UnionType

    if isinstance(port_type, ListType):
        return _is_path_type(port_type.item)
    if isinstance(port_type, UnionType):
        return any(map(_is_path_type, port_type.members))
    return port_type.family == "path"
