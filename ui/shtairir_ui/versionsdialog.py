"""The earlier versions of a file: when each was, what it looked like, and how it differs from what is here now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from shtairir.document import Graph, backups_of, load
from shtairir.document.differences import Difference, differences
from shtairir.document.disk import made_at
from shtairir.errors import ShtairirError
from shtairir_ui import theme
from shtairir_ui.differencelist import DifferenceList
from shtairir_ui.drawing import graph_picture
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.files import explain
from shtairir_ui.history.words import when
from shtairir_ui.quantities import count, size

PICTURE = QSize(420, 220)
LIST_WIDTH = 220
_BACKUP = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Seen:
    """What a worker found in a backup."""

    backup: Path
    graph: Graph | None
    picture: QImage | None
    differences: list[Difference]
    trouble: str = ""


class VersionsDialog(QDialog):
    """Look at the backups of a file; show one as a copy, or go back to it.

    Attributes
    ----------
    copy_wanted, restore_wanted, compare_wanted
        With the graph as it was, and when that was, in words.
    """

    compare_wanted = Signal(object, str)
    copy_wanted = Signal(object, str)
    restore_wanted = Signal(object, str)

    def __init__(self, editor: Editor, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("versionsDialog")
        self.setWindowTitle(f"Earlier versions of {path.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editor = editor
        self._seen: Seen | None = None
        self.list = QListWidget()
        self.list.setObjectName("versions")
        self.list.setAccessibleName("Earlier versions")
        self.list.setFixedWidth(LIST_WIDTH)
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setObjectName("versionPicture")
        self.picture.setFixedHeight(PICTURE.height())
        self.words = QLabel(wordWrap=True)
        self.words.setObjectName("versionWords")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.rows = DifferenceList()
        self.copy_button = QPushButton("Open as a copy")
        self.copy_button.setObjectName("versionCopy")
        self.copy_button.setToolTip("Show it beside what is here; it has no file until you save it")
        self.compare_button = QPushButton("Compare on the canvas")
        self.compare_button.setObjectName("versionCompare")
        self.compare_button.setToolTip("Mark on the canvas what came, went and changed since then")
        self.restore_button = QPushButton("Go back to it")
        self.restore_button.setObjectName("versionRestore")
        self.restore_button.setToolTip("Show it in the place of what is here; the file changes only when you save")
        self._lay_out()
        self.list.currentItemChanged.connect(self._choose)
        self.compare_button.clicked.connect(lambda _checked=False: self._end(self.compare_wanted))
        self.copy_button.clicked.connect(lambda _checked=False: self._end(self.copy_wanted))
        self.restore_button.clicked.connect(lambda _checked=False: self._end(self.restore_wanted))
        self._fill(path)

    def _fill(self, path: Path) -> None:
        now = datetime.now()
        for backup in backups_of(path):
            item = QListWidgetItem(f"{_moment(backup, now)}\n{size(backup.stat().st_size)}")
            item.setData(_BACKUP, backup)
            item.setSizeHint(QSize(0, 2 * self.list.fontMetrics().lineSpacing() + theme.current().s3))
            self.list.addItem(item)
        self._refresh()
        if self.list.count():
            self.list.setCurrentRow(0)
        self._stack.setCurrentIndex(1 if self.list.count() else 0)

    def _choose(self, item: QListWidgetItem | None, _before: object = None) -> None:
        self._seen = None
        self._refresh()
        if item is None:
            return
        backup: Path = item.data(_BACKUP)
        snapshot, registry = self._editor.present.snapshot(), self._editor.registry
        ratio, dark = self.devicePixelRatioF(), theme.current().is_dark
        self.words.setText("Reading…")

        def look() -> Seen:
            try:
                graph = load(backup)
            except (ShtairirError, OSError) as error:
                return Seen(backup, None, None, [], explain(error))
            before = graph.snapshot()
            drawn = graph_picture(before, registry, PICTURE, ratio, dark=dark)
            return Seen(backup, graph, drawn, differences(before, snapshot))

        self._editor.background.submit(look, self._show)

    def _show(self, seen: Seen) -> None:
        item = self.list.currentItem()
        if item is None or item.data(_BACKUP) != seen.backup:
            return
        self._seen = seen
        self._refresh()

    def _refresh(self) -> None:
        seen = self._seen
        readable = seen is not None and seen.graph is not None
        for button in (self.compare_button, self.copy_button, self.restore_button):
            button.setEnabled(readable)
        self.rows.show_differences(seen.differences if seen is not None else [])
        if seen is None:
            self.picture.clear()
            self.words.clear()
            return
        if seen.picture is not None:
            self.picture.setPixmap(QPixmap.fromImage(seen.picture))
        found = count(len(seen.differences), "difference")
        same = "Just what is here now." if not seen.differences else f"{found} from then to now:"
        self.words.setText(f"It cannot be read. {seen.trouble}" if seen.trouble else same)

    def _end(self, signal: object) -> None:
        seen = self._seen
        if seen is not None and seen.graph is not None:
            self.accept()
            signal.emit(seen.graph, _moment(seen.backup, datetime.now()))  # type: ignore[attr-defined]  # a Signal

    def _lay_out(self) -> None:
        tokens = theme.current()
        right = QVBoxLayout()
        right.setSpacing(tokens.s3)
        right.addWidget(self.picture)
        right.addWidget(self.words)
        right.addWidget(self.rows, 1)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.s4)
        row.addWidget(self.list)
        row.addLayout(right, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState(
                "history", "There are no earlier versions yet", "Each save keeps the file as it was: ten of them."
            )
        )
        self._stack.addWidget(both)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.restore_button, QDialogButtonBox.ButtonRole.AcceptRole)
        for button in (self.copy_button, self.compare_button):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s4)
        column.setSpacing(tokens.s4)
        column.addWidget(self._stack, 1)
        column.addWidget(buttons)
        self.resize(LIST_WIDTH + PICTURE.width() + 2 * tokens.s5 + tokens.s4, 560)


def _moment(backup: Path, now: datetime) -> str:
    return when(made_at(backup), now)
