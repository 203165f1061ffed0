"""A run is killed at random moments and gone on with: nothing that was finished runs again, and nothing is lost."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.torture.scale import scaled

PROGRAM = Path(__file__).with_name("killed_program.py")
KILLS = scaled(100, 4)
_MOST_S = 120.0


def begun(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the program that is going to be killed."""
    environment = {**os.environ, "SHTAIRIR_LEARNED_PATH": "", "PYTHONPATH": str(PROGRAM.parents[2])}
    command = [sys.executable, str(PROGRAM), str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def told(program: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what the program prints in the end."""
    out, _ = program.communicate(timeout=_MOST_S)
    found: dict[str, Any] = json.loads(out)
    return found


def log(folder: Path) -> list[str]:
    """Return what the program has noted."""
    path = folder / "log"
    return path.read_text().splitlines() if path.exists() else []


def killed_after(folder: Path, lines: int, *arguments: str, of: str = "SFBuU") -> bool:
    """Start the program and kill it when it has noted so many lines of these kinds; return whether it was at it."""
    program = begun(folder, *arguments)
    until_s = time.monotonic() + _MOST_S
    while sum(line[0] in of for line in log(folder)) < lines and program.poll() is None and time.monotonic() < until_s:
        time.sleep(0.001)
    was_alive = program.poll() is None
    program.kill()
    program.communicate()
    return was_alive


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The hash of a run that nobody kills."""
    found = told(begun(tmp_path_factory.mktemp("undisturbed"), "run"))
    assert found["status"] == "done"
    return str(found["hash"])


@pytest.mark.skipif(os.name == "nt", reason="signal 9 is of POSIX")
@pytest.mark.timeout(3600)
def test_what_was_finished_does_not_run_again(tmp_path: Path, undisturbed: str) -> None:
    chance = random.Random(5)
    again: Counter[str] = Counter()
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert killed_after(folder, chance.randrange(200, 560), "run")
        before = log(folder)
        finished = {line[2:] for line in before if line.startswith("F ")}
        found = told(begun(folder, "resume"))
        assert (found["status"], found["hash"]) == ("done", undisturbed)
        assert found["nodes"].get("cached", 0) >= len(finished) * 0.9
        ran = {line[2:] for line in log(folder)[len(before) :] if line.startswith("S ")}
        again.update(finished & ran)
        _assert_rows(folder)
    assert not again


@pytest.mark.skipif(os.name == "nt", reason="signal 9 is of POSIX")
@pytest.mark.timeout(3600)
def test_a_run_that_is_killed_again_and_again_comes_to_its_end(tmp_path: Path, undisturbed: str) -> None:
    assert killed_after(tmp_path, 200, "run")
    for _ in range(scaled(8, 2)):
        killed_after(tmp_path, len(log(tmp_path)) + 60, "resume")
    finished_before = log(tmp_path)
    found = told(begun(tmp_path, "resume"))
    assert (found["status"], found["hash"]) == ("done", undisturbed)
    finished: set[str] = set()
    for line in log(tmp_path):
        assert not (line.startswith("S ") and line[2:] in finished), "it ran again"
        if line.startswith("F "):
            finished.add(line[2:])
    assert len(log(tmp_path)) >= len(finished_before)
    _assert_rows(tmp_path)


def _assert_rows(folder: Path) -> None:
    """Each effect is there exactly once, under its key."""
    base = sqlite3.connect(folder / "rows.sqlite")
    try:
        keys = [key for (key,) in base.execute("SELECT key FROM rows")]
    finally:
        base.close()
    nodes = sorted(int(key.rpartition("/n")[2]) for key in keys)
    assert nodes == [number for number in range(300) if number % 10 == 9]
