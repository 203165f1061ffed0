"""Favourite blocks, and templates: nodes to be used again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtWidgets import QInputDialog

from shtairir_ui.commands import Command, Feature
from shtairir_ui.editor import Editor
from shtairir_ui.shelf import Shelf

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class _Templates(QObject):
    """Makes templates of what one window shows, and nodes of templates."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.shelf = Shelf(Path(window.settings.file).parent, self)
        palette = window.panels.palette_panel
        palette.use(self.shelf)
        palette.template_wanted.connect(self._add)
        palette.rename_wanted.connect(self._ask_other_name)
        window.canvas.nodes_dropped.connect(self._drop)
        window.actions_.on("save_template", self._ask_name)

    def _add(self, name: str) -> None:
        template = self.shelf.template(name)
        if template is not None:
            self._window.editor.insert(template.text, self._window.canvas.free_place())
            self._window.canvas.frame_selection()

    def _drop(self, text: str, at: QPointF) -> None:
        self._window.editor.insert(text, (round(at.x()), round(at.y())))

    def _ask_name(self) -> None:
        editor = self._window.editor
        chosen = editor.selection
        first = editor.graph.nodes[chosen[0]]
        dialog = self._dialog("Save as a template", first.title or chosen[0].replace("_", " ").capitalize())
        text = editor.graph.copy_text(chosen)
        dialog.textValueSelected.connect(lambda name: self._keep(name, text))
        dialog.open()

    def _keep(self, name: str, text: str) -> None:
        try:
            kept = self.shelf.keep(name, text)
        except OSError as error:
            self._window.notice.say(f"The template could not be kept: {error}")
            return
        self._window.editor.message.emit(f"“{kept}” is among the templates in the list of blocks.")

    def _ask_other_name(self, name: str) -> None:
        dialog = self._dialog("Rename the template", name)
        dialog.textValueSelected.connect(lambda new: self.shelf.rename(name, new))
        dialog.open()

    def _dialog(self, title: str, text: str) -> QInputDialog:
        dialog = QInputDialog(self._window)
        dialog.setObjectName("templateDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name of the template:")
        dialog.setTextValue(text)
        return dialog


def _some(editor: Editor) -> bool:
    return bool(editor.selection)


def _attach(window: MainWindow) -> None:
    _Templates(window)


FEATURE = Feature(
    "Edit",
    (
        Command(
            "save_template",
            "Save as a te&mplate…",
            ("Ctrl+Alt+T",),
            "star",
            "Keep the selected nodes in the list of blocks, to be used again",
            _some,
        ),
    ),
    _attach,
)
