"""The fence around what Qt calls, and the way NodeGraphQt is brought in."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsScene, QGraphicsView, QWidget
from pytestqt.qtbot import QtBot

import shtairir_ui
from shtairir_ui import canvas, guard
from shtairir_ui.guard import guarded, is_guarded
from tests.ui import gestures
from tests.ui.canvas.conftest import Desk
from tests.ui.conftest import ErrorLog

QT_BASES = (QObject, QGraphicsItem)


class Broken(QWidget):
    """Every override fails, one of them inside the other, as it kills an unguarded process."""

    inner: Broken | None = None

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.inner is not None:
            QApplication.sendEvent(self.inner, QKeyEvent(event.type(), event.key(), event.modifiers()))
        int("not a number")

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            return [][1]  # type: ignore[misc]
        return bool(super().event(event))


def test_an_error_in_an_override_is_logged_and_goes_no_further(qtbot: QtBot, error_log: ErrorLog) -> None:
    outer, inner = Broken(), Broken()
    outer.inner = inner
    qtbot.addWidget(outer)
    qtbot.addWidget(inner)
    QApplication.sendEvent(outer, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier))
    assert QApplication.sendEvent(outer, QEvent(QEvent.Type.User)) is False
    error_log.expect("Broken.keyPressEvent failed")
    error_log.expect("Broken.event failed")


def test_the_default_may_be_made_afresh(error_log: ErrorLog) -> None:
    class Item:
        @guarded(default=QRectF)
        def bounds(self) -> QRectF:
            return QRectF("wrong")  # type: ignore[call-overload]

    assert Item().bounds() == QRectF()
    assert Item().bounds() is not Item().bounds()
    error_log.expect("bounds failed")


def test_the_same_failure_is_not_told_sixty_times_a_second(
    error_log: ErrorLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(guard.time, "monotonic", lambda: now[0])

    @guarded
    def paint() -> None:
        raise ValueError("always the same")

    for _ in range(60):
        paint()
    assert len(error_log.records) == 1
    now[0] = 6.0
    paint()
    assert len(error_log.records) == 2
    error_log.expect("paint failed")


def overrides() -> list[tuple[type, str, Any]]:
    """Every method in the canvas that stands in for one of Qt's virtuals."""
    found = []
    for module in pkgutil.walk_packages(canvas.__path__, canvas.__name__ + "."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind.__module__ != module.name or not issubclass(kind, QT_BASES):
                continue
            qt = [base for base in kind.__mro__ if base.__module__.startswith("PySide6")]
            for name, method in vars(kind).items():
                if inspect.isfunction(method) and any(name in vars(base) for base in qt) and name != "__init__":
                    found.append((kind, name, method))
    return found


def test_every_override_of_a_qt_virtual_on_the_canvas_is_guarded() -> None:
    found = overrides()
    assert len(found) > 20
    assert [f"{kind.__name__}.{name}" for kind, name, method in found if not is_guarded(method)] == []


def test_no_override_of_nodegraphqt_is_left_that_could_run_its_own_gestures() -> None:
    from shtairir_ui.canvas.scene import CanvasScene
    from shtairir_ui.canvas.view import CanvasView

    for kind, qt in ((CanvasView, QGraphicsView), (CanvasScene, QGraphicsScene)):
        for base in kind.__mro__:
            if not base.__module__.startswith("NodeGraphQt"):
                continue
            virtual = [name for name in vars(base) if name.endswith("Event") and hasattr(qt, name)]
            assert [name for name in virtual if name not in vars(kind)] == []


def test_a_paint_that_fails_leaves_the_window_standing(
    pipeline: Desk, error_log: ErrorLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(painter: QPainter, *_: object) -> None:
        painter.save()
        raise ValueError("no paint today")

    monkeypatch.setattr("shtairir_ui.canvas.node_item.paint_node", fail)
    pipeline.viewport.repaint()
    error_log.expect("NodeItem.paint failed")
    monkeypatch.undo()
    pipeline.viewport.repaint()
    gestures.settle()
    pipeline.assert_same()


def test_importing_the_canvas_leaves_no_distutils_behind_and_needs_no_setuptools() -> None:
    program = (
        "import sys, warnings; warnings.simplefilter('error')\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('distutils', 'setuptools'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import shtairir_ui.canvas.toolkit\n"
        "assert 'distutils' not in sys.modules, 'distutils is left'\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_the_canvas_toolkit_imports_nodegraphqt() -> None:
    from pathlib import Path

    root = Path(shtairir_ui.__file__).parent
    users = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if any(
            line.strip().startswith(("from NodeGraphQt", "import NodeGraphQt", "from Qt import"))
            for line in path.read_text().splitlines()
        )
    ]
    assert users == ["canvas/toolkit.py"]
