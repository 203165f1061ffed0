"""Every example is opened from the menu and run by real clicks in the real window."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
pytest.importorskip("PySide6", reason="the window needs the `ui` extra", exc_type=ImportError)

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

import shtairir
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName
from shtairir_assets.examples import Example, list_examples
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow
from tests.ui.gestures import click, settle

# Nodes that a condition leaves out.
NOT_CHOSEN = {"bake_off": {"trees"}}
EXAMPLES = [pytest.param(example, id=example.name) for example in list_examples()]


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[MainWindow]:
    theme.apply(qapp, "dark")
    shown = MainWindow(Editor(), Settings(tmp_path / "window.ini"))
    qtbot.addWidget(shown, before_close_func=forget_changes)
    shown.resize(1440, 900)
    shown.show()
    qtbot.waitExposed(shown)
    yield shown
    qtbot.waitUntil(lambda: not shown.editor.is_running, timeout=30_000)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def forget_changes(window: MainWindow) -> None:
    """Let the window close without a question, which nobody would answer."""
    window.files.may_leave = lambda: True  # type: ignore[method-assign]


def choose(menu: QMenu, title: str) -> None:
    """Open a menu and click one of its lines."""
    menu.popup(QPoint(40, 40))
    settle()
    action = next(action for action in menu.actions() if action.text() == title)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    settle()


def make_smaller(window: MainWindow, example: Example) -> None:
    """Take fewer numbers or lines where an example has many, to show speed."""
    if example.name == "elementwise":
        window.editor.set_value(NodeId("numbers"), PortName("num"), 200_000)
    if example.name == "log_triage":
        window.editor.set_value(NodeId("count"), PortName("value"), 100_000)


def press_run(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.editor.run_finished, timeout=60_000):
        QTest.mouseClick(window.findChild(QPushButton, "runButton"), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs_by_a_click(window: MainWindow, qtbot: QtBot, example: Example) -> None:
    choose(window.menus.examples, example.title)
    editor = window.editor
    assert editor.graph.name == shtairir.load(example.path).name
    assert editor.path is None, "it is a copy: nobody saves over what comes with the program"
    make_smaller(window, example)
    was_modified = editor.is_modified
    press_run(window, qtbot)
    qtbot.waitUntil(lambda: set(editor.runtime) == set(editor.graph.nodes), timeout=30_000)
    skipped = {node for node, state in editor.runtime.items() if state.status is NodeStatus.SKIPPED}
    assert skipped == NOT_CHOSEN.get(example.name, set())
    ran = {state.status for node, state in editor.runtime.items() if node not in skipped}
    assert ran <= {NodeStatus.DONE, NodeStatus.CACHED}
    assert editor.is_modified is was_modified
    assert editor.problems == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_result_of_an_example_can_be_looked_at(window: MainWindow, qtbot: QtBot, example: Example) -> None:
    choose(window.menus.examples, example.title)
    make_smaller(window, example)
    press_run(window, qtbot)
    window.canvas.fit()
    settle()
    preview = window.panels.preview
    for node in set(window.editor.graph.nodes) - NOT_CHOSEN.get(example.name, set()):
        click(window.canvas.view.viewport(), window.canvas.node_position(node))
        assert window.editor.selection == (node,)
        qtbot.waitUntil(lambda node=node: preview.view is not None and preview.node == node, timeout=30_000)
        preview.grab()


@pytest.mark.parametrize("example", EXAMPLES)
def test_nodes_of_an_example_stand_apart_and_links_lead_to_the_right_or_to_a_new_row(
    window: MainWindow, qtbot: QtBot, example: Example
) -> None:
    choose(window.menus.examples, example.title)
    make_smaller(window, example)
    press_run(window, qtbot)
    nodes = window.editor.graph.nodes
    qtbot.waitUntil(lambda: any(window.editor.thumbnail(NodeId(node)) is not None for node in nodes), timeout=30_000)
    settle()
    places = {node: window.canvas.board.nodes[node].sceneBoundingRect().toAlignedRect() for node in nodes}
    for one, other in itertools.combinations(places, 2):
        assert not places[one].intersects(places[other]), (one, other)
    for link in window.editor.graph.links.values():
        source, target = places[link.source.node], places[link.target.node]
        assert source.left() < target.left() or below(target, source), link


def below(one: QRect, other: QRect) -> bool:
    return one.top() > other.bottom()
