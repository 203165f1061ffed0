"""Runs that are controlled from the shell they run in, a command a line."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.cli.control_shell import ControlShell
from shtairir.execute.handle import RunHandle
from shtairir.testing import graph_of

PATIENCE_S = 20.0


@block(id="testing.slow", category="Testing", pure=False)
def slow(context: Context, a: float = 0.0) -> float:
    """Take a moment."""
    time.sleep(0.02)
    context.check_cancelled()
    return a + 1


@pytest.fixture
def handle() -> Iterator[RunHandle]:
    graph = graph_of("a -> b -> c", blocks=dict.fromkeys("abc", slow))
    started = shtairir.start(graph, break_at=["b"], timeout_s=60.0)
    end = time.monotonic() + PATIENCE_S
    while started.held != ("b",):
        assert time.monotonic() < end
        time.sleep(0.005)
    yield started
    started.cancel()
    started.wait(PATIENCE_S)


def shell(handle: RunHandle, *lines: str) -> tuple[ControlShell, io.StringIO]:
    stream = io.StringIO()
    return ControlShell(handle, iter(lines), stream), stream


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("", ""),
        ("held", "b"),
        ("value a.out", "the number 1.0"),
        ("value c.out", "The value of 'c.out' is not there: 'c' is waiting."),
        ("value x.out", "The run has no output 'x.out'."),
        ("break x", "There is no node 'x' in this run."),
        ("clear c", "There is no breakpoint on 'c'."),
        ("go c", "'c' is not held."),
        ("'", "That cannot be read: No closing quotation."),
    ],
)
def test_commands_are_answered(handle: RunHandle, line: str, answer: str) -> None:
    assert shell(handle)[0].do(line) == answer


@pytest.mark.parametrize("line", ["help", "what", "break", "go a b c", "value"])
def test_what_is_no_command_is_told_what_is(handle: RunHandle, line: str) -> None:
    assert "pause           start no more nodes" in shell(handle)[0].do(line)


def test_the_state_of_the_run_is_told(handle: RunHandle) -> None:
    control, _ = shell(handle)
    assert control.do("status").startswith("running, 1 of 3 nodes over")
    control.do("pause")
    assert control.do("status").startswith("paused")
    assert control.do("status").endswith("held: b")


def test_a_run_gets_more_time(handle: RunHandle) -> None:
    shell(handle)[0].do("extend 2m")
    assert handle.timeout_s == 180.0


def test_a_run_is_walked_through_and_cancelled(handle: RunHandle) -> None:
    control, _ = shell(handle)
    control.do("step")
    end = time.monotonic() + PATIENCE_S
    while handle.held != ("c",):
        assert time.monotonic() < end
        time.sleep(0.005)
    control.do("cancel")
    result = handle.wait(PATIENCE_S)
    assert result is not None
    assert [str(node.status) for node in result.nodes.values()] == ["done", "done", "cancelled"]


def test_when_there_is_no_more_to_read_the_run_goes_on(handle: RunHandle) -> None:
    control, stream = shell(handle, "break c", "held")
    control.read()
    result = handle.wait(PATIENCE_S)
    assert result is not None
    assert result.status == "done"
    assert stream.getvalue() == "b\n"


def test_the_command_line_holds_runs_up_to_a_node_and_watches(tmp_path: Path) -> None:
    graph = shtairir.Graph("numbers")
    handles = [graph.add("math.number", id="n", values={"value": 3.0})]
    for name in "abc":
        handles.append(graph.add("math.add", id=name, values={"b": 1.0}))
        graph.link(handles[-2]["out"], handles[-1]["a"])
    path = tmp_path / "numbers.shtairir"
    shtairir.save(graph, path)
    typed = [sys.executable, "-m", "shtairir.cli", "run", str(path), "--to", "b", "--break", "a", "--watch", "b.out"]
    done = subprocess.run(typed, input="wait\nheld\ngo\n", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["b.out", "5.0"]
    assert "a is held: There is a breakpoint on it." in done.stderr
    assert "b.out = the number 5.0" in done.stderr
    assert "None of the nodes asked for needs it." in done.stderr
