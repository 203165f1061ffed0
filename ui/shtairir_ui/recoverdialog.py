"""The list of all that was edited and not saved when the program was cut off."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from shtairir.recovery.drafts import Draft, abandoned, discard
from shtairir_ui import theme
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.history.words import when
from shtairir_ui.quantities import count
from shtairir_ui.questions import ask_discard

DRAFT = Qt.ItemDataRole.UserRole


class RecoverDialog(QDialog):
    """Choose a draft to show, or throw drafts away."""

    chosen = Signal(object)
    discarded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recoverDialog")
        self.setWindowTitle("Recover unsaved changes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QTreeWidget()
        self.list.setObjectName("recoverList")
        self.list.setAccessibleName("Unsaved changes")
        self.list.setHeaderLabels(["Graph", "Changed", "Size", "File"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self._empty = EmptyState("ok", "Nothing to recover", "All that was edited is saved, or was given up.")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        self.recover_button = QPushButton("Recover")
        self.recover_button.setObjectName("recoverChosen")
        self.recover_button.setDefault(True)
        self.discard_button = QPushButton("Discard")
        self.discard_button.setObjectName("discardChosen")
        self._lay_out()
        self.list.itemSelectionChanged.connect(self._refresh_buttons)
        self.list.itemActivated.connect(lambda _item, _column: self._recover())
        self.recover_button.clicked.connect(lambda _checked=False: self._recover())
        self.discard_button.clicked.connect(lambda _checked=False: self._discard())
        self.refresh()

    def refresh(self) -> None:
        """Look what there is."""
        self.list.ensurePolished()  # or rows would be as high as without a style
        self.list.clear()
        now = datetime.now().astimezone()
        for draft in abandoned():
            where = str(draft.path) if draft.path is not None else "never saved"
            texts = [draft.title, when(draft.saved_at.astimezone(), now), count(draft.nodes, "node"), where]
            item = QTreeWidgetItem(texts)
            item.setData(0, DRAFT, draft)
            item.setToolTip(3, where)
            self.list.addTopLevelItem(item)
        for column in range(3):
            self.list.resizeColumnToContents(column)
        self._stack.setCurrentWidget(self.list if self.list.topLevelItemCount() else self._empty)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        self._refresh_buttons()

    def _draft(self) -> Draft | None:
        item = self.list.currentItem()
        found: Draft | None = item.data(0, DRAFT) if item is not None else None
        return found

    def _recover(self) -> None:
        draft = self._draft()
        if draft is not None:
            self.accept()
            self.chosen.emit(draft)

    def _discard(self) -> None:
        draft = self._draft()
        if draft is not None and ask_discard(self, draft.title, count(draft.nodes, "node")):
            discard(draft)
            self.refresh()
            self.discarded.emit()

    def _refresh_buttons(self) -> None:
        for button in (self.recover_button, self.discard_button):
            button.setEnabled(self._draft() is not None)

    def _lay_out(self) -> None:
        tokens = theme.current()
        about = QLabel(
            "The program was cut off before these were saved. To recover one saves nothing yet.", wordWrap=True
        )
        about.setProperty("role", "dim")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.recover_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.discard_button, QDialogButtonBox.ButtonRole.DestructiveRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s4)
        column.setSpacing(tokens.s4)
        column.addWidget(about)
        column.addWidget(self._stack, 1)
        column.addWidget(buttons)
        self.resize(640, 320)
