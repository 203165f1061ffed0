"""What goes on for hours: nothing is left behind, nothing ends on the wrong thread, nothing holds the window up.

``SHTAIRIR_CYCLES=200`` repeats everything as often as somebody does in a day; a few times is enough to see a leak.
"""

from __future__ import annotations

import gc
import os
import random
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir.document import Graph, save
from shtairir.events import NodeStarted
from shtairir_ui.bridge import Background
from shtairir_ui.editor import Editor
from shtairir_ui.garbage import MANY, Garbage
from shtairir_ui.settings import Settings
from shtairir_ui.shell import Desk
from shtairir_ui.window import MainWindow
from tests.ui.window.conftest import GATE, forget_changes

CYCLES: Final = int(os.environ.get("SHTAIRIR_CYCLES", "3"))
WARM: Final = 2
"""What is made once, such as icons and what was learned of blocks, is there after so many."""
OURS: Final = ("shtairir_ui.", "PySide6.QtWidgets.")
PASSING: Final = ("shtairir", "run-", "run ")
"""Threads of a run and of the engine end or rest by themselves."""

pytestmark = pytest.mark.timeout(120 + 10 * CYCLES)


@pytest.fixture
def desk(qapp: QApplication, registry: Registry, settings: Settings) -> Iterator[Desk]:
    """A desk with one shell that is shown."""
    desk = Desk(lambda: MainWindow(Editor(registry=registry), settings))
    desk.open_shell(desk.make()).show()
    settle()
    yield desk
    GATE.set()
    for shell in list(desk.shells):
        leave(desk, len(desk.shells) - 1)
        assert shell not in desk.shells or shell.close()
    settle()


def settle() -> None:
    """Have Qt do what is due, and delete what is to be deleted."""
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def leave(desk: Desk, number: int) -> None:
    """Close a window of the desktop without questions."""
    shell = desk.shells[number]
    for window in shell.windows:
        forget_changes(window)
    assert shell.close()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Graphs that are alike, so that one takes the place of another."""
    paths = []
    for name in ("one", "two"):
        graph = Graph(name)
        graph.add("math.number", id="a")
        graph.add("sample.picture", id="b")
        graph.add("sample.hold", id="c")
        graph.link("a.out", "c.x")
        paths.append(save(graph, tmp_path / f"{name}.shtairir"))
    return paths


def census() -> Counter[str]:
    """Everything of ours and of Qt that Python knows, the widgets that Qt knows, and the threads."""
    settle()
    gc.collect()
    found: Counter[str] = Counter()
    for thing in gc.get_objects():
        kind = type(thing)
        name = f"{kind.__module__}.{kind.__qualname__}"
        # Settings of the whole program, such as icons, come as they are needed.
        if name.startswith(OURS) or (name == "builtins.function" and str(thing.__module__).startswith(OURS)):
            found[name if name != "builtins.function" else f"{thing.__module__}.{thing.__qualname__}"] += 1
    found["widgets"] = len(QApplication.allWidgets())
    found["threads"] = sum(not thread.name.startswith(PASSING) for thread in threading.enumerate())
    return found


def left_behind(cycle: Callable[[int], None], rounds: int = CYCLES) -> dict[str, int]:
    """What there is more of after many rounds than before; once in a while is no leak."""
    for number in range(WARM):
        cycle(number)
    before = census()
    for number in range(rounds):
        cycle(WARM + number)
    return {name: more for name, more in (census() - before).items() if more >= rounds}


def test_files_that_are_opened_one_after_the_other_leave_nothing(desk: Desk, files: list[Path]) -> None:
    window = desk.shells[0].current

    def cycle(number: int) -> None:
        window.editor.open(files[number % 2])
        window.editor.select_all()
        window.editor.select(("b",))
        settle()

    assert left_behind(cycle, 2 * CYCLES) == {}


def test_tabs_that_are_opened_and_closed_leave_nothing(desk: Desk, files: list[Path]) -> None:
    shell = desk.shells[0]

    def cycle(number: int) -> None:
        window = desk.make()
        shell.add(window)
        window.editor.open(files[number % 2])
        window.editor.select_all()
        settle()
        assert shell.close_graph(window)
        settle()

    assert left_behind(cycle) == {}


def test_windows_that_are_opened_and_closed_leave_nothing(desk: Desk, files: list[Path]) -> None:
    def cycle(number: int) -> None:
        desk.shells[0].new_window()
        desk.shells[1].current.editor.open(files[number % 2])
        settle()
        leave(desk, 1)
        settle()

    assert left_behind(cycle) == {}


def test_tabs_that_are_closed_in_the_middle_of_a_run_leave_nothing(desk: Desk, files: list[Path], qtbot: QtBot) -> None:
    shell = desk.shells[0]

    def wait_for(editor: Editor) -> None:
        qtbot.waitUntil(lambda: "c" in editor.runtime)

    def cycle(number: int) -> None:
        window = desk.make()
        shell.add(window)
        window.editor.open(files[number % 2])
        window.editor.run()
        if number % 2:
            wait_for(window.editor)
        forget_changes(window)
        assert shell.close_graph(window)
        del window
        settle()
        qtbot.waitUntil(lambda: not any(thread.name.startswith("run-") for thread in threading.enumerate()))

    assert left_behind(cycle) == {}


def test_a_run_stops_with_its_tab_also_when_the_window_had_not_heard_yet_that_it_began(
    desk: Desk, files: list[Path], qtbot: QtBot
) -> None:
    shell = desk.shells[0]
    window = desk.make()
    shell.add(window)
    window.editor.open(files[0])
    forget_changes(window)
    window.editor.run()
    unheard = window.editor._runs._bridge._queue
    deadline_s = time.monotonic() + 60
    while not any(isinstance(item, NodeStarted) for _, item, _ in list(unheard)):
        assert time.monotonic() < deadline_s
        time.sleep(0.005)
    assert shell.close_graph(window)
    qtbot.waitUntil(lambda: not any(thread.name.startswith("run-") for thread in threading.enumerate()))


def test_opening_closing_editing_and_running_in_any_order_never_breaks(
    desk: Desk, files: list[Path], qtbot: QtBot
) -> None:
    chance = random.Random(7)
    acts = ["open", "tab", "window", "close", "close", "leave", "run", "fresh", "stop", "live"]
    acts += ["undo", "edit", "delete", "select"]
    for _ in range(15 * CYCLES):
        shell = chance.choice(desk.shells)
        window = chance.choice(shell.windows)
        forget_changes(window)
        match chance.choice(acts):
            case "open":
                window.editor.open(chance.choice(files))
            case "tab" if len(shell.windows) < 3:
                shell.another()
                shell.current.editor.open(chance.choice(files))
            case "window" if len(desk.shells) < 2:
                shell.new_window()
                desk.shells[1].current.editor.open(chance.choice(files))
            case "close":
                shell.close_graph(window)
            case "leave" if len(desk.shells) > 1:
                leave(desk, 1)
            case "run":
                window.editor.run()
            case "fresh":
                window.editor.run_fresh()
            case "stop":
                window.editor.stop()
            case "undo":
                window.editor.undo()
            case "edit":
                window.editor.add_block("math.number", chance.random() * 500, 0)
            case "delete":
                window.editor.select(tuple(window.editor.graph.nodes)[:1])
                window.canvas.delete()
            case "select":
                window.editor.select(tuple(window.editor.graph.nodes)[:2])
            case "live":
                window.actions_["live"].trigger()
        del shell, window
        qtbot.wait(chance.choice((0, 0, 5, 20)))


class Ring:
    """Garbage that only a search finds, and that tells on which thread it was found."""

    def __init__(self, ends: list[object]) -> None:
        self.self = self
        self.ends = ends

    def __del__(self) -> None:
        self.ends.append(QThread.isMainThread())


def test_python_looks_for_garbage_on_the_thread_of_qt_only(qtbot: QtBot) -> None:
    ends: list[object] = []
    enabled = gc.isenabled()
    gc.enable()
    garbage = Garbage()
    try:
        Ring(ends)
        kept: list[object] = []
        worker = threading.Thread(target=lambda: kept.extend([number] for number in range(20 * MANY)))
        worker.start()
        worker.join()
        assert ends == [], "a worker made much, and Python would have looked there"
        qtbot.waitUntil(lambda: bool(ends))
        assert ends == [True]
    finally:
        garbage.end()
        assert gc.isenabled()
        if not enabled:
            gc.disable()


class Witness:
    """Something of the window: it tells on which thread it ends."""

    def __init__(self, ends: list[object]) -> None:
        self.ends = ends

    def __del__(self) -> None:
        self.ends.append(QThread.isMainThread())

    def look(self, held: threading.Event) -> None:
        """Be at work."""
        held.wait(30)

    def show(self, _found: object) -> None:
        """Be told."""


@pytest.mark.parametrize("closed", [True, False])
def test_what_a_job_holds_ends_on_the_thread_of_qt(qtbot: QtBot, closed: bool) -> None:
    ends: list[object] = []
    background, held, witness = Background(), threading.Event(), Witness(ends)

    def submit(witness: Witness) -> None:
        background.submit(lambda: witness.look(held), witness.show)

    submit(witness)
    gone = weakref.ref(witness)
    del witness
    if closed:
        background.close()
    held.set()
    qtbot.waitUntil(lambda: gone() is None)
    assert ends == [True]
    background.close()
