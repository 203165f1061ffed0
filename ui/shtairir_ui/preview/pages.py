"""The views of a preview, one for each kind of value, made when they are first needed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from .array_view import ArrayView
from .audio_view import AudioView
from .empty import EmptyPage
from .figure_view import FigureView
from .image_view import ImageView
from .jobs import Workers
from .kinds import Kind, kind_of
from .list_view import ItemsView
from .object_view import ObjectView
from .scalar_view import ScalarView
from .state import Empty
from .table_view import TableView
from .text_view import TextView
from .tree_view import TreeView
from .view import Neighbour, View

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
    Kind.OBJECT: ObjectView,
}


class Pages(QStackedWidget):
    """Shows a value by its kind, or why there is none.

    Attributes
    ----------
    opened
        The keys, from the value that is shown on, of what the person wants to see by itself.
    """

    opened = Signal(tuple)

    def __init__(self, workers: Workers, neighbours: Callable[[], list[Neighbour]]) -> None:
        super().__init__()
        self._workers = workers
        self._neighbours = neighbours
        self._views: dict[Callable[[Workers], View], View] = {}
        self._value: object = None
        self.view: View | None = None
        self.empty = EmptyPage()
        self.addWidget(self.empty)

    def show_empty(self, empty: Empty) -> None:
        """Say why there is nothing to see."""
        self._leave()
        self.empty.show_empty(empty)
        self.setCurrentWidget(self.empty)

    def show_any(self, value: object, family: str, label: str = "") -> None:
        """Show a value in the view of its kind; the one that is shown already stays as it is."""
        make = _VIEWS[kind_of(value, family)]
        view = self._views.get(make) or self._make(make)
        if view is self.view and value is self._value:
            return
        if view is not self.view:
            self._leave()
        self.view, self._value, view.caption = view, value, label
        self.setCurrentWidget(view)
        view.show_value(value)

    def renew(self) -> None:
        """Show the value anew when it is next asked for, as if it were another."""
        self._value = None

    def _make(self, make: Callable[[Workers], View]) -> View:
        view = self._views[make] = make(self._workers)
        view.neighbours = self._neighbours
        self.addWidget(view)
        if isinstance(view, ItemsView | TreeView | TableView) and not isinstance(view, ObjectView):
            view.opened.connect(self.opened)
        return view

    def _leave(self) -> None:
        if self.view is not None:
            self.view.clear()
        self.view = self._value = None
