"""What differs between two graphs, as a list of sentences."""

from __future__ import annotations

from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from shtairir.document.differences import Difference
from shtairir_ui import theme

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
