"""A text on the canvas, written in Markdown."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QPainter,
    QPalette,
    QPen,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from shtairir.document import Note
from shtairir_ui import theme
from shtairir_ui.canvas.area_item import AreaItem, AreaKey
from shtairir_ui.canvas.look import PAD, RADIUS, Look
from shtairir_ui.guard import guarded

Z_NOTE = -2
_READABLE = 0.3
_SAFE = ("http", "https", "mailto")
MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


class NoteItem(AreaItem):
    """Shows a note. All of it is taken to be moved; links in it are followed by a click."""

    def __init__(self, note: Note, look: Look) -> None:
        self.note = note
        self._text: QTextDocument | None = None
        super().__init__(AreaKey("note", note.id), note.rect, note.color, look, Z_NOTE)

    def show_note(self, note: Note) -> None:
        """Show what the document has now."""
        if note != self.note or QRectF(*note.rect) != self.rect:
            self.note, self._text = note, None
            self.show_rect(QRectF(*note.rect))
            self.show_color(note.color)

    def show_rect(self, rect: QRectF) -> None:
        if rect.width() != self.rect.width():
            self._text = None
        super().show_rect(rect)

    def show_look(self, look: Look, color: str | None) -> None:
        self._text = None
        super().show_look(look, color)

    @property
    def handle(self) -> QRectF:
        """All of it."""
        return self.rect

    @property
    def text(self) -> QTextDocument:
        """The note as it is shown."""
        if self._text is None:
            self._text = rendered(self.note.text, self.look, self.rect.width() - 2 * PAD)
        return self._text

    def fitting_height(self) -> float:
        """How tall the note must be to show all of its text."""
        return self.text.size().height() + 2 * PAD

    def link_at(self, place: QPointF) -> str | None:
        """The address that a place of the canvas leads to; only such as a browser or a mail program opens."""
        local = place - self.rect.topLeft() - QPointF(PAD, PAD)
        address = self.text.documentLayout().anchorAt(local)
        return address if address and QUrl(address).scheme().lower() in _SAFE else None

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the paper and what is written on it."""
        tokens, zoom = self.look.tokens, option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tinted = self.note.color is not None
        ground = theme.mix(tokens.raised, self.color, 0.16 if tinted else 0.0)
        edge = theme.mix(ground, self.color, 0.75 if self.hovered else 0.4)
        painter.setPen(QPen(tokens.accent, 2.0) if self.chosen else QPen(edge, 1.0))
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect, RADIUS / 2, RADIUS / 2)
        if zoom >= _READABLE:
            self._paint_text(painter)
        else:
            self._paint_lines(painter)

    def _paint_text(self, painter: QPainter) -> None:
        tokens = self.look.tokens
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, tokens.text)
        context.clip = QRectF(0, 0, self.rect.width() - 2 * PAD, self.rect.height() - 2 * PAD)
        painter.save()
        painter.translate(self.rect.topLeft() + QPointF(PAD, PAD))
        painter.setClipRect(context.clip)
        self.text.documentLayout().draw(painter, context)
        painter.restore()

    def _paint_lines(self, painter: QPainter) -> None:
        """From far away a text is a few grey lines."""
        painter.setPen(QPen(self.look.quiet, 3.0))
        y, row = self.rect.top() + PAD + 6, 0
        while y < self.rect.bottom() - PAD and row < 8:
            share = (0.9, 0.75, 0.85, 0.6)[row % 4]
            end = self.rect.left() + PAD + share * (self.rect.width() - 2 * PAD)
            painter.drawLine(QPointF(self.rect.left() + PAD, y), QPointF(end, y))
            y, row = y + 18, row + 1


class _Text(QTextDocument):
    """A document that reads no file and asks no network: a note must not fetch a picture because it is opened."""

    @guarded(default=None)
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None


def rendered(text: str, look: Look, width: float) -> QTextDocument:
    """Return a note's Markdown as a document of that width."""
    document = _Text()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setIndentWidth(20)
    document.setDefaultFont(look.label.font)
    document.setMarkdown(text, MARKDOWN)
    _dress(document, look)
    document.setTextWidth(max(width, 1.0))
    return document


def _dress(document: QTextDocument, look: Look) -> None:
    """Give what Qt made of the Markdown the colours, sizes and distances of the window."""
    tokens = look.tokens
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        level, is_listed = block.blockFormat().headingLevel(), block.textList() is not None
        distance = QTextBlockFormat()
        distance.setTopMargin(0)
        distance.setBottomMargin(tokens.s1 / 2 if is_listed else tokens.s1 if level else tokens.s2 - 2)
        cursor.mergeBlockFormat(distance)
        if level:
            _set_size(cursor, {1: tokens.size_title + 3, 2: tokens.size_title}.get(level, tokens.size_body))
        _color_links(block, cursor, tokens.accent)
        block = block.next()


def _set_size(cursor: QTextCursor, pixels: int) -> None:
    """Set the size of a heading; Qt's own, by steps from the size of the text, wins over one in pixels."""
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    face = cursor.charFormat()
    face.clearProperty(QTextFormat.Property.FontSizeAdjustment)
    face.setProperty(QTextFormat.Property.FontPixelSize, pixels)
    cursor.setCharFormat(face)
    cursor.clearSelection()


def _color_links(block: QTextBlock, cursor: QTextCursor, color: QColor) -> None:
    face = QTextCharFormat()
    face.setForeground(color)
    part = block.begin()
    while not part.atEnd():
        fragment = part.fragment()
        if fragment.charFormat().isAnchor():
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(face)
        part += 1
