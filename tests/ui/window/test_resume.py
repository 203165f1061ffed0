"""A run that was cut off is offered to be gone on with, when the program starts and when its file is opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

import shtairir
from shtairir.block.registry import Registry
from shtairir.document import Graph
from shtairir.events import NodeStatus, RunStatus
from shtairir.ids import NodeId, PortRef
from shtairir.recovery.listing import interrupted
from shtairir_ui.deciding import AGAIN, HAPPENED, DecidingDialog
from shtairir_ui.editor import Editor
from shtairir_ui.resumebar import ResumeBar
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow

from .conftest import GATE, forget_changes

REPOSITORY = Path(__file__).parents[3]
CUT_OFF = """
import os, pathlib, signal, sys, threading, time
import shtairir
from shtairir.block.registry import Registry
from tests.ui.window import conftest

registry = Registry(folders=())
for sample in (conftest.hold, conftest.talk, conftest.mail):
    registry.add(sample)


def kill_once_it_is_written():
    journals = pathlib.Path(os.environ["SHTAIRIR_STATE_PATH"]) / "runs"
    while not any(b"talk" in journal.read_bytes() for journal in journals.glob("*/journal")):
        time.sleep(0.02)
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGKILL)


class Killer:
    def on_event(self, event):
        if type(event).__name__ == "NodeStarted" and event.node == sys.argv[2]:
            threading.Thread(target=kill_once_it_is_written, daemon=True).start()


shtairir.run(sys.argv[1], registry=registry, keep="all", instruments=(Killer(),))
"""


@pytest.fixture
def cut_off(tmp_path: Path, kept: Path) -> Path:
    """The file of ``number → talk → hold``, whose run was killed while `hold` was at work."""
    return made(tmp_path, "hold")


def made(folder: Path, last: str) -> Path:
    path = folder / "cut.shtairir"
    graph = Graph("cut")
    number = graph.add("math.number", value=4.0)
    talk = graph.add("sample.talk", id="talk")
    end = graph.add(f"sample.{last}", id=last)
    graph.link(number["out"], talk["x"])
    graph.link(talk["out"], end["x"])
    shtairir.save(graph, path)
    program = [sys.executable, "-c", CUT_OFF, str(path), last]
    ended = subprocess.run(program, cwd=REPOSITORY, timeout=60, capture_output=True, text=True, check=False)
    assert ended.returncode == -9, ended.stderr
    return path


def bar(window: MainWindow) -> ResumeBar:
    return window.resume_bar


def test_opening_the_file_offers_to_go_on_and_what_is_finished_is_not_run_again(
    window: MainWindow, cut_off: Path, qtbot: QtBot
) -> None:
    window.editor.open(cut_off)
    qtbot.waitUntil(bar(window).isVisible)
    assert "“cut”" in bar(window).text
    assert "was cut off after" in bar(window).text
    assert "of 3 nodes" in bar(window).text
    GATE.set()
    with qtbot.waitSignal(window.editor.run_finished) as finished:
        QTest.mouseClick(window.findChild(QPushButton, "resumeRun"), Qt.MouseButton.LeftButton)
    assert not bar(window).isVisible()
    assert finished.args[0].status is RunStatus.DONE
    assert window.editor.runtime[NodeId("talk")].status is NodeStatus.CACHED
    assert window.editor.runtime[NodeId("talk")].reason
    assert window.editor.runtime[NodeId("hold")].status is NodeStatus.DONE
    assert window.editor.results[PortRef.parse("hold.out")] == 4.0


def test_an_empty_window_offers_the_last_run_of_any_file_and_opens_it(
    cut_off: Path, registry: Registry, settings: Settings, qtbot: QtBot
) -> None:
    window = MainWindow(Editor(registry=registry), settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    qtbot.waitUntil(bar(window).isVisible)
    GATE.set()
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.mouseClick(bar(window).resume_button, Qt.MouseButton.LeftButton)
    assert window.editor.path == cut_off
    assert window.editor.runtime[NodeId("hold")].status is NodeStatus.DONE


def test_a_run_that_is_discarded_is_not_offered_again(window: MainWindow, cut_off: Path, qtbot: QtBot) -> None:
    window.editor.open(cut_off)
    qtbot.waitUntil(bar(window).isVisible)
    QTest.mouseClick(bar(window).discard_button, Qt.MouseButton.LeftButton)
    assert not bar(window).isVisible()
    qtbot.waitUntil(lambda: interrupted() == [])
    qtbot.wait(50)  # the list is read again
    assert not bar(window).isVisible()


def test_not_now_offers_it_again_when_the_file_is_opened(window: MainWindow, cut_off: Path, qtbot: QtBot) -> None:
    window.editor.open(cut_off)
    qtbot.waitUntil(bar(window).isVisible)
    QTest.mouseClick(bar(window).later_button, Qt.MouseButton.LeftButton)
    assert not bar(window).isVisible()
    window.editor.open(cut_off)
    qtbot.waitUntil(bar(window).isVisible)


@pytest.mark.parametrize(("answer", "status"), [(AGAIN, NodeStatus.DONE), (HAPPENED, NodeStatus.CACHED)])
def test_an_effect_that_may_have_happened_is_asked_for(
    window: MainWindow, tmp_path: Path, kept: Path, qtbot: QtBot, answer: str, status: NodeStatus
) -> None:
    window.editor.open(made(tmp_path, "mail"))
    qtbot.waitUntil(bar(window).isVisible)
    GATE.set()
    with qtbot.waitSignal(window.editor.run_refused):
        QTest.mouseClick(bar(window).resume_button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(DecidingDialog)
    assert isinstance(dialog, DecidingDialog)
    assert not dialog.resume_button.isEnabled()
    choice = dialog.findChild(QComboBox, "decide_mail")
    assert isinstance(choice, QComboBox)
    choice.setFocus()
    for _ in range(1 if answer == AGAIN else 2):
        QTest.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentText() == answer
    made_field = dialog.findChild(QLineEdit, "made_mail")
    assert made_field.isVisible() is (answer == HAPPENED)
    if answer == HAPPENED:
        QTest.keyClicks(made_field, "4.5")
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.mouseClick(dialog.resume_button, Qt.MouseButton.LeftButton)
    assert window.editor.runtime[NodeId("mail")].status is status
    assert window.editor.results[PortRef.parse("mail.out")] == (4.0 if answer == AGAIN else 4.5)
