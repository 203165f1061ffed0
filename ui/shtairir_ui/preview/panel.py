"""The preview: shows what the selected node made.

The panel listens to the editor, asks `state` what there is to show, and hands the value to the view of
its kind. Views are made when they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from shtairir.ids import NodeId
from shtairir_ui import theme

from .array_view import ArrayView
from .audio_view import AudioView
from .empty import EmptyPage
from .figure_view import FigureView
from .headline import headline
from .image_view import ImageView
from .jobs import Workers
from .kinds import Kind, kind_of
from .list_view import ItemsView
from .scalar_view import ScalarView
from .state import MANY_SELECTED, NOTHING_SELECTED, Empty, Output, Shown, preview_of
from .table_view import TableView
from .text_view import TextView
from .tree_view import TreeView
from .view import Elided, View

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor

_VIEWS: dict[Kind, Callable[[Workers], View]] = {
    Kind.IMAGE: ImageView,
    Kind.IMAGES: ItemsView,
    Kind.LIST: ItemsView,
    Kind.ARRAY: ArrayView,
    Kind.TABLE: TableView,
    Kind.FIGURE: FigureView,
    Kind.AUDIO: AudioView,
    Kind.TEXT: TextView,
    Kind.SCALAR: ScalarView,
    Kind.TREE: TreeView,
}


class PreviewPanel(QWidget):
    """Shows the outputs of the selected node, by kind."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("previewPanel")
        self._editor = editor
        self._pinned: NodeId | None = None
        self._shown: Shown | Empty | None = None
        self._ports: dict[NodeId, str] = {}
        self._inside: list[int] = []
        self._views: dict[Callable[[Workers], View], View] = {}
        self._value: object = None
        self._view: View | None = None
        self._build()
        # Many signals in one turn of the event loop make one look at the state.
        self._refresh = QTimer(self, singleShot=True, interval=0)
        self._refresh.timeout.connect(self.refresh)
        for signal in (editor.selection_changed, editor.runtime_changed, editor.run_finished, editor.graph_changed):
            signal.connect(self._schedule)
        editor.graph_replaced.connect(self._on_graph_replaced)
        editor.place_changed.connect(self._on_graph_replaced)
        theme.changed.connect(self._on_theme)
        self.refresh()

    def _build(self) -> None:
        tokens = theme.current()
        self.title = Elided()
        self.title.setProperty("role", "heading")
        self.back = QToolButton()
        self.back.setToolTip("Back to the list")
        self.back.setAccessibleName("Back to the list")
        self.back.clicked.connect(self._on_back)
        theme.bind_icon(self.back, "chevron_left", "text_dim")
        self.pin = QToolButton()
        self.pin.setObjectName("previewPin")
        self.pin.setCheckable(True)
        self.pin.setToolTip("Keep showing this node while another is selected")
        self.pin.setAccessibleName("Pin the preview")
        self.pin.toggled.connect(self._on_pin)
        theme.bind_icon(self.pin, "pin", "text_dim")
        self.ports = QTabBar()
        self.ports.setObjectName("previewPorts")
        self.ports.setExpanding(False)
        self.ports.setUsesScrollButtons(True)
        self.ports.currentChanged.connect(self._on_port)
        self.banner = QLabel("Out of date: inputs changed since this run.")
        self.banner.setProperty("role", "warning")
        self.banner.setContentsMargins(tokens.s3, tokens.s1, tokens.s3, tokens.s1)
        self.empty = EmptyPage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        head = QFrame()
        head.setFixedHeight(32)
        row = QHBoxLayout(head)
        row.setContentsMargins(tokens.s3, 0, tokens.s2, 0)
        row.setSpacing(tokens.s1)
        row.addWidget(self.back)
        row.addWidget(self.title, 1)
        row.addWidget(self.pin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.ports)
        column.addWidget(self.banner)
        column.addWidget(self.pages, 1)

    # -- what is shown -------------------------------------------------------------------------

    @property
    def view(self) -> View | None:
        """The view in use; None while there is nothing to see."""
        return self._view

    @property
    def node(self) -> NodeId | None:
        """The node whose result is shown: the pinned one, else the one selected, else what the run came to."""
        if self._pinned is not None:
            return self._pinned
        selection = self._editor.selection
        if not selection:
            return headline(self._editor)
        return selection[0] if len(selection) == 1 else None

    def show_port(self, port: str) -> None:
        """Show this output of the selected node."""
        for node in self._editor.selection[-1:]:
            self._ports[node] = port
        self._schedule()

    def refresh(self) -> None:
        """Look at the editor and show what there is to show."""
        if self._pinned is not None and self._pinned not in self._editor.graph.nodes:
            self.pin.setChecked(False)
        self._show(self._state())

    def _state(self) -> Shown | Empty:
        node = self.node
        if node is None or node not in self._editor.graph.nodes:
            return MANY_SELECTED if len(self._editor.selection) > 1 else NOTHING_SELECTED
        return preview_of(self._editor, node, self._title_of(node))

    def _title_of(self, node: NodeId) -> str:
        definition = self._editor.definition(node)
        return self._editor.graph.nodes[node].title or (definition.name if definition is not None else str(node))

    def _show(self, state: Shown | Empty) -> None:
        if _node_of(state) != _node_of(self._shown):
            self._inside.clear()
        self._shown = state
        self.pin.setEnabled(isinstance(state, Shown))
        if isinstance(state, Empty):
            self.title.setText("Preview")
            self.ports.hide()
            self.banner.hide()
            self._show_empty(state)
            return
        self.banner.setVisible(state.stale)
        self._show_ports(state)
        self._show_output(state, self._chosen(state))

    def _show_ports(self, state: Shown) -> None:
        labels = [output.label for output in state.outputs]
        if labels != [self.ports.tabText(index) for index in range(self.ports.count())]:
            self.ports.blockSignals(True)
            while self.ports.count():
                self.ports.removeTab(0)
            for output in state.outputs:
                index = self.ports.addTab(output.label)
                self.ports.setTabToolTip(index, f"{output.ref}  {output.family}")
            self.ports.blockSignals(False)
        self.ports.blockSignals(True)
        self.ports.setCurrentIndex(state.outputs.index(self._chosen(state)))
        self.ports.blockSignals(False)
        self.ports.setVisible(len(labels) > 1)

    def _chosen(self, state: Shown) -> Output:
        wanted = self._ports.get(state.node)
        named = [output for output in state.outputs if output.ref.port == wanted]
        valued = [output for output in state.outputs if output.empty is None]
        return (named or valued or list(state.outputs))[0]

    def _show_output(self, state: Shown, output: Output) -> None:
        value, family = output.value, output.family
        for position, key in enumerate(self._inside):
            if not isinstance(value, list | tuple) or key >= len(value):
                del self._inside[position:]
                break
            value, family = value[key], "image" if kind_of(value) is Kind.IMAGES else "list"
        path = "".join(f" › {key}" for key in self._inside)
        self.title.setText(state.title + path)
        self.back.setVisible(bool(self._inside))
        if output.empty is not None:
            self._show_empty(output.empty)
        else:
            self._show_value(value, family)

    def _show_empty(self, empty: Empty) -> None:
        self.back.setVisible(False)
        self._leave_view()
        self.empty.show_empty(empty)
        self.pages.setCurrentWidget(self.empty)

    def _show_value(self, value: object, family: str) -> None:
        make = _VIEWS[kind_of(value, family)]
        view = self._views.get(make)
        if view is None:
            view = self._views[make] = make(self._editor.background)
            self.pages.addWidget(view)
            if isinstance(view, ItemsView):
                view.opened.connect(self._on_opened)
        if view is self._view and value is self._value:
            return
        if view is not self._view:
            self._leave_view()
        self._view, self._value = view, value
        self.pages.setCurrentWidget(view)
        view.show_value(value)

    def _leave_view(self) -> None:
        if self._view is not None:
            self._view.clear()
        self._view = self._value = None

    # -- what people do ------------------------------------------------------------------------

    def _schedule(self, *_news: Any) -> None:
        self._refresh.start()

    def _on_graph_replaced(self) -> None:
        self._ports.clear()
        self._pinned = None
        self.pin.setChecked(False)
        self._schedule()

    def _on_theme(self, _tokens: object) -> None:
        # Lines and thumbnails were made in the colours of the theme before.
        self._value = None
        self._schedule()

    def _on_pin(self, pinned: bool) -> None:
        self._pinned = self.node if pinned else None
        self.refresh()

    def _on_port(self, index: int) -> None:
        if isinstance(self._shown, Shown) and 0 <= index < len(self._shown.outputs):
            self._ports[self._shown.node] = self._shown.outputs[index].ref.port
            self._inside.clear()
            self.refresh()

    def _on_opened(self, index: int) -> None:
        self._inside.append(index)
        self.refresh()

    def _on_back(self) -> None:
        self._inside.pop()
        self.refresh()


def _node_of(state: Shown | Empty | None) -> NodeId | None:
    return state.node if isinstance(state, Shown) else None
