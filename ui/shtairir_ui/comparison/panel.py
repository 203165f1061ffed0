"""The list of what differs: in words, stepped through with the mouse or with F8; each is shown on the canvas."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from shtairir.document.compared import Change
from shtairir.document.differences import Difference
from shtairir_ui import theme
from shtairir_ui.barbutton import bar_button
from shtairir_ui.canvas.diff_items import sign_icon
from shtairir_ui.comparison.comparison import Comparison
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.quantities import count

_ROW = Qt.ItemDataRole.UserRole
_LISTED = 2000


class ComparisonPanel(QWidget):
    """Says what differs from the graph that is compared with."""

    shown = Signal(object)
    count_changed = Signal(int)

    def __init__(self, comparison: Comparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparisonPanel")
        self.setProperty("role", "panel")
        self.comparison = comparison
        self.menu = QMenu(self)
        self.summary = QLabel()
        self.summary.setObjectName("comparisonSummary")
        self.summary.setProperty("role", "dim")
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.with_button = bar_button(
            "compare", "Compare with", "Choose what to compare this graph with", "compareWith"
        )
        self.with_button.setMenu(self.menu)
        self.with_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.previous_button = bar_button("chevron_up", "", "Previous difference (Shift+F8)", "comparePrevious")
        self.next_button = bar_button("chevron_down", "", "Next difference (F8)", "compareNext")
        self.end_button = bar_button("close", "", "Stop comparing: take the marks off the canvas", "compareEnd")
        self.looks = QCheckBox("Looks too")
        self.looks.setObjectName("compareLooks")
        self.looks.setToolTip("Also list what cannot change a result: places, titles, frames, notes")
        self.list = _make_list()
        self._empty = EmptyState("compare", "Nothing is compared")
        self._lay_out()
        self._connect()
        self._show()

    # -- what is done ------------------------------------------------------------------------------

    def step(self, by: int) -> Difference | None:
        """Go to the next difference, or the one before; from the last to the first."""
        rows = self.list.topLevelItemCount()
        if not rows:
            return None
        current = self.list.currentIndex().row()
        row = (current + by) % rows if current >= 0 else (0 if by > 0 else rows - 1)
        self.list.setCurrentIndex(self.list.model().index(row, 0))
        return self._tell(self.list.topLevelItem(row))

    def _tell(self, item: QTreeWidgetItem | None, _column: int = 0) -> Difference | None:
        found: Difference | None = item.data(0, _ROW) if item is not None else None
        if found is not None:
            self.shown.emit(found)
        return found

    # -- assembly ----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme.current()
        bar = QHBoxLayout()
        bar.setContentsMargins(tokens.s2, tokens.s1, tokens.s2, tokens.s1)
        bar.setSpacing(tokens.s1)
        bar.addWidget(self.with_button)
        bar.addWidget(self.summary, 1)
        for part in (self.looks, self.previous_button, self.next_button, self.end_button):
            bar.addWidget(part)
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(body, 1)

    def _connect(self) -> None:
        self.comparison.changed.connect(self._show)
        self.looks.toggled.connect(self.comparison.show_looks)
        self.previous_button.clicked.connect(lambda _checked=False: self.step(-1))
        self.next_button.clicked.connect(lambda _checked=False: self.step(1))
        self.end_button.clicked.connect(lambda _checked=False: self.comparison.end())
        self.list.itemClicked.connect(self._tell)
        self.list.itemActivated.connect(self._tell)
        theme.changed.connect(self._show)

    # -- what is shown -----------------------------------------------------------------------------

    def _show(self, _cause: object = None) -> None:
        comparison = self.comparison
        active = comparison.other is not None
        found = comparison.differences if comparison.with_looks else _that_matter(comparison.differences)
        chosen = self.list.currentIndex().data(_ROW)
        self._fill(found, chosen)
        self.summary.setText(self._summary(len(found)) if active else "")
        self._say_why_empty()
        self._stack.setCurrentWidget(self.list if found else self._empty)
        for part in (self.looks, self.end_button):
            part.setVisible(active)
        for button in (self.previous_button, self.next_button):
            button.setVisible(active)
            button.setEnabled(bool(found))
        self.count_changed.emit(len(found) if active else 0)

    def _fill(self, found: list[Difference], chosen: Difference | None) -> None:
        self.list.clear()
        dim = theme.current().text_dim
        icons: dict[Change, QIcon] = {change: sign_icon(change) for change in get_args(Change)}
        for one in found[:_LISTED]:
            item = QTreeWidgetItem([one.place, one.sentence])
            item.setData(0, _ROW, one)
            item.setIcon(0, icons[_change(one)])
            item.setToolTip(1, "\n".join((one.sentence, *one.details)))
            if not one.matters:
                item.setForeground(0, dim)
                item.setForeground(1, dim)
            self.list.addTopLevelItem(item)
            if one == chosen:
                self.list.setCurrentItem(item)

    def _summary(self, number: int) -> str:
        comparison = self.comparison
        if not comparison.is_ready:
            return f"Comparing with {comparison.title}…"
        hidden = len(comparison.differences) - number
        looks = f", and {hidden:,} in the looks" if hidden else ""
        if not comparison.differences:
            return f"No difference from {comparison.title}"
        return f"{count(number, 'difference')}{looks} from {comparison.title} to what is here"

    def _say_why_empty(self) -> None:
        comparison = self.comparison
        if comparison.other is None:
            hint = "Compare this graph with its saved version, an earlier one, or another file: “Compare with” above."
            self._empty.say("Nothing is compared", hint)
        elif not comparison.is_ready:
            self._empty.say("Comparing…")
        elif comparison.differences:
            self._empty.say("Only the looks differ", "No result can be another. “Looks too” lists what differs.")
        else:
            self._empty.say("No difference", f"This graph is the same as {comparison.title}.")


def _that_matter(found: list[Difference]) -> list[Difference]:
    return [one for one in found if one.matters]


def _change(one: Difference) -> Change:
    """Return which of the signs on the canvas a difference has."""
    if not one.matters:
        return "looks"
    return one.kind if one.kind in ("added", "removed") else "changed"


def _make_list() -> QTreeWidget:
    rows = QTreeWidget()
    rows.setObjectName("comparisonList")
    rows.setAccessibleName("Differences")
    rows.setHeaderLabels(["Where", "What"])
    rows.setRootIsDecorated(False)
    rows.setUniformRowHeights(True)
    header = rows.header()
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    return rows
