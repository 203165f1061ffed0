"""Graphs are laid out by a command, and when they are opened without places."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from shtairir.document import Frame, Graph, PutFrame, dumps, load, save
from shtairir.ids import NodeId
from shtairir_assets.examples import list_examples
from shtairir_ui.preferences import REDUCED_MOTION
from shtairir_ui.settings import Settings
from shtairir_ui.window import MainWindow
from tests.ui import gestures

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _still(settings: Settings) -> None:
    settings.set_value(REDUCED_MOTION, True)


def _chain(count: int, **options: object) -> Graph:
    graph = Graph("chain")
    before = graph.add("math.number", **options)  # type: ignore[arg-type]
    for number in range(1, count):
        before = graph.add("math.negate", position=(17.0 * number, 31.0 * (number % 3)), x=before["out"])
    return graph


def _opened(window: MainWindow, graph: Graph, folder: Path) -> Graph:
    save(graph, folder / "made.shtairir")
    window.editor.open(folder / "made.shtairir")
    return window.editor.graph


def _covered(window: MainWindow) -> bool:
    outlines = [item.outline for item in window.canvas.board.nodes.values()]
    return any(one.intersects(other) for index, one in enumerate(outlines) for other in outlines[index + 1 :])


def test_a_graph_is_arranged_in_one_step_by_a_key(window: MainWindow, tmp_path: Path) -> None:
    graph = _opened(window, _chain(6), tmp_path)
    before = dumps(graph)
    assert _covered(window)
    QTest.keyClick(window.canvas.view, Qt.Key.Key_L, CTRL)
    assert not _covered(window)
    assert window.actions_["undo"].text() == "&Undo arrange 6 nodes"
    assert window.canvas.board.disagreements() == []
    assert window.canvas.view.visible_rect().contains(window.canvas.board.extent())
    window.editor.undo()
    assert dumps(graph) == before
    assert window.canvas.board.disagreements() == []


def test_a_graph_made_in_python_is_laid_out_when_it_is_opened_and_not_modified(
    window: MainWindow, tmp_path: Path
) -> None:
    graph = Graph("made")
    root = graph.add("array.sqrt", x=graph.add("math.number", value=9)["out"])
    graph.add("math.negate", x=root["out"])
    inner = graph.add_subgraph("inner")
    inner.add("math.negate", x=inner.add("math.number")["out"])
    shown = _opened(window, graph, tmp_path)
    assert not _covered(window)
    assert not window.editor.is_modified
    assert not shown.can_undo
    assert window.canvas.board.disagreements() == []
    assert len({node.position for node in shown.subgraphs["inner"].nodes.values()}) == 2
    written = (tmp_path / "made.shtairir").read_bytes()
    window.editor.save()
    assert (tmp_path / "made.shtairir").read_bytes() != written
    assert {node.position for node in load(tmp_path / "made.shtairir").nodes.values()} != {(0.0, 0.0)}


def test_a_graph_with_places_is_left_as_it_is(window: MainWindow, tmp_path: Path) -> None:
    graph = _opened(window, _chain(4), tmp_path)
    assert [node.position for node in graph.nodes.values()] == [(0, 0), (17, 31), (34, 62), (51, 0)]


def test_only_the_selection_is_arranged(window: MainWindow, tmp_path: Path) -> None:
    graph = _opened(window, _chain(6), tmp_path)
    chosen = list(graph.nodes)[:3]
    stays = {key: node.position for key, node in graph.nodes.items() if key not in chosen}
    window.editor.select(chosen)
    window.actions_["arrange_selection"].trigger()
    assert {key: graph.nodes[key].position for key in stays} == stays
    board = window.canvas.board
    assert not any(board.nodes[one].outline.intersects(board.nodes[other].outline) for one in chosen for other in stays)


def test_a_frame_stays_around_its_nodes(window: MainWindow, tmp_path: Path) -> None:
    made = _chain(5)
    made.add("math.number", id="alone", position=(2000, 2000))
    made.apply(PutFrame(Frame("f", "Alone", rect=(1950, 1950, 400, 300))))
    graph = _opened(window, made, tmp_path)
    window.actions_["arrange_all"].trigger()
    (frame,) = window.canvas.board.frames.values()
    inside = [node for node, item in window.canvas.board.nodes.items() if frame.rect.contains(item.outline)]
    assert inside == ["alone"]
    assert graph.undo_label == "arrange 6 nodes"


def test_nodes_are_aligned_and_spread_by_keys_of_the_canvas(window: MainWindow, tmp_path: Path) -> None:
    graph = _opened(window, _chain(4), tmp_path)
    view = window.canvas.view
    view.setFocus()
    window.editor.select_all()
    QTest.keyClick(view, Qt.Key.Key_A, SHIFT)
    assert {node.position[0] for node in graph.nodes.values()} == {0.0}
    assert graph.undo_label == "align 4 nodes at the left"
    QTest.keyClick(view, Qt.Key.Key_V, SHIFT)
    assert graph.undo_label == "distribute 4 nodes vertically"
    QTest.keyClick(view, Qt.Key.Key_Q)
    assert graph.undo_label == "straighten links"
    ends = [item.path() for item in window.canvas.board.links.values()]
    assert all(abs(path.pointAtPercent(0).y() - path.currentPosition().y()) <= 1 for path in ends)


def test_capital_letters_typed_in_a_field_move_no_nodes(window: MainWindow, tmp_path: Path) -> None:
    graph = _opened(window, _chain(4), tmp_path)
    window.editor.select_all()
    search = window.panels.palette_panel.search
    search.setFocus()
    QTest.keyClicks(search, "QA")
    assert search.text() == "QA"
    assert not graph.can_undo


def test_nodes_glide_unless_motion_is_reduced_and_a_press_ends_it(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window.settings.set_value(REDUCED_MOTION, False)
    graph = _opened(window, _chain(5), tmp_path)
    window.actions_["arrange_all"].trigger()
    board = window.canvas.board
    places = {key: node.position for key, node in graph.nodes.items()}
    assert {key: (item.x(), item.y()) for key, item in board.nodes.items()} != places
    gestures.click(window.canvas.view.viewport(), QPoint(5, 5))
    assert {key: (item.x(), item.y()) for key, item in board.nodes.items()} == places
    window.editor.undo()
    window.actions_["arrange_all"].trigger()
    qtbot.waitUntil(lambda: board.disagreements() == [])


def test_what_cannot_be_arranged_is_grey(window: MainWindow, tmp_path: Path) -> None:
    names = ("arrange_all", "arrange_selection", "align_left", "distribute_vertically", "straighten")
    assert [name for name in names if window.actions_[name].isEnabled()] == []
    graph = _opened(window, _chain(4), tmp_path)
    window.editor.select(list(graph.nodes)[:2])
    assert [name for name in names if not window.actions_[name].isEnabled()] == ["distribute_vertically"]


def test_a_large_graph_is_laid_out_in_the_background(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    graph = _opened(window, _chain(300), tmp_path)
    window.actions_["arrange_all"].trigger()
    assert not graph.can_undo
    qtbot.waitUntil(lambda: graph.undo_label == "arrange 300 nodes")
    assert not _covered(window)
    assert window.canvas.board.disagreements() == []


def test_what_changed_meanwhile_is_laid_out_as_it_is_now(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    graph = _opened(window, _chain(300), tmp_path)
    window.actions_["arrange_all"].trigger()
    window.editor.remove(list(graph.nodes)[-1:])
    qtbot.waitUntil(lambda: graph.undo_label == "arrange 299 nodes")
    assert not _covered(window)


def test_the_menu_of_several_nodes_puts_them_in_order(window: MainWindow, tmp_path: Path) -> None:
    graph = _opened(window, _chain(4), tmp_path)
    canvas = window.canvas
    window.editor.select(list(graph.nodes)[:1])
    hit = canvas.hand.hit(QPointF(canvas.node_position(NodeId("number"))))
    assert "Arrange" not in [action.text() for action in canvas.menu_for(hit).actions()]
    window.editor.select_all()
    entry = next(action for action in canvas.menu_for(hit).actions() if action.text() == "Arrange")
    menu = entry.menu()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.objectName() == "action_align_top").trigger()
    assert graph.undo_label == "align 4 nodes at the top"


@pytest.mark.parametrize("name", ["coins", "penguins"])
def test_no_link_of_an_arranged_example_is_hidden_behind_a_node(window: MainWindow, name: str) -> None:
    example = next(one for one in list_examples() if one.path.stem == name)
    window.editor.open(example.path)
    window.actions_["arrange_all"].trigger()
    board = window.canvas.board
    assert not _covered(window)
    hidden = [
        (str(link.link), node)
        for link in board.links.values()
        for node, item in board.nodes.items()
        if node not in (link.link.source.node, link.link.target.node)
        and any(item.outline.contains(link.path().pointAtPercent(share / 60)) for share in range(61))
    ]
    assert hidden == []
