"""What the command line tells of packs that cannot be used, and how one gets another chance."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import shtairir.block.registry
from shtairir.cli.entry import run_command_line
from tests.engine.packs.conftest import fine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder with a file that hangs, one that is broken and one that is fine."""
    monkeypatch.setenv("SHTAIRIR_BLOCKS_PATH", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(shtairir.block.registry, "_default", None)
    (tmp_path / "asleep.py").write_text("import time\ntime.sleep(3600)\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("\n\nx = (\n", encoding="utf-8")
    (tmp_path / "works.py").write_text(fine("mine"), encoding="utf-8")
    return tmp_path


def test_the_list_of_blocks_names_the_packs_that_cannot_be_used(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["blocks", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert "mine.fine" in [block["id"] for block in document["blocks"]]
    asleep, broken = sorted(document["packs"], key=lambda pack: str(pack["pack"]))
    assert (asleep["pack"], asleep["disabled"]) == (str(folder / "asleep.py"), True)
    assert (broken["pack"], broken["line"]) == (str(folder / "broken.py"), 3)


def test_a_disabled_file_is_enabled_once_it_is_mended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command_line(["blocks", "--json"])
    (folder / "asleep.py").write_text(fine("woken"), encoding="utf-8")
    shtairir.block.registry._default = None
    capsys.readouterr()
    assert run_command_line(["blocks", "--enable", "asleep", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["blocks"] == ["woken.fine"]


def test_what_is_still_broken_is_said_when_it_is_enabled(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["blocks", "--enable", "broken.py"]) == 1
    assert "broken.py cannot be used. Line 3: SyntaxError" in capsys.readouterr().out
    assert run_command_line(["blocks", "--enable", "nothing_like_that"]) == 2


PROBE = """
import sys
import shtairir
graph = shtairir.Graph()
graph.add("math.add", a=1, b=2)
assert shtairir.run(graph)["add.out"] == 3
print(*sorted(name for name in sys.modules if name.startswith("shtairir.block.")))
"""


def test_a_run_of_standard_blocks_reads_nothing_that_guards_against_others() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60)
    guards = {"aside", "isolation", "quarantine", "userfiles", "installs", "search"}
    assert not {f"shtairir.block.{guard}" for guard in guards} & set(done.stdout.split())
