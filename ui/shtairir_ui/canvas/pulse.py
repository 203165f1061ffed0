"""Shows that a node is at work: the bar of a node that reports no progress keeps moving, and its seconds count up.

The seconds to the next attempt of a node that failed count down.

The links that feed a node at work are dashed, and the dashes run towards it; they stand still for who wants less
motion, and from far away, where nobody would see them run and each step would draw half of the canvas.

Only the strip with the bar and the footer are drawn again, a few times a second, and only while something runs.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.canvas.board import Board
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.look import LOD_CARD

TICK_MS = 80
ROUND_S = 1.6
"""How long the moving bar takes from one side of the node to the other."""
DASH_S = 0.48
"""How long a dash takes to the place of the next one."""
MOST_FLOWING = 24
"""So many links at most have running dashes at a time."""


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
        self._flowing: dict[NodeId, list[LinkItem]] = {}
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
            self._flow(node, on=state is not None and state.status is NodeStatus.RUNNING)
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
        for node in list(self._flowing):
            self._flow(node, on=False)
        self._running.clear()
        self._timer.stop()

    def tick(self) -> None:
        """Draw what moves."""
        for node in self._running:
            self._beat(node)
        flowing = list(itertools.chain.from_iterable(self._flowing.values()))
        phase = self._phase(len(flowing))
        for link in flowing:
            link.show_flow(phase)

    def _phase(self, flowing: int) -> float:
        still = theme.motion.reduced() or flowing > MOST_FLOWING or self._board.zoom < LOD_CARD
        return 0.0 if still else (self._clock() / DASH_S) % 1.0

    def _flow(self, node: NodeId, *, on: bool) -> None:
        """Have the links that feed a node run towards it, or not any more."""
        if not on:
            for link in self._flowing.pop(node, ()):
                link.show_flow(None)
        elif node not in self._flowing:
            feeding = [link for link in self._board.links_at(node) if link.link.target.node == node]
            self._flowing[node] = feeding
            for link in feeding:
                link.show_flow(0.0)

    def _beat(self, node: NodeId) -> None:
        item = self._board.nodes.get(node)
        if item is not None:
            item.beat(self._clock(), ROUND_S)
