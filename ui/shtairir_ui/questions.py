"""What is asked before something would be lost: unsaved changes, a file of that name, somebody else's work."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from shtairir_ui import theme

ICON_SIZE = QSize(32, 32)
Buttons = QMessageBox.StandardButton
Roles = QMessageBox.ButtonRole


class Answer(Enum):
    """What to do with unsaved changes."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Conflict(Enum):
    """What to do when the file was changed by somebody else."""

    OVERWRITE = "overwrite"
    SAVE_AS = "save_as"
    COMPARE = "compare"
    CANCEL = "cancel"


def ask_unsaved(parent: QWidget, title: str) -> Answer:
    """Ask what to do with unsaved changes."""
    box = _question(parent, "unsavedDialog", "Unsaved changes")
    box.setText(f"Save the changes to “{title}”?")
    box.setInformativeText("Changes that are not saved will be lost.")
    box.setStandardButtons(Buttons.Save | Buttons.Discard | Buttons.Cancel)
    box.setDefaultButton(Buttons.Save)
    for button in box.buttons():
        button.setIcon(QIcon())
    answers = {Buttons.Save: Answer.SAVE, Buttons.Discard: Answer.DISCARD}
    return answers.get(Buttons(box.exec()), Answer.CANCEL)


def ask_discard(parent: QWidget, title: str, size: str) -> bool:
    """Ask whether to throw away the only copy of what was never saved."""
    box = _question(parent, "discardDialog", "Discard the changes")
    box.setText(f"Discard the changes to “{title}” ({size})?")
    box.setInformativeText("They were never saved: there is no way to get them back.")
    box.setStandardButtons(Buttons.Discard | Buttons.Cancel)
    box.setDefaultButton(Buttons.Cancel)
    for button in box.buttons():
        button.setIcon(QIcon())
    return Buttons(box.exec()) == Buttons.Discard


def ask_replace(parent: QWidget, path: Path) -> bool:
    """Ask whether to write over a file."""
    question = f"“{path.name}” exists in {path.parent}. Do you want to replace it?"
    return QMessageBox.question(parent, "Replace the file?", question, Buttons.Yes | Buttons.No, Buttons.No) == (
        Buttons.Yes
    )


def ask_conflict(parent: QWidget, path: Path) -> Conflict:
    """Ask what to do with a file that somebody else has written since it was opened."""
    box = _question(parent, "conflictDialog", "The file has changed")
    box.setText(f"“{path.name}” was changed by another program since you opened it.")
    box.setInformativeText(
        "To save would write over those changes. They would still be found among the earlier versions of the file."
    )
    answers: dict[QPushButton, Conflict] = {}
    for name, text, role, answer in (
        ("conflictSaveAs", "Save &As…", Roles.AcceptRole, Conflict.SAVE_AS),
        ("conflictCompare", "&Compare", Roles.ActionRole, Conflict.COMPARE),
        ("conflictOverwrite", "&Overwrite", Roles.DestructiveRole, Conflict.OVERWRITE),
    ):
        button = box.addButton(text, role)
        button.setObjectName(name)
        button.setIcon(QIcon())
        answers[button] = answer
    cancel = box.addButton(Buttons.Cancel)
    cancel.setIcon(QIcon())
    box.setDefaultButton(next(iter(answers)))
    box.setEscapeButton(cancel)
    box.exec()
    clicked = box.clickedButton()
    return next((answer for button, answer in answers.items() if button is clicked), Conflict.CANCEL)


def _question(parent: QWidget, name: str, title: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setIconPixmap(theme.icon("warning", "warning").pixmap(ICON_SIZE, box.devicePixelRatio()))
    box.setWindowTitle(title)
    return box
