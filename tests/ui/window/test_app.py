"""Starting the program: a picture without a screen, Ctrl-C, errors inside the window."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from shtairir.document import Graph, save
from shtairir_assets.examples import list_examples
from shtairir_ui.app import Reporter
from shtairir_ui.window import MainWindow
from tests.ui.conftest import ErrorLog


def start(tmp_path: Path, *code: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "XDG_CONFIG_HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
    }
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(code)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_picture_is_taken_without_a_screen_after_the_run(tmp_path: Path) -> None:
    picture = tmp_path / "coins.png"
    process = start(
        tmp_path,
        "from pathlib import Path",
        "from shtairir_ui.app import main",
        f"status = main(Path({str(list_examples()[0].path)!r}), screenshot=Path({str(picture)!r}),",
        "              size=(900, 600), scale=2.0, theme='light', run=True)",
        "raise SystemExit(status)",
    )
    _, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1800, 1200)
    assert image.pixelColor(4, 4).lightness() > 200, "the light theme was asked for"
    assert not (tmp_path / "shtairir").exists(), "a picture remembers nothing"
    assert not list(tmp_path.glob("shtairir-*")), "and leaves nothing behind"


def test_the_canvas_alone_is_as_large_as_the_graph_takes(tmp_path: Path) -> None:
    graph = Graph()
    graph.add("math.number", position=(0, 0))
    graph.add("math.number", position=(1000, 0))
    file, pictures = save(graph, tmp_path / "wide.shtairir"), [tmp_path / "one.png", tmp_path / "two.png"]
    for scale, picture in zip((1.0, 2.0), pictures, strict=True):
        process = start(
            tmp_path,
            "from pathlib import Path",
            "from shtairir_ui.app import main",
            f"status = main(Path({str(file)!r}), screenshot=Path({str(picture)!r}), scale={scale}, canvas=True)",
            "raise SystemExit(status)",
        )
        _, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
    one, two = (QImage(str(picture)) for picture in pictures)
    assert 1150 < one.width() < 1400
    assert 60 < one.height() < 400
    assert abs(two.width() - 2 * one.width()) <= 2


def test_without_a_file_the_picture_shows_the_welcome_page(tmp_path: Path) -> None:
    picture = tmp_path / "welcome.png"
    process = start(
        tmp_path,
        "from pathlib import Path",
        "from shtairir_ui.app import main",
        f"raise SystemExit(main(screenshot=Path({str(picture)!r}), size=(1200, 800), theme='dark'))",
    )
    _, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    image = QImage(str(picture))
    assert image.pixelColor(600, 300).lightness() > 60, "a card lies where the canvas would be dark"


def test_a_file_that_cannot_be_opened_ends_a_picture_with_a_sentence(tmp_path: Path) -> None:
    process = start(
        tmp_path,
        "from pathlib import Path",
        "from shtairir_ui.app import main",
        f"raise SystemExit(main(Path('none.shtairir'), screenshot=Path({str(tmp_path / 'x.png')!r})))",
    )
    _, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert "“none.shtairir” in" in err
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_in_the_terminal_ends_the_window(tmp_path: Path) -> None:
    file = tmp_path / "one.shtairir"
    graph = Graph()
    graph.add("math.number")
    save(graph, file)
    process = start(
        tmp_path,
        "from pathlib import Path",
        "from PySide6.QtCore import QTimer",
        "from shtairir_ui import app",
        "before = app._live",
        "def live(*args, **kwargs):",
        "    QTimer.singleShot(300, lambda: print('shown', flush=True))",
        "    return before(*args, **kwargs)",
        "app._live = live",
        f"raise SystemExit(app.main(Path({str(file)!r})))",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "shown\n"
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert process.returncode == 0, err
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_a_second_ctrl_c_ends_it_without_asking(tmp_path: Path) -> None:
    process = start(
        tmp_path,
        "from PySide6.QtCore import QTimer",
        "from PySide6.QtWidgets import QApplication",
        "from shtairir_ui import app",
        "def change():",
        "    windows = [w for w in QApplication.allWidgets() if w.objectName() == 'mainWindow']",
        "    windows[0].add_block('math.number')",
        "    print('changed', flush=True)",
        "def asked():",
        "    if QApplication.activeModalWidget() is not None:",
        "        print('asked', flush=True)",
        "        timer.stop()",
        "before = app._live",
        "def live(*args, **kwargs):",
        "    global timer",
        "    QTimer.singleShot(300, change)",
        "    timer = QTimer(interval=50)",
        "    timer.timeout.connect(asked)",
        "    timer.start()",
        "    return before(*args, **kwargs)",
        "app._live = live",
        "raise SystemExit(app.main())",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "changed\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "asked\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err


def test_an_error_inside_the_window_is_said_and_work_goes_on(
    window: MainWindow, qtbot: QtBot, error_log: ErrorLog
) -> None:
    reporter = Reporter(window)
    try:
        raise RuntimeError("a slip")
    except RuntimeError as error:
        reporter(type(error), error, error.__traceback__)
    assert window.notice.isVisible()
    assert "RuntimeError: a slip" in window.notice.text
    error_log.expect("unexpected error")
