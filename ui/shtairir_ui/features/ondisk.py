"""The file was changed by another program: shall it be read again, kept as it is here, or looked at?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir.document import load
from shtairir.document.disk import add_backup
from shtairir.errors import ShtairirError
from shtairir_ui.askbar import AskBar, Choice
from shtairir_ui.commands import Command
from shtairir_ui.diskwatch import DiskWatch, bytes_of
from shtairir_ui.features.comparison import comparing
from shtairir_ui.files import explain

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class OnDisk(QObject):
    """Asks what to do with what somebody else has written."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._editor = window.editor
        self.watch = DiskWatch(window.editor, self)
        self.bar = AskBar("diskBar", "file")
        window.add_bar(self.bar)
        self.watch.changed.connect(self._on_changed)
        self.watch.gone.connect(self._on_gone)
        self.watch.agrees.connect(self.bar.take_back)
        window.closed.connect(self.watch.close)
        window.editor.document_opened.connect(self.bar.take_back)
        window.editor.title_changed.connect(self._on_title)
        window.files.compare_wanted.connect(self.compare)
        window.files.succeeded.connect(lambda _text: window.actions_.refresh())  # it may have a file now
        window.actions_.on("reload", self.reload)

    def reload(self) -> None:
        """Show what is in the file; what was edited and not saved goes to the earlier versions."""
        path = self._editor.path
        if path is None:
            return
        try:
            graph = load(path)
            if self._editor.is_modified:
                add_backup(path, self._editor.present.to_bytes())
        except (ShtairirError, OSError) as error:
            self._window.files.failed.emit(f"“{path.name}” was not read again. {explain(error)}")
            return
        kept = " What you had changed is among its earlier versions." if self._editor.is_modified else ""
        self._editor.show_graph(graph)
        self._window.status_line.say(f"Read {path.name} again.{kept}")

    def keep(self) -> None:
        """Stay with what is here: the next save writes over the file."""
        present, path = self._editor.present, self._editor.path
        if path is not None:
            present.on_disk = bytes_of(path)
            present.mark_unsaved()
            self.bar.take_back()
            self._editor.title_changed.emit()

    def compare(self) -> None:
        """Show on the canvas what the file has that is not here, and the other way round."""
        if self._editor.path is not None:
            comparing(self._window).compare_with(self._editor.path, "the file on disk")

    def _on_title(self) -> None:
        """A save may have settled it."""
        if self.bar.isVisible():
            self.watch.look()

    def _on_changed(self, path: Path) -> None:
        lost = " (yours go to the earlier versions)" if self._editor.is_modified else ""
        self.bar.ask(
            f"“{path.name}” was changed by another program.",
            (
                Choice("diskReload", "Reload", f"Show what is in the file now{lost}", self.reload),
                Choice("diskKeep", "Keep mine", "Stay with this; the next save writes over the file", self.keep),
                Choice("diskCompare", "Compare…", "Show what differs", self.compare),
            ),
        )

    def _on_gone(self, path: Path) -> None:
        self.bar.ask(
            f"“{path.name}” is no longer in {path.parent}: it was moved or removed.",
            (Choice("diskSave", "Save again", "Write the file anew", self._window.files.save),),
        )


def attach(window: MainWindow) -> None:
    """Watch the file of a window's graph."""
    OnDisk(window)


COMMANDS = (
    Command(
        "reload",
        "Read &again from disk",
        (),
        "refresh",
        "Show what is in the file; what is not saved goes to the earlier versions",
        usable=lambda editor: editor.path is not None and editor.past is None,
    ),
)
