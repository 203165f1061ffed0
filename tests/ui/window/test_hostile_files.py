"""Files that carry code in every place, looked at in the window: nothing of them runs until somebody trusts it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir_ui.window import MainWindow
from tests.engine.hostile.files import FILES, MODULE
from tests.engine.hostile.opener import SANG, noticed, watch
from tests.engine.hostile.test_files import stem, write_files

sys.addaudithook(watch)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The files, and the module that must not be imported, where Python would find it."""
    write_files(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop(MODULE, None)
    importlib.invalidate_caches()


@pytest.mark.parametrize("part", range(6))
def test_nothing_runs_while_a_person_looks_at_it(part: int, window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    looked_at = 0
    for name in list(FILES)[part::6]:
        noticed.clear()
        window.files.show_file(folder / f"{stem(name)}.shtairir", remember=False)
        window.editor.select(list(window.editor.graph.nodes)[:20])
        qtbot.wait(30)
        QTest.keyClick(window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QApplication.processEvents()
        looked_at += bool(window.editor.graph.nodes)
        assert (noticed, (folder / SANG).exists(), MODULE in sys.modules) == ([], False, False), name
    assert looked_at > 5
