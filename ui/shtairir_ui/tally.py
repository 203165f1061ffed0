"""How often each node has run in this session, and when what it has now was made."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QObject

from shtairir.events import Event, NodeFinished, NodeStarted
from shtairir.ids import NodeId
from shtairir_ui.editor import Editor


class Tally(QObject):
    """Counts as the events of runs arrive; a graph that is opened begins with nothing.

    Attributes
    ----------
    runs
        How often a node has begun, by path, each attempt and each item of a loop counted.
    made_at
        When it was done last, in the seconds of `clock`. A result that came from the cache is as old as it was before.
    """

    def __init__(self, editor: Editor, parent: QObject | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self._clock = clock
        self.runs: Counter[NodeId] = Counter()
        self.made_at: dict[NodeId, float] = {}
        editor.events_arrived.connect(self._count)
        editor.document_opened.connect(self._begin_anew)

    def age_s(self, node: NodeId) -> float | None:
        """How long ago a node was done; None when it was not in this session."""
        made_at = self.made_at.get(node)
        return None if made_at is None else max(self._clock() - made_at, 0.0)

    def _begin_anew(self) -> None:
        self.runs.clear()
        self.made_at.clear()

    def _count(self, events: list[Event]) -> None:
        now = self._clock()
        for event in events:
            match event:
                case NodeStarted():
                    self.runs[event.node] += 1
                case NodeFinished():
                    self.made_at[event.node] = now
