"""What somebody else has written is not written over unasked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shtairir.document import Graph, backups_of, load, save
from shtairir.document.disk import KEPT_BACKUPS, add_backup, made_at
from shtairir.document.ondisk import on_disk
from shtairir.errors import ChangedOnDiskError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A graph of one number."""
    graph = Graph("small")
    graph.add("math.number", value=0)
    return save(graph, tmp_path / "small.shtairir")


def test_a_careful_save_refuses_what_another_has_written(file: Path) -> None:
    mine, theirs = load(file), load(file)
    theirs.set("number.value", 1)
    save(theirs, careful=True)
    mine.set("number.value", 2)
    with pytest.raises(ChangedOnDiskError, match="changed by another program"):
        save(mine, careful=True)
    assert load(file).value("number.value") == 1
    assert mine.is_modified
    save(mine)
    assert load(file).value("number.value") == 2


def test_what_is_known_of_the_file_follows_ones_own_saves(file: Path) -> None:
    graph = load(file)
    for number in range(3):
        graph.set("number.value", number + 1)
        save(graph, careful=True)
        assert on_disk(file, graph.on_disk) == "same"
    file.unlink()
    assert on_disk(file, graph.on_disk) == "gone"
    graph.set("number.value", 9)
    save(graph, careful=True)
    assert load(file).value("number.value") == 9


def test_two_programs_that_save_at_once_never_write_over_each_other(tmp_path: Path, file: Path) -> None:
    """Each save is of what its program had read: so each number is written over by one that knew it."""
    graph = load(file)
    graph.add("text.constant", id="log", text="")
    save(graph)
    program = (
        "import sys\n"
        "from shtairir.document import load, save\n"
        "from shtairir.errors import ChangedOnDiskError\n"
        "done = 0\n"
        "while done < 30:\n"
        "    graph = load(sys.argv[1])\n"
        "    graph.set('log.text', graph.value('log.text') + sys.argv[2])\n"
        "    try:\n"
        "        save(graph, careful=True)\n"
        "        done += 1\n"
        "    except ChangedOnDiskError:\n"
        "        pass\n"
    )
    programs = [subprocess.Popen([sys.executable, "-c", program, str(file), letter]) for letter in "ab"]
    for one in programs:
        assert one.wait(100) == 0
    text = load(file).value("log.text")
    assert isinstance(text, str)
    assert (text.count("a"), text.count("b")) == (30, 30), "no save of either was lost"


def test_what_is_in_no_file_can_be_kept_among_the_backups(file: Path) -> None:
    backup = add_backup(file, b"{}")
    assert backups_of(file)[0] == backup
    assert backup.read_bytes() == b"{}"
    assert made_at(backup).year >= 2026
    for number in range(KEPT_BACKUPS + 3):
        add_backup(file, b"%d" % number)
    assert len(backups_of(file)) == KEPT_BACKUPS
