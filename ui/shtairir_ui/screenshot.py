"""A picture of the window, taken without a screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from shtairir_ui.canvas.picture import canvas_image
from shtairir_ui.preview.headline import headline
from shtairir_ui.window import MainWindow

CANVAS_SIZE = (1440, 900)
SETTLE_MS = 400
"""Thumbnails and previews are made on workers; they arrive within this time after a run."""
LIMIT_MS = 600_000


def take_screenshot(window: MainWindow, file: Path, *, size: tuple[int, int] | None, run: bool) -> bool:
    """Show the window at `size`, run the graph if asked, and write the picture; False when it cannot.

    Without a size the picture is of the whole graph alone.
    """
    window.resize(*(size or CANVAS_SIZE))
    window.show()
    wait(SETTLE_MS)
    if run:
        _run_to_the_end(window)
        if size is not None:
            _select_the_headline(window)
        wait(SETTLE_MS)
    window.canvas.fit()
    wait(SETTLE_MS)
    if size is not None:
        return bool(window.grab().save(str(file)))
    # Qt scales what is on a screen by itself, a picture of the scene it does not.
    picture = canvas_image(window.canvas, window.canvas.board.extent(), window.devicePixelRatioF())
    return bool(picture.save(str(file)))


def wait(milliseconds: int, until: Callable[[QEventLoop], None] | None = None) -> None:
    """Let the window live for a time, or until the loop given to `until` is quit."""
    loop = QEventLoop()
    timer = QTimer(singleShot=True, interval=milliseconds)
    timer.timeout.connect(loop.quit)
    timer.start()
    if until is not None:
        until(loop)
    loop.exec()


def _run_to_the_end(window: MainWindow) -> None:
    def begin(loop: QEventLoop) -> None:
        window.editor.run_finished.connect(lambda _result: loop.quit())
        window.editor.run_refused.connect(lambda _error: loop.quit())
        QTimer.singleShot(0, window.editor.run)

    wait(LIMIT_MS, begin)


def _select_the_headline(window: MainWindow) -> None:
    node = headline(window.editor)
    if node is not None:
        window.editor.select((node,))
