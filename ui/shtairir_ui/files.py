"""New, open, save and the question about unsaved changes."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QPlainTextEdit, QWidget

from shtairir.errors import DocumentError, ShtairirError
from shtairir.export.files import write_export
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.settings import Settings

SUFFIX = ".shtairir"
ICON_SIZE = QSize(32, 32)
EXPORTS = {
    ".py": "Python program (*.py)",
    ".svg": "Drawing (*.svg)",
    ".png": "Picture (*.png)",
    ".mmd": "Mermaid flowchart (*.mmd)",
}
FILTER = f"Shtairir graphs (*{SUFFIX});;All files (*)"


class Answer(Enum):
    """What to do with unsaved changes."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class FileCommands(QObject):
    """The verbs of the File menu; nothing unsaved is lost without a yes."""

    failed = Signal(str)
    succeeded = Signal(str)
    recents_changed = Signal()

    def __init__(self, editor: Editor, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._editor = editor
        self._settings = settings
        self._window = window

    def new(self) -> None:
        """Begin an empty graph."""
        if self.may_leave():
            self._editor.new()
            self.succeeded.emit("A new, empty graph.")

    def open(self) -> None:
        """Ask for a file and open it."""
        if not self.may_leave():
            return
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a graph", str(self._folder()), FILTER)
        if name:
            self.show_file(Path(name))

    def open_path(self, path: Path) -> None:
        """Open a file that is already chosen: a recent one, an example, one dropped on the window."""
        if self.may_leave():
            self.show_file(path)

    def show_file(self, path: Path, *, remember: bool = True) -> bool:
        """Open without asking about unsaved changes; what fails is said and changes nothing."""
        try:
            self._editor.open(path)
        except (ShtairirError, OSError) as error:
            self.failed.emit(f"“{path.name}” in {path.absolute().parent} was not opened. {explain(error)}")
            return False
        if remember:
            self._settings.remember_file(path)
            self.recents_changed.emit()
        self.succeeded.emit(f"Opened {path.name}.")
        return True

    def save(self) -> bool:
        """Save to the graph's file; asks for one when it has none."""
        self._finish_typing()
        return self.save_as() if self._editor.path is None else self._write(None)

    def save_as(self) -> bool:
        """Ask for a file and save there."""
        self._finish_typing()
        proposal = self._folder() / f"{self._editor.title}{SUFFIX}"
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
        proposal = self._folder() / f"{self._editor.title}.py"
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
        """Write the graph in the form that a file's ending names; a large picture takes a while, so on a worker."""
        snapshot, registry = self._editor.root.snapshot(), self._editor.registry
        dark = theme.current().is_dark

        def write() -> Exception | None:
            try:
                write_export(snapshot, registry, path, dark=dark)
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
        box = QMessageBox(self._window)
        box.setObjectName("unsavedDialog")
        box.setIconPixmap(theme.icon("warning", "warning").pixmap(ICON_SIZE, box.devicePixelRatio()))
        box.setWindowTitle("Unsaved changes")
        box.setText(f"Save the changes to “{self._editor.title}”?")
        box.setInformativeText("Changes that are not saved will be lost.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        for button in box.buttons():
            button.setIcon(QIcon())
        answers = {buttons.Save: Answer.SAVE, buttons.Discard: Answer.DISCARD}
        return answers.get(buttons(box.exec()), Answer.CANCEL)

    def may_replace(self, path: Path) -> bool:
        """Ask whether to write over a file."""
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        question = f"“{path.name}” exists in {path.parent}. Do you want to replace it?"
        return QMessageBox.question(self._window, "Replace the file?", question, yes | no, no) == yes

    def _write(self, path: Path | None) -> bool:
        target = path or self._editor.path
        try:
            self._editor.save(path)
        except (ShtairirError, OSError) as error:
            name = f"“{target.name}” in {target.absolute().parent}" if target is not None else self._editor.title
            self.failed.emit(f"{name} was not saved; your changes are still here. {explain(error)}")
            return False
        if target is not None:
            self._settings.remember_file(target)
            self.recents_changed.emit()
            self.succeeded.emit(f"Saved {target.name}.")
        return True

    def _finish_typing(self) -> None:
        """Have a name or description that is being typed handed on, as when the cursor leaves its field."""
        field = self._window.focusWidget()
        if isinstance(field, QLineEdit | QPlainTextEdit):
            field.clearFocus()
            if field.isVisible():
                field.setFocus()

    def _folder(self) -> Path:
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
