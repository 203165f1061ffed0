"""A real window with settings of its own, and blocks made for these tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir.block import Context, Image, block
from shtairir.block.registry import Registry
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow

GATE = threading.Event()
"""Held blocks go on when it is set."""


@block(category="Sample", id="sample.hold")
def hold(context: Context, x: float = 0.0) -> float:
    """Wait until the test lets it go, or the run is cancelled."""
    while not GATE.is_set():
        context.check_cancelled()
        context.progress(0.5, "half way")
        time.sleep(0.005)
    return x


@block(category="Sample", id="sample.broken")
def broken(x: float = 1.0) -> float:
    """Divide by nothing."""
    return x / 0


@block(category="Sample", id="sample.talk")
def talk(context: Context, x: float = 1.0) -> float:
    """Say something on the way."""
    context.log("a word of warning", "warning")
    context.log("by the way", "debug")
    return x


@block(category="Sample", id="sample.slow")
def slow(x: float = 1.0, factor: float = 2.0) -> float:
    """Take long enough to be worth keeping."""
    time.sleep(0.003)
    return x * factor


def _roughly(x: float = 1.0, factor: float = 2.0) -> float:
    return round(x * factor)


@block(category="Sample", id="sample.fine", preview=_roughly)
def fine(x: float = 1.0, factor: float = 2.0) -> float:
    """Give a rough value while somebody turns a knob."""
    return x * factor


@block(category="Sample", id="sample.picture")
def picture(rows: int = 24) -> Image:
    """Draw something from dark to light."""
    return np.linspace(0, 1, rows * 32, dtype=np.float32).reshape(rows, 32)


FAILURES = [0]
"""How often flaky blocks still fail."""


@block(category="Sample", id="sample.flaky")
def flaky(x: float = 1.0) -> float:
    """Fail as a service does that is down for a while."""
    if FAILURES[0] > 0:
        FAILURES[0] -= 1
        raise ConnectionError("the service is down")
    return x


@block(category="Sample", id="sample.needy", resources=("scanner",))
def needy(context: Context, x: float = 1.0) -> float:
    """Hold the scanner until the test lets it go."""
    while not GATE.is_set():
        context.check_cancelled()
        time.sleep(0.005)
    return x


@block(category="Sample", id="sample.mail", pure=False)
def mail(context: Context, x: float = 1.0) -> float:
    """Have an effect, and wait."""
    while not GATE.is_set():
        context.check_cancelled()
        time.sleep(0.005)
    return x


@block(category="Sample", id="sample.far", requires=("no_such_library",), extra="moon")
def far(x: float = 1.0) -> float:
    """Need what is not there."""
    return x


@pytest.fixture
def registry() -> Registry:
    """The installed blocks and the ones above."""
    registry = Registry(folders=())
    GATE.clear()  # the test before may have let its blocks go
    FAILURES[0] = 0
    for sample in (hold, broken, talk, far, flaky, needy, mail, slow, fine, picture):
        registry.add(sample)
    return registry


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which runs are kept."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(folder))
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings in a file of their own."""
    return Settings(tmp_path / "window.ini")


@pytest.fixture
def window(qtbot: QtBot, registry: Registry, settings: Settings) -> Iterator[MainWindow]:
    """A window that is shown; nothing of it may be left behind, and no run may go on."""
    app = cast(QApplication, QApplication.instance())
    if not app.styleSheet() or theme.current().name != "dark":
        theme.apply(app, "dark")
    window = MainWindow(Editor(registry=registry), settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    qtbot.waitExposed(window)
    yield window
    GATE.set()
    window.editor.stop()
    qtbot.waitUntil(lambda: not window.editor.is_running, timeout=5000)


def forget_changes(window: MainWindow) -> None:
    """Let the window close without a question."""
    window.files.may_leave = lambda: True  # type: ignore[method-assign]
