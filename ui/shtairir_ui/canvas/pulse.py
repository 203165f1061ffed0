"""Shows that a node is at work: the bar of a node that reports no progress keeps moving, and its seconds count up.

The seconds to the next attempt of a node that failed count down.

Only the strip with the bar and the footer are drawn again, a few times a second, and only while something runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui.canvas.board import Board

TICK_MS = 80
ROUND_S = 1.6
"""How long the moving bar takes from one side of the node to the other."""


class Pulse(QObject):
    """Ticks while nodes run or wait for their next attempt.

    Parameters
    ----------
    clock
        Tells the time in seconds, in the same measure as the events of a run.
    """

    def __init__(self, board: Board, parent: QObject, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._board = board
        self._clock = clock
        self._running: set[NodeId] = set()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def is_beating(self) -> bool:
        """Whether anything runs."""
        return self._timer.isActive()

    def follow(self, nodes: Iterable[NodeId]) -> None:
        """These nodes have a new state."""
        runtime = self._board.editor.runtime
        for node in nodes:
            state = runtime.get(node)
            if state is not None and (state.status is NodeStatus.RUNNING or state.due_s is not None):
                self._running.add(node)
                self._beat(node)
            else:
                self._running.discard(node)
        if not self._running:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def rest(self) -> None:
        """Nothing runs any more."""
        self._running.clear()
        self._timer.stop()

    def tick(self) -> None:
        """Draw what moves."""
        for node in self._running:
            self._beat(node)

    def _beat(self, node: NodeId) -> None:
        item = self._board.nodes.get(node)
        if item is not None:
            item.beat(self._clock(), ROUND_S)
