"""The panel round the timeline: table, owners, the buttons, what it shows before and while a run goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QTabWidget
from pytestqt.qtbot import QtBot

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.profiler import ProfilerPanel
from shtairir_ui.profiler.table import COLUMNS
from shtairir_ui.window import MainWindow
from tests.ui.gestures import settle
from tests.ui.profiler.conftest import run

LEFT = Qt.MouseButton.LeftButton


def column(panel: ProfilerPanel, title: str) -> list[str]:
    place = [column.title for column in COLUMNS].index(title)
    model = panel.table.model_
    return [model.index(row, place).data() for row in range(model.rowCount())]


def press_header(panel: ProfilerPanel, title: str) -> None:
    header = panel.table.header()
    place = [column.title for column in COLUMNS].index(title)
    at = header.rect().center()
    at.setX(header.sectionViewportPosition(place) + header.sectionSize(place) // 2)
    QTest.mouseClick(header.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)


def test_profiler_is_a_tab_beside_problems_and_log(window: MainWindow) -> None:
    tabs = window.findChild(QTabWidget, "bottomTabs")
    assert [tabs.tabText(place) for place in range(3)] == ["Problems", "Log", "Profiler"]


def test_before_the_first_run_it_says_what_to_do(window: MainWindow, panel: ProfilerPanel) -> None:
    texts = {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}
    assert "Run the graph to see where time and memory go." in texts
    assert not panel.export_button.isEnabled()
    assert not panel.splitter.isVisible()


def test_run_fills_summary_table_and_owners(graph_ran: MainWindow, panel: ProfilerPanel) -> None:
    assert panel.splitter.isVisible()
    assert panel.summary.text().startswith("Done in")
    assert "peak 8.4 MB" in panel.summary.text()
    assert column(panel, "Node")[0] == "first"
    assert set(column(panel, "Node")) == {"first", "second", "quick", "last", "array"}
    row = column(panel, "Node").index("array")
    assert column(panel, "Allocated")[row] == "8.4 MB"
    assert column(panel, "Hits")[row] in ("0 of 1", "1 of 1")
    names = [panel.owners.topLevelItem(0).child(0).text(place) for place in (0, 1)]
    assert names == ["array", "8.4 MB"]


@pytest.mark.parametrize("title", ["Time", "Peak", "Node"])
def test_table_is_sorted_by_a_click_on_its_header(graph_ran: MainWindow, panel: ProfilerPanel, title: str) -> None:
    press_header(panel, title)
    one = column(panel, "Node")
    press_header(panel, title)
    other = column(panel, "Node")
    by = {node.node: node for node in panel.table.model_.nodes}
    keys = [next(c for c in COLUMNS if c.title == title).key(by[NodeId(name)]) for name in other]
    assert keys in (sorted(keys), sorted(keys, reverse=True))
    assert one != other


def test_row_that_is_chosen_selects_the_node(graph_ran: MainWindow, panel: ProfilerPanel) -> None:
    table = panel.table
    row = column(panel, "Node").index("last")
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model_.index(row, 0)).center())
    assert graph_ran.editor.selection == ("last",)
    QTest.keyClick(table, Qt.Key.Key_Up)
    assert graph_ran.editor.selection == (column(panel, "Node")[row - 1],)


def test_owner_that_is_clicked_selects_the_node(graph_ran: MainWindow, panel: ProfilerPanel) -> None:
    panel.tabs.setCurrentWidget(panel.owners)
    settle()
    item = panel.owners.topLevelItem(0).child(0)
    QTest.mouseClick(panel.owners.viewport(), LEFT, pos=panel.owners.visualItemRect(item).center())
    assert graph_ran.editor.selection == ("array",)


def test_timeline_grows_while_the_run_goes_on(window: MainWindow, panel: ProfilerPanel, qtbot: QtBot) -> None:
    graph = window.editor.graph
    before = None
    for number in range(6):
        node = graph.add("sample.nap", id=f"n{number}", seconds=0.15)
        if before is not None:
            graph.link(before["out"], node["x"])
        before = node
    seen: list[int] = []
    panel.recording.changed.connect(lambda: seen.append(len(panel.chart.scene.bars)))
    run(window, qtbot)
    assert any(0 < count < 6 for count in seen)
    assert seen[-1] == 6
    assert len(seen) <= 15


def test_run_that_nobody_watches_is_shown_when_the_tab_is_opened(
    window: MainWindow, panel: ProfilerPanel, qtbot: QtBot
) -> None:
    window.panels.show_problems()
    window.editor.graph.add("sample.nap", id="alone")
    run(window, qtbot)
    assert panel.chart.scene.is_empty
    window.panels.show_profiler()
    assert [bar.node for bar in panel.chart.scene.bars] == ["alone"]


def test_another_graph_empties_the_profiler(graph_ran: MainWindow, panel: ProfilerPanel) -> None:
    graph_ran.editor.new()
    assert panel.chart.scene.is_empty
    assert not panel.splitter.isVisible()
    assert not panel.export_button.isEnabled()


def test_node_that_is_gone_can_be_clicked_without_harm(graph_ran: MainWindow, panel: ProfilerPanel) -> None:
    graph_ran.editor.remove([NodeId("second")])
    place = panel.chart.place_of(NodeId("second"))
    assert place is not None
    QTest.mouseClick(panel.chart, LEFT, pos=place)
    assert graph_ran.editor.selection == ()


def test_trace_is_exported_where_the_person_says(
    graph_ran: MainWindow, panel: ProfilerPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    QTest.mouseClick(panel.export_button, LEFT)
    document = json.loads(file.read_text(encoding="utf-8"))
    assert {event["name"] for event in document["traceEvents"] if event["ph"] == "X"} >= {"first", "array"}
    assert "mine.json" in graph_ran.status_line.currentMessage()


def test_trace_that_cannot_be_written_is_said(graph_ran: MainWindow, panel: ProfilerPanel, tmp_path: Path) -> None:
    panel.export_trace(tmp_path / "no such folder" / "trace.json")
    assert "was not written" in graph_ran.status_line.currentMessage()


def test_release_memory_tells_what_it_gave_back(graph_ran: MainWindow, panel: ProfilerPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(graph_ran.editor.memory_released) as signal:
        QTest.mouseClick(panel.release_button, LEFT)
    assert signal.args[0].after_bytes > 0
    said = panel.summary.text()
    assert "back to the system" in said or "Nothing to give back" in said
    assert graph_ran.status_line.currentMessage() == said


def test_release_memory_empties_the_pool(window: MainWindow, panel: ProfilerPanel, qtbot: QtBot) -> None:
    from shtairir.memory import shared_pool

    shared_pool().empty(4_000_000)  # lent and given back at once
    assert shared_pool().idle_bytes >= 32_000_000
    window.actions_["release_memory"].trigger()
    assert shared_pool().idle_bytes == 0


def test_theme_is_changed_while_it_is_shown(graph_ran: MainWindow, panel: ProfilerPanel) -> None:
    dark = panel.grab().toImage()
    graph_ran.theme_control.choose("light")
    settle()
    assert panel.grab().toImage() != dark
    assert panel.chart._look.tokens.name == "light"
    graph_ran.theme_control.choose("dark")
    assert theme.current().name == "dark"


def test_every_qt_virtual_of_the_profiler_is_guarded() -> None:
    import inspect

    from PySide6.QtCore import QObject

    from shtairir_ui.guard import is_guarded
    from shtairir_ui.profiler import chart, legend, owners, panel, recording, table

    bare = []
    for module in (chart, legend, owners, panel, recording, table):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ != module.__name__ or not issubclass(kind, QObject):
                continue
            base = kind.__mro__[1]
            bare += [
                f"{kind.__name__}.{name}"
                for name, method in vars(kind).items()
                if inspect.isfunction(method) and name != "__init__" and hasattr(base, name) and not is_guarded(method)
            ]
    assert bare == []
