"""A small search for blocks that opens where the mouse is: type, choose with the arrows, Enter places it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from html import escape

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from shtairir.block import BlockDefinition, PortType, compatibility
from shtairir.block.registry import Registry
from shtairir.block.search import ranked
from shtairir_ui import theme
from shtairir_ui.canvas.blockuses import BlockUses
from shtairir_ui.canvas.face import PortFace
from shtairir_ui.documentation import documentation_html
from shtairir_ui.guard import guarded

_WIDTH, _READING, _ROWS, _ROW = 320, 340, 10, 30
_MOST = 60
_ID = Qt.ItemDataRole.UserRole
_CATEGORY = Qt.ItemDataRole.UserRole + 1
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS,
    Qt.Key.Key_PageUp: -_ROWS,
}


class BlockSearch(QFrame):
    """A popup with a field and a list.

    Parameters
    ----------
    partner
        The port that the new block is to be linked with; only blocks that fit it are listed.
    chosen
        Is given the id of the block.
    own
        Blocks besides those of the registry, which come first: what the file brings.
    uses
        What was placed of late and often, and so comes first.
    words
        What the empty field says.
    fits
        Leaves out blocks besides.
    """

    def __init__(
        self,
        parent: QWidget,
        registry: Registry,
        partner: PortFace | None,
        chosen: Callable[[str], None],
        own: Sequence[BlockDefinition] = (),
        uses: BlockUses | None = None,
        words: str = "",
        fits: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("canvasSearch")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._registry = registry
        self._partner = partner
        self._chosen = chosen
        self._own = own
        self._uses = uses if uses is not None else BlockUses()
        self._fits = fits
        self.field = QLineEdit(self)
        self.field.setObjectName("canvasSearchField")
        self.field.setAccessibleName("Search blocks")
        self.field.setPlaceholderText(words or _placeholder(partner))
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setObjectName("canvasSearchList")
        self.list.setAccessibleName("Blocks")
        self.list.setIconSize(QSize(16, 16))
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(RowPainter(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(_ROWS * _ROW)
        self.empty = QLabel("No block matches. Try another word.", self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setFixedHeight(_ROWS * _ROW)
        self.reading = QTextBrowser(self)
        self.reading.setObjectName("canvasSearchReading")
        self.reading.setAccessibleName("Documentation of the block")
        self.reading.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reading.setFrameShape(QFrame.Shape.NoFrame)
        self.reading.setOpenLinks(False)
        self.reading.setFixedSize(_READING, _ROWS * _ROW)
        tokens = theme.current()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.s2, tokens.s2, tokens.s2, tokens.s2)
        layout.setSpacing(tokens.s2)
        row = QHBoxLayout()
        row.setSpacing(tokens.s2)
        for widget in (self.list, self.empty, self.reading):
            row.addWidget(widget)
        layout.addWidget(self.field)
        layout.addLayout(row)
        self.list.setFixedWidth(_WIDTH)
        self.empty.setFixedWidth(_WIDTH + tokens.s2 + _READING)
        self.field.textChanged.connect(self._fill)
        self.list.itemClicked.connect(self._take)
        self.list.currentItemChanged.connect(self._read)
        self._fill("")

    def open_at(self, place: QPoint) -> None:
        """Show near a place of the screen, kept on it."""
        self.adjustSize()
        room = self.screen().availableGeometry()
        x = min(max(place.x(), room.left()), room.right() - self.width())
        y = min(max(place.y(), room.top()), room.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter places, Escape closes; the field gets all the rest first."""
        key = Qt.Key(event.key())
        if key in _STEPS and self.list.count():
            row = self.list.currentRow() + _STEPS[key]
            self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentItem())
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            block = str(item.data(_ID))
            self.close()
            self._chosen(block)

    def _fill(self, text: str) -> None:
        self.list.clear()
        blocks = {str(one.id): one for one in found(self._registry, text, self._partner, self._own)}
        names = self._uses.sorted(blocks, searching=bool(text.strip()))
        fitting = (name for name in names if self._fits is None or self._fits(name))
        late = self._uses.late if not text.strip() else ()
        for name in itertools.islice(fitting, _MOST):
            self.list.addItem(_row(blocks[name], is_late=name in late))
        self.list.setCurrentRow(0)
        self.list.setVisible(self.list.count() > 0)
        self.reading.setVisible(self.list.count() > 0)
        self.empty.setVisible(self.list.count() == 0)

    def _read(self, item: QListWidgetItem | None) -> None:
        """Show what the chosen block does."""
        block = str(item.data(_ID)) if item is not None else ""
        definition = self._registry.get(block) or next((one for one in self._own if one.id == block), None)
        title = f"<h3 style='margin:0 0 8px 0'>{escape(definition.name)}</h3>" if definition is not None else ""
        self.reading.setHtml(title + (documentation_html(definition) if definition is not None else ""))


def found(
    registry: Registry, text: str, partner: PortFace | None, own: Sequence[BlockDefinition] = ()
) -> list[BlockDefinition]:
    """Return the blocks that match a text and can be linked with a port, best first."""
    accepts = partner.type if partner is not None and partner.side == "out" else None
    first = [block for block in ranked(own, text) if accepts is None or _takes(block, accepts)]
    blocks: Iterable[BlockDefinition] = [*first, *registry.search(text, accepts)]
    if partner is not None and partner.side == "in" and partner.type is not None:
        blocks = (block for block in blocks if _gives(block, partner.type))
    if partner is None or text.strip():
        return list(blocks)
    return sorted(blocks, key=lambda block: not _is_of_kind(block, partner))


def _is_of_kind(block: BlockDefinition, partner: PortFace) -> bool:
    """Whether a block is about the very kind of value, and does not just take it, or give it, too."""
    ports = block.inputs if partner.side == "out" else block.outputs
    return any(port.type.family == partner.family for port in ports)


def _takes(block: BlockDefinition, given: PortType) -> bool:
    return any(compatibility(given, port.type).ok for port in block.inputs)


def _gives(block: BlockDefinition, wanted: PortType) -> bool:
    return any(compatibility(port.type, wanted).ok for port in block.outputs)


def _row(definition: BlockDefinition, *, is_late: bool = False) -> QListWidgetItem:
    item = QListWidgetItem(theme.category_icon(definition.category), definition.name)
    item.setData(_ID, str(definition.id))
    item.setData(_CATEGORY, "placed lately" if is_late else definition.category.replace("/", " / "))
    item.setToolTip(definition.summary)
    item.setSizeHint(QSize(0, _ROW))
    return item


class RowPainter(QStyledItemDelegate):
    """Writes the category dim at the right of the block's name, where there is room for it."""

    @guarded
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        super().paint(painter, option, index)
        tokens = theme.current()
        font = theme.ui_font(tokens.size_small)
        metrics = QFontMetrics(font)
        category = str(index.data(_CATEGORY))
        room = option.rect.adjusted(0, 0, -tokens.s2, 0)
        named = option.fontMetrics.horizontalAdvance(str(index.data())) + 16 + 4 * tokens.s2
        if named + metrics.horizontalAdvance(category) < room.width():
            painter.save()
            painter.setFont(font)
            painter.setPen(tokens.text_dim)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, category)
            painter.restore()


def _placeholder(partner: PortFace | None) -> str:
    if partner is None:
        return "Search blocks"
    return f"Blocks that {'take' if partner.side == 'out' else 'give'} {partner.type_name}"
