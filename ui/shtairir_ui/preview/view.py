"""What every view of a value has: a line about the value, tools, the body, a foot line.

Also `Jobs`: heavy work leaves the Qt thread through the editor's background workers, and what comes
back for a value that is no longer shown is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded


class Workers(Protocol):
    """Runs work off the Qt thread and hands the result back on it (`bridge.Background`)."""

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call `work` on a worker, then `done` (or `failed`) on the Qt thread."""


class Jobs:
    """The background work of one view. A new value makes every older answer stale."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._generation = 0

    def forget(self) -> None:
        """Drop the answers that are still on their way."""
        self._generation += 1

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call `work` on a worker and, unless forgotten by then, `done` with its result on the Qt thread."""
        generation = self._generation

        def current(callback: Callable[[Any], None]) -> Callable[[Any], None]:
            return lambda answer: callback(answer) if generation == self._generation else None

        self._workers.submit(work, current(done), current(failed) if failed is not None else None)


class View(QWidget):
    """Shows one kind of value. Subclasses fill `body` and implement `show_value`."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.jobs = Jobs(workers)
        tokens = theme.current()
        self.info = Elided()
        self.info.setProperty("role", "dim")
        self.foot = Elided()
        self.foot.setProperty("role", "small")
        self.tools = QHBoxLayout()
        self.tools.setSpacing(0)
        self._head = QWidget()
        self._head.setFixedHeight(28)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(tokens.s3, 0, tokens.s2, 0)
        head.setSpacing(tokens.s2)
        head.addWidget(self.info, 1)
        head.addLayout(self.tools)
        self.body = QVBoxLayout()
        self._foot = QFrame()
        self._foot.setFixedHeight(24)
        self._foot.hide()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(tokens.s3, 0, tokens.s3, 0)
        foot.addWidget(self.foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addLayout(self.body, 1)
        column.addWidget(self._foot)

    def add_tool(self, icon: str, tip: str, action: Callable[[], object]) -> QToolButton:
        """Put a button on the right of the head line."""
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        theme.bind_icon(button, icon, "text_dim")
        button.clicked.connect(lambda: action())
        self.tools.addWidget(button)
        return button

    def add_switch(self, icon: str, tip: str, changed: Callable[[bool], object]) -> QToolButton:
        """Put a button that stays down on the right of the head line."""
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(True)
        theme.bind_icon(button, icon, "text_dim")
        button.toggled.connect(changed)
        self.tools.addWidget(button)
        return button

    def say(self, words: str) -> None:
        """Write the foot line; it takes no room while there is nothing to say."""
        self.foot.setText(words)
        self._foot.setVisible(bool(words))

    def show_value(self, value: Any) -> None:
        """Show this value from now on."""
        raise NotImplementedError

    def clear(self) -> None:
        """Let the value go."""
        self.jobs.forget()


class Elided(QLabel):
    """A line of text that gives way: it ends in … instead of widening its panel."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def setText(self, text: str) -> None:
        """Set the whole text; the tool tip shows it when it does not fit."""
        self._text = text
        self._elide()

    def full_text(self) -> str:
        """Return the text before it was shortened."""
        return self._text

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        super().setText(shown)
        self.setToolTip(self._text if shown != self._text else "")

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()
