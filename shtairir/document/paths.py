"""Paths in a graph file: relative to the file where that makes sense, with forward slashes.

A project folder can then be moved or shared. A file that has no folder in common with the graph is named in full.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath

from shtairir.document.model import JsonValue, Node
from shtairir.document.references import BODY, FILE, body_of
from shtairir.ids import BlockId, PortName


def relative_path(path: str | PurePath, base_dir: Path) -> str:
    """Return how a graph in ``base_dir`` refers to a file.

    Examples
    --------
    >>> relative_path("/home/ada/project/data/coins.png", Path("/home/ada/project"))
    'data/coins.png'
    >>> relative_path("/srv/big.csv", Path("/home/ada/project"))
    '/srv/big.csv'
    """
    given = Path(path)
    if not given.is_absolute():
        return given.as_posix()
    base = Path(os.path.abspath(base_dir))
    try:
        shared = Path(os.path.commonpath([given, base]))
    except ValueError:  # on different drives
        return given.as_posix()
    return given.as_posix() if shared == Path(shared.anchor) else Path(os.path.relpath(given, base)).as_posix()


def absolute_path(path: str, base_dir: Path) -> Path:
    """Return the file that a graph in ``base_dir`` means by ``path``."""
    return Path(os.path.normpath(base_dir / path))


def rebase(
    node: Node,
    old_dir: Path,
    new_dir: Path,
    is_path: Callable[[Node, PortName], bool],
    *,
    absolute_too: bool = False,
) -> Node:
    """Return the node with its relative paths rewritten, so that they mean the same files from ``new_dir``.

    A graph file that the node stands for, or runs, is such a path too.

    Parameters
    ----------
    is_path
        Whether an input of the node holds a path.
    absolute_too
        Whether full paths are made relative as well; for the first save of a graph that had no folder.
    """
    moved = {
        port: _moved(value, old_dir, new_dir, absolute_too)
        for port, value in node.values.items()
        if is_path(node, PortName(port))
    }
    body = body_of(node)
    if body is not None and body.startswith(FILE):
        moved[BODY] = _moved_reference(body, old_dir, new_dir, absolute_too)
    if node.block.startswith(FILE):
        node = _at_other_block(node, _moved_reference(node.block, old_dir, new_dir, absolute_too))
    return replace(node, values={**node.values, **moved}) if _differs(moved, node.values) else node


def _moved_reference(reference: str, old_dir: Path, new_dir: Path, absolute_too: bool) -> str:
    return f"{FILE}{_moved(reference.removeprefix(FILE), old_dir, new_dir, absolute_too)}"


def _at_other_block(node: Node, block: str) -> Node:
    return node if block == node.block else replace(node, block=BlockId(block))


def _differs(moved: Mapping[str, JsonValue], values: Mapping[str, JsonValue]) -> bool:
    return any(values[port] != value for port, value in moved.items())


def _moved(value: JsonValue, old_dir: Path, new_dir: Path, absolute_too: bool) -> JsonValue:
    if isinstance(value, list):
        return [_moved(item, old_dir, new_dir, absolute_too) for item in value]
    if not isinstance(value, str) or not value or (Path(value).is_absolute() and not absolute_too):
        return value
    target = absolute_path(value, old_dir)
    # A path that was relative stays so, even where only the root is shared: it was meant to move along.
    if Path(value).is_absolute():
        return relative_path(target, new_dir)
    try:
        return Path(os.path.relpath(target, new_dir)).as_posix()
    except ValueError:
        return target.as_posix()
