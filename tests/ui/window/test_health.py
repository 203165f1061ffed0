"""The health of the program in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from shtairir.resources.breaker import breakers
from shtairir_ui.healthcards import cards_of
from shtairir_ui.window import MainWindow

from .conftest import GATE


def show(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["show_health"].trigger()
    assert window.panels.health.isVisible()
    qtbot.waitUntil(lambda: "Threads" in window.panels.health.text)


def test_workers_memory_and_disk_are_told(window: MainWindow, qtbot: QtBot, kept: Path) -> None:
    show(window, qtbot)
    text = window.panels.health.text
    for title in ("Workers", "Memory", "Disk", "What blocks depend on", "Resources"):
        assert title in text
    assert str(kept) in text


def test_where_nothing_is_kept_the_disk_says_so(window: MainWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    assert "Nothing is kept of runs" in window.panels.health.text


def test_who_holds_a_resource_and_who_waits_for_it_is_named(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.add_block("sample.needy", 0, 0)
    other = window.editor.add_block("sample.needy", 0, 200)
    assert other is not None
    window.editor.set_value(other, "x", 2.0)
    window.editor.run()
    show(window, qtbot)
    qtbot.waitUntil(lambda: "waited for by needy" in window.panels.health.text)
    assert "held by needy" in window.panels.health.text
    with qtbot.waitSignal(window.editor.run_finished):
        GATE.set()
    qtbot.waitUntil(lambda: "held by" not in window.panels.health.text)


def test_an_open_circuit_is_reset_by_its_button(window: MainWindow, qtbot: QtBot) -> None:
    circuit = breakers().of("weather")
    for _ in range(5):
        circuit.leave(circuit.enter(), False, "it does not answer")
    assert circuit.state == "open"
    try:
        show(window, qtbot)
        qtbot.waitUntil(lambda: "is not asked for a while" in window.panels.health.text)
        assert "wants" not in window.panels.health.text
        button = window.panels.health.findChild(QPushButton, "resetBreaker_weather")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: circuit.state == "closed")
        qtbot.waitUntil(lambda: "is not asked for a while" not in window.panels.health.text)
    finally:
        breakers().reset("weather")


def test_nobody_looks_while_nobody_sees_it(window: MainWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    window.panels.show_problems()
    assert not window.panels.health._timer.isActive()


@pytest.mark.parametrize("good", [True, False])
def test_the_cards_say_in_words_how_things_are(good: bool) -> None:
    from shtairir.monitor.health import (
        BreakerHealth,
        DiskHealth,
        Health,
        MemoryHealth,
        RunsHealth,
        WorkersHealth,
    )

    found = Health(
        WorkersHealth(4, 0 if good else 2, 1),
        DiskHealth(),
        MemoryHealth(1_000_000, 0, 0, 5_000_000_000, 8_000_000_000),
        (BreakerHealth("api", "closed" if good else "open", 0 if good else 5, None if good else 12.0),),
        (),
        RunsHealth(1, 0),
    )
    told = {fact.label: fact for card in cards_of(found, ()) for fact in card.facts}
    assert told["Threads"].text == "4"
    assert ("Given up" in told) is not good
    assert told["api"].breaker == ("" if good else "api")
    broken = "is not asked for a while, after 5 failures in a row; again in 12.0 s"
    assert told["api"].text == ("works" if good else broken)
