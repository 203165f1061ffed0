"""``shtairir edit``: the window, or a picture of it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from shtairir.cli.files import existing_graph_file
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome

_UI_MODULES = ("PySide6", "NodeGraphQt", "Qt")
_SIZE = re.compile(r"(\d{2,5})\s*[xX×,]\s*(\d{2,5})")


@dataclass(frozen=True, slots=True)
class Look:
    """How the window looks, or the picture of it.

    Attributes
    ----------
    canvas
        Whether a picture has only the graph; it is then as large as that takes.
    """

    size: str = "1440x900"
    scale: float = 1.0
    theme: str | None = None
    canvas: bool = False


def edit_graph(path: Path | None, look: Look, *, screenshot: Path | None, run: bool) -> Outcome:
    """Open the window, or draw it into a file, and hand back how it ended."""
    graph_file = existing_graph_file(path) if path is not None else None
    pixels = _parse_size(look.size)
    if look.canvas and screenshot is None:
        raise CommandError("--canvas is about a picture.", hint="Add --screenshot OUT.png.")
    _need_ui()
    if screenshot is not None:
        _need_folder(screenshot)
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    else:
        _need_screen()
    # By name, so that the engine's types can be checked, and the command used, without the window.
    window = import_module("shtairir_ui.app")
    returned = window.main(
        graph_file,
        screenshot=screenshot,
        size=pixels,
        scale=look.scale,
        theme=look.theme,
        run=run,
        canvas=look.canvas,
    )
    if returned and screenshot is not None:
        raise CommandError("The picture could not be drawn.", status=ExitStatus.FAILED)
    text = f"wrote {screenshot}" if screenshot is not None else ""
    return Outcome(ExitStatus.DONE if not returned else ExitStatus.FAILED, text)


def _parse_size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise CommandError(f"“{text}” is not a size.", hint="Write width and height, like --size 1440x900.")
    return int(match[1]), int(match[2])


def _need_ui() -> None:
    missing = [name for name in _UI_MODULES if find_spec(name) is None]
    if missing:
        raise CommandError(
            f"The window needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed.",
            hint="Install it: pip install 'shtairir[ui]'. shtairir run works without it.",
        )


def _need_folder(screenshot: Path) -> None:
    if not screenshot.parent.is_dir():
        raise CommandError(f"There is no folder {screenshot.parent} for the picture.", hint="Make it first.")


def _need_screen() -> None:
    """Say what Qt would otherwise say with an abort and a core dump."""
    shown = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and not shown:
        raise CommandError(
            "There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set.",
            hint="Run the graph with shtairir run FILE, or draw the window with --screenshot OUT.png.",
        )
