"""What every view of a value has: a line about the value, tools, the body, a foot line.

Heavy work leaves the Qt thread through `jobs`; a thin line under the head shows that something is on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from shtairir.ids import PortRef
from shtairir_ui import theme
from shtairir_ui.guard import guarded

from .jobs import Jobs, Ticket, Workers
from .painting import painting

_PATIENCE_MS = 160
"""What is done sooner is not announced: the line would only flicker."""


@dataclass(frozen=True, slots=True)
class Saving:
    """A way to write what is seen to a file: what it is called, the suffix, and what writes it (on a worker)."""

    words: str
    suffix: str
    write: Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another result that can be set beside the one that is shown."""

    ref: PortRef
    label: str
    value: Any


class View(QWidget):
    """Shows one kind of value. Subclasses fill `body` and implement `show_value`.

    Attributes
    ----------
    neighbours
        Names the other results of the run; the panel puts it there.
    caption
        What the value is called; the panel puts it there.
    """

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.jobs = Jobs(workers, self._on_began, self._on_failed)
        self.neighbours: Callable[[], list[Neighbour]] = list
        self.caption = ""
        self._keys: dict[str, Callable[[], object]] = {}
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
        self.work_line = WorkLine(self.jobs)
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
        column.addWidget(self.work_line)
        column.addLayout(self.body, 1)
        column.addWidget(self._foot)

    # -- for subclasses ------------------------------------------------------------------------

    def add_tool(self, icon: str, tip: str, action: Callable[[], object]) -> QToolButton:
        """Put a button on the right of the head line."""
        button = self._add_button(icon, tip)
        button.clicked.connect(lambda: action())
        return button

    def add_switch(self, icon: str, tip: str, changed: Callable[[bool], object]) -> QToolButton:
        """Put a button that stays down on the right of the head line."""
        button = self._add_button(icon, tip)
        button.setCheckable(True)
        button.toggled.connect(changed)
        return button

    def add_choice(self, icon: str, tip: str, fill: Callable[[QMenu], object]) -> QToolButton:
        """Put a button with a menu on the right of the head line; `fill` is asked each time it opens."""
        button = self._add_button(icon, tip)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)

        def refill() -> None:
            menu.clear()
            fill(menu)

        menu.aboutToShow.connect(refill)
        # Entries may hold results: they are let go with the menu, once what was chosen has been done.
        menu.aboutToHide.connect(menu.clear, Qt.ConnectionType.QueuedConnection)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _add_button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        theme.bind_icon(button, icon, "text_dim")
        self.tools.addWidget(button)
        return button

    def listen(self, keys: str, action: Callable[[], object]) -> None:
        """Have these keys do something while the keyboard is in this view, before the window's commands get them."""
        self._keys[QKeySequence(keys).toString()] = action

    def say(self, words: str) -> None:
        """Write the foot line; it takes no room until there is something to say, and keeps it then: nothing jumps."""
        self.foot.setText(words)
        if words:
            self._foot.show()

    # -- for the panel -------------------------------------------------------------------------

    def show_value(self, value: Any) -> None:
        """Show this value from now on."""
        raise NotImplementedError

    def clear(self) -> None:
        """Let the value go."""
        self.jobs.forget()

    def copy(self) -> None:
        """Put what is seen on the clipboard."""

    def savings(self) -> tuple[Saving, ...]:
        """Return the ways in which what is seen can be written to a file; the first is proposed."""
        return ()

    # -- inside --------------------------------------------------------------------------------

    def _on_began(self) -> None:
        self.work_line.watch()

    def _on_failed(self, error: Exception) -> None:
        self.say(f"This could not be worked out: {error}")

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        """Claim the view's own keys before the window's shortcuts get them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._action(event):
            event.accept()
            return True
        return super().event(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key stands for here."""
        action = self._action(event)
        if action is not None:
            action()
        else:
            super().keyPressEvent(event)

    def _action(self, event: QKeyEvent) -> Callable[[], object] | None:
        return self._keys.get(QKeySequence(event.keyCombination()).toString())


class WorkLine(QWidget):
    """A line two pixels high: how far the work of a view is; empty while nobody waits."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setFixedHeight(2)
        self._jobs = jobs
        self._waited: list[Ticket] = []
        self._timer = QTimer(self, interval=_PATIENCE_MS)
        self._timer.timeout.connect(self._look)

    @property
    def share(self) -> float | None:
        """How far the slowest work is; None while nothing takes long."""
        shares = [ticket.share or 0.0 for ticket in self._waited if ticket.wanted]
        return min(shares) if shares else None

    def watch(self) -> None:
        """Something has begun."""
        if not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        # Only what was there at the last look too takes long.
        now = self._jobs.tickets
        shown, self._waited = self._waited, now
        if not now:
            self._timer.stop()
        if now or shown:
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the line as far as the work is; all of it faintly where that is not known."""
        share = self.share
        if share is None or self._jobs.tickets == []:
            return
        with painting(self) as painter:
            accent = theme.current().accent
            painter.fillRect(self.rect(), theme.with_alpha(accent, 0.35))
            painter.fillRect(0, 0, round(self.width() * share), self.height(), accent)


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
