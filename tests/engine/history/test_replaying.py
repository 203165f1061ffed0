"""A node that failed, alone again, with what it was given."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import shtairir
from shtairir.block import block
from shtairir.errors import HistoryError, UntrustedCodeError
from shtairir.monitor import failures
from shtairir.monitor.failures import keep_few, saved_failure, saved_failures
from shtairir.monitor.history import History
from shtairir.monitor.replay import find_failure, replay, script_of, write_script
from shtairir.results import RunResult

Ran = Callable[..., RunResult]


def failing_division(name: str = "divide") -> shtairir.Graph:
    """Return a graph in which a block of the library fails, on an array and a number."""
    graph = shtairir.Graph("demo")
    three = graph.add("math.number", value=3)
    by = graph.add("math.divide", b=0, id=name)
    graph.link(three["out"], by["a"])
    return graph


def test_a_node_fails_again_with_the_same_inputs(ran: Ran, past: History) -> None:
    ran(failing_division())
    saved = find_failure(past, "last", "divide")
    assert saved.inputs() == {"a": 3.0, "b": 0.0}
    again = replay(past, saved)
    assert again.failure is not None
    assert again.failure.error_type == saved.error_type == "ValueError"
    assert again.failure.code is not None


def test_arrays_and_tables_come_back_as_they_were(ran: Ran, past: History) -> None:
    given = np.arange(12.0).reshape(3, 4)

    @block
    def picky(values: np.ndarray, names: list[str], sigma: float = 1.5) -> float:  # type: ignore[type-arg]
        """Refuse."""
        raise ValueError("No.")

    graph = shtairir.Graph("demo")
    array = graph.add("array.arange", start=0, stop=12)
    shaped = graph.add("array.reshape", newshape=[3, 4])
    graph.link(array["out"], shaped["a"])
    node = graph.add(picky, names=["a", "b"])
    graph.link(shaped["out"], node["values"])
    ran(graph)
    inputs = find_failure(past, "last", "picky").inputs()
    assert np.array_equal(inputs["values"], given)
    assert inputs["names"] == ["a", "b"]
    assert inputs["sigma"] == 1.5


def test_a_function_of_the_program_that_ran_cannot_be_replayed_elsewhere(ran: Ran, past: History) -> None:
    @block
    def broken(x: float = 1.0) -> float:
        """Fail."""
        raise ValueError("No.")

    graph = shtairir.Graph("demo")
    graph.add(broken)
    ran(graph)
    with pytest.raises(HistoryError, match="a function of the program that ran it"):
        replay(past, find_failure(past, "last", "broken"))


def test_what_is_too_large_is_named(ran: Ran, past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MOST_BYTES", 1000)
    graph = shtairir.Graph("demo")
    zeros = graph.add("array.zeros", shape=[200])
    wrong = graph.add("array.reshape", newshape=[7, 7])
    graph.link(zeros["out"], wrong["a"])
    ran(graph)
    saved = find_failure(past, "last", "reshape")
    assert list(saved.left_out) == ["a"]
    with pytest.raises(HistoryError, match="The input 'a' of 'reshape' was not kept: it takes"):
        replay(past, saved)


def test_what_cannot_be_replayed_says_why(ran: Ran, past: History) -> None:
    ran(failing_division())
    with pytest.raises(HistoryError, match="has no node 'nothing'"):
        find_failure(past, "last", "nothing")
    with pytest.raises(HistoryError, match="did not fail"):
        find_failure(past, "last", "number")


def test_the_inputs_of_a_node_in_an_instance_are_kept_under_its_path(ran: Ran, past: History) -> None:
    graph = failing_division()
    graph.make_subgraph(["divide"], "inner")
    result = ran(graph)
    path = next(name for name, node in result.nodes.items() if node.error is not None)
    assert "/" in path
    again = replay(past, find_failure(past, "last", path))
    assert again.failure is not None


def test_a_program_for_the_debugger_fails_as_the_node_did(ran: Ran, past: History, tmp_path: Path) -> None:
    ran(failing_division())
    script = write_script(past, find_failure(past, "last", "divide"), tmp_path / "replay.py")
    assert "# breakpoint()" in script.read_text()
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "3 cannot be divided by 0" in done.stderr


@pytest.mark.parametrize("name", ['say "hello"', "it's", "back\\slash", '"""', "a\nb", "a\0b", "\udcff"])
def test_whatever_a_node_is_called_the_program_is_one(past: History, home: Path, ran: Ran, name: str) -> None:
    ran(failing_division())
    saved = find_failure(past, "last", "divide")
    from dataclasses import replace

    strange = replace(saved, message=name)
    compile(script_of(past, strange), "script", "exec")


def test_inputs_go_after_a_week_and_beyond_the_quota(
    ran: Ran, past: History, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        ran(failing_division())
    keys = [run.key for run in past.runs()]
    assert all(saved_failure(home, key, "divide") is not None for key in keys)
    size = sum(file.stat().st_size for file in (home / "failures").rglob("*") if file.is_file())
    monkeypatch.setattr(failures, "QUOTA_BYTES", size // 2)
    keep_few(home)
    assert saved_failures(home, keys[0]) != []
    assert saved_failures(home, keys[-1]) == []
    keep_few(home, now_s=4e9)
    assert saved_failures(home, keys[0]) == []


def test_damaged_inputs_are_told(ran: Ran, past: History) -> None:
    ran(failing_division())
    saved = find_failure(past, "last", "divide")
    (saved.folder / "inputs.json").write_text("{")
    with pytest.raises(HistoryError, match="were not kept"):
        find_failure(past, "last", "divide")
    with pytest.raises(HistoryError, match="cannot be read"):
        saved.inputs()


def test_where_very_many_nodes_fail_the_first_are_enough(ran: Ran, past: History, home: Path) -> None:
    graph = shtairir.Graph("demo")
    for number in range(60):
        graph.add("math.divide", a=float(number), b=0, id=f"d{number}")
    ran(graph, level="none")
    assert past.run().summary.failed == 60
    assert 0 < len(saved_failures(home, past.run().key)) <= 32


HALF = 'def half(x: float = 1.0) -> float:\n    """Fail."""\n    return x / 0\n'


def code_file(path: Path, source: str = HALF) -> shtairir.Graph:
    """Write a file with a block of its own, and open it."""
    graph = shtairir.Graph("codey")
    graph.add_code("half", source)
    graph.add("code.half", x=4.0)
    shtairir.save(graph, path)
    return shtairir.load(path)


def test_trusted_code_is_replayed_also_when_the_run_had_other_values(ran: Ran, past: History, tmp_path: Path) -> None:
    file = tmp_path / "codey.shtairir"
    code_file(file)
    shtairir.trust(file)
    ran(shtairir.load(file), parameters={"half.x": 7.0})
    again = replay(past, find_failure(past, "last", "half"))
    assert again.failure is not None
    assert again.failure.inputs["x"].text == "the number 7.0"


def test_code_that_nobody_trusts_is_not_replayed(ran: Ran, past: History, tmp_path: Path) -> None:
    file = tmp_path / "codey.shtairir"
    source = HALF.replace("x / 0", "x / 0  # another one")
    code_file(file, source)
    shtairir.trust(file)
    ran(shtairir.load(file), parameters={"half.x": 9.0})
    code_file(file, source.replace("another", "a changed"))
    with pytest.raises(UntrustedCodeError, match="nobody has trusted"):
        replay(past, find_failure(past, "last", "half"))
