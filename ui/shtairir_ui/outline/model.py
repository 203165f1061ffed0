"""The outline as Qt wants it: a tree, or, while something is looked for, a list of what was found."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from shtairir_ui.guard import guarded
from shtairir_ui.outline.entries import Entry

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()


class OutlineModel(QAbstractItemModel):
    """Rows are known by their number in the order from top to bottom, all of them opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tops: list[int] = []
        self._entries: list[Entry] = []
        self._children: list[list[int]] = []
        self._parents: list[int] = []
        self._rows: list[int] = []

    def show(self, entries: Iterable[Entry], *, flat: bool = False) -> None:
        """Show other entries, without what is in them if they are to be flat."""
        self.beginResetModel()
        self._entries, self._children, self._parents, self._rows = [], [], [], []
        self._tops = [self._add(entry, -1, row, flat) for row, entry in enumerate(entries)]
        self.endResetModel()

    def entry(self, index: Index) -> Entry | None:
        """What stands in a row."""
        return self._entries[index.internalId()] if index.isValid() else None

    def find(self, key: tuple[str, str]) -> QModelIndex:
        """The row of an entry, by its kind and the path or name of it."""
        for number, entry in enumerate(self._entries):
            if key_of(entry) == key:
                return self.createIndex(self._rows[number], 0, number)
        return QModelIndex()

    def all_rows(self) -> list[QModelIndex]:
        """Every row, from top to bottom."""
        return [self.createIndex(row, 0, number) for number, row in enumerate(self._rows)]

    def _add(self, entry: Entry, parent: int, row: int, flat: bool) -> int:
        number = len(self._entries)
        self._entries.append(entry)
        self._parents.append(parent)
        self._rows.append(row)
        self._children.append([])
        if not flat:
            self._children[number] = [self._add(one, number, at, flat) for at, one in enumerate(entry.children)]
        return number

    # -- Qt ------------------------------------------------------------------------------------

    @guarded(default=QModelIndex)
    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        """The row of that number in another."""
        numbers = self._children[parent.internalId()] if parent.isValid() else self._tops
        return self.createIndex(row, column, numbers[row]) if 0 <= row < len(numbers) else QModelIndex()

    @guarded(default=QModelIndex)
    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]  # QObject has one without arguments
        """The row that one is in."""
        above = self._parents[index.internalId()] if index.isValid() else -1
        return self.createIndex(self._rows[above], 0, above) if above >= 0 else QModelIndex()

    @guarded(default=0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many rows are in one."""
        return len(self._children[parent.internalId()] if parent.isValid() else self._tops)

    @guarded(default=0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """The delegate paints all in one."""
        return 1

    @guarded(default=None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The entry itself, and its title for search by typing and for screen readers."""
        entry = self.entry(index)
        if entry is None:
            return None
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return "\n".join(part for part in (entry.title, entry.block, *(entry.values or (entry.detail,))) if part)
        return None


def key_of(entry: Entry) -> tuple[str, str]:
    """What an entry is known by, also after the outline was made anew."""
    return entry.kind, entry.path if entry.kind != "scope" else entry.id
