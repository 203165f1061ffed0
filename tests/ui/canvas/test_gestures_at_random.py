"""Whatever people do with mouse and keys, the scene shows the document, and undo leads back to the first byte.

Short by itself. ``SHTAIRIR_GESTURES=2000`` makes it as long as one likes, ``SHTAIRIR_SEED=7`` begins elsewhere.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QTextEdit
from pytestqt.qtbot import QtBot

from shtairir.block.registry import Registry
from shtairir.document import Frame, Graph, Note, dumps, edits, loads
from shtairir.ids import PortRef
from shtairir_ui import theme
from shtairir_ui.canvas.search import BlockSearch
from shtairir_ui.editor import Editor
from shtairir_ui.preferences import REDUCED_MOTION
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow
from tests.ui import gestures
from tests.ui.canvas.conftest import BLOCKS

GESTURES = int(os.environ.get("SHTAIRIR_GESTURES", "100"))
FIRST_SEED = int(os.environ.get("SHTAIRIR_SEED", "0"))
SEEDS = range(FIRST_SEED, FIRST_SEED + (2 if GESTURES <= 500 else 1))
MOST_NODES = 28

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
KEYS = (
    *((key, NONE) for key in (Qt.Key.Key_B, Qt.Key.Key_M, Qt.Key.Key_H, Qt.Key.Key_F, Qt.Key.Key_S, Qt.Key.Key_X)),
    *((key, NONE) for key in (Qt.Key.Key_R, Qt.Key.Key_Q, Qt.Key.Key_Delete, Qt.Key.Key_Period, Qt.Key.Key_Escape)),
    *((key, NONE) for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)),
    *((key, SHIFT) for key in (Qt.Key.Key_A, Qt.Key.Key_S, Qt.Key.Key_E, Qt.Key.Key_H, Qt.Key.Key_V, Qt.Key.Key_Left)),
    *((key, CTRL) for key in (Qt.Key.Key_C, Qt.Key.Key_X, Qt.Key.Key_V, Qt.Key.Key_D, Qt.Key.Key_A, Qt.Key.Key_L)),
    *((key, CTRL) for key in (Qt.Key.Key_G, Qt.Key.Key_R)),
    *((key, CTRL | SHIFT) for key in (Qt.Key.Key_V, Qt.Key.Key_D, Qt.Key.Key_G)),
    *((key, CTRL | ALT) for key in (Qt.Key.Key_L, Qt.Key.Key_J, Qt.Key.Key_F)),
)
HARMLESS = frozenset(
    {
        *("Bypass", "Disable", "Collapse", "Duplicate", "Cut", "Copy", "Delete", "Paste here", "Paste in place"),
        *("Select all", "Show all", "Add a dot here", "Remove the dot", "Remove all dots", "Remove link"),
        *("Remove its link", "Hide this input", "Make subgraph", "Expand", "Freeze", "Unfreeze"),
        *("Show the result on the canvas", "Set a breakpoint", "Remove the breakpoint", "Watch the value"),
    }
)
"""Entries of context menus that a monkey may choose: the others run something, or ask."""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A whole window, with blocks that only have ports."""
    app = cast(QApplication, QApplication.instance())
    theme.apply(app, "dark")
    registry = Registry(packs={}, folders=())
    for function in BLOCKS:
        registry.add(function)
    settings = Settings(tmp_path / "window.ini")
    settings.set_value(REDUCED_MOTION, True)  # nothing is on its way while it is looked at
    window = MainWindow(Editor(registry=registry), settings)
    qtbot.addWidget(window, before_close_func=_forget_changes)
    window.resize(1500, 950)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.canvas.hand.cancel()
    theme.motion.reduce(False)


def _forget_changes(window: MainWindow) -> None:
    window.files.may_leave = lambda: True  # type: ignore[method-assign]


def _start() -> bytes:
    """A graph with something of everything, as a file has it."""
    graph = Graph("start")
    load = graph.add("image.load", position=(0, 0))
    blur = graph.add("image.blur", position=(260, 20), image=load["out"])
    graph.add("image.count", position=(520, 0), image=blur["out"])
    one = graph.add("math.number", id="one", position=(0, 260), value=2)
    two = graph.add("math.number", id="two", position=(0, 380), value=3)
    graph.add("math.add", position=(260, 300), a=one["out"], b=two["out"])
    graph.add("lost.thing", id="lost", position=(520, 300), values={"x": 1})
    graph.apply(edits.SetVia(PortRef.parse("count.image"), ((470, 120), (490, 90))))
    graph.apply(edits.PutFrame(Frame("f", "Pictures", None, (-40, -60, 760, 280))))
    graph.apply(edits.PutNote(Note("n", "# A note", (520, 420, 160, 90))))
    return dumps(graph)


class Monkey:
    """Does something at random on the canvas of a window, by real events."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window = window
        self.canvas = window.canvas
        self.view = window.canvas.view
        self.viewport = window.canvas.view.viewport()
        self.random = random.Random(seed)
        self.done: list[str] = []
        self._deeds: dict[Callable[[], object], int] = {
            self.link: 8,
            self.move: 8,
            self.shake: 1,
            self.box: 3,
            self.click: 6,
            self.add: 4,
            self.double_click: 5,
            self.drag_dot: 4,
            self.slice: 2,
            self.key: 18,
            self.menu: 5,
            self.undo: 8,
            self.redo: 5,
            self.look: 3,
            self.drag_area: 2,
            self.spoil: 2,
        }

    @property
    def graph(self) -> Graph:
        return self.window.editor.graph

    def step(self) -> None:
        """One gesture, from press to release, with what opens on the way."""
        if len(self.graph.nodes) > MOST_NODES:
            self.press(Qt.Key.Key_A, CTRL)
            self.press(Qt.Key.Key_Delete)
        if len(self.done) % 25 == 0:
            self.press(Qt.Key.Key_Home)
        (deed,) = self.random.choices(list(self._deeds), list(self._deeds.values()))
        detail = deed()
        self.done.append(f"{getattr(deed, '__name__', deed)} {detail if detail is not None else ''}".strip())
        self._close_what_opened()
        gestures.settle(1)

    # -- places --------------------------------------------------------------------------------

    def place(self) -> QPoint:
        area = self.viewport.rect()
        return QPoint(self.random.randrange(area.width()), self.random.randrange(area.height()))

    def port(self) -> QPoint:
        ports = [(item, placed) for item in self.canvas.board.nodes.values() for placed in item.layout.ports]
        if not ports or self.random.random() < 0.1:
            return self.place()
        item, placed = self.random.choice(ports)
        return self._seen(item.pos() + placed.center)

    def title(self) -> QPoint:
        nodes = list(self.graph.nodes)
        return self.canvas.node_position(self.random.choice(nodes)) if nodes else self.place()

    def on_link(self) -> QPoint:
        links = list(self.canvas.board.links.values())
        if not links:
            return self.place()
        return self._seen(self.random.choice(links).path().pointAtPercent(self.random.uniform(0.2, 0.8)))

    def dot(self) -> QPoint:
        dots = [dot for items in self.canvas.board.dots.items.values() for dot in items]
        return self._seen(self.random.choice(dots).pos()) if dots else self.on_link()

    def area(self) -> QPoint:
        areas = list(self.canvas.board.areas)
        if not areas:
            return self.place()
        rect = self.random.choice(areas).rect
        corner = self.random.choice([rect.topLeft() + QPointF(30, 12), rect.bottomRight(), rect.topRight()])
        return self._seen(corner)

    def somewhere(self) -> QPoint:
        return self.random.choice([self.port, self.title, self.on_link, self.dot, self.place, self.area])()

    def _seen(self, place: QPointF) -> QPoint:
        return self.view.to_viewport(place)

    def _by(self, most: int = 90) -> QPoint:
        return QPoint(self.random.randrange(-most, most), self.random.randrange(-most, most))

    # -- deeds ---------------------------------------------------------------------------------

    def link(self) -> None:
        start = self.port()
        self._drag(start, self.random.choice([self.port, self.port, self.port, self.title, self.place])())

    def move(self) -> str:
        start, modifiers = self.title(), self.random.choice([NONE, NONE, NONE, ALT, CTRL, SHIFT])
        end = self.on_link() if self.random.random() < 0.3 else start + self._by()
        self._drag(start, end, modifiers)
        return str(modifiers)

    def shake(self) -> None:
        start = self.title()
        gestures.move(self.viewport, start)
        gestures.press(self.viewport, start)
        for swing in range(6):
            for step in range(0, 45, 15):
                offset = step if swing % 2 == 0 else 30 - step
                gestures.move(self.viewport, start + QPoint(offset, 0), gestures.LEFT)
        gestures.release(self.viewport, start)

    def box(self) -> None:
        self._drag(self.place(), self.place(), self.random.choice([NONE, SHIFT, CTRL]))

    def click(self) -> None:
        modifiers = self.random.choice([NONE, SHIFT, CTRL])
        gestures.click(self.viewport, self.somewhere(), modifiers=modifiers)

    def add(self) -> str:
        block = self.random.choice(self.window.editor.registry.all()).id
        at = self.on_link() if self.random.random() < 0.4 else self.place()
        gestures.drop(self.viewport, at, gestures.block_mime(block))
        return str(block)

    def double_click(self) -> None:
        gestures.double_click(self.viewport, self.somewhere())
        field = QApplication.focusWidget()
        if isinstance(field, QLineEdit | QTextEdit | QPlainTextEdit) and self.canvas.isAncestorOf(field):
            QTest.keyClicks(field, self.random.choice(["ab", "n 2", ""]))
            QTest.keyClick(field, self.random.choice([Qt.Key.Key_Return, Qt.Key.Key_Escape]))

    def drag_dot(self) -> None:
        start = self.dot()
        self._drag(start, start + self._by(), self.random.choice([NONE, NONE, ALT]))

    def drag_area(self) -> None:
        start = self.area()
        self._drag(start, start + self._by())

    def slice(self) -> None:
        self._drag(self.place(), self.place(), ALT | SHIFT)

    def key(self) -> str:
        if self.random.random() < 0.5 and self.graph.nodes:
            nodes = list(self.graph.nodes)
            self.window.editor.select(self.random.sample(nodes, min(len(nodes), self.random.randint(1, 3))))
        gestures.move(self.viewport, self.somewhere())
        key, modifiers = self.random.choice(KEYS)
        self.press(key, modifiers)
        return f"{key.name} {modifiers}"

    def menu(self) -> str:
        gestures.context_menu(self.viewport, self.somewhere())
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            return "no menu"
        entries = [one for one in menu.actions() if one.text() in HARMLESS and one.isEnabled()]
        if not entries:
            menu.close()
            return "nothing to choose"
        entry = self.random.choice(entries)
        text = entry.text()
        gestures.click(menu, menu.actionGeometry(entry).center())
        return text

    def undo(self) -> None:
        for _ in range(self.random.choice([1, 1, 1, 2, 5])):
            self.press(Qt.Key.Key_Z, CTRL)

    def redo(self) -> None:
        for _ in range(self.random.choice([1, 1, 3, 6])):
            self.press(Qt.Key.Key_Z, CTRL | SHIFT)

    def look(self) -> None:
        if self.random.random() < 0.7:
            gestures.wheel(
                self.viewport, self.place(), self.random.choice([-2, -1, 1, 2]), self.random.choice([NONE, SHIFT])
            )
        else:
            self._drag(self.place(), self.place(), button=gestures.MIDDLE)

    def spoil(self) -> None:
        """Begin something and not end it as usual: Escape, the other button, the mouse let go elsewhere."""
        start = self.somewhere()
        end = start + self._by()
        gestures.begin_drag(self.viewport, start, end, steps=3)
        match self.random.randrange(3):
            case 0:
                self.press(Qt.Key.Key_Escape)
            case 1:
                gestures.press(self.viewport, end, gestures.RIGHT)
                gestures.release(self.viewport, end, gestures.RIGHT)
            case _:
                self.press(Qt.Key.Key_Z, CTRL)
        gestures.release(self.viewport, end)

    # -- inside --------------------------------------------------------------------------------

    def _drag(
        self,
        start: QPoint,
        end: QPoint,
        modifiers: Qt.KeyboardModifier = NONE,
        button: Qt.MouseButton = gestures.LEFT,
    ) -> None:
        gestures.drag(self.viewport, start, end, button, modifiers, steps=3)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key on the canvas."""
        QTest.keyClick(self.view, key, modifiers)
        gestures.settle(1)

    def _close_what_opened(self) -> None:
        for _ in range(3):
            popup = QApplication.activePopupWidget()
            if popup is None:
                break
            if isinstance(popup, BlockSearch) and self.random.random() < 0.7:
                popup.field.setText(self.random.choice(["", "b", "nmb", "add", "image"]))
                gestures.key(popup, self.random.choice([Qt.Key.Key_Return, Qt.Key.Key_Down]))
            if QApplication.activePopupWidget() is popup:
                gestures.key(popup, Qt.Key.Key_Escape)
        assert QApplication.activePopupWidget() is None
        modal = QApplication.activeModalWidget()
        assert modal is None, modal
        for other in QApplication.topLevelWidgets():  # a result that was looked at closer
            if other.isVisible() and other is not self.window and other.isWindow():
                other.close()
        self.attend()

    def attend(self) -> None:
        """Have the keyboard on the canvas, as after a click there."""
        if QApplication.activeWindow() is not self.window:
            self.window.activateWindow()
            gestures.settle()
        self.view.setFocus()


@pytest.mark.timeout(120 + GESTURES)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_gestures_never_part_scene_and_document_and_undo_leads_back(window: MainWindow, seed: int) -> None:
    original = _start()
    window.editor.show_graph(loads(original))
    monkey, board, graph = Monkey(window, seed), window.canvas.board, window.editor.root
    for number in range(GESTURES):
        monkey.step()
        found = board.disagreements()
        assert found == [], f"seed {seed}, gesture {number}: {found[:3]} after {monkey.done[-4:]}"
    assert graph.revision > GESTURES / 4, monkey.done
    end, seen = dumps(graph), []
    monkey.attend()
    while graph.can_undo:
        label, steps = graph.undo_label, len(graph.history)
        monkey.press(Qt.Key.Key_Z, CTRL)
        assert len(graph.history) == steps - 1, f"seed {seed}: {label!r} was not undone"
        assert board.disagreements() == [], f"seed {seed}: after undoing {label!r}"
    assert dumps(graph) == original, f"seed {seed}"
    while graph.can_redo:
        label, steps = graph.redo_label, len(graph.history)
        monkey.press(Qt.Key.Key_Z, CTRL | SHIFT)
        assert len(graph.history) == steps + 1, f"seed {seed}: {label!r} was not done again"
        seen.append(dumps(graph))
        assert board.disagreements() == [], f"seed {seed}: after redoing {label!r}"
    # Steps that were undone when the gestures ended can be done again too, so the end is reached, or passed.
    assert end in [original, *seen]
