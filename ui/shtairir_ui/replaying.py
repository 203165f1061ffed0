"""A node that failed, as a program for a debugger: the block alone, with the inputs that it failed with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from shtairir.errors import ShtairirError
from shtairir.ids import NodeId, RunKey

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor


def open_script(editor: Editor, node: NodeId) -> None:
    """Write the program on a worker, and have the system open it; where it lies is said in any case."""
    key, path = editor.run_key, editor.place.whole(node)
    if key is None:
        editor.message.emit("Nothing was kept of this run, so there is nothing to write a program of.")
        return

    def told(found: Path | str) -> None:
        if isinstance(found, str):
            editor.message.emit(found)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(found)))
        editor.message.emit(f"Wrote {found}: run it, or open it in a debugger.")

    editor.background.submit(lambda: written_script(key, path), told)


def written_script(key: RunKey, node: NodeId) -> Path | str:
    """The file of the program; or a sentence that says why there is none."""
    from shtairir.monitor.history import history
    from shtairir.monitor.replay import find_failure, write_script

    known = history()
    if known is None:
        return "Nothing is kept of runs."
    try:
        saved = find_failure(known, key, node)
        name = re.sub(r"\W+", "_", node)
        return write_script(known, saved, saved.folder / f"replay_{name}.py")
    except (ShtairirError, OSError) as error:
        return str(error)
