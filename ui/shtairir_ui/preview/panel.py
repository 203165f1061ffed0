"""The preview: shows what a node made.

The panel listens to the editor, asks its source what there is to show, and hands the value to the page of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QTabBar, QToolButton, QVBoxLayout, QWidget

from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme

from .kinds import Kind, kind_of
from .pages import Pages
from .saving import save_as
from .sources import Fixed, Selected, Source
from .state import Empty, Output, Shown
from .view import Elided, Neighbour, View

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor

_SIGNALS = ("selection_changed", "runtime_changed", "run_finished", "graph_changed")


class PreviewPanel(QWidget):
    """Shows the outputs of a node, by kind.

    Parameters
    ----------
    path
        The node to show, by its path; the selected one when left out.
    """

    title_changed = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None, *, path: NodeId | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("previewPanel" if path is None else "viewer")
        self._editor = editor
        self._selected = Selected(editor)
        self._source: Source = self._selected if path is None else Fixed(editor, path)
        self._shown: Shown | Empty | None = None
        self._ports: dict[NodeId, str] = {}
        self._inside: list[Any] = []
        self._open: Callable[[NodeId, str], object] | None = None
        self._build(is_docked=path is None)
        # Many signals in one turn of the event loop make one look at the state.
        self._refresh = QTimer(self, singleShot=True, interval=0)
        self._refresh.timeout.connect(self.refresh)
        for name in _SIGNALS:
            getattr(editor, name).connect(self._schedule)
        editor.graph_replaced.connect(self._on_graph_replaced)
        editor.place_changed.connect(self._on_graph_replaced)
        theme.changed.connect(self._on_theme)
        self.refresh()

    def _build(self, *, is_docked: bool) -> None:
        tokens = theme.current()
        self.title = Elided()
        self.title.setProperty("role", "heading")
        self.back = _button("chevron_left", "Back to what it is part of", self._on_back)
        self.copy_button = _button("copy", "Copy what is seen", self.copy)
        self.save_button = _button("save", "Save what is seen…", self.save)
        self.open_button = _button("window", "Open in a window of its own (Shift+F2)", self.open_window)
        self.pin = _button("pin", "Keep showing this node while another is selected", None)
        self.pin.setObjectName("previewPin")
        self.pin.setCheckable(True)
        self.pin.setAccessibleName("Pin the preview")
        self.pin.toggled.connect(self._on_pin)
        self.ports = QTabBar()
        self.ports.setObjectName("previewPorts")
        self.ports.setExpanding(False)
        self.ports.setUsesScrollButtons(True)
        self.ports.currentChanged.connect(self._on_port)
        self.banner = QLabel("Out of date: inputs changed since this run.")
        self.banner.setProperty("role", "warning")
        self.banner.setContentsMargins(tokens.s3, tokens.s1, tokens.s3, tokens.s1)
        self.pages = Pages(self._editor.background, self._neighbours)
        self.pages.opened.connect(self._on_opened)
        self.empty = self.pages.empty
        head = QFrame()
        head.setFixedHeight(32)
        self.head = QHBoxLayout(head)
        self.head.setContentsMargins(tokens.s3, 0, tokens.s2, 0)
        self.head.setSpacing(0)
        self.head.addWidget(self.back)
        self.head.addWidget(self.title, 1)
        for button in (self.copy_button, self.save_button, self.open_button, self.pin):
            self.head.addWidget(button)
        self.open_button.hide()
        self.pin.setVisible(is_docked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (head, self.ports, self.banner):
            column.addWidget(widget)
        column.addWidget(self.pages, 1)

    # -- what is shown -------------------------------------------------------------------------

    @property
    def view(self) -> View | None:
        """The view in use; None while there is nothing to see."""
        return self.pages.view

    @property
    def node(self) -> NodeId | None:
        """The node whose result is shown: the pinned one, else the one selected, else what the run came to."""
        return self._selected.node if self._source is self._selected else _node_of(self._shown)

    @property
    def output(self) -> PortRef | None:
        """The output that is shown; None while none is."""
        return self._chosen(self._shown).ref if isinstance(self._shown, Shown) else None

    def show_port(self, port: str) -> None:
        """Show this output of the selected node, or of the node of the window."""
        if self.node is not None:
            self._ports[self.node] = port
        self._schedule()

    def refresh(self) -> None:
        """Look at the editor and show what there is to show."""
        kept = self._selected.kept
        if kept is not None and kept not in self._editor.graph.nodes:
            self.pin.setChecked(False)
        self._show(self._source.state())

    def _show(self, state: Shown | Empty) -> None:
        if _node_of(state) != _node_of(self._shown):
            self._inside.clear()
        self._shown = state
        self.pin.setEnabled(isinstance(state, Shown))
        if isinstance(state, Empty):
            self._show_title("Preview")
            self.ports.hide()
            self.banner.hide()
            self._show_empty(state)
            return
        self.banner.setVisible(state.stale)
        self._show_ports(state)
        self._show_output(state, self._chosen(state))

    def _show_ports(self, state: Shown) -> None:
        labels = [output.label for output in state.outputs]
        self.ports.blockSignals(True)
        if labels != [self.ports.tabText(index) for index in range(self.ports.count())]:
            while self.ports.count():
                self.ports.removeTab(0)
            for output in state.outputs:
                self.ports.setTabToolTip(self.ports.addTab(output.label), f"{output.ref}  {output.family}")
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
            try:
                value, family = value[key], "image" if kind_of(value) is Kind.IMAGES else "list"  # type: ignore[index]  # a TypeError says so
            except (TypeError, LookupError):
                del self._inside[position:]
                break
        self._show_title(state.title + "".join(f" › {key}" for key in self._inside))
        self.back.setVisible(bool(self._inside))
        if output.empty is not None:
            self._show_empty(output.empty)
        else:
            self.pages.show_any(value, family, state.title)
            self._offer(True)

    def _show_empty(self, empty: Empty) -> None:
        self.back.setVisible(False)
        self.pages.show_empty(empty)
        self._offer(False)

    def _offer(self, value: bool) -> None:
        for button in (self.copy_button, self.save_button, self.open_button):
            button.setEnabled(value)

    def _show_title(self, title: str) -> None:
        if title != self.title.full_text():
            self.title.setText(title)
            self.title_changed.emit(title)

    def _neighbours(self) -> list[Neighbour]:
        """The other results of the run, wherever in the file they are."""
        shown = self.output
        path = self._source.path()
        found = []
        for ref, value in self._editor.whole_results.items():
            if shown is None or ref != PortRef(path or ref.node, shown.port):
                label = str(ref.node) if ref.port == "out" else f"{ref.node} › {ref.port}"
                found.append(Neighbour(ref, label, value))
        return found

    # -- what people do ------------------------------------------------------------------------

    def copy(self) -> None:
        """Put what is seen on the clipboard."""
        if self.view is not None:
            self.view.copy()

    def save(self) -> None:
        """Ask where to write what is seen, and write it on a worker."""
        if self.view is not None:
            save_as(self.view, self.title.full_text())

    def open_window(self) -> None:
        """Open what is shown in a window of its own, where there are such."""
        path, output = self._source.path(), self.output
        if path is not None and output is not None and self._open is not None:
            self._open(path, output.port)

    def offer_windows(self, open_one: Callable[[NodeId, str], object]) -> None:
        """Offer a window of its own for what is shown; it is opened with the path of the node and the output."""
        self._open = open_one
        self.open_button.show()

    def _schedule(self, *_news: Any) -> None:
        self._refresh.start()

    def _on_graph_replaced(self) -> None:
        if self._source is self._selected:
            self._ports.clear()
            self._selected.kept = None
            self.pin.setChecked(False)
        self._schedule()

    def _on_theme(self, _tokens: object) -> None:
        # Lines and thumbnails were made in the colours of the theme before.
        self.pages.renew()
        self._schedule()

    def _on_pin(self, pinned: bool) -> None:
        self._selected.kept = self._selected.node if pinned else None
        self.refresh()

    def _on_port(self, index: int) -> None:
        if isinstance(self._shown, Shown) and 0 <= index < len(self._shown.outputs):
            self._ports[self._shown.node] = self._shown.outputs[index].ref.port
            self._inside.clear()
            self.refresh()

    def _on_opened(self, keys: tuple[Any, ...]) -> None:
        self._inside.extend(keys)
        self.refresh()

    def _on_back(self) -> None:
        self._inside.pop()
        self.refresh()


def _node_of(state: Shown | Empty | None) -> NodeId | None:
    return state.node if isinstance(state, Shown) else None


def _button(icon: str, tip: str, action: Any) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    theme.bind_icon(button, icon, "text_dim")
    if action is not None:
        button.clicked.connect(lambda: action())
    return button
