"""What differs between two graphs, as a list of sentences."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from shtairir.document import Snapshot
from shtairir.document.differences import Difference, differences
from shtairir_ui import theme
from shtairir_ui.quantities import count

_LOOKS = {"added": ("add", "ok"), "removed": ("remove", "error")}
SHOWN_AT_MOST = 500


class DifferenceList(QTreeWidget):
    """One row for each difference: what it is about, and what happened to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("differences")
        self.setAccessibleName("Differences")
        self.setHeaderLabels(["Where", "What"])
        self.setRootIsDecorated(False)
        self.setWordWrap(True)

    def show_differences(self, found: list[Difference]) -> None:
        """Show these."""
        self.clear()
        for one in found[:SHOWN_AT_MOST]:
            item = QTreeWidgetItem([one.place, one.sentence])
            name, color = _LOOKS.get(one.kind, ("edit", "text_dim"))
            item.setIcon(0, theme.icon(name, color))
            item.setToolTip(1, "\n".join((one.sentence, *one.details)))
            if not one.matters:
                for column in (0, 1):
                    item.setForeground(column, theme.current().text_dim)
            self.addTopLevelItem(item)
        self.resizeColumnToContents(0)


def show_differences(parent: QWidget, before: Snapshot, after: Snapshot, of: str, to: str) -> QDialog:
    """Open a dialog with what changed from one graph to another."""
    found = differences(before, after)
    tokens = theme.current()
    dialog = QDialog(parent)
    dialog.setObjectName("differencesDialog")
    dialog.setWindowTitle("What differs")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    head = QLabel(f"{count(len(found), 'difference')} from what is {of} to what is {to}.")
    rows = DifferenceList()
    rows.show_differences(found)
    rows.setVisible(bool(found))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s4)
    column.setSpacing(tokens.s4)
    column.addWidget(head)
    column.addWidget(rows, 1)
    column.addWidget(buttons)
    dialog.resize(640, 400)
    dialog.open()
    return dialog
