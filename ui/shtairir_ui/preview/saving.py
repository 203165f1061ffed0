"""Writing what is seen to a file: the person chooses where, a worker writes."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from .view import Saving, View

_last_folder = Path()


def save_as(view: View, name: str) -> None:
    """Ask for a file and write what the view shows to it; the view's foot line says what came of it."""
    ways = view.savings()
    if not ways:
        view.say("There is nothing here that can be saved.")
        return
    filters = {f"{way.words} (*{way.suffix})": way for way in ways}
    proposal = _last_folder / f"{_file_name(name)}{ways[0].suffix}"
    chosen, kind = QFileDialog.getSaveFileName(view, "Save what is seen", str(proposal), ";;".join(filters))
    if chosen:
        write(view, _way_for(Path(chosen), filters.get(kind, ways[0]), ways), Path(chosen))


def write(view: View, way: Saving, path: Path) -> None:
    """Write to a file in one of the view's ways, on a worker."""
    global _last_folder
    path = path if path.suffix.lower() == way.suffix else path.with_name(path.name + way.suffix)
    _last_folder = path.parent
    view.jobs.latest(
        "save",
        lambda _ticket: way.write(path),
        lambda _nothing: view.say(f"Saved as {path.name}."),
        lambda error: view.say(f"{path.name} could not be written: {error}"),
    )


def _way_for(path: Path, chosen: Saving, ways: tuple[Saving, ...]) -> Saving:
    """A suffix that was typed says more than the filter that happens to be set."""
    return next((way for way in ways if way.suffix == path.suffix.lower()), chosen)


def _file_name(title: str) -> str:
    return re.sub(r"[^\w\-. ]+", "-", title).strip("- .") or "result"
