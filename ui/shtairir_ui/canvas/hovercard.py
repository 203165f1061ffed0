"""A card beside the mouse: what a link or a port carries."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from shtairir_ui import theme

PICTURE = QSize(256, 176)
_WIDTH = 300
_OFFSET = QPoint(16, 20)
_ROWS, _COLUMNS, _CELL, _LINES = 6, 4, 16, 6


@dataclass(frozen=True, slots=True)
class Shown:
    """What the card says.

    Attributes
    ----------
    heading
        Rich text: what is under the mouse.
    about
        More about it, such as the help of a port.
    words
        The value in one line; `state` says why there is none, or that it is out of date.
    picture, rows, large
        The value itself, in the way that fits its kind.
    """

    heading: str
    about: str = ""
    words: str = ""
    state: str = ""
    picture: QImage | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    large: str = ""


class HoverCard(QFrame):
    """A window of its own, as tool tips are: what lies on the view would have all of it drawn again."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("hoverCard")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._heading, self._about, self._words = QLabel(), QLabel(wordWrap=True), QLabel(wordWrap=True)
        self._picture, self._body, self._state = QLabel(), QLabel(), QLabel(wordWrap=True)
        self._words.setObjectName("hoverWords")
        self._state.setObjectName("hoverState")
        for label in (self._words, self._about, self._state):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setProperty("role", "dim")
        self._state.setProperty("role", "dim")
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        tokens = theme.current()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s3, tokens.s2, tokens.s3, tokens.s2)
        column.setSpacing(tokens.s1)
        for label in (self._heading, self._about, self._picture, self._body, self._words, self._state):
            column.addWidget(label)
        self._dress()
        theme.changed.connect(self._dress)

    @property
    def text(self) -> str:
        """What is written on it, for tests."""
        labels = (self._heading, self._about, self._body, self._words, self._state)
        return "\n".join(label.text() for label in labels if label.text())

    @property
    def has_picture(self) -> bool:
        """Whether there is something to see."""
        return not self._picture.pixmap().isNull()

    def show_at(self, shown: Shown, at: QPoint) -> None:
        """Say something beside a place of the screen."""
        self._heading.setText(shown.heading)
        self._about.setText(shown.about)
        self._words.setText(shown.words)
        self._state.setText(shown.state)
        self._picture.setPixmap(self._fitted(shown.picture))
        self._body.setText(_table(shown.rows) if shown.rows else _quoted(shown.large))
        for label in (self._about, self._words, self._state, self._body):
            label.setVisible(bool(label.text()))
        self._picture.setVisible(shown.picture is not None)
        self._fit()
        self.move(_beside(at, self.size()))
        self.show()

    def _fit(self) -> None:
        """As wide as what is on it, up to a limit; then its sentences wrap."""
        wide = max(self._heading.sizeHint().width(), self._body.sizeHint().width() if self._body.text() else 0)
        lines = (label for label in (self._about, self._words, self._state) if label.text())
        wide = max([wide, *(min(label.fontMetrics().horizontalAdvance(label.text()) + 4, _WIDTH) for label in lines)])
        picture = self._picture.pixmap()
        if not picture.isNull():
            wide = max(wide, round(picture.deviceIndependentSize().width()))
        margins = self._column.contentsMargins()
        self.setFixedWidth(min(wide, 2 * _WIDTH) + margins.left() + margins.right() + 2)
        self._column.activate()
        self.setFixedHeight(max(self._column.heightForWidth(self.width()), self._column.minimumSize().height()))

    def _fitted(self, image: QImage | None) -> QPixmap:
        if image is None:
            return QPixmap()
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _dress(self, _tokens: object = None) -> None:
        tokens = theme.current()
        self.setStyleSheet(
            f"QFrame#hoverCard {{ background: {tokens.css('raised')};"
            f" border: 1px solid {tokens.css('border_strong')}; }}"
            f" QLabel {{ font-size: {tokens.size_label}px; }}"
        )
        self._body.setFont(theme.mono_font(tokens.size_small))


def _beside(at: QPoint, size: QSize) -> QPoint:
    """Below the place and to the right of it, or where the screen has room."""
    screen = QGuiApplication.screenAt(at) or QGuiApplication.primaryScreen()
    room: QRect = screen.availableGeometry()
    x = min((at + _OFFSET).x(), room.right() - size.width())
    y = (at + _OFFSET).y()
    if y + size.height() > room.bottom():
        y = at.y() - size.height() - _OFFSET.y() // 2
    return QPoint(max(x, room.left()), max(y, room.top()))


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    """The beginning of a table."""
    dim = theme.current().css("text_dim")
    cut = [tuple(_short(cell) for cell in row[:_COLUMNS]) for row in rows[: _ROWS + 1]]
    head = "".join(f"<td style='color:{dim}; padding:0 10px 2px 0'>{escape(cell)}</td>" for cell in cut[0])
    body = "".join(
        "<tr>" + "".join(f"<td style='padding:0 10px 1px 0'>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in cut[1:]
    )
    return f"<table cellspacing='0'><tr>{head}</tr>{body}</table>"


def _short(text: str) -> str:
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def _quoted(text: str) -> str:
    """The first lines of a text, as they stand."""
    lines = text.splitlines()[:_LINES]
    return "<br>".join(escape(line[:48]).replace(" ", "&nbsp;") for line in lines)
