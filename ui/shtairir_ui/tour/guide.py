"""Leads through the steps: listens to what the person does, and goes on when a step is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtWidgets import QWidget

from shtairir.ids import NodeId
from shtairir_ui.tour.card import Ring, TourCard
from shtairir_ui.tour.steps import STEPS, Facts, tour_graph

if TYPE_CHECKING:
    from shtairir.results import RunResult
    from shtairir_ui.window import MainWindow

FOLLOW_MS = 120
"""How often the ring looks where its node is: the person may pan meanwhile."""


class Guide(QObject):
    """A tour through one window; it ends with the last step, with the card's button, or with another graph."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._editor = window.editor
        self._index = -1
        self._is_done = False
        self._facts = Facts()
        self.card = TourCard(window.canvas, window)
        self.ring = Ring(window)
        self._follow = QTimer(self, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._point)
        self.card.next_wanted.connect(self.go_on)
        self.card.end_wanted.connect(self.end)
        self._editor.run_finished.connect(self._on_run)
        self._editor.graph_changed.connect(self._on_changed)
        self._editor.document_opened.connect(self.end)
        self.card.hide()

    @property
    def step(self) -> int:
        """Which step it is, from 0; -1 while there is no tour."""
        return self._index

    @property
    def is_step_done(self) -> bool:
        """Whether the person has done what the step asks for."""
        return self._is_done

    def begin(self) -> None:
        """Show the graph of the tour, and the first step; the graph of before must have been put aside."""
        self._editor.show_graph(tour_graph())
        self.card.show()
        self._go_to(0)
        self._window.canvas.fit()
        self._window.canvas.view.pan(0, self.card.height() / 2)  # the graph lies below the card
        self._follow.start()

    def go_on(self) -> None:
        """Go to the next step; after the last one the tour is over."""
        if self._index + 1 < len(STEPS):
            self._go_to(self._index + 1)
        else:
            self.end()

    def end(self) -> None:
        """Leave the person alone with the graph."""
        self._index = -1
        self._follow.stop()
        self.card.hide()
        self.ring.hide()

    def note_copied(self) -> None:
        """The command line was copied."""
        self._facts.copied = True
        self._look()

    def _go_to(self, index: int) -> None:
        self._index, self._is_done = index, False
        step = STEPS[index]
        step.begin(self._window)
        self._facts = Facts({name: dict(node.values) for name, node in self._editor.root.nodes.items()})
        self.card.say(self._number, step.title, step.text, "Skip", done=False)
        self._point()

    @property
    def _number(self) -> str:
        return f"Step {self._index + 1} of {len(STEPS)}"

    def _on_run(self, result: RunResult) -> None:
        self._facts.result = result
        self._look()

    def _on_changed(self, _change: object) -> None:
        """What ran before counts no more."""
        self._facts.result = None
        self._look()

    def _look(self, _change: object = None) -> None:
        if self._index < 0 or self._is_done or not STEPS[self._index].is_done(self._window, self._facts):
            return
        self._is_done = True
        step = STEPS[self._index]
        go_on = "Next" if self._index + 1 < len(STEPS) else "Finish"
        self.card.say(self._number, step.title, step.praise(self._facts), go_on, done=True)
        self.ring.hide()

    def _point(self) -> None:
        if self._index < 0 or self._is_done:
            return
        target = STEPS[self._index].points_at(self._window)
        self.ring.surround(self._place_of(target))
        self.card.place()

    def _place_of(self, target: QWidget | NodeId | None) -> QRect | None:
        """Where something is in the window; None when it is not in sight."""
        if isinstance(target, QWidget):
            return QRect(target.mapTo(self._window, QPoint(0, 0)), target.size()) if target.isVisible() else None
        canvas = self._window.canvas
        if target is None or target not in canvas.board.nodes:
            return None
        view = canvas.view
        inside = view.viewportTransform().mapRect(canvas.board.nodes[target].outline).toRect()
        seen = inside.intersected(view.viewport().rect())
        return QRect(view.viewport().mapTo(self._window, seen.topLeft()), seen.size()) if not seen.isEmpty() else None
