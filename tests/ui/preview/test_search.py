"""Searching texts and nested values, lists and any objects."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from shtairir_ui.preview.jobs import OutdatedError, Ticket
from shtairir_ui.preview.kinds import Kind, kind_of
from shtairir_ui.preview.nested import as_json, parts_of, search, way_words
from shtairir_ui.preview.object_view import ObjectView
from shtairir_ui.preview.saving import write
from shtairir_ui.preview.text_view import places_of
from shtairir_ui.preview.tree_view import TreeView

CTRL = Qt.KeyboardModifier.ControlModifier


def type_into(view, words: str, qtbot, said: str) -> None:
    QTest.keyClick(view.focusProxy() or view, Qt.Key.Key_F, CTRL)
    assert view.search.isVisible()
    view.search.field.setText(words)
    qtbot.waitUntil(lambda: view.search.found.text() == said)


def marked(view) -> list[str]:
    return [mark.cursor.selectedText() for mark in view.page.extraSelections()]


def test_all_places_are_counted_and_marked(show, qtbot):
    view = show("One fish, two FISH,\nred fish.")
    type_into(view, "fish", qtbot, "1 of 3")
    assert marked(view) == ["fish", "FISH", "fish"]
    QTest.keyClick(view.search.field, Qt.Key.Key_Return)
    assert view.search.found.text() == "2 of 3"
    QTest.keyClick(view.search.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view.search.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert view.search.found.text() == "3 of 3"
    QTest.keyClick(view.search.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not view.page.extraSelections())


def test_what_is_nowhere_says_so(show, qtbot):
    view = show("One fish")
    type_into(view, "whale", qtbot, "none")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 130_000 + "needle" + "y" * 10,
        "a\n" * 30_000 + "needle",
        "😀雪" * 500 + "\n" + "z" * 4500 + "needle\nneedle",
        "needle" + "\r\n" * 10,
    ],
    ids=["one line", "lines", "rare signs", "windows"],
)
def test_a_place_is_found_on_the_page_however_it_is_folded(show, qtbot, text):
    view = show(text)
    type_into(view, "needle", qtbot, f"1 of {text.count('needle')}")
    assert set(marked(view)) <= {"needle"}
    assert marked(view)


def test_a_place_beyond_what_is_shown_is_told(show, qtbot):
    view = show("a\n" * 600_000 + "needle")
    type_into(view, "needle", qtbot, "1 of 1")
    assert "beyond the first 1,000,000 characters" in view.foot.full_text()


def test_a_search_stops_when_nobody_wants_it():
    ticket = Ticket()
    ticket.wanted = False
    with pytest.raises(OutdatedError):
        places_of("a", "a" * 10, ticket)


def test_the_text_is_saved_as_it_is(show, qtbot, tmp_path):
    view = show("Grüße\r\n雪")
    write(view, view.savings()[0], tmp_path / "text.txt")
    qtbot.waitUntil(lambda: "Saved" in view.foot.full_text())
    assert (tmp_path / "text.txt").read_bytes() == "Grüße\r\n雪".encode()


NESTED = {
    "nodes": [{"id": "blur", "values": {"sigma": 3.5}}, {"id": "count"}],
    "name": "coins",
    "a b": {1: "one", None: "nothing"},
}


def test_keys_and_values_are_found_level_by_level():
    assert search(NESTED, "N", Ticket())[:2] == [("nodes",), ("name",)]
    assert search(NESTED, "3.5", Ticket()) == [("nodes", 0, "values", "sigma")]
    assert search(NESTED, "nothing", Ticket()) == [("a b", None)]


def test_a_value_that_holds_itself_is_searched_once():
    value: dict[str, object] = {"name": "x"}
    value["me"] = [value, value]
    assert search(value, "x", Ticket()) == [("name",)]


def test_ways_are_written_as_in_json_path():
    assert way_words(("nodes", 0, "values", "a b")) == '$.nodes[0].values["a b"]'


def test_what_is_found_is_opened_and_selected(show, qtbot):
    view = show(NESTED)
    type_into(view, "sigma", qtbot, "1 of 1")
    assert view.tree.currentItem().text(0) == "sigma"
    assert view.foot.full_text() == "$.nodes[0].values.sigma"
    view.search.field.setText("blur")
    qtbot.waitUntil(lambda: view.tree.currentItem().text(1) == "blur")


def test_a_list_of_dictionaries_is_a_tree(show):
    view = show([{"a": 1}, {"a": 2}])
    assert isinstance(view, TreeView)
    assert view.info.full_text() == "list of 2 items"


def test_what_is_deep_or_wide_is_opened_a_few_at_a_time_and_searched_through(show, qtbot):
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    view = show({"deep": deep, "wide": {str(number): number for number in range(200_000)}})
    view.open_all()
    assert view._opening, "the rest comes between other events"
    qtbot.waitUntil(lambda: not view._opening)
    view.search.show_bar(True)
    view.search.field.setText("199999")
    qtbot.waitUntil(lambda: "1 of 1" in view.search.found.text())
    assert "beyond what the tree shows" in view.foot.full_text()


def test_a_part_is_copied_as_json(show):
    view = show(NESTED)
    view.tree.setCurrentItem(view.item_at(("nodes", 1)))
    view.copy()
    assert json.loads(QGuiApplication.clipboard().text()) == {"id": "count"}


def test_json_has_words_for_everything():
    assert json.loads(as_json({"when": dt.date(2024, 1, 2), "a": np.zeros(3)}))["when"]
    loop: dict[str, object] = {}
    loop["me"] = loop
    assert as_json(loop)


def test_a_leaf_is_shown_by_itself_and_the_way_back_leads_up(show, panel, qtbot):
    view = show({"texts": ["short", "long " * 50]})
    item = view.item_at(("texts", 1))
    view.tree.scrollToItem(item)
    place = view.tree.visualItemRect(item).center()
    QTest.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: panel.view is not view)
    assert panel.title.full_text() == "Node › texts › 1"
    QTest.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.title.full_text() == "Node › texts")


@dataclass
class Model:
    """A straight line."""

    slope: float = 2.0
    names: tuple[str, ...] = ("a", "b")


class Rude:
    """Fails whatever one asks."""

    def __repr__(self) -> str:
        raise RuntimeError("not now")

    def __len__(self) -> int:
        raise ValueError("never")

    def __getattr__(self, name: str) -> object:
        raise OSError("go away")


def test_an_object_tells_what_it_is_made_of(show, qtbot):
    view = show(Model())
    assert isinstance(view, ObjectView)
    qtbot.waitUntil(lambda: view.tree.topLevelItemCount() > 0)
    texts = {view.tree.topLevelItem(row).text(0) for row in range(view.tree.topLevelItemCount())}
    assert {"type", "what it is", "as text", "attributes"} <= texts
    assert parts_of(Model(), Ticket())["attributes"] == {"slope": 2.0, "names": ("a", "b")}


@pytest.mark.parametrize(
    "value",
    [Rude(), {1, 2}, frozenset(), b"bytes", range(5), object(), lambda: None, Model, iter([]), memoryview(b"x")],
    ids=lambda value: type(value).__name__,
)
def test_objects_that_behave_badly_are_shown_too(show, qtbot, value):
    view = show(value)
    qtbot.waitUntil(lambda: view.tree.topLevelItemCount() > 0)
    view.grab()
    view.copy()


class Estimator:
    """Fits a line."""

    def __init__(self) -> None:
        self.coef_ = np.zeros(2)

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """As scikit-learn's estimators have it."""
        return {"alpha": 0.5, "deep": deep}


def test_an_estimator_tells_its_parameters():
    parts = parts_of(Estimator(), Ticket())
    assert parts["parameters"] == {"alpha": 0.5, "deep": False}
    assert "coef_" in parts["attributes"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (dt.datetime(2024, 1, 1), Kind.SCALAR),
        (np.array(3.0), Kind.SCALAR),
        (np.datetime64("2024-01-01"), Kind.SCALAR),
        ([1, [2]], Kind.TREE),
        ([1, 2], Kind.LIST),
        (object(), Kind.OBJECT),
        ({1, 2}, Kind.OBJECT),
    ],
)
def test_the_kind_says_how_it_is_shown(value, kind):
    assert kind_of(value) is kind


def test_lines_of_a_list_are_copied(show):
    view = show(["one", "two", 3])
    view.copy()
    assert QGuiApplication.clipboard().text() == "one\ntwo\n3"


def test_pictures_of_a_list_are_saved_one_by_one(show, qtbot, tmp_path):
    view = show([np.zeros((9, 9, 3), np.float32), np.ones((9, 9, 3), np.float32)])
    write(view, view.savings()[0], tmp_path / "frames.png")
    qtbot.waitUntil(lambda: "Saved" in view.foot.full_text())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["frames-0000.png", "frames-0001.png"]
