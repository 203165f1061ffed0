"""Text, in a fixed width, wrapped or not, with a search through all of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from shtairir_ui import theme
from shtairir_ui.quantities import count

from .jobs import Ticket, Workers
from .searchbar import SearchBar
from .view import Saving, View

MAX_CHARACTERS = 1_000_000
"""Qt holds about fifty bytes for a character."""

_PORTION = 40_000
"""Qt lays out text on its own thread: it gets so much at a time, between other events."""

_LONGEST_LINE = 2000
"""Qt's time for a line grows with the square of its length: 400,000 characters in one took 22 s."""

_MOST_MARKED = 1000
_MOST_FOUND = 1_000_000
_SETTLE_MS = 150
_RARE = re.compile("[\U00010000-\U0010ffff]")
"""What takes two places in Qt's texts."""


class TextView(View):
    """Shows a text."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._text = ""
        self._shown = 0
        self._found: list[int] = []
        self._shifts: tuple[list[int], list[int]] | None = None
        self._at = -1
        self._portions = QTimer(self, singleShot=True, interval=0)
        self._portions.timeout.connect(self._more)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._search)
        self.search = SearchBar("Search in the text", steps=True)
        self.search.changed.connect(lambda _text: self._settle.start())
        self.search.stepped.connect(self.step)
        self.page = QPlainTextEdit()
        self.search.closed.connect(self.page.setFocus)
        self.page.setReadOnly(True)
        self.page.setProperty("role", "flat")
        self.page.document().setDocumentMargin(theme.current().s2)
        self.page.setFont(theme.mono_font(theme.current().size_label))
        self.body.addWidget(self.search)
        self.body.addWidget(self.page, 1)
        self.search_switch = self.add_switch("search", "Search (Ctrl+F)", self.search.show_bar)
        self.search.shown.connect(self.search_switch.setChecked)
        self.wrap = self.add_switch("wrap", "Wrap long lines", self._on_wrap)
        self.wrap.setChecked(True)
        self.listen("Ctrl+F", lambda: self.search.show_bar(True))
        self.listen("F3", lambda: self.step(1))
        self.listen("Shift+F3", lambda: self.step(-1))
        self.setFocusProxy(self.page)

    def show_value(self, value: str) -> None:
        """Show a text; of a very long one, the beginning. What was searched for is searched for again."""
        self.jobs.forget()
        self._text, self._shown, self._shifts = value, 0, None
        self.page.clear()
        self._more()
        lines = value.count("\n") + 1 if value else 0
        self.info.setText(f"{count(len(value), 'character')}  {count(lines, 'line')}")
        cut = len(value) > MAX_CHARACTERS
        self.say(f"The first {MAX_CHARACTERS:,} characters are shown; Copy takes all." if cut else "")
        self._search()

    def clear(self) -> None:
        """Let the text go."""
        super().clear()
        self._portions.stop()
        self._settle.stop()
        self._text = ""
        self._found = []
        self.page.clear()
        self.search.show_bar(False)

    def copy(self) -> None:
        """Put what is selected on the clipboard, or all of the text."""
        if self.page.textCursor().hasSelection():
            self.page.copy()
        else:
            QGuiApplication.clipboard().setText(self._text)

    def savings(self) -> tuple[Saving, ...]:
        """All of the text."""
        text = self._text

        def write(path: Path) -> None:
            path.write_text(text, encoding="utf-8", newline="")

        return (Saving("Text", ".txt", write), Saving("Markdown", ".md", write))

    # -- search --------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Go to the next place where the words stand, or to the one before."""
        if self._found:
            self._at = (self._at + by) % len(self._found)
            self._go()

    def _search(self) -> None:
        words, text = self.search.text, self._text
        if not words:
            self.jobs.drop("search")
            self._show_found([])
            return
        self.jobs.latest("search", lambda ticket: places_of(words, text, ticket), self._show_found)

    def _show_found(self, found: list[int]) -> None:
        self._found, self._at = found, 0 if found else -1
        self._go()

    def _go(self) -> None:
        words = self.search.text
        if not self._found:
            self.search.tell("none" if words else "")
            self.search.complain("")
            self.page.setExtraSelections([])
            return
        self.search.tell(f"{self._at + 1:,} of {len(self._found):,}")
        self._mark(words)
        place = self._found[self._at]
        if place >= min(len(self._text), MAX_CHARACTERS):
            self.say(f"This place is beyond the first {MAX_CHARACTERS:,} characters, which are all that is shown.")
            return
        while self._shown < min(place + len(words), MAX_CHARACTERS, len(self._text)):
            self._more()
        cursor = self._cursor(place, len(words))
        cursor.clearSelection()
        self.page.setTextCursor(cursor)
        self.page.centerCursor()

    def _mark(self, words: str) -> None:
        """Mark the place that one is at, and those around it."""
        tokens = theme.current()
        around = range(max(self._at - _MOST_MARKED // 2, 0), min(self._at + _MOST_MARKED // 2, len(self._found)))
        marks = []
        for number in around:
            place = self._found[number]
            if place + len(words) > self._shown and number != self._at:
                continue
            mark = QTextEdit.ExtraSelection()
            mark.cursor = self._cursor(place, len(words))
            ground = QTextCharFormat()
            here = number == self._at
            ground.setBackground(tokens.accent if here else theme.mix(tokens.field, tokens.warning, 0.35))
            ground.setForeground(tokens.on_accent if here else QColor(tokens.text))
            mark.format = ground
            marks.append(mark)
        self.page.setExtraSelections(marks)

    def _cursor(self, place: int, length: int) -> QTextCursor:
        cursor = QTextCursor(self.page.document())
        cursor.setPosition(self._on_page(place))
        cursor.setPosition(self._on_page(place + length), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _on_page(self, place: int) -> int:
        """Where a character of the text is on the page: long lines are folded there, and rare signs count twice."""
        if self._shifts is None:
            shown = self._text[:MAX_CHARACTERS]
            self._shifts = (folds_of(shown), [match.start() for match in _RARE.finditer(shown)])
        folds, rare = self._shifts
        at = place + bisect_right(folds, place) + bisect_left(rare, place)
        return min(at, self.page.document().characterCount() - 1)

    # -- inside --------------------------------------------------------------------------------

    def _more(self) -> None:
        end = min(self._shown + _PORTION, len(self._text), MAX_CHARACTERS)
        if end < len(self._text):
            # Portions end at line ends where there are some: a line is not torn.
            end = self._text.rfind("\n", self._shown, end) + 1 or end
        cursor = QTextCursor(self.page.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(folded(self._text[self._shown : end]))
        self._shown = end
        if end < min(len(self._text), MAX_CHARACTERS):
            self._portions.start()

    def _on_wrap(self, wrap: bool) -> None:
        modes = QPlainTextEdit.LineWrapMode
        self.page.setLineWrapMode(modes.WidgetWidth if wrap else modes.NoWrap)


def places_of(words: str, text: str, ticket: Ticket) -> list[int]:
    """Return where words stand in a text, without regard to upper and lower case; a million places at most."""
    found: list[int] = []
    for number, match in enumerate(re.finditer(re.escape(words), text, re.IGNORECASE)):
        if number % 4096 == 0:
            ticket.step(match.start() / max(len(text), 1))
        if number >= _MOST_FOUND:
            break
        found.append(match.start())
    return found


def folds_of(text: str) -> list[int]:
    """Return the characters before which `folded` breaks a line, portion by portion."""
    if len(text) <= _LONGEST_LINE:
        return []
    folds: list[int] = []
    start = 0
    for line in text.split("\n"):
        # No break where a portion of the line ends: the next portion is put behind it.
        folds += [start + at for at in range(_LONGEST_LINE, len(line), _LONGEST_LINE) if at % _PORTION]
        start += len(line) + 1
    return folds


def folded(text: str) -> str:
    """Return the text with a line break wherever a line grows too long for Qt."""
    if len(text) <= _LONGEST_LINE:
        return text
    return "\n".join(
        line[start : start + _LONGEST_LINE]
        for line in text.split("\n")
        for start in range(0, max(len(line), 1), _LONGEST_LINE)
    )
