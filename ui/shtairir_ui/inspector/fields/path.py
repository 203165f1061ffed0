"""Files and folders: relative to the graph's file where they lie beside it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFileDialog, QLineEdit, QToolButton, QWidget

from shtairir.block import Param
from shtairir.document import relative_path
from shtairir_ui import theme
from shtairir_ui.inspector.fields.base import Field, FieldContext


class PathField(Field):
    """A line for the path and a button that asks for a file or folder."""

    def __init__(self, param: Param, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._param = param
        self._base_dir = context.base_dir
        what = {"folder": "folder", "any": "file or folder"}.get(param.path, "file")
        self.line = QLineEdit(placeholderText=f"Choose a {what}")
        self.own(self.line)
        self._browse = QToolButton()
        self._browse.setObjectName("browseButton")
        self._browse.setToolTip(f"Choose a {what}")
        self._browse.setAccessibleName(f"Choose a {what}")
        theme.bind_icon(self._browse, "folder")
        self.row.setSpacing(theme.current().s1)
        self.row.addWidget(self.line, 1)
        self.row.addWidget(self._browse)
        self.line.textEdited.connect(lambda text: self.edited.emit(text.strip() or None))
        self.line.editingFinished.connect(self.settled)
        self._browse.clicked.connect(lambda _checked=False: self._ask())

    def show_value(self, value: Any) -> None:
        """Show a path."""
        text = value if isinstance(value, str) else ""
        if text != self.line.text().strip():
            self.line.setText(text)
        self.line.setToolTip(text)

    def _ask(self) -> None:
        start = str(self._base_dir() / self.line.text())
        if self._param.path == "folder":
            name = QFileDialog.getExistingDirectory(self, "Choose a folder", start)
        elif self._param.path == "save":
            name, _ = QFileDialog.getSaveFileName(self, "Choose where to write", start, name_filter(self._param))
        else:
            name, _ = QFileDialog.getOpenFileName(self, "Choose a file", start, name_filter(self._param))
        if name:
            self.edited.emit(relative_path(name, self._base_dir()))
            self.settled.emit()


def name_filter(param: Param) -> str:
    """The endings a file dialog offers."""
    if not param.suffixes:
        return "All files (*)"
    return f"Files ({' '.join(f'*{suffix}' for suffix in param.suffixes)});;All files (*)"
