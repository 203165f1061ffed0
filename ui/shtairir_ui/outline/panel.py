"""The outline: all that is in the file, to look for and to go to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QStackedLayout, QTreeView, QVBoxLayout, QWidget

from shtairir.block import BlockDefinition
from shtairir.document import Graph, Node
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.guard import guarded
from shtairir_ui.outline.delegate import OutlineDelegate
from shtairir_ui.outline.entries import Entry, outline_of
from shtairir_ui.outline.matching import Query
from shtairir_ui.outline.model import OutlineModel, key_of
from shtairir_ui.runtime import IDLE, NodeRuntime

HINT = "Search the graph"
_TIP = "Words anywhere, or in one field: name:blur  block:image.resize  value:png  status:failed"


class OutlinePanel(QWidget):
    """Search field above the list. A click, or Enter, goes to what is chosen.

    Attributes
    ----------
    chosen
        An entry is to be gone to.
    menu_wanted
        An entry, and where on the screen its menu is to be.
    """

    chosen = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._editor = editor
        self._is_old = True
        self._all: list[Entry] = []
        self.search = QLineEdit(clearButtonEnabled=True, placeholderText=HINT)
        self.search.setObjectName("outlineSearch")
        self.search.setAccessibleName("Search the outline")
        self.search.setToolTip(_TIP)
        icon = self.search.addAction(theme.icon("search", "text_dim"), QLineEdit.ActionPosition.LeadingPosition)
        theme.bind_icon(icon, "search", "text_dim")
        self.model = OutlineModel(self)
        self.tree = QTreeView()
        self.count = QLabel()
        self._empty = EmptyState("graph", "An empty graph", "What you add to it stands here.")
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=80)
        self._soon.timeout.connect(self._fill)
        self._connect()

    def look_for(self, text: str) -> None:
        """Search for a text, with the keyboard in the list of what is found."""
        self.search.setText(text)
        self._fill()
        self.tree.setFocus()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def runtime_of(self, entry: Entry) -> NodeRuntime:
        """What a node does or did in the run that is shown."""
        return self._editor.runtime_at(entry.place).get(NodeId(entry.id), IDLE)

    # -- inside --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens, tree = theme.current(), self.tree
        tree.setObjectName("outlineTree")
        tree.setAccessibleName("Outline")
        tree.setModel(self.model)
        tree.setItemDelegate(OutlineDelegate(self.runtime_of, tree))
        tree.setHeaderHidden(True)
        tree.setIndentation(tokens.s4)
        tree.setExpandsOnDoubleClick(False)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.count.setProperty("role", "dim")
        self.count.setContentsMargins(tokens.s3, 0, tokens.s3, tokens.s1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.s2, 0, 0)
        column.setSpacing(tokens.s2)
        field = QVBoxLayout()
        field.setContentsMargins(tokens.s2, 0, tokens.s2, 0)
        field.addWidget(self.search)
        column.addLayout(field)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # first: a stack without a parent shows what it gets as a window
        self._stack.addWidget(tree)
        self._stack.addWidget(self._empty)
        column.addWidget(self.count)

    def _connect(self) -> None:
        editor = self._editor
        for signal in (editor.graph_replaced, editor.graph_changed, editor.place_changed, editor.blocks_changed):
            signal.connect(self._outdate)
        editor.runtime_changed.connect(self._on_runtime)
        editor.selection_changed.connect(self._follow_selection)
        theme.changed.connect(self._outdate)
        self.search.textChanged.connect(lambda _text: self._soon.start())
        self.search.returnPressed.connect(self._go_to_current)
        self.search.installEventFilter(self)
        self.tree.clicked.connect(self._go_to)
        self.tree.activated.connect(self._go_to)
        self.tree.customContextMenuRequested.connect(self._ask_menu)

    def _outdate(self, _change: object = None) -> None:
        self._is_old = True
        if self.isVisible():
            self._soon.start()

    def _on_runtime(self, _nodes: object) -> None:
        if not self.isVisible():
            return
        self.tree.viewport().update()
        if Query.of(self.search.text()) and not self._soon.isActive():
            self._soon.start()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked is shown now."""
        super().showEvent(event)
        if self._is_old:
            self._fill()

    def _fill(self) -> None:
        self._soon.stop()
        if self._is_old:
            self._is_old = False
            self._all = outline_of(self._editor.root, self._definition_of)
        query = Query.of(self.search.text())
        before, closed = self._current_key(), self._closed()
        shown = self._found(query) if query else self._all
        self.model.show(shown, flat=bool(query))
        for index in self.model.all_rows() if not query else ():
            entry = self.model.entry(index)
            self.tree.setExpanded(index, entry is not None and key_of(entry) not in closed)
        self._say(query, len(shown))
        current = self.model.find(before) if before is not None else QModelIndex()
        if not current.isValid() and query and shown:
            current = self.model.index(0, 0)
        self.tree.setCurrentIndex(current)

    def _found(self, query: Query) -> list[Entry]:
        everything = (entry for top in self._all for entry in top.everything())
        return [one for one in everything if query.matches(one, self.runtime_of(one) if one.kind == "node" else IDLE)]

    def _say(self, query: Query, number: int) -> None:
        if not query:
            self._empty.say("An empty graph", "What you add to it stands here.")
        else:
            self._empty.say("Nothing found", "Try another word, or fewer letters.")
        self._stack.setCurrentWidget(self.tree if number else self._empty)
        self.count.setText(f"{number} found" if query else "")
        self.count.setVisible(bool(query) and number > 0)

    def _closed(self) -> set[tuple[str, str]]:
        """What a person has folded, and definitions that nobody has opened yet."""
        rows = ((index, self.model.entry(index)) for index in self.model.all_rows())
        closed = {key_of(one) for index, one in rows if one and one.children and not self.tree.isExpanded(index)}
        known = {key_of(one) for index in self.model.all_rows() if (one := self.model.entry(index)) is not None}
        fresh = {key_of(one) for one in self._all if one.kind == "scope"}
        return closed | (fresh - known)

    def _current_key(self) -> tuple[str, str] | None:
        entry = self.model.entry(self.tree.currentIndex())
        return None if entry is None else key_of(entry)

    def _follow_selection(self, selection: tuple[str, ...]) -> None:
        """Show the node that was selected on the canvas, unless the keyboard is here."""
        if self.isVisible() and selection and not self.tree.hasFocus() and not self.search.hasFocus():
            index = self.model.find(("node", self._editor.place.whole(selection[-1])))
            if index.isValid():
                self.tree.setCurrentIndex(index)
                self.tree.scrollTo(index)

    def _definition_of(self, graph: Graph, node: Node) -> BlockDefinition | None:
        return graph.definition(node, self._editor.registry)

    def _go_to_current(self) -> None:
        if self._soon.isActive():
            self._fill()
        self._go_to(self.tree.currentIndex())

    def _go_to(self, index: QModelIndex) -> None:
        entry = self.model.entry(index)
        if entry is not None:
            self.chosen.emit(entry)

    def _ask_menu(self, at: QPoint) -> None:
        entry = self.model.entry(self.tree.indexAt(at))
        if entry is not None:
            self.menu_wanted.emit(entry, self.tree.viewport().mapToGlobal(at))

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the search field move through what was found; Escape empties it."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._move_choice(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _move_choice(self, step: int) -> None:
        current = self.tree.currentIndex()
        following = self.tree.indexBelow(current) if step > 0 else self.tree.indexAbove(current)
        if not current.isValid():
            following = self.model.index(0, 0)
        if following.isValid():
            self.tree.setCurrentIndex(following)
