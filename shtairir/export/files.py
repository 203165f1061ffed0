"""Writes a graph in the form that a file's ending names."""

from __future__ import annotations

from pathlib import Path

from shtairir.block.registry import Registry
from shtairir.document.disk import write_atomically
from shtairir.document.snapshot import Snapshot
from shtairir.errors import ExportError

ENDINGS = (".py", ".svg", ".png", ".mmd")


def write_export(snapshot: Snapshot, registry: Registry, path: Path, *, dark: bool = False, scale: float = 2.0) -> None:
    """Write a Python program (``.py``), a drawing (``.svg``), a picture (``.png``) or a flowchart (``.mmd``).

    Raises
    ------
    ExportError
        When the ending is none of these, or the graph cannot be written so.
    DocumentError
        When the file cannot be written; an old one is then as it was.
    """
    write_atomically(path, exported(snapshot, registry, path.suffix.lower(), path.parent, dark=dark, scale=scale))


def exported(
    snapshot: Snapshot,
    registry: Registry,
    ending: str,
    folder: Path | None = None,
    *,
    dark: bool = False,
    scale: float = 2.0,
) -> bytes:
    """Return what a file of that ending holds; ``folder`` is where a program will lie."""
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
            return to_png(picture, scale) if ending == ".png" else to_svg(picture).encode("utf-8", "replace")
    raise ExportError(f"There is no form '{ending}' to export to.", hint=f"Use one of {', '.join(ENDINGS)}.")
