"""What the run button says that it would do, and what is told of it afterwards."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from shtairir.forecasting import Forecast, Range
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui.foreseeing import button_text, range_text, tip_lines
from shtairir_ui.window import MainWindow

SECONDS = Range(2.0, 3.0, 4.2)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


def _forecast(**more: object) -> Forecast:
    to_run = {NodeId(name): "sigma changed from 2 to 3." for name in ("blur", "count")}
    facts = {"seconds": SECONDS, "peak_bytes": 210_000_000, "impact": "low", "saved_share": 0.8, **more}
    return Forecast("demo", to_run, (NodeId("read"),), **facts)  # type: ignore[arg-type]


def test_button_says_how_many_how_long_and_how_much() -> None:
    assert button_text(_forecast()) == "2 of 3 · 2.0–4.2 s · 210 MB"
    assert button_text(_forecast(seconds=None, peak_bytes=None)) == "2 of 3"
    assert button_text(Forecast("demo", {}, (NodeId("read"),))) == "up to date"
    assert button_text(None) == ""


@pytest.mark.parametrize(
    ("low", "typical", "high", "said"),
    [
        (2.0, 3.0, 4.2, "2.0–4.2 s"),
        (2.0, 2.1, 2.2, "about 2.1 s"),
        (0.4, 0.9, 2.0, "0.40–2.0 s"),
        (0.02, 0.04, 0.3, "20 ms – 0.30 s"),
        (0.02, 0.04, 2.0, "about 40 ms"),
        (0.0, 0.002, 0.03, "about 2 ms"),
        (40.0, 60.0, 125.0, "40.0 s – 2 min 05 s"),
    ],
)
def test_time_that_is_not_sure_is_told_by_its_ends(low: float, typical: float, high: float, said: str) -> None:
    assert range_text(Range(low, typical, high)) == said


def test_tip_tells_impact_and_reasons_in_words() -> None:
    lines = tip_lines(_forecast())
    assert lines[0] == "2 nodes would run, 1 would come from the cache."
    assert "Time: 2.0–4.2 s, most likely 3.0 s." in lines
    assert "Low impact: most of the graph stays as it is; 80 % of the time is spared." in lines
    assert lines[-1] == "blur, count: sigma changed from 2 to 3."
    assert "Time: about 40 ms, up to 2.0 s." in tip_lines(_forecast(seconds=Range(0.02, 0.04, 2.0)))


def test_nothing_to_do_is_one_sentence() -> None:
    nothing = Forecast("demo", {}, (NodeId("a"), NodeId("b")))
    assert tip_lines(nothing) == ["Nothing would run: all 2 results are there."]


def _row(window: MainWindow) -> list[NodeId]:
    ids = [NodeId(str(window.editor.add_block("sample.slow", 260.0 * place, 0.0))) for place in range(3)]
    for before, after in pairwise(ids):
        assert window.editor.link(PortRef(before, PortName("out")), PortRef(after, PortName("x"))) is None
    return ids


def test_button_follows_runs_and_changes(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window)
    bar = window.top_bar.run_bar
    qtbot.waitUntil(lambda: bar.run_button.text().startswith("Run · 3 of 3"))
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bar.run_button.text() == "Run · up to date")
    window.editor.set_value(nodes[1], "factor", 5.0)
    assert bar.run_button.text() == "Run"
    qtbot.waitUntil(lambda: bar.run_button.text().startswith("Run · 2 of 3"))
    assert "factor" in bar.run_button.toolTip()


def test_truth_stands_beside_what_was_foreseen(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHTAIRIR_LEARNED_PATH", str(tmp_path / "learned.json"))
    nodes = _row(window)
    for factor in (3.0, 4.0):
        window.editor.set_value(nodes[0], "factor", factor)
        with qtbot.waitSignal(window.editor.run_finished):
            QTest.keyClick(window, Qt.Key.Key_F5)
    assert "foreseen" in window.top_bar.run_bar.status_text
    assert "it took" in window.findChild(QWidget, "runStatus").toolTip()


def test_graph_that_cannot_run_has_no_forecast(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.add_block("math.add", 0, 0)
    window.editor.add_block("sample.far", 300, 0)
    bar = window.top_bar.run_bar
    window.editor.add_block("sample.slow", 600, 0)
    qtbot.wait(600)
    assert bar.run_button.text() == "Run"


def test_inspector_says_what_the_next_run_means_for_a_node(window: MainWindow, qtbot: QtBot) -> None:
    nodes = _row(window)
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    label = window.findChild(QLabel, "nodeProspect")
    window.editor.select(nodes[1:2])
    qtbot.waitUntil(lambda: "Need not run next time" in label.text())
    window.panels.show_outcome()
    assert "this node and 1 other after it" in window.panels.inspector.node_page.outcome.toPlainText()
    window.editor.set_value(nodes[0], "factor", 7.0)
    qtbot.waitUntil(lambda: "Runs next time." in label.text())


def test_node_that_failed_runs_next_time_because_it_failed(window: MainWindow, qtbot: QtBot) -> None:
    broken = window.editor.add_block("sample.broken", 0, 0)
    after = window.editor.add_block("sample.slow", 300, 0)
    assert window.editor.link(PortRef(broken, PortName("out")), PortRef(after, PortName("x"))) is None
    with qtbot.waitSignal(window.editor.run_finished):
        QTest.keyClick(window, Qt.Key.Key_F5)
    label = window.findChild(QLabel, "nodeProspect")
    window.editor.select((broken,))
    qtbot.waitUntil(lambda: label.text() == "Runs next time. It failed in the last run.")
    window.editor.select((after,))
    qtbot.waitUntil(lambda: label.text() == f"Runs next time. It was skipped in the last run, since '{broken}' failed.")
