"""What a screen reader is told of the canvas and of the rest of the window."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from shtairir_ui.window import MainWindow
from tests.ui.gestures import settle

NAME, VALUE, ABOUT = QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description


@pytest.fixture
def graph(window: MainWindow) -> QAccessibleInterface:
    window.editor.add_block("math.number", 0, 0)
    window.editor.add_block("math.add", 300, 0)
    window.editor.graph.link("number.out", "add.a")
    settle()
    found = QAccessible.queryAccessibleInterface(window.canvas.view)
    assert found is not None
    return found


def test_nodes_and_ports_have_names_roles_and_values(graph: QAccessibleInterface) -> None:
    assert graph.role() == QAccessible.Role.List
    assert "2 nodes, 1 links" in graph.text(ABOUT)
    number, add = graph.child(0), graph.child(1)
    assert (number.text(NAME), add.text(NAME)) == ("Number, number", "Add, add")
    assert number.role() == QAccessible.Role.ListItem
    assert number.text(VALUE) == "not run"
    assert "fed by number.out" in add.text(ABOUT).lower()
    ports = {add.child(n).text(NAME): add.child(n).text(VALUE) for n in range(add.childCount())}
    assert ports["Input a, float"] == "fed by number.out"
    assert any(name.startswith("Output") for name in ports)
    assert add.indexOfChild(add.child(1)) == 1
    assert graph.indexOfChild(add) == 1


def test_the_state_of_a_node_follows_selection_and_runs(
    window: MainWindow, graph: QAccessibleInterface, qtbot: QtBot
) -> None:
    window.editor.select(("add",))  # type: ignore[arg-type]
    assert graph.child(1).state().selected
    assert not graph.child(0).state().selected
    with qtbot.waitSignal(window.editor.run_finished, timeout=20000):
        window.editor.run()
    qtbot.waitUntil(lambda: graph.child(1).text(VALUE) == "done")


def test_a_node_is_where_it_is_drawn(window: MainWindow, graph: QAccessibleInterface) -> None:
    where = graph.child(1).rect()
    at = window.canvas.view.viewport().mapToGlobal(window.canvas.node_position("add"))  # type: ignore[arg-type]
    assert where.contains(at)
    assert graph.childAt(at.x(), at.y()).text(NAME) == "Add, add"
    output = graph.child(0).child(graph.child(0).childCount() - 1)
    assert where.left() > output.rect().center().x()


def test_a_node_that_is_gone_is_not_valid_any_more(window: MainWindow, graph: QAccessibleInterface) -> None:
    add = graph.child(1)
    window.editor.remove(("add",))  # type: ignore[arg-type]
    gc.collect()
    assert not add.isValid()
    assert add.text(NAME) == ""
    assert graph.childCount() == 1


CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider, QAbstractItemView)


def test_every_control_of_the_window_has_a_name(window: MainWindow) -> None:
    window.editor.add_block("image.gaussian_blur", 0, 0)
    window.editor.select_all()
    settle()
    nameless = []
    for widget in window.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), CONTROLS)
        if isinstance(widget, CONTROLS) and not inner and widget.isVisibleTo(window):
            interface = QAccessible.queryAccessibleInterface(widget)
            said = interface.text(NAME) or interface.text(ABOUT) if interface is not None else ""
            if not said and not (isinstance(widget, QLineEdit) and widget.placeholderText()):
                nameless.append(f"{type(widget).__name__} {widget.objectName()} in {widget.parent()}")
    assert nameless == []
