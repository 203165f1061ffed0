"""Colours for source code: pygments finds the tokens, the theme gives the colours."""

from __future__ import annotations

from pygments.lexer import Lexer  # type: ignore[import-untyped]  # without types
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # without types
from pygments.token import Token, _TokenType  # type: ignore[import-untyped]  # without types
from pygments.util import ClassNotFound  # type: ignore[import-untyped]  # without types
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from shtairir_ui import theme
from shtairir_ui.guard import guarded

PLAIN = "text"


class CodeHighlighter(QSyntaxHighlighter):
    """Colours a document line by line.

    The whole text is read at once when it has changed, since a string may begin many lines above; the
    tokens are then handed out per line.
    """

    def __init__(self, document: QTextDocument, language: str) -> None:
        super().__init__(document)
        self._lexer = _lexer(language)
        self._text: str | None = None
        self._lines: list[list[tuple[int, int, str]]] = []
        theme.changed.connect(self._on_theme)

    @guarded
    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        whole = self.document().toPlainText()
        if whole != self._text:
            self._text = whole
            self._lines = token_lines(whole, self._lexer)
        number = self.currentBlock().blockNumber()
        for start, length, role in self._lines[number] if number < len(self._lines) else ():
            self.setFormat(start, length, _format(role))

    def _on_theme(self, _tokens: object) -> None:
        self.rehighlight()


def token_lines(text: str, lexer: Lexer) -> list[list[tuple[int, int, str]]]:
    """For each line of a text its coloured parts: start, length, role."""
    lines: list[list[tuple[int, int, str]]] = [[]]
    column = 0
    for kind, value in lexer.get_tokens(text):
        role = _role(kind)
        for index, part in enumerate(value.split("\n")):
            if index:
                lines.append([])
                column = 0
            if part and role:
                lines[-1].append((column, len(part), role))
            column += len(part)
    return lines


def _lexer(language: str) -> Lexer:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return get_lexer_by_name(PLAIN, stripnl=False, ensurenl=False)


def _role(kind: _TokenType) -> str:
    for parent, role in (
        (Token.Comment, "comment"),
        (Token.Literal.String, "string"),
        (Token.Literal.Number, "number"),
        (Token.Keyword, "keyword"),
        (Token.Name.Decorator, "decorator"),
        (Token.Name.Function, "function"),
        (Token.Name.Class, "function"),
        (Token.Operator.Word, "keyword"),
        (Token.Name.Builtin, "builtin"),
    ):
        if kind in parent:
            return role
    return ""


def _format(role: str) -> QTextCharFormat:
    tokens = theme.current()
    colors: dict[str, QColor] = {
        "comment": tokens.text_dim,
        "string": tokens.ok,
        "number": tokens.warning,
        "keyword": tokens.accent,
        "decorator": tokens.warning,
        "function": tokens.accent_hover,
        "builtin": tokens.cached,
    }
    form = QTextCharFormat()
    form.setForeground(colors[role])
    form.setFontItalic(role == "comment")
    return form
