"""The first page: begin, open, recover, or look at an example. Nothing of it asks the network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from shtairir.block.registry import Registry
from shtairir.document import load
from shtairir.errors import ShtairirError
from shtairir.recovery.drafts import Draft, abandoned
from shtairir_assets.examples import Example, shown_examples
from shtairir_ui import theme
from shtairir_ui.bridge import Background
from shtairir_ui.cards import Card, FileRow
from shtairir_ui.clearing import clear
from shtairir_ui.drawing import graph_picture
from shtairir_ui.guard import guarded
from shtairir_ui.quantities import count
from shtairir_ui.settings import Settings

CARD_PICTURE, ROW_PICTURE = QSize(196, 116), QSize(64, 40)
SIDE_WIDTH, MOST_WIDTH = 272, 1080
LARGEST_FILE = 2_000_000
"""Of larger files no picture is drawn: it would take longer than one looks at the page."""
RECENT_SHOWN = 6


class WelcomePage(QScrollArea):
    """What one sees without a graph.

    Attributes
    ----------
    new_wanted, open_wanted, recover_wanted, tour_wanted, file_wanted, example_wanted
        What was asked for.
    """

    new_wanted = Signal()
    open_wanted = Signal()
    recover_wanted = Signal()
    tour_wanted = Signal()
    file_wanted = Signal(Path)
    example_wanted = Signal(Path)

    def __init__(self, settings: Settings, registry: Registry, background: Background) -> None:
        super().__init__()
        self.setObjectName("welcomePage")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._settings, self._registry, self._background = settings, registry, background
        self.new_button = _action("welcomeNew", "New graph", "new", "Begin with an empty canvas")
        self.open_button = _action("welcomeOpen", "Open…", "open", "Open a graph file, or a picture that carries one")
        self.recover_button = _action("welcomeRecover", "Nothing to recover", "history", "")
        self.tour_button = _action("welcomeTour", "Take the tour", "help", "Five minutes at the canvas itself")
        self.new_button.setProperty("role", "primary")
        theme.bind_icon(self.new_button, "new", "on_accent")
        self._actions = [self.new_button, self.open_button, self.recover_button, self.tour_button]
        self.cards = [self._card(example) for example in shown_examples()]
        self.rows: list[FileRow] = []
        self._recent = QVBoxLayout()
        self._grid = QGridLayout()
        self._buttons = QGridLayout()
        self._shape = (0, False)
        self._lay_out()
        for button, signal in (
            (self.new_button, self.new_wanted),
            (self.open_button, self.open_wanted),
            (self.recover_button, self.recover_wanted),
            (self.tour_button, self.tour_wanted),
        ):
            button.clicked.connect(lambda _checked=False, signal=signal: signal.emit())

    def refresh(self) -> None:
        """Look what there is: recent files, and what can be recovered."""
        self._show_recent()
        self.recover_button.setEnabled(False)
        self.recover_button.setText("Nothing to recover")
        self._background.submit(abandoned, self._show_drafts)

    def _show_drafts(self, drafts: list[Draft]) -> None:
        self.recover_button.setEnabled(bool(drafts))
        if drafts:
            self.recover_button.setText(f"Recover {count(len(drafts), 'graph')}…")
            self.recover_button.setToolTip("What was edited and not saved when the program was cut off")

    def _show_recent(self) -> None:
        clear(self._recent)
        self.rows = []
        for path in self._settings.recent[:RECENT_SHOWN]:
            row = FileRow(ROW_PICTURE, path.stem, _shown(path.parent))
            row.setObjectName("recentFile")
            row.setToolTip(str(path))
            row.clicked.connect(lambda _checked=False, path=path: self.file_wanted.emit(path))
            self._recent.addWidget(row)
            self.rows.append(row)
            self._draw(row, path)
        if not self.rows:
            empty = QLabel("Graphs that you open or save are listed here.", wordWrap=True)
            empty.setProperty("role", "dim")
            self._recent.addWidget(empty)

    def _draw(self, row: FileRow, path: Path) -> None:
        registry, ratio, dark = self._registry, self.devicePixelRatioF(), theme.current().is_dark

        def show(image: QImage) -> None:
            if row in self.rows:
                row.picture.show_image(image)

        self._background.submit(lambda: _picture_of(path, registry, ratio, dark=dark), show)

    def _card(self, example: Example) -> Card:
        card = Card(CARD_PICTURE, example.title, example.summary, f"About {example.typical_s:.0f} s")
        card.setObjectName(f"card_{example.name}")
        card.picture.show_image(QImage(str(example.picture)))
        card.clicked.connect(lambda _checked=False: self.example_wanted.emit(example.path))
        return card

    # -- looks -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme.current()
        body = QWidget()
        self._page = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._page.setSpacing(tokens.s6 + tokens.s2)
        self._page.addWidget(self._side(), alignment=Qt.AlignmentFlag.AlignTop)
        self._page.addLayout(self._examples(), 1)
        inner = QWidget()
        inner.setMaximumWidth(MOST_WIDTH)
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(tokens.s6, tokens.s6, tokens.s6, tokens.s6)
        inside.setSpacing(tokens.s6)
        inside.addLayout(_heading())
        inside.addLayout(self._page)
        inside.addStretch(1)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 1000)
        row.addStretch(1)
        self.setWidget(body)

    def _side(self) -> QWidget:
        tokens = theme.current()
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.s2)
        column.addWidget(_label("Start", "heading"))
        self._buttons.setSpacing(tokens.s2)
        column.addLayout(self._buttons)
        column.addSpacing(tokens.s4)
        column.addWidget(_label("Recent", "heading"))
        self._recent.setSpacing(2)
        column.addLayout(self._recent)
        column.addStretch(1)
        self._side_widget = side
        return side

    def _examples(self) -> QVBoxLayout:
        tokens = theme.current()
        column = QVBoxLayout()
        column.setSpacing(tokens.s2)
        column.addWidget(_label("Examples, on data that are here", "heading"))
        self._grid.setSpacing(tokens.s3)
        column.addLayout(self._grid)
        column.addStretch(1)
        return column

    def _arrange(self, width: int) -> None:
        """As many cards in a row as there is room for; on a narrow window, what to start with stands above them."""
        tokens = theme.current()
        beside = width >= 2 * CARD_PICTURE.width() + SIDE_WIDTH + 160
        self._page.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._side_widget.setMinimumWidth(SIDE_WIDTH if beside else 0)
        self._side_widget.setMaximumWidth(SIDE_WIDTH if beside else MOST_WIDTH)
        room = min(width, MOST_WIDTH) - 2 * tokens.s6 - (SIDE_WIDTH + self._page.spacing() if beside else 0)
        columns = max(1, min(3, room // (CARD_PICTURE.width() + 2 * tokens.s3 + tokens.s3)))
        high = round((room / columns - 3 * tokens.s3) * CARD_PICTURE.height() / CARD_PICTURE.width())
        for card in self.cards:
            card.picture.setFixedHeight(high)
        if (columns, beside) != self._shape:
            self._shape = (columns, beside)
            _fill(self._grid, self.cards, columns)
            _fill(self._buttons, self._actions, 1 if beside else 2)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the cards for the room there is."""
        super().resizeEvent(event)
        self._arrange(self.viewport().width())


def _fill(grid: QGridLayout, widgets: Sequence[QWidget], columns: int) -> None:
    """Put widgets into so many columns of the same width."""
    for index, widget in enumerate(widgets):
        grid.addWidget(widget, index // columns, index % columns)
    for column in range(3):
        grid.setColumnStretch(column, 1 if column < columns else 0)


def _picture_of(path: Path, registry: Registry, ratio: float, *, dark: bool) -> QImage:
    """A picture of a file's graph; an empty one when it cannot be read, or soon enough."""
    try:
        if os.stat(path).st_size > LARGEST_FILE:
            return QImage()
        return graph_picture(load(path).snapshot(), registry, ROW_PICTURE * 3, ratio, dark=dark)
    except (ShtairirError, OSError):
        return QImage()


def _heading() -> QHBoxLayout:
    tokens = theme.current()
    row = QHBoxLayout()
    row.setSpacing(tokens.s4)
    icon = QLabel()
    icon.setPixmap(theme.app_icon().pixmap(QSize(48, 48), icon.devicePixelRatioF()))
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(_label("Shtairir", "large"))
    words.addWidget(_label("Connect blocks on a canvas, press Run, and look at every result.", "dim"))
    row.addWidget(icon)
    row.addLayout(words, 1)
    return row


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label


def _action(name: str, text: str, icon: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setStyleSheet("text-align: left;")
    theme.bind_icon(button, icon)
    return button


def _shown(folder: Path) -> str:
    """A folder as people write it."""
    try:
        return f"~/{folder.relative_to(Path.home()).as_posix()}" if folder != Path.home() else "~"
    except ValueError:
        return str(folder)
