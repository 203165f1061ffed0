"""A file that carries code says so, shows it, and runs it only after it was trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import shtairir
from shtairir.document import Graph
from shtairir.document.trust_store import TrustStore
from shtairir.ids import PortRef
from shtairir_ui.trustbar import TrustDialog
from shtairir_ui.window import MainWindow


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that somebody else made: its code would leave a trace."""
    monkeypatch.setenv("SHTAIRIR_TRUST_PATH", str(tmp_path / "elsewhere.json"))
    graph = Graph("foreign")
    trace = tmp_path / "trace"
    body = f"    open({str(trace)!r}, 'w').close()\n    return 2 * x\n"
    graph.add_code("mark", f"def mark(x: float = 2.0) -> float:\n{body}")
    graph.add("code.mark", id="mark")
    path = tmp_path / "foreign.shtairir"
    shtairir.save(graph, path)
    monkeypatch.setenv("SHTAIRIR_TRUST_PATH", str(tmp_path / "trust.json"))
    return path


def test_nothing_runs_before_the_file_is_trusted(window: MainWindow, foreign: Path, qtbot: QtBot) -> None:
    window.editor.open(foreign)
    assert window.trust_bar.isVisible()
    assert "1 program" in window.trust_bar.text
    with qtbot.waitSignal(window.editor.run_refused):
        window.editor.run()
    assert not (foreign.parent / "trace").exists()


def test_the_code_is_shown_and_runs_once_it_is_trusted(window: MainWindow, foreign: Path, qtbot: QtBot) -> None:
    window.editor.open(foreign)
    QTest.mouseClick(window.trust_bar.show_button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(TrustDialog)
    assert isinstance(dialog, TrustDialog)
    assert "def mark" in dialog.text.toPlainText()
    assert dialog.refuse.isDefault()
    QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert not window.trust_bar.isVisible()
    with qtbot.waitSignal(window.editor.run_finished):
        window.editor.run()
    assert window.editor.results[PortRef.parse("mark.out")] == 4.0


def test_no_is_an_answer(window: MainWindow, foreign: Path) -> None:
    window.editor.open(foreign)
    QTest.mouseClick(window.trust_bar.show_button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(TrustDialog)
    assert isinstance(dialog, TrustDialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.trust_bar.isVisible()
    assert not window.editor.root.trusted


def test_a_trusted_file_stays_trusted_when_it_is_changed_and_saved_here(window: MainWindow, foreign: Path) -> None:
    window.editor.open(foreign)
    window.editor.trust()
    window.editor.set_value("mark", "x", 5.0)  # type: ignore[arg-type]
    window.editor.save()
    window.editor.open(foreign)
    assert not window.trust_bar.isVisible()
    foreign.write_text(foreign.read_text(encoding="utf-8").replace("2 * x", "3 * x"), encoding="utf-8")
    window.editor.open(foreign)
    assert window.trust_bar.isVisible()


def test_what_one_writes_oneself_needs_no_trust(window: MainWindow) -> None:
    window.editor.add_code(0, 0)
    assert not window.trust_bar.isVisible()


def test_an_edit_does_not_ask_again_whether_the_file_is_trusted(
    window: MainWindow, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To ask reads the list of trusted files and hashes the whole graph: too much for each key that is pressed."""
    window.editor.open(foreign)
    window.editor.trust()
    asked: list[str] = []
    monkeypatch.setattr(TrustStore, "trusts", lambda _store, digest: asked.append(digest))
    for value in range(5):
        window.editor.set_value("mark", "x", float(value))  # type: ignore[arg-type]
    window.editor.new()
    window.editor.add_block("math.number", 0, 0)
    assert not asked
