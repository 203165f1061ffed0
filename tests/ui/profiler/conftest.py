"""The window of the window tests, with blocks that take time and memory."""

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
from shtairir_ui.profiler import ProfilerPanel
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow


@block(category="Math", id="sample.nap")
def nap(x: float = 0.0, y: float = 0.0, seconds: float = 0.05) -> float:
    """Sleep."""
    time.sleep(seconds)
    return seconds


@block(category="Array", id="sample.borrow")
def borrow(context: Context, x: float = 0.0, size: int = 1_000_000) -> Array:
    """Return an array from the pool."""
    array = context.zeros((size,))
    time.sleep(0.02)
    return array


@block(category="Math", id="sample.broken")
def broken(x: float = 1.0) -> float:
    """Fail after a while."""
    time.sleep(0.02)
    return x / 0


@pytest.fixture
def registry() -> Registry:
    """The installed blocks and the ones above."""
    registry = Registry(folders=())
    for sample in (nap, borrow, broken):
        registry.add(sample)
    return registry


@pytest.fixture
def window(qtbot: QtBot, registry: Registry, tmp_path: Path) -> Iterator[MainWindow]:
    """A window that is shown, with the profiler in front."""
    app = cast(QApplication, QApplication.instance())
    if not app.styleSheet() or theme.current().name != "dark":
        theme.apply(app, "dark")
    window = MainWindow(Editor(registry=registry), Settings(tmp_path / "window.ini"))
    window.files.may_leave = lambda: True  # type: ignore[method-assign]  # no question at the end
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    window.panels.show_profiler()
    yield window
    window.editor.stop()
    qtbot.waitUntil(lambda: not window.editor.is_running, timeout=5000)


@pytest.fixture
def panel(window: MainWindow) -> ProfilerPanel:
    """Its profiler."""
    return window.panels.profiler


@pytest.fixture
def graph_ran(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window after a run of five nodes: two that follow each other beside a quick one, a sum, an array."""
    graph = window.editor.graph
    first = graph.add("sample.nap", id="first", seconds=0.08)
    second = graph.add("sample.nap", id="second", position=(200, 0))
    quick = graph.add("sample.nap", id="quick", seconds=0.01, position=(0, 200))
    graph.link(first["out"], second["x"])
    last = graph.add("sample.nap", id="last", seconds=0.03, position=(400, 0))
    graph.link(second["out"], last["x"])
    graph.link(quick["out"], last["y"])
    array = graph.add("sample.borrow", id="array", position=(600, 0))
    graph.link(last["out"], array["x"])
    run(window, qtbot)
    return window


def run(window: MainWindow, qtbot: QtBot) -> None:
    """Run to the end."""
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000):
        window.editor.run()
