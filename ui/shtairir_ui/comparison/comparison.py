"""What the edited graph is compared with, and what differs; followed while one goes on editing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir.document import Snapshot
from shtairir.document.compared import Compared, compared
from shtairir.document.differences import Difference, differences
from shtairir.ids import NodeId
from shtairir_ui.canvas.diff_layer import DiffLayer, Shown
from shtairir_ui.editor import Editor
from shtairir_ui.places import ROOT, Place, enterable

QUIET_MS = 150


@dataclass(frozen=True, slots=True)
class _Found:
    """What a worker found; ``marks`` are those of the definition that was shown, or of the graph itself."""

    differences: list[Difference]
    here: Snapshot
    scope: str
    marks: Compared


def _found(other: Snapshot, here: Snapshot, scope: str) -> _Found:
    between = differences(other, here)
    return _Found(between, here, scope, compared(other, here, between, scope))


class Comparison(QObject):
    """One graph beside another.

    Attributes
    ----------
    other
        The graph that the edited one is compared with; ``None`` while there is none.
    title
        What that is: ``the saved version``.
    differences
        From the other one to what is here; what may change results first.
    with_looks
        Whether that is shown, too, which cannot change a result.
    """

    changed = Signal()

    def __init__(self, editor: Editor, layer: DiffLayer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.other: Snapshot | None = None
        self.title = ""
        self.differences: list[Difference] = []
        self.is_ready = self.with_looks = False
        self._editor = editor
        self._layer = layer
        self._found: _Found | None = None
        self._number = 0
        self._timer = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._timer.timeout.connect(self._compare)
        editor.graph_changed.connect(self._on_change)
        editor.graph_replaced.connect(self._on_replaced)
        editor.place_changed.connect(self._mark)
        editor.document_opened.connect(self.end)

    def compare(self, other: Snapshot, title: str) -> None:
        """Compare what is here with another graph."""
        self.other, self.title, self.is_ready = other, title, False
        self._compare()
        self.changed.emit()

    def show_looks(self, shown: bool) -> None:
        """Show what cannot change a result, or leave it out."""
        self.with_looks = shown
        self._mark()
        self.changed.emit()

    def end(self) -> None:
        """Compare with nothing any more."""
        if self.other is None:
            return
        self.other = self._found = None
        self.title, self.differences, self.is_ready = "", [], False
        self._number += 1
        self._timer.stop()
        self._layer.show(None)
        self.changed.emit()

    def place_of(self, difference: Difference) -> Place | None:
        """Return the place in which a difference is seen; ``None`` when no node leads into its definition."""
        if not difference.scope:
            return ROOT
        if self._editor.place.scope == difference.scope:
            return self._editor.place
        return _place_of_scope(self._editor, difference.scope)

    # -- inside ------------------------------------------------------------------------------------

    def _on_change(self, _change: object) -> None:
        if self.other is not None:
            self._layer.refresh()  # at once, so that marks move with their nodes
            self._timer.start()

    def _on_replaced(self) -> None:
        if self.other is not None:
            self._timer.start()

    def _compare(self) -> None:
        other = self.other
        if other is None:
            return
        self._number += 1
        number, here, scope = self._number, self._editor.root.snapshot(), self._editor.place.scope or ""
        self._editor.background.submit(lambda: _found(other, here, scope), lambda found: self._on_found(number, found))

    def _on_found(self, number: int, found: _Found) -> None:
        if number != self._number or self.other is None:
            return
        self.differences, self._found, self.is_ready = found.differences, found, True
        self._mark()
        self.changed.emit()

    def _mark(self, _cause: object = None) -> None:
        """Show on the canvas what differs in the place that is shown."""
        found, other = self._found, self.other
        if other is None or found is None:
            return
        scope = self._editor.place.scope or ""
        marks = found.marks if scope == found.scope else compared(other, found.here, found.differences, scope)
        if not self.with_looks:
            marks = replace(marks, nodes={node: one for node, one in marks.nodes.items() if one != "looks"})
        self._layer.show(Shown(marks, other.subgraphs.get(scope) if scope else other))


def _place_of_scope(editor: Editor, scope: str) -> Place | None:
    """Return the first place from the top that shows a definition."""
    root, seen = editor.root, {""}
    waiting = [(ROOT, root.nodes)]
    while waiting:
        place, nodes = waiting.pop(0)
        for node in nodes.values():
            name = enterable(node)
            if name is None or name in seen or name not in root.subgraphs:
                continue
            inside = place.into(NodeId(node.id), name)
            if name == scope:
                return inside
            seen.add(name)
            waiting.append((inside, root.subgraphs[name].nodes))
    return None
