"""Log records that know their run, node and attempt."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.monitor.logs import JsonFormatter, RunLog


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(stream: io.StringIO) -> Iterator[RunLog]:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    yield RunLog(handler)
    logging.getLogger().removeHandler(handler)


@block
def chatty(context: Context, x: float = 1.0) -> float:
    """Say something, directly and through a library."""
    context.log("From the block.", "warning")
    logging.getLogger("somebody.elses").warning("From a %s.", "library")
    return x


@block
def broken(x: float) -> float:
    """Fail."""
    raise ValueError("It is broken.")


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_record_names_run_node_and_attempt(stream: io.StringIO, log: RunLog) -> None:
    graph = shtairir.Graph("demo")
    first, second = graph.add(chatty), graph.add(broken)
    graph.link(first["out"], second["x"])
    shtairir.run(graph, instruments=[log], workers=1)
    found = records(stream)
    assert all({"at", "level", "logger", "message", "run"} <= set(one) for one in found)
    said = {one["message"]: one for one in found}
    assert said["From the block."]["node"] == "chatty"
    assert said["From the block."]["attempt"] == 1
    assert said["ValueError: It is broken."]["level"] == "error"
    assert said["ValueError: It is broken."]["node"] == "broken"
    assert said["From a library."]["logger"] == "somebody.elses"
    assert found[-1]["level"] == "error"
    assert found[-1]["message"].startswith("The run is failed after")


def test_what_is_below_the_level_is_left_out(stream: io.StringIO, log: RunLog) -> None:
    graph = shtairir.Graph("demo")
    graph.add(chatty)
    shtairir.run(graph, instruments=[log])
    assert "Began." not in {one["message"] for one in records(stream)}


def test_what_is_raised_goes_along() -> None:
    import sys

    try:
        raise ValueError("no")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "Failed.", (), sys.exc_info())
    assert "ValueError: no" in json.loads(JsonFormatter().format(record))["exception"]
