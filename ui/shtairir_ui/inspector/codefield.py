"""A field for source code: line numbers, problems at their lines, indentation by the keys that people expect."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, QStringListModel, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QPlainTextEdit, QTextEdit, QWidget

from shtairir.block.code_function import author_names
from shtairir.block.code_problems import SourceProblem
from shtairir_ui import theme
from shtairir_ui.guard import guarded
from shtairir_ui.highlight import CodeHighlighter

INDENT = "    "
_WORD = re.compile(r"[^\W\d]\w*")
_FEWEST_LETTERS = 2
_OF_THE_LIST = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Escape)
_DEDENTS = ("return", "pass", "raise", "break", "continue")


class CodeField(QPlainTextEdit):
    """Python source, as it is typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("codeField")
        self.setAccessibleName("Source code")
        self.setProperty("role", "flat")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.mono_font(theme.current().size_label))
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * len(INDENT))
        self.problems: tuple[SourceProblem, ...] = ()
        self._gutter = _Gutter(self)
        self._highlighter = CodeHighlighter(self.document(), "python")
        self._completer, self._popup = _completer(self)
        self._completer.activated.connect(self._complete)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_gutter)
        self.cursorPositionChanged.connect(self._mark)
        theme.changed.connect(self._mark)
        self._make_room()

    def show_problems(self, problems: Sequence[SourceProblem]) -> None:
        """Mark the lines where something is wrong."""
        self.problems = tuple(problems)
        self._mark()
        self._gutter.update()

    def go_to(self, problem: SourceProblem) -> None:
        """Put the cursor where a problem is."""
        cursor = QTextCursor(self.document().findBlockByNumber(problem.line - 1))
        cursor.movePosition(
            QTextCursor.MoveOperation.Right,
            QTextCursor.MoveMode.MoveAnchor,
            min(problem.column - 1, max(cursor.block().length() - 1, 0)),
        )
        self.setTextCursor(cursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- the gutter ------------------------------------------------------------------------------

    def gutter_width(self) -> int:
        """How wide the line numbers are."""
        digits = max(len(str(self.blockCount())), 2)
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * theme.current().s2

    def paint_gutter(self, painter: QPainter, area: QRect) -> None:
        """Write the numbers of the lines in sight; a line with a problem has a bar in its colour."""
        tokens = theme.current()
        painter.fillRect(area, tokens.surface)
        painter.setFont(self.font())
        worst = {problem.line: problem.severity for problem in sorted(self.problems, reverse=True)}
        here = self.textCursor().blockNumber()
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber()
            if block.isVisible() and top + height >= area.top():
                severity = worst.get(number + 1)
                if severity is not None:
                    color = tokens.error if severity == "error" else tokens.warning
                    painter.fillRect(QRect(0, round(top), 3, round(height)), color)
                painter.setPen(tokens.text if number == here else tokens.text_disabled)
                room = QRect(0, round(top), self._gutter.width() - tokens.s2, round(height))
                painter.drawText(room, Qt.AlignmentFlag.AlignRight, str(number + 1))
            top += height
            block = block.next()

    def _make_room(self, _count: int = 0) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    def _scroll_gutter(self, area: QRect, by: int) -> None:
        if by:
            self._gutter.scroll(0, by)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the gutter as tall as the text."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(inside.left(), inside.top(), self.gutter_width(), inside.height())

    # -- marks -----------------------------------------------------------------------------------

    def _mark(self, _cause: object = None) -> None:
        tokens = theme.current()
        marks = [self._line_mark(self.textCursor(), theme.mix(tokens.field, tokens.text, 0.05))]
        marks += [self._underline(problem) for problem in self.problems]
        self.setExtraSelections(marks)
        self._gutter.update()

    def _line_mark(self, cursor: QTextCursor, color: QColor) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        mark.format.setBackground(color)
        mark.format.setProperty(QTextCharFormat.Property.FullWidthSelection, True)
        cursor = QTextCursor(cursor)
        cursor.clearSelection()
        mark.cursor = cursor
        return mark

    def _underline(self, problem: SourceProblem) -> QTextEdit.ExtraSelection:
        tokens = theme.current()
        mark = QTextEdit.ExtraSelection()
        mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        mark.format.setUnderlineColor(tokens.error if problem.severity == "error" else tokens.warning)
        cursor = QTextCursor(self.document().findBlockByNumber(problem.line - 1))
        text = cursor.block().text()
        start = min(max(problem.column - 1, 0), max(len(text) - 1, 0))
        found = _WORD.match(text, start)
        end = found.end() if found is not None else min(start + 1, len(text))
        if not text.strip() or end <= start:
            start, end = 0, len(text)
        cursor.setPosition(cursor.block().position() + start)
        cursor.setPosition(cursor.block().position() + end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        return mark

    # -- keys ------------------------------------------------------------------------------------

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tab indents, Enter keeps the indentation, Backspace takes a whole step of it back; words are completed."""
        if self._popup.isVisible() and event.key() in _OF_THE_LIST:
            event.ignore()  # they belong to the list
            return
        cursor = self.textCursor()
        if event.key() == Qt.Key.Key_Tab:
            self._indent(cursor)
        elif event.key() == Qt.Key.Key_Backtab:
            self._dedent(cursor)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._break_line(cursor)
        elif event.key() == Qt.Key.Key_Backspace and self._is_in_indentation(cursor):
            self._step_back(cursor)
        else:
            super().keyPressEvent(event)
            self._offer(event)

    def _indent(self, cursor: QTextCursor) -> None:
        if cursor.hasSelection():
            self._each_line(cursor, lambda line: line.insertText(INDENT))
        else:
            cursor.insertText(" " * (len(INDENT) - cursor.positionInBlock() % len(INDENT)))

    def _dedent(self, cursor: QTextCursor) -> None:
        def shorten(line: QTextCursor) -> None:
            text = line.block().text()
            for _ in range(min(len(text) - len(text.lstrip(" ")), len(INDENT))):
                line.deleteChar()

        self._each_line(cursor, shorten)

    def _each_line(self, cursor: QTextCursor, change: object) -> None:
        document = self.document()
        first, last = (document.findBlock(place) for place in (cursor.selectionStart(), cursor.selectionEnd()))
        cursor.beginEditBlock()
        for number in range(first.blockNumber(), last.blockNumber() + 1):
            change(QTextCursor(document.findBlockByNumber(number)))  # type: ignore[operator]  # a function of a cursor
        cursor.endEditBlock()

    def _break_line(self, cursor: QTextCursor) -> None:
        before = cursor.block().text()[: cursor.positionInBlock()]
        indentation = before[: len(before) - len(before.lstrip())]
        said = before.strip()
        if said.endswith((":", "(", "[", "{")):
            indentation += INDENT
        elif said.partition(" ")[0] in _DEDENTS and indentation.endswith(INDENT):
            indentation = indentation[: -len(INDENT)]
        cursor.insertText(f"\n{indentation}")
        self.ensureCursorVisible()

    def _is_in_indentation(self, cursor: QTextCursor) -> bool:
        before = cursor.block().text()[: cursor.positionInBlock()]
        return not cursor.hasSelection() and bool(before) and not before.strip(" ")

    def _step_back(self, cursor: QTextCursor) -> None:
        for _ in range((cursor.positionInBlock() - 1) % len(INDENT) + 1):
            cursor.deletePreviousChar()

    # -- completion ------------------------------------------------------------------------------

    def _offer(self, event: QKeyEvent) -> None:
        """Offer names that begin like the word that is being typed: of the language, of blocks, of this text."""
        popup = self._popup
        word = self._word_before()
        typed = event.text()
        if len(word) < _FEWEST_LETTERS or not typed or not (typed.isalnum() or typed == "_"):
            popup.hide()
            return
        known = {*_KNOWN, *_WORD.findall(self.toPlainText())} - {word}
        model = self._completer.model()
        assert isinstance(model, QStringListModel)
        model.setStringList(sorted((name for name in known if name.startswith(word)), key=str.lower))
        self._completer.setCompletionPrefix(word)
        if not self._completer.completionCount():
            popup.hide()
            return
        popup.setCurrentIndex(self._completer.completionModel().index(0, 0))
        place = self.cursorRect()
        place.translate(self.gutter_width(), 0)
        place.setWidth(popup.sizeHintForColumn(0) + popup.verticalScrollBar().sizeHint().width() + 16)
        self._completer.complete(place)

    def _word_before(self) -> str:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        found = re.search(r"[^\W\d]\w*$", before)
        return found.group() if found is not None else ""

    def _complete(self, name: str) -> None:
        self.textCursor().insertText(name[len(self._word_before()) :])


_KNOWN = frozenset(
    {*keyword.kwlist, *(name for name in dir(builtins) if name.islower() and name[0] != "_"), *author_names()}
)


def _completer(field: CodeField) -> tuple[QCompleter, QAbstractItemView]:
    completer = QCompleter(QStringListModel(field), field)
    completer.setWidget(field)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)
    popup = completer.popup()
    assert popup is not None  # it has a model
    return completer, popup


class _Gutter(QWidget):
    """The strip with the numbers of the lines."""

    def __init__(self, field: CodeField) -> None:
        super().__init__(field)
        self._field = field

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        """As wide as the largest number."""
        return QSize(self._field.gutter_width(), 0)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Have the field write into it."""
        painter = QPainter(self)
        self._field.paint_gutter(painter, event.rect())
        painter.end()
