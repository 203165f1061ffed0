"""Problems that follow the graph as it is edited."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from shtairir.block.registry import Registry
from shtairir.document import Graph, Snapshot
from shtairir.validation import Problem, validate
from shtairir_ui.bridge import Background

DELAY_MS = 120
LARGE_GRAPH_NODES = 200
"""Up to this many nodes a check takes well under a frame; above it runs on a worker."""


class LiveCheck(QObject):
    """Checks a graph a moment after its last change."""

    changed = Signal(list)

    def __init__(self, registry: Registry, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.problems: list[Problem] = []
        self._registry = registry
        self._background = background
        self._graph: Graph | None = None
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self.check_now)

    def watch(self, graph: Graph | None) -> None:
        """Check this graph from now on, beginning at once; without one there are no problems."""
        self._graph = graph
        self.check_now()

    def check_soon(self) -> None:
        """The graph changed: look again when it has been quiet for a moment."""
        self._timer.start()

    def check_now(self) -> None:
        """Look at the graph; large graphs are looked at on a worker."""
        self._timer.stop()
        graph = self._graph
        if graph is None:
            self._publish([])
            return
        if len(graph.nodes) <= LARGE_GRAPH_NODES:
            self._publish(validate(graph, self._registry))
            return
        snapshot, revision = graph.snapshot(), graph.revision
        self._background.submit(
            lambda: self._check(snapshot),
            lambda problems: self._publish_if_current(graph, revision, problems),
        )

    def _check(self, snapshot: Snapshot) -> list[Problem]:
        return validate(snapshot, self._registry)

    def _publish_if_current(self, graph: Graph, revision: int, problems: list[Problem]) -> None:
        if graph is self._graph and graph.revision == revision:
            self._publish(problems)

    def _publish(self, problems: list[Problem]) -> None:
        if problems != self.problems:
            self.problems = problems
            self.changed.emit(problems)
