"""A closed window leaves nothing behind: no widgets, no run, no thread that complains."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir_assets.examples import list_examples
from shtairir_ui.editor import Editor
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow


def destroy(window: MainWindow) -> None:
    """Close a window and let Qt delete it."""
    assert window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_window_editor_and_panels_are_gone(qtbot: QtBot, tmp_path: Path) -> None:
    window = MainWindow(settings=Settings(tmp_path / "window.ini"))
    window.show()
    window.editor.open(list_examples()[0].path)
    window.editor.select_all()
    with qtbot.waitSignal(window.editor.run_finished, timeout=30000):
        window.editor.run()
    parts = [window, window.editor, window.canvas, window.panels.inspector, window.panels.preview]
    watched = [weakref.ref(part) for part in parts]
    destroy(window)
    del window, parts
    gc.collect()
    assert [part() for part in watched] == [None] * len(watched)


def test_a_run_that_goes_on_is_stopped(qtbot: QtBot, tmp_path: Path, registry: Registry) -> None:
    window = MainWindow(Editor(registry=registry), Settings(tmp_path / "window.ini"))
    hold = window.editor.add_block("sample.hold", 0, 0)
    window.files.may_leave = lambda: True  # type: ignore[method-assign]
    window.editor.run()
    qtbot.waitUntil(lambda: hold in window.editor.runtime)
    qtbot.waitUntil(lambda: window.editor.can_hold)
    handle = window.editor._runs.handle
    assert handle is not None
    destroy(window)
    assert handle.wait(30) is not None
    qtbot.wait(50)
