"""Start the window."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from shtairir_ui.settings import Settings
    from shtairir_ui.window import MainWindow

log = logging.getLogger(__name__)

PREPARE_MS = 400
SCREEN_PART = 0.94
"""How much of a small screen the window takes when it is first opened; its frame needs some too."""
INTERRUPTED = 130


def main(
    path: Path | None = None,
    *,
    screenshot: Path | None = None,
    size: tuple[int, int] = (1440, 900),
    scale: float = 1.0,
    theme: Literal["dark", "light"] | None = None,
    run: bool = False,
    canvas: bool = False,
) -> int:
    """Open the window, or write a picture of it; returns the exit status.

    Parameters
    ----------
    path
        The graph to open; an empty one when left out.
    screenshot
        Write a PNG here, without a screen, and end.
    size, scale
        The size of the window in device independent pixels, and how many real pixels one of them has.
    theme
        The theme for this session; the remembered one when left out.
    run
        Run the graph at once; a screenshot waits for the end of the run.
    canvas
        Only the graph is in the screenshot, all of it, whatever size that takes.
    """
    _prepare_environment(offscreen=screenshot is not None, scale=scale)
    import PySide6.QtCore  # noqa: F401 - before the thread below: while it sets itself up nobody else may import

    _read_packs_meanwhile()
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Shtairir")
    hook_before = sys.excepthook
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(setattr, sys, "excepthook", hook_before)
        window = _make_window(theme, _passing_settings(at_the_end) if screenshot is not None else None)
        sys.excepthook = Reporter(window)
        if path is not None and not window.files.show_file(path, remember=screenshot is None) and screenshot:
            print(window.notice.text, file=sys.stderr)  # noqa: T201 - there is no window to say it in
            return 1
        if path is None:
            window.welcome_wanted.emit()
        if screenshot is not None:
            return _picture(window, screenshot, None if canvas else size, run=run)
        return _live(window, size, run=run)


def _prepare_environment(*, offscreen: bool, scale: float) -> None:
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if scale != 1.0:
        os.environ["QT_SCALE_FACTOR"] = f"{scale:g}"


def _read_packs_meanwhile() -> None:
    """Read the packs of others while Qt is imported: one that hangs costs its time only once."""
    from shtairir.block.registry import default_registry

    threading.Thread(target=default_registry().read_others, name="read packs", daemon=True).start()


def _passing_settings(at_the_end: contextlib.ExitStack) -> Settings:
    """A picture shows the window as it first opens, not as this person last left it, nor what was cut off then."""
    from shtairir.keeping import VARIABLE
    from shtairir_ui.settings import Settings

    folder = at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="shtairir-"))
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(Path(folder) / "state")
    at_the_end.callback(lambda: os.environ.pop(VARIABLE) if before is None else os.environ.update({VARIABLE: before}))
    return Settings(Path(folder) / "window.ini")


def _make_window(theme: Literal["dark", "light"] | None, settings: Settings | None) -> MainWindow:
    """Dress the application first: widgets take their sizes from the theme."""
    from shtairir_ui.settings import Settings
    from shtairir_ui.themechoice import show_theme
    from shtairir_ui.window import MainWindow

    settings = settings or Settings()
    show_theme(settings, theme)
    return MainWindow(settings=settings)


def _picture(window: MainWindow, file: Path, size: tuple[int, int] | None, *, run: bool) -> int:
    from shtairir_ui.screenshot import take_screenshot

    taken = take_screenshot(window, file, size=size, run=run)
    window.editor.close()
    window.deleteLater()
    if not taken:
        print(f"The picture could not be written to {file}. Check the folder.", file=sys.stderr)  # noqa: T201
    return 0 if taken else 1


def _live(window: MainWindow, size: tuple[int, int], *, run: bool) -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from shtairir_ui.garbage import Garbage
    from shtairir_ui.interrupt import InterruptListener
    from shtairir_ui.shell import Desk
    from shtairir_ui.window import MainWindow

    garbage = Garbage()
    desk = Desk(lambda: MainWindow(settings=window.settings))
    shell = desk.open_shell(window)
    sys.excepthook = Reporter(desk)
    if not shell.restore():
        room = shell.screen().availableSize()
        shell.resize(min(size[0], int(room.width() * SCREEN_PART)), min(size[1], int(room.height() * SCREEN_PART)))
    interrupts = itertools.count(1)

    def interrupted() -> None:
        """The first Ctrl-C closes the window, which may ask about unsaved changes; the second does not ask."""
        if next(interrupts) == 1:
            QApplication.quit()
        else:
            QApplication.exit(INTERRUPTED)

    interrupt = InterruptListener(interrupted)
    shell.show()
    QTimer.singleShot(0, window.canvas.fit)
    QTimer.singleShot(PREPARE_MS, window.editor.prepare)
    if run:
        QTimer.singleShot(0, window.editor.run)
    try:
        return int(QApplication.exec())
    finally:
        desk.end()
        interrupt.close()
        garbage.end()


class Reports(Protocol):
    """Who can say an error to a person."""

    def report_error(self, error: BaseException) -> None:
        """Say that something broke inside the program."""
        ...


class Reporter:
    """An except hook that says the error in the window instead of ending it."""

    def __init__(self, window: Reports) -> None:
        self._window = window

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            from PySide6.QtWidgets import QApplication

            QApplication.quit()
            return
        self._window.report_error(error.with_traceback(trace))
