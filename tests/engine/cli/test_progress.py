"""The views of a run: lines for pipes, a live picture for terminals."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

import shtairir
from shtairir.cli.live import LiveProgress
from shtairir.cli.progress import PlainProgress, QuietProgress
from shtairir.events import (
    NodeFailed,
    NodeFailure,
    NodeFinished,
    NodeLogged,
    NodeProgressed,
    NodeRetrying,
    NodeSkipped,
    NodeStarted,
    RunStarted,
)
from shtairir.ids import BlockId, NodeId, RunId
from shtairir.planning import Estimate
from shtairir.testing import graph_of
from tests.engine.cli.conftest import WriteGraph

RUN = RunId(1)
BLUR, COUNT, REPORT = NodeId("blur"), NodeId("count"), NodeId("report")
BEGIN = RunStarted(RUN, 0.0, "coins", (BLUR, COUNT, REPORT), 2)
FAILURE = NodeFailure(COUNT, BlockId("image.label"), "ValueError", "no coins\nnot one")


def drawn(view: LiveProgress) -> str:
    """Return what the live view would show, as text."""
    stream = io.StringIO()
    Console(file=stream, width=100).print(view.picture())
    return stream.getvalue()


def test_the_live_picture_shows_how_many_nodes_ended_and_what_the_running_ones_say() -> None:
    view = LiveProgress(io.StringIO())
    for event in (
        BEGIN,
        NodeStarted(RUN, 0.1, BLUR, "worker 1"),
        NodeFinished(RUN, 0.2, BLUR, 0.1, 8, 8, {}),
        NodeStarted(RUN, 0.2, COUNT, "worker 1"),
        NodeProgressed(RUN, 0.3, COUNT, 0.42, "labelling"),
    ):
        view.on_event(event)
    shown = drawn(view)
    assert "1/3" in shown
    assert "42% labelling" in shown
    assert "blur" not in shown


def test_the_live_picture_tells_how_long_it_may_still_take() -> None:
    known = {NodeId(name): Estimate(60.0, source="learned") for name in ("a", "b")}
    view = LiveProgress(io.StringIO(), plan=shtairir.plan(graph_of("a -> b"), estimates=known, workers=1))
    view.on_event(RunStarted(RUN, 0.0, "coins", (NodeId("a"), NodeId("b")), 1))
    view.on_event(NodeFinished(RUN, 60.0, NodeId("a"), 60.0, 8, 8, {}))
    assert " s left" in drawn(view)


def test_the_live_picture_names_only_the_first_of_many_running_nodes() -> None:
    view = LiveProgress(io.StringIO())
    nodes = tuple(NodeId(f"n{place}") for place in range(20))
    view.on_event(RunStarted(RUN, 0.0, "wide", nodes, 20))
    for node in nodes:
        view.on_event(NodeStarted(RUN, 0.1, node, "worker"))
    assert "and 14 more" in drawn(view)


def test_a_failure_stays_above_the_live_picture() -> None:
    stream = io.StringIO()
    view = LiveProgress(stream)
    view.on_event(BEGIN)
    view.on_event(NodeFailed(RUN, 0.2, COUNT, 0.1, FAILURE))
    assert "ValueError: no coins" in stream.getvalue()


def test_a_node_that_will_be_tried_again_says_why_and_when() -> None:
    stream = io.StringIO()
    live, plain = LiveProgress(stream), PlainProgress(stream)
    for event in (BEGIN, NodeStarted(RUN, 0.1, COUNT, "w"), NodeRetrying(RUN, 0.2, COUNT, 1, 4, 2.0, FAILURE)):
        live.on_event(event)
        plain.on_event(event)
    assert "waits for attempt 2 of 4" in drawn(live)
    assert stream.getvalue().count("count: ValueError: no coins; attempt 2 of 4 in 2.0 s") == 2


def test_a_plain_line_is_one_line_whatever_the_message_holds() -> None:
    stream = io.StringIO()
    view = PlainProgress(stream)
    for event in (BEGIN, NodeFailed(RUN, 0.2, COUNT, 0.1, FAILURE), NodeSkipped(RUN, 0.2, REPORT, "'count' failed.")):
        view.on_event(event)
    assert stream.getvalue().splitlines()[1:] == [
        "[1/3] count   failed     ValueError: no coins",
        "[2/3] report  skipped    'count' failed.",
    ]


@pytest.mark.parametrize(("level", "told"), [("debug", False), ("info", False), ("warning", True), ("error", True)])
def test_quiet_passes_on_only_complaints_of_blocks(level: str, told: bool) -> None:
    stream = io.StringIO()
    QuietProgress(stream).on_event(NodeLogged(RUN, 0.1, BLUR, level, "dust"))  # type: ignore[arg-type]
    assert ("dust" in stream.getvalue()) is told


def test_a_block_tells_debugging_words_only_to_those_who_ask() -> None:
    streams = io.StringIO(), io.StringIO()
    for verbosity, stream in enumerate(streams):
        PlainProgress(stream, verbosity).on_event(NodeLogged(RUN, 0.1, BLUR, "debug", "dust"))
    assert [("dust" in stream.getvalue()) for stream in streams] == [False, True]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_moving_bar_and_standard_output_only_the_result(
    write_graph: WriteGraph, trial_blocks: Path
) -> None:
    import pty

    watcher, terminal = pty.openpty()
    file = write_graph({"wait": ("trial.sleep", {"seconds": 0.3})})
    command = [sys.executable, "-m", "shtairir.cli", "run", str(file)]
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=terminal, env=environment, timeout=60, check=False)
    os.close(terminal)
    seen = b""
    while chunk := _read(watcher):
        seen += chunk
    os.close(watcher)
    assert done.stdout.split() == [b"wait.out", b"0.3"]
    assert "━" in seen.decode()
    assert "0/1" in seen.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the last writer is gone
        return b""
