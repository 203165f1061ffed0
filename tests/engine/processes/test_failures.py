"""A block that fails in a worker process fails as it would in a thread: the same words, line, hint and class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import shtairir
from shtairir.events import NodeFailure, NodeLogged, NodePreviewed, NodeProgressed
from shtairir.execute.elsewhere import Whereabouts
from shtairir.execute.processes.exceptions import pack_error, unpack_error
from shtairir.testing import EventRecorder
from tests.engine.processes import blocks

KINDS = ["ValueError", "KeyError", "ConnectionError", "local", "unpicklable", "exit", "chain"]


def failure(kind: str, worker: str) -> NodeFailure:
    graph = shtairir.Graph("failing")
    graph.add(blocks.fail, id="a", values={"kind": kind})
    graph.set_policy("a", worker=worker, retries=0)
    found = shtairir.run(graph).nodes["a"].error
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_is_told_as_in_a_thread(kind: str) -> None:
    there, here = failure(kind, "process"), failure(kind, "thread")
    for name in ("error_type", "message", "hint", "inputs", "code", "upstream", "category", "attempts"):
        assert getattr(there, name) == getattr(here, name), name
    assert there.code is not None
    assert there.code.text.startswith(("raise", "return"))
    assert f"line {there.code.line}, in fail" in there.traceback
    assert "serving" not in there.traceback
    if kind == "chain":
        assert "ValueError: could not convert" in there.traceback
    if kind != "unpicklable":
        assert there.traceback == here.traceback


def test_errors_keep_what_they_bear() -> None:
    error = OSError(5, "went wrong", "some file")
    error.retryable = True  # type: ignore[attr-defined]  # as foreign errors may
    back = unpack_error(pack_error(error, Whereabouts()))
    assert type(back) is OSError
    assert (back.errno, back.filename) == (5, "some file")
    assert back.retryable is True  # type: ignore[attr-defined]


def test_an_error_that_cannot_even_be_looked_at_crosses_all_the_same() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

        def __reduce__(self) -> str:
            raise RuntimeError("no")

    back = unpack_error(pack_error(MuteError(), Whereabouts()))
    assert type(back).__name__ == "MuteError"


def test_a_block_speaks_to_its_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHTAIRIR_SECRET_TESTING", "hidden")
    graph = shtairir.Graph("speaking")
    graph.add(blocks.speak, id="a")
    graph.set_policy("a", worker="process")
    seen = EventRecorder()
    handle = shtairir.start(graph, instruments=[seen])
    result = handle.wait()
    assert result is not None
    secret, attempt, node, folder, key = result.raise_for_status()["a"].split()
    assert (secret, attempt, node) == ("hidden", "1", "a")
    assert folder == Path.cwd().name
    assert key.endswith("/a")
    said = {type(event): event for event in seen.events}
    logged, progressed, previewed = (said[kind] for kind in (NodeLogged, NodeProgressed, NodePreviewed))
    assert isinstance(logged, NodeLogged)
    assert (logged.level, logged.message) == ("warning", "hello")
    assert isinstance(progressed, NodeProgressed)
    assert (progressed.fraction, progressed.message) == (0.5, "half")
    assert isinstance(previewed, NodePreviewed)
    assert isinstance(previewed.value, np.ndarray)
    assert previewed.value.tolist()[:2] == [7.0, 7.0]


def test_a_secret_that_is_not_there_is_an_error_of_ours() -> None:
    graph = shtairir.Graph("speaking")
    graph.add(blocks.speak, id="a")
    graph.set_policy("a", worker="process")
    found = shtairir.run(graph).nodes["a"].error
    assert found is not None
    assert found.error_type == "ResourceError"
    assert "SHTAIRIR_SECRET_TESTING" in found.hint
    assert found.code is not None
    assert "secret" in found.code.text


def test_what_a_block_depends_on_is_left_in_peace_after_it_has_failed_often() -> None:
    graph = shtairir.Graph("asking")
    for number in range(7):
        graph.add(blocks.ask, id=f"n{number}", values={"x": number})
    graph.set_policy(None, node={"worker": "process", "retries": 0})
    result = shtairir.run(graph, workers=1)
    kinds = [failure.error_type for failure in result.failures]
    assert kinds.count("ConnectionError") == 5
    assert kinds.count("CircuitOpenError") == 2


def test_what_a_block_logs_by_python_s_own_means_is_logged_here(caplog: pytest.LogCaptureFixture) -> None:
    graph = shtairir.Graph("logging")
    graph.add(blocks.logs, id="a")
    graph.set_policy("a", worker="process")
    with caplog.at_level("INFO"):
        shtairir.run(graph).raise_for_status()
    assert ("testing.blocks", 20, "3 of 4") in caplog.record_tuples
    assert "debug" not in caplog.text
