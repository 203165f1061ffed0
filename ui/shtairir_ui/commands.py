"""What a command of the window is, and a feature, which brings some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from shtairir_ui.preferences import Preference

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor
    from shtairir_ui.window import MainWindow

Keys = tuple[str | QKeySequence.StandardKey, ...]
STANDARD = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Command:
    """One entry of a menu.

    Attributes
    ----------
    name
        How the program asks for it.
    usable
        Says whether it makes sense now; asked whenever the document, the selection or a run changes. Always if left
        out.
    """

    name: str
    text: str
    keys: Keys = ()
    icon: str = ""
    tip: str = ""
    usable: Callable[[Editor], bool] | None = None
    checkable: bool = False

    @property
    def sequences(self) -> list[QKeySequence]:
        """The keys that it has unless a person gives it others."""
        return [QKeySequence(keys) for keys in self.keys]


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that the window can do besides what its core does.

    Attributes
    ----------
    menu
        The menu that its commands stand in, after those of the core.
    attach
        Binds the commands, and whatever else it takes, once the window has been put together.
    preferences
        What a person can set about it.
    """

    menu: str
    commands: tuple[Command, ...]
    attach: Callable[[MainWindow], None]
    preferences: tuple[Preference, ...] = ()


def plain(text: str) -> str:
    """Return the text of a command as one would say it: without the mark of its letter in the menu."""
    return text.replace("&", "").rstrip("…")


def written(action: QAction) -> str:
    """Return how the keys of a command are written on this system."""
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(dict.fromkeys(key.toString(native) for key in action.shortcuts()))
