"""Which theme is in use, and who wants to know when it changes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from .tokens import DARK, Tokens


class ThemeState(QObject):
    """Holds the tokens in use. One per process, because Qt has one style per process."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.tokens: Tokens = DARK

    def use(self, tokens: Tokens) -> None:
        """Make these the current tokens and tell every listener."""
        self.tokens = tokens
        self.changed.emit(tokens)


STATE = ThemeState()
