"""Bookmarks: set, listed in a menu, gone to one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from shtairir.document import Bookmark
from shtairir_ui.bookmarks import SetBookmark
from shtairir_ui.commands import Command, Feature
from shtairir_ui.editor import Editor
from shtairir_ui.going import go_to_bookmark

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class _Bookmarks(QObject):
    """The bookmarks of what one window shows."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._last = ""
        self.menu = QMenu("&Bookmarks", window)
        self.menu.setObjectName("bookmarksMenu")
        self.menu.aboutToShow.connect(self._fill)
        for action in window.menuBar().actions():
            if action.text().replace("&", "") == "View":
                action.menu().addMenu(self.menu)  # type: ignore[attr-defined]  # its stub says QObject
        on = window.actions_.on
        on("bookmark", lambda: SetBookmark(window).open())
        on("next_bookmark", lambda: self._step(1))
        on("previous_bookmark", lambda: self._step(-1))

    def _fill(self) -> None:
        self.menu.clear()
        self._window.actions_.fill(self.menu, "bookmark", "next_bookmark", "previous_bookmark", "")
        marks = self._window.editor.graph.bookmarks
        for mark in marks:
            action = self.menu.addAction(mark.name.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, mark=mark: self._go_to(mark))
        if not marks:
            self.menu.addAction("No bookmarks yet").setEnabled(False)

    def _step(self, by: int) -> None:
        marks = self._window.editor.graph.bookmarks
        names = [mark.name for mark in marks]
        if names:
            at = names.index(self._last) + by if self._last in names else (0 if by > 0 else -1)
            self._go_to(marks[at % len(marks)])

    def _go_to(self, mark: Bookmark) -> None:
        self._last = mark.name
        go_to_bookmark(self._window, mark)


def _present(editor: Editor) -> bool:
    return editor.past is None


def _has_some(editor: Editor) -> bool:
    return bool(editor.graph.bookmarks)


def _attach(window: MainWindow) -> None:
    _Bookmarks(window)


FEATURE = Feature(
    "View",
    (
        Command("bookmark", "&Bookmark this place…", ("Ctrl+Alt+B",), "bookmark", "Give what is seen a name", _present),
        Command("next_bookmark", "Next b&ookmark", ("Ctrl+Alt+PgDown",), usable=_has_some),
        Command("previous_bookmark", "Previous boo&kmark", ("Ctrl+Alt+PgUp",), usable=_has_some),
    ),
    _attach,
)
