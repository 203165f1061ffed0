"""A hash of all in a graph that may change a result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.document.files import file_of, file_snapshot
from shtairir.document.references import FILE, references_in
from shtairir.document.writing import link_record, node_record
from shtairir.errors import DocumentError

if TYPE_CHECKING:
    from shtairir.document.snapshot import Snapshot

# What does not change a result: where a node lies, how it looks and what it is called.
_LOOKS = ("position", "title", "exposed", "collapsed", "shown", "shown_sizes")


def fingerprint(graph: Snapshot) -> str:
    """Return a hash of a graph with its definitions, its code and the files that it uses as blocks."""
    return _hashed(_all_lines(graph, frozenset()))


def _hashed(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _all_lines(graph: Snapshot, above: frozenset[Path]) -> list[str]:
    lines = [f"base {graph.base_dir}", *sorted(_lines(graph))]
    if graph.header.policy:
        lines.append(f"policy {_sorted(graph.header.policy)!r}")
    for name, scope in sorted(graph.subgraphs.items()):
        lines += [f"subgraph {name!r}", *sorted(_lines(scope))]
    lines += [f"code {name!r} {block.source!r}" for name, block in sorted(graph.code.items())]
    files = {
        name
        for scope in (graph, *graph.subgraphs.values())
        for name in references_in(scope.nodes.values())
        if name.startswith(FILE)
    }
    return lines + [_file_line(graph, name, above) for name in sorted(files)]


def _lines(scope: Snapshot) -> Iterator[str]:
    for node in scope.nodes.values():
        record = node_record(node)
        values = sorted(record.pop("values", {}).items())
        kept = sorted((key, value) for key, value in record.items() if key not in _LOOKS)
        yield f"node {kept!r} {values!r}"
    for link in scope.links.values():
        yield f"link {link_record(replace(link, via=()) if link.via else link)!r}"


def _sorted(value: object) -> object:
    """Return a value in which the order of keys makes no difference."""
    return sorted((key, _sorted(item)) for key, item in value.items()) if isinstance(value, Mapping) else value


def _file_line(graph: Snapshot, name: str, above: frozenset[Path]) -> str:
    path = file_of(graph, name)
    if path in above:
        return f"file {name!r} again"
    try:
        file = file_snapshot(graph, name)
    except DocumentError as error:
        return f"file {name!r} {error}"
    return f"file {name!r} {_hashed(_all_lines(file, above | {path}))}"
