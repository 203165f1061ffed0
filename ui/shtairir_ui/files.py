"""New, open, save and the question about unsaved changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from shtairir.document import Graph, load
from shtairir.errors import ChangedOnDiskError, DocumentError, ShtairirError
from shtairir.export.files import write_export
from shtairir.recovery.drafts import Draft
from shtairir_ui.editor import Editor
from shtairir_ui.questions import Answer, Conflict, ask_conflict, ask_replace, ask_unsaved
from shtairir_ui.settings import Settings

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

SUFFIX = ".shtairir"
EXPORTS = {
    ".py": "Python program (*.py)",
    ".svg": "Drawing (*.svg)",
    ".png": "Picture (*.png)",
    ".mmd": "Mermaid flowchart (*.mmd)",
}
PICTURES = (".svg", ".png")
FILTER = f"Shtairir graphs (*{SUFFIX});;All files (*)"
OPENED = f"Graphs and pictures with a graph (*{SUFFIX} *.png);;{FILTER}"


class Rooms(Protocol):
    """Where graphs can be shown besides this window: tabs and windows; the shell has them."""

    def show_open(self, path: Path) -> bool:
        """Bring a file to the front that is open already; says whether it is."""
        ...

    def another(self) -> FileCommands:
        """Return the verbs of a new, empty tab, which is shown."""
        ...

    def step(self, by: int) -> None:
        """Show the next graph, or the one before."""
        ...

    def new_window(self) -> None:
        """Open another window of the desktop."""
        ...

    def give_window(self, window: MainWindow) -> None:
        """Put a graph into a window of the desktop of its own."""
        ...

    def close_graph(self, window: MainWindow) -> bool:
        """Close a graph's tab; says whether it was, which a person may refuse."""
        ...


class FileCommands(QObject):
    """The verbs of the File menu; nothing unsaved is lost without a yes."""

    failed = Signal(str)
    succeeded = Signal(str)
    recents_changed = Signal()
    compare_wanted = Signal()
    picture_wanted = Signal(Path)
    recovering = Signal(object)
    tour_wanted = Signal()

    def __init__(self, editor: Editor, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self.rooms: Rooms | None = None
        self._editor = editor
        self._settings = settings
        self._window = window

    def in_rooms(self, do: Callable[[Rooms], None]) -> None:
        """Do something with the other tabs and windows, if there can be any."""
        if self.rooms is not None:
            do(self.rooms)

    def new(self) -> None:
        """Begin an empty graph."""
        room = self._room(keeps_empty=True)
        if room is not None:
            room.take(Graph())
            room.succeeded.emit("A new, empty graph.")

    def open(self) -> None:
        """Ask for a file and open it."""
        if self.rooms is None and not self.may_leave():
            return
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a graph", str(self.folder), OPENED)
        if name:
            self.open_path(Path(name)) if self.rooms is not None else self.show_file(Path(name))

    def open_path(self, path: Path) -> None:
        """Open a file that is already chosen: a recent one, an example, one dropped on the window."""
        if self.rooms is not None and self.rooms.show_open(path):
            return
        if self.rooms is not None or self.may_leave():
            self.show_file(path)

    def show_file(self, path: Path, *, remember: bool = True) -> bool:
        """Open without asking about unsaved changes; what fails is said and changes nothing."""
        try:
            graph = load(path)
        except (ShtairirError, OSError) as error:
            self.failed.emit(f"“{path.name}” in {path.absolute().parent} was not opened. {explain(error)}")
            return False
        room = self._room(asked=True)
        assert room is not None  # it was asked
        room.take(graph)
        if remember:
            self._settings.remember_file(path)
            self.recents_changed.emit()
        room.succeeded.emit(f"Opened {path.name}.")
        return True

    def open_example(self, path: Path) -> None:
        """Show an example as a graph without a file, so that nobody saves over it."""
        try:
            graph = load(path)
        except (ShtairirError, OSError) as error:
            self.failed.emit(f"“{path.name}” was not opened. {explain(error)}")
            return
        graph.path = graph.on_disk = None
        graph.start_from(path.parent)
        self.show_copy(graph, f"The example “{graph.name}”. Save it where you like to keep what you change.")

    def take(self, graph: Graph) -> None:
        """Show a graph here, in the place of the one before."""
        self._editor.show_graph(graph)

    def show_copy(self, graph: Graph, text: str) -> None:
        """Show a graph that was read, in a tab of its own where there are any; says so."""
        room = self._room()
        if room is not None:
            room.take(graph)
            room.succeeded.emit(text)

    def recover(self, draft: Draft) -> None:
        """Show unsaved changes of a program that was cut off: here if that is their file, or nothing is to lose."""
        same = self._editor.path is not None and draft.path is not None and self._editor.path == draft.path
        if not same and self.rooms is not None and draft.path is not None and self.rooms.show_open(draft.path):
            return  # the window that has the file offers them
        room = self if same and not self._editor.is_modified else self._room()
        if room is not None:
            room.recovering.emit(draft)

    def room_for_another(self) -> FileCommands | None:
        """Where another graph may be shown; None when a person will not give up what is here."""
        return self._room()

    def _room(self, *, asked: bool = False, keeps_empty: bool = False) -> FileCommands | None:
        """Where another graph may be shown: here if there is nothing to lose, else in a tab of its own."""
        if self.rooms is not None and (keeps_empty or not self._editor.is_untouched):
            return self.rooms.another()
        return self if asked or self.may_leave() else None

    def save(self) -> bool:
        """Save to the graph's file; asks for one when it has none."""
        self._finish_typing()
        return self.save_as() if self._editor.path is None else self._write(None)

    def save_as(self) -> bool:
        """Ask for a file and save there."""
        self._finish_typing()
        proposal = self.folder / f"{self._editor.title}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the graph", str(proposal), FILTER)
        if not name:
            return False
        path = Path(name)
        if path.suffix != SUFFIX and not path.exists():
            # The ending is ours, so the dialog has not asked about the file of that name.
            path = path.with_name(path.name + SUFFIX)
            if path.exists() and not self.may_replace(path):
                return False
        return self._write(path)

    def export(self) -> None:
        """Ask for a file, and write the graph there in the form that its ending names."""
        self._finish_typing()
        proposal = self.folder / f"{self._editor.title}.py"
        name, chosen = QFileDialog.getSaveFileName(
            self._window, "Export the graph", str(proposal), ";;".join(EXPORTS.values())
        )
        if not name:
            return
        path = Path(name)
        ending = path.suffix.lower()
        if ending not in EXPORTS:
            ending = next((one for one, text in EXPORTS.items() if text == chosen), ".py")
            path = path.with_name(path.name + ending)
            if path.exists() and not self.may_replace(path):
                return
        self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write the graph in the form that a file's ending names; pictures are of the canvas as it is seen."""
        if path.suffix.lower() in PICTURES:
            self.picture_wanted.emit(path)
            return
        snapshot, registry = self._editor.root.snapshot(), self._editor.registry

        def write() -> Exception | None:
            try:
                write_export(snapshot, registry, path)
            except (ShtairirError, OSError) as error:
                return error
            return None

        def tell(error: Exception | None) -> None:
            if error is None:
                self.succeeded.emit(f"Exported {path.name}.")
            else:
                self.failed.emit(f"“{path.name}” in {path.absolute().parent} was not written. {explain(error)}")

        self._editor.background.submit(write, tell)

    def may_leave(self) -> bool:
        """Whether the present graph may be left: it is saved, or its changes are given up."""
        self._finish_typing()
        if not self._editor.is_modified:
            return True
        answer = self.ask()
        return answer is Answer.DISCARD or (answer is Answer.SAVE and self.save())

    def ask(self) -> Answer:
        """Ask what to do with unsaved changes."""
        return ask_unsaved(self._window, self._editor.title)

    def may_replace(self, path: Path) -> bool:
        """Ask whether to write over a file."""
        return ask_replace(self._window, path)

    def _write(self, path: Path | None, *, careful: bool = True) -> bool:
        target = path or self._editor.path
        try:
            self._editor.save(path, careful=careful)
        except ChangedOnDiskError as error:
            return self._resolve(error.path or self._editor.path)
        except (ShtairirError, OSError) as error:
            name = f"“{target.name}” in {target.absolute().parent}" if target is not None else self._editor.title
            self.failed.emit(f"{name} was not saved; your changes are still here. {explain(error)}")
            return False
        if target is not None:
            self._settings.remember_file(target)
            self.recents_changed.emit()
            self.succeeded.emit(f"Saved {target.name}.")
        return True

    def _resolve(self, path: Path | None) -> bool:
        """Let a person say what becomes of what somebody else has written."""
        assert path is not None  # only a file can have been written
        match ask_conflict(self._window, path):
            case Conflict.OVERWRITE:
                return self._write(None, careful=False)
            case Conflict.SAVE_AS:
                return self.save_as()
            case Conflict.COMPARE:
                self.compare_wanted.emit()
        return False

    def _finish_typing(self) -> None:
        """Have a name or description that is being typed handed on, as when the cursor leaves its field."""
        field = self._window.focusWidget()
        if isinstance(field, QLineEdit | QPlainTextEdit):
            field.clearFocus()
            if field.isVisible():
                field.setFocus()

    @property
    def folder(self) -> Path:
        """Where files are looked for and put first: beside the graph, else beside the last one."""
        if self._editor.path is not None:
            return self._editor.path.parent
        recent = self._settings.recent
        return recent[0].parent if recent else Path.home()


def explain(error: Exception) -> str:
    """The sentences of an error: what is wrong, where, what to do."""
    if isinstance(error, DocumentError):
        where = f" (at {error.where})" if error.where else ""
        return f"{error.message}{where} {error.hint}".strip()
    if isinstance(error, PermissionError):
        return f"There is no permission to use {error.filename}. Choose another folder."
    if isinstance(error, FileNotFoundError):
        return f"There is no such file or folder: {error.filename}. Check the path, or choose another."
    return str(error)
