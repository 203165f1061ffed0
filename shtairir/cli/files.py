"""The files and folders that a command is told to use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.outcome import CommandError

if TYPE_CHECKING:
    from shtairir.document import Graph

SUFFIX = ".shtairir"


def open_graph(path: Path) -> Graph:
    """Load a graph file; a name without its suffix will do.

    Raises
    ------
    CommandError
        When there is no such file; the nearest names are offered.
    """
    from shtairir.document import load

    found = existing_graph_file(path)
    try:
        return load(found)
    except OSError as error:
        raise CommandError(f"{found} cannot be read: {error.strerror or error}.") from error


def open_current_graph(path: Path) -> Graph:
    """Load a graph file, with nodes of older blocks brought up to date; see `shtairir.document.upgrading`."""
    from shtairir.block.registry import default_registry
    from shtairir.document.upgrading import upgrade

    graph = open_graph(path)
    upgrade(graph, default_registry())
    return graph


def existing_graph_file(path: Path) -> Path:
    """Return the graph file meant by a name."""
    if path.is_file():
        return path
    with_suffix = path.with_name(path.name + SUFFIX) if path.name else path
    if with_suffix.is_file():
        return with_suffix
    if path.is_dir():
        raise CommandError(f"{path} is a folder, not a graph file.", hint=_graphs_in(path))
    from difflib import get_close_matches

    near = get_close_matches(path.name, [file.name for file in path.parent.glob(f"*{SUFFIX}")], n=1, cutoff=0.5)
    hint = f"Did you mean {path.parent / near[0]}?" if near else _graphs_in(path.parent)
    raise CommandError(f"There is no file {path}.", hint=hint)


def _graphs_in(folder: Path) -> str:
    names = sorted(file.name for file in folder.glob(f"*{SUFFIX}"))[:5]
    return f"Graphs in that folder: {', '.join(names)}." if names else ""


def writable_folder(path: Path) -> Path:
    """Make a folder, and prove that it takes files, before a long run ends in front of a closed door.

    Raises
    ------
    CommandError
        When it cannot be made or written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _write_something(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"Results cannot be written to {path}: {reason}.", hint="Name another folder.") from error
    return path


def _write_something(folder: Path) -> None:
    import tempfile

    with tempfile.TemporaryFile(dir=folder):
        pass


def writable_file(path: Path) -> Path:
    """Prove that a file can be written where it is to be, before a long run ends in front of a closed door.

    Raises
    ------
    CommandError
        When it is a folder, or its folder is missing or takes no files.
    """
    if path.is_dir():
        raise CommandError(f"{path} is a folder.", hint="Name a file in it.")
    try:
        _write_something(path.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"{path} cannot be written: {reason}.", hint="Name a file in another folder.") from error
    return path


def shown_path(path: Path) -> str:
    """Return the shorter of the ways to write a path: from here, or from the root."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return min(relative, str(path), key=len)
