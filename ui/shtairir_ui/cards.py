"""Buttons with a picture: a card for an example, a row for a file."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded


class PictureBox(QWidget):
    """An image that fills a box of fixed height; what stands over at the right or below is cut off."""

    def __init__(self, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setMinimumWidth(size.width())
        self.setFixedHeight(size.height())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def has_image(self) -> bool:
        """Whether there is something to show."""
        return not self._image.isNull()

    def show_image(self, image: QImage) -> None:
        """Show an image."""
        self._image = image
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the image so that no gap is left."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), tokens.radius, tokens.radius)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), tokens.background)
        if not self._image.isNull():
            painter.drawImage(QRectF(self.rect()), self._image, self._part())
        painter.setPen(QPen(tokens.border, 1))
        painter.drawPath(shape)

    def _part(self) -> QRectF:
        """The part of the image that has the shape of the box."""
        wide, high = self._image.width(), self._image.height()
        scale = min(wide / self.width(), high / self.height())
        return QRectF(0, 0, self.width() * scale, self.height() * scale)


class PictureButton(QPushButton):
    """A button with a picture, a title and lines of text; a subclass says how they stand."""

    def __init__(self, size: QSize, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = PictureBox(size, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setStyleSheet(f"{type(self).__name__} {{ padding: 0; border: none; min-width: 0; }}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(title)
        self.title = self._label(title, "")
        font = theme.ui_font()
        font.setWeight(font.Weight.DemiBold)
        self.title.setFont(font)

    def _label(self, text: str, role: str, *, wrap: bool = False) -> QLabel:
        label = QLabel(text, self, wordWrap=wrap)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        return label

    def _lay_out(self, layout: QBoxLayout, margin: int) -> QBoxLayout:
        layout.setContentsMargins(margin, margin, margin, margin)
        return layout

    @guarded(default=QSize())
    def sizeHint(self) -> QSize:
        """As large as what is in it."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else QSize()

    @guarded(default=QSize())
    def minimumSizeHint(self) -> QSize:
        """Only as large as it must be."""
        layout = self.layout()
        return layout.totalMinimumSize() if layout is not None else QSize()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the ring of who has the keyboard."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        hot = self.underMouse() or self.isDown()
        ground = tokens.pressed if self.isDown() else tokens.hover if hot else self._ground()
        focused = self.hasFocus()
        line = tokens.focus if focused else tokens.border_strong if hot else self._line()
        painter.setPen(QPen(line, 2 if focused else 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(inside, tokens.radius_large, tokens.radius_large)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it too, not only Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _ground(self) -> QColor:
        return theme.current().raised

    def _line(self) -> QColor:
        return theme.current().border


class Card(PictureButton):
    """A picture on top, below it what it shows and how long that takes."""

    def __init__(self, size: QSize, title: str, text: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(size, title, parent)
        tokens = theme.current()
        self.setAccessibleDescription(f"{text} {note}".strip())
        column = self._lay_out(QVBoxLayout(self), tokens.s3)
        column.setSpacing(tokens.s1)
        column.addWidget(self.picture)
        column.addSpacing(tokens.s1)
        column.addWidget(self.title)
        words = self._label(text, "dim", wrap=True)
        words.setMinimumHeight(words.fontMetrics().lineSpacing() * 3)
        column.addWidget(words, 1)
        column.addWidget(self._label(note, "dim"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


class FileRow(PictureButton):
    """A small picture at the left, beside it a file's name and where it lies."""

    def __init__(self, size: QSize, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(size, title, parent)
        tokens = theme.current()
        self.picture.setFixedWidth(size.width())
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        row = self._lay_out(QHBoxLayout(self), tokens.s1 + 2)
        row.setSpacing(tokens.s3)
        row.addWidget(self.picture)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.title)
        self.place = self._label(text, "dim")
        self.place.setMinimumWidth(0)
        self.place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        words.addWidget(self.place)
        words.addStretch(1)
        row.addLayout(words, 1)

    def _ground(self) -> QColor:
        return QColor(Qt.GlobalColor.transparent)

    def _line(self) -> QColor:
        return QColor(Qt.GlobalColor.transparent)
