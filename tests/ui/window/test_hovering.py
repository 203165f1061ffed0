"""What the mouse tells when it rests on links, ports and nodes that failed."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.canvas.errorcard import ErrorCard
from shtairir_ui.canvas.hovercard import HoverCard
from shtairir_ui.window import MainWindow
from tests.ui import gestures


def _row(window: MainWindow, *blocks: str) -> list[NodeId]:
    ids = [NodeId(str(window.editor.add_block(block, 320.0 * place, 0.0))) for place, block in enumerate(blocks)]
    for before, after in pairwise(ids):
        assert window.editor.link(PortRef(before, PortName("out")), PortRef(after, PortName("x"))) is None
    window.editor.select(())
    window.canvas.fit()
    gestures.settle()
    return ids


def _run(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)


def _hover(window: MainWindow, at: QPoint) -> None:
    gestures.move(window.canvas.view.viewport(), at)


def _card(window: MainWindow) -> HoverCard:
    return window.canvas.view.findChild(HoverCard)


def _error(window: MainWindow) -> ErrorCard:
    return window.canvas.view.findChild(ErrorCard)


def _middle(window: MainWindow, source: NodeId, target: NodeId) -> QPoint:
    ends = (
        window.canvas.port_position(PortRef(source, PortName("out")), "out"),
        window.canvas.port_position(PortRef(target, PortName("x")), "in"),
    )
    return (ends[0] + ends[1]) / 2


def test_port_tells_its_value_after_a_moment(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.slow", "sample.slow")
    _run(window, qtbot)
    _hover(window, window.canvas.port_position(PortRef(nodes[1], PortName("out")), "out"))
    assert not _card(window).isVisible()
    qtbot.waitUntil(lambda: _card(window).isVisible() and "4" in _card(window).text)
    _hover(window, QPoint(4, 4))
    assert not _card(window).isVisible()


def test_input_and_link_tell_what_comes_along(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.slow", "sample.slow")
    _run(window, qtbot)
    places = (
        window.canvas.port_position(PortRef(nodes[1], PortName("x")), "in"),
        _middle(window, nodes[0], nodes[1]),
    )
    for at in places:
        _hover(window, at)
        qtbot.waitUntil(lambda: _card(window).isVisible() and "2" in _card(window).text)
        _hover(window, QPoint(4, 4))


def test_link_without_a_value_says_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.slow", "sample.slow")
    _hover(window, _middle(window, nodes[0], nodes[1]))
    qtbot.waitUntil(lambda: "No value yet: run the graph." in _card(window).text)


def test_value_that_no_longer_holds_is_said_to_be_old(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.slow", "sample.slow")
    _run(window, qtbot)
    window.editor.set_value(nodes[0], "factor", 7.0)
    qtbot.waitUntil(lambda: window.editor.runtime[nodes[0]].stale)
    _hover(window, window.canvas.port_position(PortRef(nodes[0], PortName("out")), "out"))
    qtbot.waitUntil(lambda: "Out of date" in _card(window).text)


def test_picture_on_a_link_is_seen(window: MainWindow, qtbot: QtBot) -> None:
    (node,) = _row(window, "sample.picture")
    _run(window, qtbot)
    _hover(window, window.canvas.port_position(PortRef(node, PortName("out")), "out"))
    qtbot.waitUntil(lambda: _card(window).has_picture)
    assert "24" in _card(window).text
    assert "32" in _card(window).text


def test_node_that_failed_has_a_card_when_it_is_selected(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.slow", "sample.broken", "sample.slow")
    _run(window, qtbot)
    gestures.click(window.canvas.view.viewport(), window.canvas.node_position(nodes[1]))
    assert _error(window).isVisible()
    words = _error(window).findChild(QLabel, "errorText")
    assert words.height() >= words.heightForWidth(words.width()), "its last line is cut"
    text = _error(window).text
    for said in ("division by zero", "return x / 0", "x ="):
        assert said in text
    QTest.mouseClick(_error(window).findChild(QPushButton, "errorCopy"), Qt.MouseButton.LeftButton)
    assert "Traceback" in QGuiApplication.clipboard().text()
    gestures.click(window.canvas.view.viewport(), QPoint(4, 4))
    qtbot.waitUntil(lambda: not _error(window).isVisible())


def test_card_comes_under_the_mouse_too_and_can_be_reached(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.broken")
    _run(window, qtbot)
    _hover(window, window.canvas.node_position(nodes[0]))
    qtbot.waitUntil(_error(window).isVisible)
    _hover(window, QPoint(4, 4))
    qtbot.waitUntil(lambda: not _error(window).isVisible())


def test_node_is_run_again_from_its_card(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.broken")
    _run(window, qtbot)
    window.editor.select(nodes)
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.mouseClick(_error(window).again, Qt.MouseButton.LeftButton)
    assert window.editor.runtime[nodes[0]].status is NodeStatus.FAILED


def test_card_that_was_put_away_stays_away_until_the_next_run(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.broken")
    _run(window, qtbot)
    window.editor.select(nodes)
    _error(window).closed.emit()
    assert not _error(window).isVisible()
    _run(window, qtbot)
    qtbot.waitUntil(_error(window).isVisible)


def test_change_of_the_inputs_takes_the_card_away(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window, "sample.broken")
    _run(window, qtbot)
    window.editor.select(nodes)
    window.editor.set_value(nodes[0], "x", 3.0)
    qtbot.waitUntil(lambda: not _error(window).isVisible())


def test_errors_are_gone_through_by_key(window: MainWindow, qtbot: QtBot) -> None:
    first, second = (NodeId(str(window.editor.add_block("sample.broken", 0, 200.0 * place))) for place in range(2))
    _run(window, qtbot)
    window.editor.select(())
    for node in (first, second, first):
        QTest.keyClick(window, Qt.Key.Key_F4)
        assert window.editor.selection == (node,)
        assert _error(window).isVisible()
        assert _error(window).details.hasFocus()
    QTest.keyClick(_error(window).details, Qt.Key.Key_Escape)
    assert window.canvas.view.hasFocus()


def test_no_error_is_said_to_be_none(window: MainWindow, qtbot: QtBot) -> None:
    said: list[str] = []
    window.editor.message.connect(said.append)
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert said == ["No node has failed."]
