"""The blocks that can be placed: searched by typing, or browsed by category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from shtairir.block import BlockDefinition
from shtairir.block.search import ranked
from shtairir.document import Change
from shtairir.ids import BlockId
from shtairir_ui import theme
from shtairir_ui.documentation import tooltip
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.guard import guarded
from shtairir_ui.quantities import count
from shtairir_ui.shelf import Shelf, Template
from shtairir_ui.verbs import OWN_CATEGORY

MIME = "application/x-shtairir-block"
NODES_MIME = "application/x-shtairir-nodes"
BLOCK_ID = Qt.ItemDataRole.UserRole
PATH = Qt.ItemDataRole.UserRole + 1
TEMPLATE = Qt.ItemDataRole.UserRole + 2
FAVOURITES, TEMPLATES = "Favourites", "Templates"


class BlockTree(QTreeWidget):
    """The tree of blocks; a dragged item carries its block id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paletteTree")
        self.setAccessibleName("Blocks")
        self.setHeaderHidden(True)
        self.setColumnCount(2)
        self.setIndentation(theme.current().s4)
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def neighbour(self, step: int) -> QTreeWidgetItem | None:
        """The row above or below the current one; the first when there is none."""
        current = self.currentItem()
        if current is None:
            return self.topLevelItem(0)
        return self.itemBelow(current) if step > 0 else self.itemAbove(current)

    @guarded(default=list)
    def mimeTypes(self) -> list[str]:
        return [MIME, NODES_MIME]

    @guarded
    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        for item in items:
            block_id = item.data(0, BLOCK_ID)
            template = item.data(0, TEMPLATE)
            if block_id:
                data.setData(MIME, block_id.encode())
            elif template is not None:
                data.setData(NODES_MIME, template.text.encode())
        return data


class PalettePanel(QWidget):
    """Search field above the tree.

    Attributes
    ----------
    add_requested, usages_wanted
        A block, by its id, is to be placed, or to be looked for in the graph.
    template_wanted, rename_wanted
        A template, by its name, is to be placed, or to have another name.
    """

    add_requested = Signal(str)
    usages_wanted = Signal(str)
    template_wanted = Signal(str)
    rename_wanted = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._editor = editor
        self._registry = editor.registry
        self._open: set[str] = {OWN_CATEGORY, FAVOURITES, TEMPLATES}
        self._shelf: Shelf | None = None
        self.search = QLineEdit(clearButtonEnabled=True, placeholderText="Search blocks")
        self.search.setObjectName("paletteSearch")
        self.search.setAccessibleName("Search blocks")
        self._search_icon = self.search.addAction(
            theme.icon("search", "text_dim"), QLineEdit.ActionPosition.LeadingPosition
        )
        theme.bind_icon(self._search_icon, "search", "text_dim")
        self.tree = BlockTree()
        self._empty = EmptyState("search", "No block matches", "Try another word, or fewer letters.")
        self._lay_out()
        self._quiet = QTimer(self, singleShot=True, interval=60)
        self._quiet.timeout.connect(self._fill)
        self._connect()
        self._fill()

    def use(self, shelf: Shelf) -> None:
        """Show the favourites and templates of a person too."""
        self._shelf = shelf
        shelf.changed.connect(self.refresh)
        if shelf.favourites or shelf.templates:
            self.refresh()

    def refresh(self, _tokens: object = None) -> None:
        """Show the registry as it is now."""
        self._fill()

    def _follow(self, _place: object = None) -> None:
        """Show the blocks of another graph or place, if they are others: the list is long."""
        if self._own_shown != self._own():
            self._fill()

    def _own(self) -> list[tuple[str, str, str]]:
        return [(block.id, block.category, tooltip(block)) for block in self._editor.own_blocks()]

    def _on_changed(self, change: Change) -> None:
        if change.subgraphs_changed or change.code_changed:
            self._quiet.start()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _lay_out(self) -> None:
        tokens = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.s2, 0, 0)
        column.setSpacing(tokens.s2)
        field = QVBoxLayout()
        field.setContentsMargins(tokens.s2, 0, tokens.s2, 0)
        field.addWidget(self.search)
        column.addLayout(field)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # first: a stack without a parent shows what it gets as a window
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self._empty)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._quiet.start())
        self.search.returnPressed.connect(self._add_best)
        self.search.installEventFilter(self)
        self.tree.itemClicked.connect(lambda item, _column: _fold(item))
        self.tree.itemActivated.connect(lambda item, _column: self._add(item))
        self.tree.itemExpanded.connect(lambda item: self._open.add(item.data(0, PATH)))
        self.tree.itemCollapsed.connect(lambda item: self._open.discard(item.data(0, PATH)))
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        theme.changed.connect(self.refresh)
        self._editor.blocks_changed.connect(self.refresh)
        self._editor.graph_replaced.connect(self._follow)
        self._editor.place_changed.connect(self._follow)
        self._editor.graph_changed.connect(self._on_changed)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the search field move through the matches; Escape empties it."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._move_choice(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _move_choice(self, step: int) -> None:
        following = self.tree.neighbour(step)
        if following is not None:
            self.tree.setCurrentItem(following)

    def _add_best(self) -> None:
        self._quiet.stop()
        if self.search.text().strip():
            if self._shown != self.search.text().strip():
                self._fill()
            self._add(self.tree.currentItem())
        elif self.tree.currentItem() is not None:
            self._add(self.tree.currentItem())

    def _add(self, item: QTreeWidgetItem | None) -> None:
        block_id = item.data(0, BLOCK_ID) if item is not None else None
        template = item.data(0, TEMPLATE) if item is not None else None
        if block_id:
            self.add_requested.emit(block_id)
        elif template is not None:
            self.template_wanted.emit(template.name)

    def _open_menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        menu = self.menu_for(item) if item is not None else None
        if menu is not None:
            menu.popup(self.tree.viewport().mapToGlobal(at))

    def menu_for(self, item: QTreeWidgetItem) -> QMenu | None:
        """What can be done with a row; none for a category."""
        block, template, shelf = item.data(0, BLOCK_ID), item.data(0, TEMPLATE), self._shelf
        if not block and template is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(theme.icon("add"), "Add to the graph").triggered.connect(lambda _checked=False: self._add(item))
        if block and shelf is not None:
            is_kept = block in shelf.favourites
            words = "Remove from favourites" if is_kept else "Add to favourites"
            menu.addAction(theme.icon("star"), words).triggered.connect(lambda _checked=False: shelf.toggle(block))
            usages = menu.addAction(theme.icon("search"), "Find usages")
            usages.triggered.connect(lambda _checked=False: self.usages_wanted.emit(block))
        if template is not None and shelf is not None:
            rename = menu.addAction(theme.icon("rename"), "Rename…")
            rename.triggered.connect(lambda _checked=False: self.rename_wanted.emit(template.name))
            delete = menu.addAction(theme.icon("delete"), "Delete")
            delete.triggered.connect(lambda _checked=False: shelf.discard(template.name))
        return menu

    def _fill(self) -> None:
        self._shown = self.search.text().strip()
        self._own_shown = self._own()
        self.tree.setUpdatesEnabled(False)
        self.tree.clear()
        if self._shown:
            own = ranked(self._editor.own_blocks(), self._shown)
            self._show_templates(self._shown)
            self._show_matches([*own, *self._registry.search(self._shown)])
        else:
            self._show_shelf()
            self._show_categories([*self._editor.own_blocks(), *self._registry.all()])
        self.tree.setUpdatesEnabled(True)
        self._stack.setCurrentWidget(self.tree if self.tree.topLevelItemCount() else self._empty)
        if not self.tree.topLevelItemCount() and not self._shown:
            self._empty.say("No blocks are installed", "Install a pack of blocks, then start again.")
        elif self._shown:
            self._empty.say(f"No block matches “{self._shown}”", "Try another word, or fewer letters.")

    def _show_matches(self, found: list[BlockDefinition]) -> None:
        items = [block_item(definition) for definition in found]
        names = Counter(definition.name for definition in found)
        for definition, item in zip(found, items, strict=True):
            family, kind = definition.category.partition("/")[0], definition.category.rpartition("/")[2]
            item.setText(1, item.text(1) or (family if names[definition.name] > 1 else kind))
        self.tree.addTopLevelItems(items)
        first = self.tree.topLevelItem(0)
        if first is not None:
            self.tree.setCurrentItem(first)

    def _show_templates(self, text: str) -> None:
        """Templates whose names have all the words, before the blocks: a person named them."""
        words = text.lower().split()
        found = [one for one in self._templates() if all(word in one.name.lower() for word in words)]
        self.tree.addTopLevelItems([template_item(one) for one in found])

    def _show_shelf(self) -> None:
        """Favourites and templates, above all else."""
        favourites = self._shelf.favourites if self._shelf is not None else ()
        known = (self._registry.get(BlockId(block)) for block in favourites)
        blocks = [block_item(definition) for definition in known if definition is not None]
        for name, icon, items in (
            (FAVOURITES, "star", blocks),
            (TEMPLATES, "duplicate", [template_item(one) for one in self._templates()]),
        ):
            if items:
                branch = QTreeWidgetItem([name])
                branch.setData(0, PATH, name)
                branch.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                branch.setIcon(0, theme.icon(icon, "text_dim"))
                branch.addChildren(items)
                self.tree.addTopLevelItem(branch)
                branch.setExpanded(name in self._open)

    def _templates(self) -> tuple[Template, ...]:
        return self._shelf.templates if self._shelf is not None else ()

    def _show_categories(self, definitions: list[BlockDefinition]) -> None:
        branches: dict[str, QTreeWidgetItem] = {}
        for definition in definitions:
            self._branch(definition.category or "Other", branches).addChild(block_item(definition))
        for path, branch in branches.items():
            branch.setExpanded(path in self._open)

    def _branch(self, path: str, branches: dict[str, QTreeWidgetItem]) -> QTreeWidgetItem:
        if path not in branches:
            parent, _, name = path.rpartition("/")
            item = QTreeWidgetItem([name])
            item.setData(0, PATH, path)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            branches[path] = item
            if parent:
                self._branch(parent, branches).addChild(item)
            else:
                item.setIcon(0, theme.category_icon(path))
                self.tree.addTopLevelItem(item)
        return branches[path]


def _fold(item: QTreeWidgetItem) -> None:
    """A click on a category opens or closes it; the little arrow is hard to hit."""
    if item.childCount():
        item.setExpanded(not item.isExpanded())


def template_item(template: Template) -> QTreeWidgetItem:
    """A row for a template."""
    tokens = theme.current()
    item = QTreeWidgetItem([template.name, count(template.nodes, "node")])
    item.setData(0, TEMPLATE, template)
    item.setIcon(0, theme.icon("duplicate", "text_dim"))
    item.setToolTip(0, f"{template.name}: {count(template.nodes, 'node')} to be used again")
    item.setForeground(1, tokens.text_disabled)
    item.setFont(1, theme.ui_font(tokens.size_small))
    return item


def block_item(definition: BlockDefinition) -> QTreeWidgetItem:
    """A row for a block: greyed, with the reason, when a library that it needs is missing."""
    tokens = theme.current()
    item = QTreeWidgetItem([definition.name])
    item.setData(0, BLOCK_ID, str(definition.id))
    item.setIcon(0, theme.category_icon(definition.category))
    told = tooltip(definition)
    item.setToolTip(0, told)
    item.setToolTip(1, told)
    item.setForeground(1, tokens.text_disabled)
    item.setFont(1, theme.ui_font(tokens.size_small))
    missing = definition.missing()
    if missing is not None:
        item.setForeground(0, tokens.text_disabled)
        item.setIcon(0, theme.icon("download", "text_disabled"))
        item.setText(1, f"needs {missing.extra or missing.modules[0]}")
    return item
