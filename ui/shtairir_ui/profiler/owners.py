"""Who held most memory when it was at its highest, and who holds what now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from shtairir.memory.owners import retained
from shtairir.memory.profiler import Profile
from shtairir_ui import theme
from shtairir_ui.quantities import duration, size

_MOST = 10
NODE = Qt.ItemDataRole.UserRole


class OwnersList(QTreeWidget):
    """Two short lists: the largest owners at the peak of the run, and now, in the whole program."""

    node_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profilerOwners")
        self.setAccessibleName("Who holds memory")
        self.setHeaderLabels(["Owner", "Memory"])
        self.setRootIsDecorated(False)
        self.setIndentation(theme.current().s3)
        self.setUniformRowHeights(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.headerItem().setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.itemClicked.connect(self._on_clicked)
        self.itemActivated.connect(self._on_clicked)

    def show_profile(self, profile: Profile) -> None:
        """Show the owners of a run at its peak, and those of the program now."""
        self.clear()
        when = f" at {duration(profile.peak_at_s)}" if profile.peak_at_s is not None else ""
        self._add_group(f"At the peak{when}", profile.peak_bytes, [(name, name, held) for name, held in profile.owners])
        now = retained()
        self._add_group(
            "Now, in the whole program",
            sum(owned.nbytes for owned in now),
            [
                (_in_words(owned.kind, owned.name), owned.name if owned.kind == "node" else "", owned.nbytes)
                for owned in now[:_MOST]
            ],
        )
        self.expandAll()

    def _add_group(self, title: str, total: int, rows: Sequence[tuple[str, str, int]]) -> None:
        group = QTreeWidgetItem([title, size(total)])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        for column in (0, 1):
            group.setForeground(column, theme.current().text_dim)
        group.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addTopLevelItem(group)
        for label, node, nbytes in rows:
            item = QTreeWidgetItem(group, [label, size(nbytes)])
            item.setData(0, NODE, node)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if not rows:
            empty = QTreeWidgetItem(group, ["Nothing that counts", ""])
            empty.setFlags(Qt.ItemFlag.NoItemFlags)

    def _on_clicked(self, item: QTreeWidgetItem, _column: int) -> None:
        node = item.data(0, NODE)
        if node:
            self.node_clicked.emit(node)


def _in_words(kind: str, name: str) -> str:
    return name if kind == "node" else "idle buffers of the pool" if kind == "pool" else f"{kind} {name}"
