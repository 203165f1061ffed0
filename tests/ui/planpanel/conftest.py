"""A window with the plan in front, and a graph whose nodes take time and memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir.block import Array, Context, block
from shtairir.block.registry import Registry
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.planpanel import PlanPanel
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow

WAIT_MS = 30_000


@block(category="Math", id="sample.nap", pure=False, cost=0.02)
def nap(x: float = 0.0, y: float = 0.0, seconds: float = 0.02) -> float:
    """Sleep."""
    time.sleep(seconds)
    return seconds


@block(category="Array", id="sample.borrow", pure=False, cost=0.01)
def borrow(context: Context, x: float = 0.0, size: int = 300_000) -> Array:
    """Return an array from the pool."""
    return context.zeros((size,))


@block(category="Array", id="sample.look", pure=False, cost=0.01)
def look(array: Array) -> float:
    """Read an array."""
    time.sleep(0.01)
    return float(array[0])


@pytest.fixture
def registry() -> Registry:
    """The installed blocks and the ones above."""
    registry = Registry(folders=())
    for sample in (nap, borrow, look):
        registry.add(sample)
    return registry


@pytest.fixture
def window(qtbot: QtBot, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window that is shown, with the plan in front, and a cache of its own."""
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    app = cast(QApplication, QApplication.instance())
    if not app.styleSheet() or theme.current().name != "dark":
        theme.apply(app, "dark")
    window = MainWindow(Editor(registry=registry), Settings(tmp_path / "window.ini"))
    window.files.may_leave = lambda: True  # type: ignore[method-assign]  # no question at the end
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    window.actions_["show_plan"].trigger()
    yield window
    window.editor.stop()
    qtbot.waitUntil(lambda: not window.editor.is_running, timeout=WAIT_MS)


@pytest.fixture
def panel(window: MainWindow) -> PlanPanel:
    """Its plan."""
    found = window.findChild(PlanPanel, "planPanel")
    assert isinstance(found, PlanPanel)
    return found


@pytest.fixture
def planned(window: MainWindow, panel: PlanPanel, qtbot: QtBot) -> PlanPanel:
    """The plan of two nodes that follow each other beside a quick one, a sum, and an array that is read."""
    graph = window.editor.graph
    first = graph.add("sample.nap", id="first")
    second = graph.add("sample.nap", id="second", position=(240, 0))
    quick = graph.add("sample.nap", id="quick", seconds=0.01, position=(0, 200))
    graph.link(first["out"], second["x"])
    last = graph.add("sample.nap", id="last", position=(480, 0))
    graph.link(second["out"], last["x"])
    graph.link(quick["out"], last["y"])
    array = graph.add("sample.borrow", id="array", position=(720, 0))
    graph.link(last["out"], array["x"])
    read = graph.add("sample.look", id="read", position=(960, 0))
    graph.link(array["out"], read["array"])
    foreseen(panel, qtbot)
    return panel


def foreseen(panel: PlanPanel, qtbot: QtBot) -> None:
    """Wait until the plan shows the graph as it is."""

    def is_there() -> bool:
        before = panel.courses.before
        return before is not None and set(before.plan.nodes) == set(panel._editor.root.nodes)

    qtbot.waitUntil(is_there, timeout=WAIT_MS)


def run(window: MainWindow, panel: PlanPanel, qtbot: QtBot) -> None:
    """Run to the end, until the truth stands beside the forecast."""
    before = panel.courses.after
    window.editor.run()
    qtbot.waitUntil(lambda: panel.courses.after is not before and not window.editor.is_running, timeout=WAIT_MS)
