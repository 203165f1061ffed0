"""What the tour says, on a card above the canvas; and a ring around what it speaks of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.guard import guarded

CARD_WIDTH = 460


class TourCard(QFrame):
    """Which step it is, what to do, and how to go on or end."""

    next_wanted = Signal()
    end_wanted = Signal()

    def __init__(self, above: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._above, self._window = above, parent
        self.setObjectName("tourCard")
        self.setProperty("role", "card")
        self.setFixedWidth(CARD_WIDTH)
        self._number = QLabel()
        self._number.setObjectName("tourNumber")
        self._number.setProperty("role", "dim")
        self._title = QLabel(wordWrap=True)
        self._title.setProperty("role", "title")
        self._text = QLabel(wordWrap=True)
        self._text.setObjectName("tourText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.next_button = QPushButton("Skip")
        self.next_button.setObjectName("tourNext")
        self.end_button = QPushButton("End the tour")
        self.end_button.setObjectName("tourEnd")
        self._lay_out()
        self.next_button.clicked.connect(lambda _checked=False: self.next_wanted.emit())
        self.end_button.clicked.connect(lambda _checked=False: self.end_wanted.emit())
        above.installEventFilter(self)

    @property
    def text(self) -> str:
        """What the card says."""
        return self._text.text()

    def say(self, number: str, title: str, text: str, go_on: str, *, done: bool) -> None:
        """Say something; `go_on` is what the button reads that leads on, if there is one."""
        self._number.setText(number)
        self._title.setText(title)
        self._text.setText(text)
        self.next_button.setText(go_on)
        self.next_button.setVisible(bool(go_on))
        self.next_button.setProperty("role", "primary" if done else "")
        self.next_button.style().unpolish(self.next_button)
        self.next_button.style().polish(self.next_button)
        self.setAccessibleName(f"{number}. {title}. {text}")
        self.place()

    def place(self) -> None:
        """Stand at the upper edge of what it is about, in the middle."""
        self.adjustSize()
        margin = theme.current().s3
        corner = self._above.mapTo(self._window, QPoint((self._above.width() - self.width()) // 2, margin))
        if corner != self.pos():
            self.move(corner)
        self.raise_()

    def _lay_out(self) -> None:
        tokens = theme.current()
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.s2)
        buttons.addWidget(self.end_button)
        buttons.addStretch(1)
        buttons.addWidget(self.next_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s3, tokens.s4, tokens.s3)
        column.setSpacing(tokens.s1)
        column.addWidget(self._number)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(tokens.s2)
        column.addLayout(buttons)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the canvas becomes larger or smaller."""
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False


class Ring(QWidget):
    """A line around something in the window; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tourRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def surround(self, target: QRect | None) -> None:
        """Stand around a rectangle of the parent, or go away."""
        if target is None or target.isEmpty():
            self.hide()
            return
        around = target.adjusted(-6, -6, 6, 6)
        if around != self.geometry():
            self.setGeometry(around)
        self.show()
        self.raise_()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.accent, 3))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), tokens.radius_large, tokens.radius_large)
