"""The two small dialogs of the Help menu."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.actions import Actions

CANVAS_KEYS = (
    ("Pan", "Middle mouse button, or Alt and drag"),
    ("Zoom", "Mouse wheel"),
    ("Add to the selection", "Shift and click"),
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
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.s5)
    grid.setVerticalSpacing(tokens.s1)
    for row, (what, keys) in enumerate([*_commands(actions), *CANVAS_KEYS]):
        name = QLabel(keys)
        name.setProperty("role", "dim")
        grid.addWidget(QLabel(what), row, 0)
        grid.addWidget(name, row, 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s4)
    column.setSpacing(tokens.s4)
    column.addLayout(grid)
    column.addWidget(buttons)
    dialog.open()
    return dialog


def _commands(actions: Actions) -> list[tuple[str, str]]:
    native = QKeySequence.SequenceFormat.NativeText
    return [
        (action.text().replace("&", "").rstrip("…"), " or ".join(key.toString(native) for key in action.shortcuts()))
        for action in actions.all()
        if action.shortcuts()
    ]
