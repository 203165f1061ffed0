"""What is read without the library for command lines is read as that library reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.cli import run_command
from shtairir.cli.app import app
from shtairir.cli.entry import run_command_line
from shtairir.cli.outcome import Outcome
from shtairir.cli.run_command import RunOptions
from shtairir.cli.shortcut import plain_run
from tests.engine.cli.test_startup import modules_imported_by

_WORDS = (
    "coins.shtairir",
    "a b",
    "radius=3",
    "x=-1",
    "2",
    "0",
    "007",
    "1.5",
    "٣",
    "aggressive",
    "Balanced",
    "--",
    "-",
    "",
    "--set=radius=3",
    "-sradius=3",
    "-vv",
    "-vq",
    "--no-json",
    "--dry",
)
_OPTIONS = (
    *("--set", "-s", "--level", "-l", "--workers", "-w", "--memory-limit", "-m", "--timeout", "-t", "--output", "-o"),
    *("--capacity", "-c"),
    *("--trace", "--dry-run", "-n", "--show-graph", "--profile", "-p", "--json", "--verbose", "-v", "--quiet", "-q"),
    *("--help-parameters", "--help", "-h"),
)


def read_by_library(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, RunOptions] | None:
    """Return what the command would be called with, or ``None`` if the arguments are refused."""
    calls: list[tuple[Path, RunOptions]] = []

    def run_graph(path: Path, options: RunOptions) -> Outcome:
        calls.append((path, options))
        return Outcome()

    with monkeypatch.context() as patched:
        patched.setattr(run_command, "run_graph", run_graph)
        try:
            app(arguments, prog_name="shtairir", standalone_mode=False)
        except Exception:  # noqa: BLE001 - of a class that typer does not name
            return None
    return calls[0] if calls else None


@settings(max_examples=300, deadline=None)
@given(arguments=st.lists(st.sampled_from(_WORDS) | st.sampled_from(_OPTIONS), max_size=6))
def test_all_that_is_read_here_is_read_as_by_the_library(arguments: list[str]) -> None:
    line = ["run", *arguments]
    plain = plain_run(line)
    if plain is not None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            assert (plain[0], RunOptions(**plain[1])) == read_by_library(line, monkeypatch)


@pytest.mark.parametrize(
    "typed",
    [
        "coins.shtairir",
        "-q coins.shtairir",
        "coins.shtairir --set radius=3 -s name=x --json",
        "coins.shtairir -l aggressive -w 2 -m 2GB -t 30 -o results --trace t.json -p -n --show-graph -v -v",
    ],
)
def test_what_is_mostly_typed_is_read_here(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line = ["run", *typed.split()]
    plain = plain_run(line)
    assert plain is not None
    assert (plain[0], RunOptions(**plain[1])) == read_by_library(line, monkeypatch)


def test_every_option_of_the_command_is_known_here_or_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for option in _OPTIONS:
        for line in (["run", "a", option], ["run", "a", option, "2"]):
            plain = plain_run(line)
            if plain is not None:
                assert (plain[0], RunOptions(**plain[1])) == read_by_library(line, monkeypatch)


def test_a_fault_in_the_arguments_is_worded_by_the_library(capsys: Any) -> None:
    assert run_command_line(["run", "a.shtairir", "--level", "most"]) == 2
    assert "most" in capsys.readouterr().err


def test_neither_library_is_imported_for_a_plain_run(tmp_path: Path) -> None:
    import shtairir

    graph = shtairir.Graph("two")
    graph.link(graph.add("math.add", a=1.0, b=2.0)["out"], graph.add("math.add", id="more")["a"])
    shtairir.save(graph, tmp_path / "two.shtairir")
    assert not modules_imported_by("run", tmp_path / "two.shtairir") & {"typer", "rich", "pydantic", "click"}
