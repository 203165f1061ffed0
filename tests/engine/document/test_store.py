"""Saving and opening on a real disk."""

from __future__ import annotations

import logging
import os
import random
import signal
import stat
import subprocess
import sys
import textwrap
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import pytest

from shtairir.block import Param, block
from shtairir.block.registry import Registry
from shtairir.document import Graph, backups_of, dumps, load, save
from shtairir.document.disk import BACKUP_FOLDER, KEPT_BACKUPS, write_atomically
from shtairir.errors import DocumentError


def _graph(value: int = 1) -> Graph:
    graph = Graph("saved")
    graph.add("math.number", value=value)
    return graph


def test_a_saved_graph_is_read_back_and_is_unmodified(tmp_path: Path) -> None:
    graph = _graph()
    assert graph.is_modified
    assert save(graph, tmp_path / "a") == tmp_path / "a.shtairir"
    assert not graph.is_modified
    assert graph.path == tmp_path / "a.shtairir"
    assert graph.base_dir == tmp_path
    again = load(tmp_path / "a.shtairir")
    assert dumps(again) == (tmp_path / "a.shtairir").read_bytes()
    again.set("number.value", 2)
    save(again)
    assert load(tmp_path / "a.shtairir").value("number.value") == 2


def test_undoing_past_a_save_is_a_modification(tmp_path: Path) -> None:
    graph = _graph()
    graph.set("number.value", 2)
    save(graph, tmp_path / "a.shtairir")
    graph.undo()
    assert graph.is_modified
    graph.redo()
    assert not graph.is_modified


def test_a_graph_without_a_file_says_so() -> None:
    with pytest.raises(DocumentError, match="no file yet"):
        save(_graph())


def test_saving_keeps_permissions_and_follows_links(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    file = folder / "a.shtairir"
    save(_graph(), file)
    file.chmod(0o640)
    link = tmp_path / "link.shtairir"
    link.symlink_to(file)
    graph = load(link)
    assert graph.base_dir == folder
    graph.set("number.value", 5)
    save(graph)
    assert link.is_symlink()
    assert load(file).value("number.value") == 5
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        save(_graph(), tmp_path / "a.shtairir")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a.shtairir").stat().st_mode) == 0o640


def test_a_save_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.shtairir"
    graph = _graph()
    save(graph, file)
    before = file.read_bytes()
    graph.set("number.value", 2)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DocumentError, match="cannot be saved: No space left"):
            save(graph)
    assert file.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.shtairir"]
    assert graph.is_modified
    save(graph)
    assert load(file).value("number.value") == 2


def test_saving_into_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be saved"):
        save(_graph(), tmp_path / "absent" / "a.shtairir")


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.shtairir").mkdir()
    with pytest.raises(DocumentError, match="write-protected"):
        save(_graph(), tmp_path / "a.shtairir")


def test_backups_rotate_in_a_hidden_folder(tmp_path: Path) -> None:
    file = tmp_path / "we[ir]d.shtairir"
    start = datetime(2026, 1, 1)
    for index in range(KEPT_BACKUPS + 5):
        write_atomically(file, b"%d" % index, now=lambda at=index: start + timedelta(seconds=at))  # type: ignore[misc]
    assert file.read_bytes() == b"14"
    kept = [backup.read_bytes() for backup in backups_of(file)]
    assert kept == [b"%d" % index for index in range(13, 3, -1)]
    assert len(list((tmp_path / BACKUP_FOLDER).iterdir())) == KEPT_BACKUPS


def test_backups_of_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("a.shtairir", "a.b.shtairir", "b.shtairir"):
        write_atomically(tmp_path / name, b"1")
        write_atomically(tmp_path / name, b"2")
    assert len(backups_of(tmp_path / "a.shtairir")) == 1
    assert len(list((tmp_path / BACKUP_FOLDER).iterdir())) == 3


def test_a_backup_that_cannot_be_made_does_not_stop_the_save(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "a.shtairir"
    write_atomically(file, b"1")
    (tmp_path / BACKUP_FOLDER).write_text("a file in the way")
    with caplog.at_level(logging.WARNING):
        write_atomically(file, b"2")
    assert file.read_bytes() == b"2"
    assert "no backup" in caplog.text


def test_rubbish_of_killed_saves_is_removed_when_it_is_old(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".a.shtairir.1-aa.tmp", tmp_path / ".a.shtairir.2-bb.tmp"
    for leftover in (old, fresh):
        leftover.write_text("half")
    os.utime(old, (time.time() - 3600, time.time() - 3600))
    write_atomically(tmp_path / "a.shtairir", b"1")
    assert not old.exists()
    assert fresh.exists()


_SAVER = """
    import sys
    from shtairir.document import Graph, load, save
    graph = load(sys.argv[1])
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        graph.set("number.value", number)
        graph.description = str(number) * 20000
        save(graph)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a kill that cannot be caught")
@pytest.mark.parametrize("seed", range(5))
def test_a_kill_in_the_middle_of_a_save_leaves_the_old_or_the_new_file(tmp_path: Path, seed: int) -> None:
    file = tmp_path / "a.shtairir"
    save(_graph(0), file)
    saver = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_SAVER), str(file)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert saver.stdout is not None
        assert saver.stdout.readline() == "ready\n"
        time.sleep(random.Random(seed).uniform(0.02, 0.15))
    finally:
        saver.kill()
        saver.wait()
        assert saver.stdout is not None
        saver.stdout.close()
    graph = load(file)
    number = graph.value("number.value")
    assert graph.description == (str(number) * 20000 if number else "")
    for backup in backups_of(file):
        load(backup)


# --- paths ----------------------------------------------------------------------------------------------------


@block(category="Test")
def read_it(path: Annotated[Path, Param(path="open")], note: str = "") -> str:
    """Read a file."""
    return f"{path}{note}"


@pytest.fixture
def registry() -> Registry:
    registry = Registry(packs={}, folders=())
    registry.add(read_it)
    return registry


def test_saving_in_another_folder_keeps_paths_pointing_at_their_files(tmp_path: Path, registry: Registry) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    graph = Graph()
    graph.path = one / "a.shtairir"
    graph.add("test.read_it", path="data/x.csv", note="data/x.csv")
    graph.add("test.read_it", path="/srv/full.csv")
    graph.add("unknown.block", path="data/x.csv")
    graph.set("read_it.path", "data/y.csv")
    save(graph, other / "a.shtairir", registry=registry)
    assert graph.value("read_it.path") == "../one/data/y.csv"
    assert graph.value("read_it.note") == "data/x.csv"
    assert graph.value("read_it_2.path") == "/srv/full.csv"
    assert graph.value("block.path") == "data/x.csv"
    graph.undo()
    assert graph.value("read_it.path") == "../one/data/x.csv"
    assert graph.undo_label == "add block"


def test_the_first_save_makes_full_paths_relative(tmp_path: Path, registry: Registry) -> None:
    graph = Graph()
    graph.add("test.read_it", path=tmp_path / "data" / "x.csv")
    assert graph.value("read_it.path") == (tmp_path / "data" / "x.csv").as_posix()
    save(graph, tmp_path / "a.shtairir", registry=registry)
    assert graph.value("read_it.path") == "data/x.csv"


def test_the_first_save_keeps_paths_relative_to_the_working_folder_valid(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "graphs").mkdir()
    monkeypatch.chdir(tmp_path)
    graph = Graph()
    graph.add("test.read_it", path="data/x.csv")
    save(graph, "graphs/a.shtairir", registry=registry)
    assert graph.value("read_it.path") == "../data/x.csv"


def test_a_path_that_is_set_is_stored_relative_to_the_file(tmp_path: Path) -> None:
    graph = Graph()
    graph.path = tmp_path / "a.shtairir"
    graph.add("test.read_it", path=tmp_path / "x.csv")
    assert graph.value("read_it.path") == "x.csv"
    graph.set("read_it.path", Path("/elsewhere/x.csv"))
    assert graph.value("read_it.path") == "/elsewhere/x.csv"


def test_opening_imports_no_block(tmp_path: Path) -> None:
    file = tmp_path / "a.shtairir"
    graph = Graph()
    graph.add("image.gaussian_blur")
    graph.add("math.number", value=1)
    file.write_bytes(dumps(graph))
    program = (
        "import sys, shtairir\n"
        f"graph = shtairir.load({str(file)!r})\n"
        "graph.set('number.value', 2); graph.undo(); graph.snapshot()\n"
        "heavy = ('shtairir_', 'shtairir.block', 'numpy', 'networkx')\n"
        "assert not [name for name in sys.modules if name.startswith(heavy)], sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_building_copying_and_saving_a_graph_needs_no_schema(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from shtairir.document import Graph\n"
        "graph = Graph('demo'); node = graph.add('math.add', x=1); graph.add('math.add', x=node['out'])\n"
        "graph.undo(); graph.redo(); graph.copy_text(list(graph.nodes)); graph.fingerprint(); graph.to_bytes()\n"
        "heavy = ('numpy', 'networkx', 'pydantic')\n"
        "assert not [name for name in sys.modules if name.startswith(heavy)], sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
