"""Which keys the commands have: those they came with, or those a person gave them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from shtairir_ui.settings import Settings

if TYPE_CHECKING:
    from shtairir_ui.actions import Actions

_PORTABLE = QKeySequence.SequenceFormat.PortableText


class Shortcuts(QObject):
    """Has the commands of a window listen to the keys that the settings say, now and whenever they change."""

    def __init__(self, actions: Actions, settings: Settings) -> None:
        super().__init__(actions)
        self._actions = actions
        self._settings = settings
        settings.changed.connect(self._follow)
        for name in actions.names:
            if settings.keys(name) is not None:
                self._apply(name)

    def of(self, name: str) -> list[QKeySequence]:
        """The keys of a command."""
        given = self._settings.keys(name)
        if given is None:
            return self._actions.command(name).sequences
        return [QKeySequence(keys, _PORTABLE) for keys in given]

    def is_changed(self, name: str) -> bool:
        """Whether a person gave a command other keys than those it came with."""
        return self._settings.keys(name) is not None

    def holders(self, keys: QKeySequence, besides: str) -> list[str]:
        """The other commands that would hear these keys, or never hear theirs because of them."""
        others = (name for name in self._actions.names if name != besides)
        return [name for name in others if any(_clash(keys, mine) for mine in self.of(name))]

    def give(self, name: str, keys: Sequence[QKeySequence]) -> None:
        """Give a command these keys, and take them from the commands that had them."""
        for one in keys:
            for other in self.holders(one, name):
                self._write(other, [mine for mine in self.of(other) if not _clash(one, mine)])
        self._write(name, keys)

    def reset(self, name: str) -> None:
        """Give a command the keys back that it came with."""
        self._settings.set_keys(name, None)

    def _write(self, name: str, keys: Sequence[QKeySequence]) -> None:
        if list(keys) == self._actions.command(name).sequences:
            self.reset(name)
        else:
            self._settings.set_keys(name, [one.toString(_PORTABLE) for one in keys])

    def _follow(self, key: str) -> None:
        section, _, name = key.partition("/")
        if section == "keys" and name in self._actions.names:
            self._apply(name)

    def _apply(self, name: str) -> None:
        self._actions.use_keys(name, self.of(name))


def _clash(one: QKeySequence, other: QKeySequence) -> bool:
    """Whether two sequences are the same, or one is the beginning of the other."""
    apart = QKeySequence.SequenceMatch.NoMatch
    return one.matches(other) is not apart or other.matches(one) is not apart
