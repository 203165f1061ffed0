"""Graph files that carry code wherever there is room for a text: whatever is done with them, none of it runs."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shtairir.block.registry import default_registry
from shtairir.document import load
from shtairir.errors import ShtairirError
from shtairir.export.program import to_python
from tests.engine.hostile.files import FILES, MODULE, PICKLE

Opened = Mapping[str, dict[str, Any]]


def stem(name: str) -> str:
    """Return the name of the file of a kind."""
    return name.replace(" ", "_")


def write_files(folder: Path) -> None:
    """Write all hostile files, and what they refer to, into a folder."""
    for name, content in FILES.items():
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / f"{stem(name)}.shtairir").write_bytes(data)
    (folder / "pickled.npy").write_bytes(PICKLE)
    song = f"import pathlib\n\n\ndef sing():\n    pathlib.Path({str(folder / 'canary_sang')!r}).touch()\n\n\nsing()\n"
    (folder / f"{MODULE}.py").write_text(song)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all hostile files."""
    made = tmp_path_factory.mktemp("hostile")
    write_files(made)
    return made


@pytest.fixture(scope="module")
def opened(folder: Path) -> Opened:
    """What was noticed while each file was opened in every way; see `opener`."""
    own = {"SHTAIRIR_TRUST_PATH": str(folder / "trust.json"), "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("opener.py"))],
        cwd=folder,
        env={**os.environ, **own},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row.get("file") or row["control"]: row for row in rows}


def test_there_are_more_than_fifty() -> None:
    written = [json.dumps(content) if not isinstance(content, bytes) else str(content) for content in FILES.values()]
    assert len(set(written)) == len(written) > 50


def test_what_runs_is_noticed(opened: Opened) -> None:
    controls = {name: row["seen"] for name, row in opened.items() if "seen" in row}
    assert controls == {
        "a code block is seen": True,
        "the module is seen": True,
        "a program is seen": True,
        "the canary sings": True,
    }


@pytest.mark.parametrize("name", list(FILES))
def test_nothing_in_the_file_runs(name: str, opened: Opened) -> None:
    assert opened[stem(name)]["noticed"] == []


@pytest.mark.parametrize("name", list(FILES))
def test_the_file_is_taken_or_refused_and_harms_nothing_else(name: str, opened: Opened) -> None:
    assert opened[stem(name)]["faults"] == []
    assert len(opened[stem(name)]["done"]) >= 4


def test_most_files_can_be_opened_so_that_there_is_something_to_see(opened: Opened) -> None:
    seen = [row for row in opened.values() if "look at its code" in row.get("done", ())]
    planned = [row for row in seen if "plan at balanced" in row["done"]]
    assert len(seen) > 100
    assert len(planned) > 50


@pytest.mark.parametrize("name", list(FILES))
def test_words_of_a_file_do_not_become_statements_of_an_exported_program(name: str, folder: Path) -> None:
    """A code block is exported as the code that it is; everything else is a text in the program."""
    try:
        graph = load(folder / f"{stem(name)}.shtairir")
        if graph.code:
            return
        program = to_python(graph.snapshot(), default_registry())
    except ShtairirError:
        return
    names = {node.id for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Name)}
    called = {node.func.attr for node in ast.walk(ast.parse(program)) if _is_method_call(node)}  # type: ignore[attr-defined]
    assert names & {"__import__", MODULE, "eval", "exec", "os"} == set()
    assert called & {"sing", "system"} == set()


def _is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
