"""The two small dialogs of the Help menu."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme
from shtairir_ui.actions import Actions

CANVAS_KEYS = (
    ("Find a block here", "Tab, or double-click the ground"),
    ("Pan", "Middle button, or Space and drag"),
    ("Zoom", "Mouse wheel"),
    ("Show the selection", "F"),
    ("Rename a node", "F2, or double-click its title"),
    ("Move the selection", "Arrow keys; with Shift farther"),
    ("Add to the selection", "Shift and click, or Shift and drag"),
    ("Cut links", "Alt, Shift and drag across them"),
)


def show_about(parent: QWidget) -> None:
    """Say what this is and which versions are at work."""
    try:
        ours = version("shtairir")
    except PackageNotFoundError:
        ours = "from source"
    box = QMessageBox(parent)
    box.setObjectName("aboutDialog")
    box.setWindowTitle("About Shtairir")
    box.setIconPixmap(theme.app_icon().pixmap(64, 64))
    box.setText(f"<b>Shtairir</b> {ours}")
    box.setInformativeText(
        "A visual node editor: typed blocks, a planner, and a background executor with a memory profiler.\n\n"
        f"PySide6 {PySide6.__version__}"
    )
    box.open()


def show_keys(parent: QWidget, actions: Actions) -> QDialog:
    """List every command that has a key."""
    dialog = QDialog(parent)
    dialog.setObjectName("keysDialog")
    dialog.setWindowTitle("Keyboard shortcuts")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    tokens = theme.current()
    columns = QHBoxLayout()
    columns.setSpacing(tokens.s6)
    sections = [*actions.keys(), ("Canvas", list(CANVAS_KEYS))]
    for part in (sections[:2], sections[2:]):
        columns.addLayout(_keys_column(part))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s4)
    column.setSpacing(tokens.s4)
    column.addLayout(columns)
    column.addWidget(buttons)
    dialog.open()
    return dialog


def _keys_column(sections: list[tuple[str, list[tuple[str, str]]]]) -> QGridLayout:
    tokens = theme.current()
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.s5)
    grid.setVerticalSpacing(tokens.s1)
    for title, rows in sections:
        if grid.count():
            grid.setRowMinimumHeight(grid.rowCount(), tokens.s3)
        grid.addWidget(_label(title, "heading"), grid.rowCount(), 0)
        for what, keys in rows:
            row = grid.rowCount()
            grid.addWidget(_label(what, ""), row, 0)
            grid.addWidget(_label(keys, "dim"), row, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label
