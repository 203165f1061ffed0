"""Writes a graph in the form that a file's ending names."""

from __future__ import annotations

from pathlib import Path

from shtairir.block.registry import Registry
from shtairir.document.disk import write_atomically
from shtairir.document.pictures import with_graph
from shtairir.document.snapshot import Snapshot
from shtairir.document.store import text_for
from shtairir.errors import ExportError

ENDINGS = (".py", ".svg", ".png", ".mmd")


def write_export(
    snapshot: Snapshot, registry: Registry, path: Path, *, dark: bool = False, scale: float = 2.0, carry: bool = True
) -> None:
    """Write a Python program (``.py``), a drawing (``.svg``), a picture (``.png``) or a flowchart (``.mmd``).

    Parameters
    ----------
    carry
        Whether a picture carries the graph, so that it can be opened like a graph file.

    Raises
    ------
    ExportError
        When the ending is none of these, or the graph cannot be written so.
    DocumentError
        When the file cannot be written; an old one is then as it was.
    """
    made = exported(snapshot, registry, path.suffix.lower(), path.parent, dark=dark, scale=scale, carry=carry)
    write_atomically(path, made, backup=path.suffix.lower() == ".py")  # nobody edits the others


def exported(
    snapshot: Snapshot,
    registry: Registry,
    ending: str,
    folder: Path | None = None,
    *,
    dark: bool = False,
    scale: float = 2.0,
    carry: bool = True,
) -> bytes:
    """Return what a file of that ending holds; ``folder`` is where it will lie."""
    match ending:
        case ".py":
            from shtairir.export.program import to_python

            return to_python(snapshot, registry, folder).encode("utf-8", "backslashreplace")
        case ".mmd":
            from shtairir.export.mermaid import to_mermaid

            return to_mermaid(snapshot, registry).encode("utf-8", "replace")
        case ".svg" | ".png":
            from shtairir.export.picture import picture_of
            from shtairir.export.png import to_png
            from shtairir.export.svg import to_svg

            picture = picture_of(snapshot, registry, "dark" if dark else "light")
            if ending == ".svg":
                return to_svg(picture).encode("utf-8", "replace")
            made = to_png(picture, scale)
            return carrying(made, snapshot, registry, folder) if carry else made
    raise ExportError(f"There is no form '{ending}' to export to.", hint=f"Use one of {', '.join(ENDINGS)}.")


def carrying(png: bytes, snapshot: Snapshot, registry: Registry, folder: Path | None = None) -> bytes:
    """Return a picture with the graph in it, whose relative paths start from the folder that the picture lies in."""
    if folder is None:
        return with_graph(png, snapshot.to_bytes())
    return with_graph(png, text_for(snapshot, folder / "graph.shtairir", registry))
