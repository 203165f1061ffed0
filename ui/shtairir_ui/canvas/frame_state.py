"""How the nodes in a frame are doing, all together: a disc with a sign and a few words in the frame's title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui.canvas.look import GAP, LOD_DETAIL, PAD, Look
from shtairir_ui.canvas.status_painter import SIGN_RADIUS, Sign, paint_sign, sign_of
from shtairir_ui.places import rolled_up
from shtairir_ui.quantities import count, duration
from shtairir_ui.runtime import SETTLED, NodeRuntime

if TYPE_CHECKING:
    from shtairir_ui.canvas.board import Board

PAUSE_MS = 100
_FAR_PX = 7.0
_TOLD = (
    ((NodeStatus.FAILED, NodeStatus.TIMED_OUT), "failed"),
    ((NodeStatus.CANCELLED,), "stopped"),
    ((NodeStatus.SKIPPED,), "skipped"),
    ((NodeStatus.CACHED,), "cached"),
)


@dataclass(frozen=True, slots=True)
class FrameState:
    """The state of a frame: as a node's would be, and in words."""

    runtime: NodeRuntime
    text: str


def frame_state(parts: Sequence[tuple[NodeId, NodeRuntime]], total: int) -> FrameState | None:
    """Return the state of a frame with so many nodes, from those that have run; None when none has."""
    known = [(node, state) for node, state in parts if state.status is not None]
    if not known:
        return None
    runtime = rolled_up(known)
    number = Counter(state.status for _, state in known)
    over = sum(state.status in SETTLED for _, state in known)
    facts = [count(total, "node") if over == total else f"{over} of {count(total, 'node')}"]
    for kinds, word in _TOLD:
        if several := sum(number[kind] for kind in kinds):
            facts.append(f"{several} {word}")
    if runtime.elapsed_s:
        facts.append(duration(runtime.elapsed_s))
    return FrameState(runtime, " · ".join(facts))


class FrameStates(QObject):
    """Keeps the frames of a board told of what happens in them, a few times a second."""

    def __init__(self, board: Board, parent: QObject) -> None:
        super().__init__(parent)
        self._board = board
        self._members: dict[str, tuple[NodeId, ...]] | None = None
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self.refresh)

    def follow(self, _nodes: object = None) -> None:
        """Something has happened to nodes."""
        if self._board.areas.frames and not self._timer.isActive():
            self._timer.start()

    def look_again(self, _change: object = None) -> None:
        """Frames or nodes may be elsewhere now."""
        self._members = None
        self.follow()

    def refresh(self) -> None:
        """Tell all frames."""
        frames, runtime = self._board.areas.frames, self._board.editor.runtime
        if self._members is None or self._members.keys() != frames.keys():
            self._members = {name: self._board.areas.nodes_in(name) for name in frames}
        for name, item in frames.items():
            members = self._members[name]
            parts = [(node, runtime[node]) for node in members if node in runtime]
            item.show_state(frame_state(parts, len(members)))


def paint_frame_state(painter: QPainter, look: Look, state: FrameState, room: QRectF, detail: float) -> float:
    """Draw the state at the right end of a frame's title; returns the room that it takes."""
    sign = _sign(state, look)
    face = look.small
    text = face.elided(state.text, room.width() * 0.6)
    width = look.width(face, text)
    painter.setFont(face.font)
    painter.setPen(look.tokens.text_dim)
    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    if sign is not None:
        center = QPointF(room.right() - width - GAP - SIGN_RADIUS, room.center().y())
        paint_sign(painter, look, sign, center, SIGN_RADIUS, detail)
    return width + 2 * GAP + 2 * SIGN_RADIUS


def paint_far_frame_state(painter: QPainter, look: Look, state: FrameState, rect: QRectF, detail: float) -> None:
    """The disc at the upper right corner of a frame, as large on the screen as those of nodes."""
    sign = _sign(state, look)
    if sign is not None and detail < LOD_DETAIL:
        radius = min(_FAR_PX / detail, rect.height() / 2)
        paint_sign(painter, look, sign, rect.topRight() + QPointF(-PAD, 0), radius, detail)


def _sign(state: FrameState, look: Look) -> Sign | None:
    return sign_of(state.runtime, None, look)
