"""States rolled up to frames, and links along which a run goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from shtairir.document import Frame
from shtairir.document.edits import PutFrame
from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.canvas.frame_state import FrameStates, frame_state
from shtairir_ui.canvas.pulse import Pulse
from shtairir_ui.runtime import NodeRuntime
from tests.ui.canvas.conftest import Desk


def _parts(*statuses: NodeStatus) -> list[tuple[NodeId, NodeRuntime]]:
    return [(NodeId(f"n{number}"), NodeRuntime(status=status)) for number, status in enumerate(statuses)]


def test_frame_says_how_far_it_is_and_what_went_wrong() -> None:
    state = frame_state(_parts(NodeStatus.DONE, NodeStatus.FAILED, NodeStatus.SKIPPED, NodeStatus.WAITING), 5)
    assert state is not None
    assert state.text == "3 of 5 nodes · 1 failed · 1 skipped"
    assert state.runtime.status is NodeStatus.FAILED


def test_frame_that_is_done_says_how_much_was_cached() -> None:
    state = frame_state(_parts(NodeStatus.DONE, NodeStatus.CACHED), 2)
    assert state is not None
    assert state.text == "2 nodes · 1 cached"
    assert state.runtime.status is NodeStatus.DONE


def test_frame_in_which_nothing_ran_has_no_state() -> None:
    assert frame_state([], 3) is None
    assert frame_state([(NodeId("a"), NodeRuntime())], 1) is None


@pytest.fixture
def _at_rest() -> Iterator[None]:
    yield
    theme.motion.reduce(False)


def test_frames_on_the_canvas_are_told(pipeline: Desk) -> None:
    board = pipeline.canvas.board
    around = board.extent()
    rect = (around.x() - 30, around.y() - 60, around.width() + 60, around.height() + 90)
    pipeline.editor.apply(PutFrame(Frame("all", "All of it", None, rect)))
    nodes = list(pipeline.editor.graph.nodes)
    pipeline.editor.runtime = {node: NodeRuntime(status=NodeStatus.DONE) for node in nodes}
    states = FrameStates(board, pipeline.canvas)
    states.refresh()
    told = board.areas.frames["all"].state
    assert told is not None
    assert told.text == f"{len(nodes)} nodes"


@pytest.mark.usefixtures("_at_rest")
@pytest.mark.parametrize("still", [False, True])
def test_links_run_towards_the_node_at_work_unless_less_motion_is_wanted(pipeline: Desk, still: bool) -> None:
    theme.motion.reduce(still)
    board, now = pipeline.canvas.board, [0.0]
    pipeline.view.zoom_to(1.0)
    target, link = next(iter(board.links.items()))
    pulse = Pulse(board, pipeline.canvas, clock=lambda: now[0])
    pipeline.editor.runtime = {target.node: NodeRuntime(status=NodeStatus.RUNNING, started_s=0.0)}
    pulse.follow([target.node])
    assert link.pen().style() == Qt.PenStyle.CustomDashLine
    offsets = set()
    for now[0] in (0.1, 0.2, 0.3):
        pulse.tick()
        offsets.add(link.pen().dashOffset())
    assert len(offsets) == (1 if still else 3)
    pipeline.editor.runtime = {target.node: NodeRuntime(status=NodeStatus.DONE)}
    pulse.follow([target.node])
    assert link.pen().style() == Qt.PenStyle.SolidLine
