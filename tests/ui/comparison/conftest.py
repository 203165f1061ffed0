"""A window with a saved graph that is compared."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir.document import Graph, save
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.features.comparison import Comparing, comparing
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow

WAIT_MS = 30_000


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A file with two numbers and their sum, which a definition squares."""
    graph = Graph("demo")
    graph.add("math.number", id="three", value=3, position=(0, 0))
    graph.add("math.number", id="four", value=4, position=(0, 200))
    graph.add("math.add", id="total", position=(300, 0))
    graph.add("math.multiply", id="square", position=(600, 0))
    graph.link("three.out", "total.a")
    graph.link("four.out", "total.b")
    graph.link("total.out", "square.a")
    graph.link("total.out", "square.b")
    graph.make_subgraph(["square"], name="squaring")
    path = tmp_path / "demo.shtairir"
    save(graph, path)
    return path


@pytest.fixture
def window(qtbot: QtBot, saved: Path, tmp_path: Path) -> MainWindow:
    """A window that shows the file."""
    app = cast(QApplication, QApplication.instance())
    if not app.styleSheet() or theme.current().name != "dark":
        theme.apply(app, "dark")
    window = MainWindow(Editor(registry=Registry(folders=())), Settings(tmp_path / "window.ini"))
    window.files.may_leave = lambda: True  # type: ignore[method-assign]  # no question at the end
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    window.editor.open(saved)
    return window


@pytest.fixture
def compared(window: MainWindow) -> Comparing:
    """What compares in it."""
    return comparing(window)


def with_saved(window: MainWindow, compared: Comparing, qtbot: QtBot) -> None:
    """Compare with the saved version, until the differences are there."""
    window.actions_["compare_saved"].trigger()
    qtbot.waitUntil(lambda: compared.comparison.is_ready, timeout=WAIT_MS)


def until(compared: Comparing, qtbot: QtBot, *places: str) -> None:
    """Wait until these places differ, and no others."""

    def agrees() -> bool:
        found = {one.place for one in compared.comparison.differences if one.matters}
        return found == set(places)

    qtbot.waitUntil(agrees, timeout=WAIT_MS)
