"""The bar on top: file and undo at the left, the run in the middle, the view at the right."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from shtairir_ui import theme
from shtairir_ui.actions import Actions
from shtairir_ui.editor import Editor
from shtairir_ui.runbar import RunBar

LEFT = ("new", "open", "save", "", "undo", "redo")
RIGHT = ("fit", "", "show_palette", "show_bottom", "show_right")


class TopBar(QFrame):
    """Buttons for the commands used most, around the run bar."""

    def __init__(self, editor: Editor, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setProperty("role", "bar")
        self.run_bar = RunBar(editor)
        tokens = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.s2, tokens.s1 + 2, tokens.s2, tokens.s1 + 2)
        row.setSpacing(tokens.s1)
        _add_buttons(row, actions, LEFT)
        row.addSpacing(tokens.s3)
        row.addWidget(self.run_bar, 1)
        _add_buttons(row, actions, RIGHT)


def _add_buttons(row: QHBoxLayout, actions: Actions, names: tuple[str, ...]) -> None:
    for name in names:
        if not name:
            row.addSpacing(theme.current().s2)
            continue
        button = QToolButton(autoRaise=True)
        button.setDefaultAction(actions[name])
        button.setObjectName(f"button_{name}")
        row.addWidget(button)
