"""The keys of every command: found by name or by key, changed by pressing what they shall be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QLabel, QToolButton, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.commands import plain
from shtairir_ui.settings import Settings
from shtairir_ui.settingspage.row import CONTROL_WIDTH
from shtairir_ui.shortcuts import Shortcuts

if TYPE_CHECKING:
    from shtairir_ui.actions import Actions

_NATIVE = QKeySequence.SequenceFormat.NativeText


class KeyRow(QWidget):
    """One command: its name, its first key to be pressed anew, and a word about who loses it."""

    def __init__(self, name: str, menu: str, actions: Actions, shortcuts: Shortcuts, settings: Settings) -> None:
        super().__init__()
        self.name = name
        self._actions = actions
        self._shortcuts = shortcuts
        self._title = plain(actions.command(name).text)
        self._menu = menu
        self.edit = QKeySequenceEdit(clearButtonEnabled=True, maximumSequenceLength=1)
        self.edit.setObjectName(f"keys_{name}")
        self.edit.setAccessibleName(f"Keys of {self._title}")
        self.edit.setFixedWidth(CONTROL_WIDTH)
        self._more = QLabel()
        self._more.setProperty("role", "dim")
        self._reset = QToolButton(autoRaise=True)
        self._reset.setToolTip("Back to the default")
        self._reset.setAccessibleName(f"Reset the keys of {self._title}")
        theme.bind_icon(self._reset, "undo")
        self._lay_out()
        self._show()
        self.edit.editingFinished.connect(self._take)
        self._reset.clicked.connect(lambda: shortcuts.reset(name))
        settings.changed.connect(self._follow)

    def matches(self, words: list[str]) -> bool:
        """Whether every word is in the name, the menu or the keys."""
        keys = " ".join(one.toString(_NATIVE) for one in self._shortcuts.of(self.name))
        text = f"keys shortcuts {self._menu} {self._title} {keys}".lower()
        return all(word in text for word in words)

    def _lay_out(self) -> None:
        tokens = theme.current()
        said = QVBoxLayout()
        said.setSpacing(0)
        title = QLabel(self._title)
        title.setBuddy(self.edit)
        said.addWidget(title)
        said.addWidget(self._more)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(tokens.s3)
        row.addLayout(said, 1)
        row.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignVCenter)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)

    def _take(self) -> None:
        """Give the command what was pressed; a second key that it had stays."""
        pressed, before = self.edit.keySequence(), self._shortcuts.of(self.name)
        if before[:1] == ([pressed] if not pressed.isEmpty() else []):
            return
        losers = self._shortcuts.holders(pressed, self.name) if not pressed.isEmpty() else []
        rest = [one for one in before[1:] if one != pressed]
        self._shortcuts.give(self.name, [pressed, *rest] if not pressed.isEmpty() else [])
        if losers:
            names = ", ".join(plain(self._actions.command(one).text) for one in losers)
            self._say(f"Taken from {names}")

    def _follow(self, key: str) -> None:
        if key == f"keys/{self.name}":
            self._show()

    def _show(self) -> None:
        keys = self._shortcuts.of(self.name)
        self.edit.setKeySequence(keys[0] if keys else QKeySequence())
        others = " or ".join(one.toString(_NATIVE) for one in keys[1:])
        self._say(f"also {others}" if others else "")
        self._reset.setVisible(self._shortcuts.is_changed(self.name))

    def _say(self, text: str) -> None:
        self._more.setText(text)
        self._more.setVisible(bool(text))
