"""Two graphs in one picture: the later one, marked, with what is gone as ghosts, and the differences in words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import shtairir
from shtairir.block.registry import default_registry
from shtairir.export import to_svg
from shtairir.export.difference import difference_picture
from shtairir.export.picture import Box, Curve, Picture, Text, ThemeName


def graph() -> shtairir.Graph:
    made = shtairir.Graph("demo")
    made.add("math.number", id="three", value=3, position=(0, 0))
    made.add("math.number", id="four", value=4, position=(0, 200))
    made.add("math.add", id="total", position=(300, 0))
    made.link("three.out", "total.a")
    made.link("four.out", "total.b")
    return made


def between(after: shtairir.Graph, theme: ThemeName = "light") -> Picture:
    return difference_picture(graph().snapshot(), after.snapshot(), default_registry(), theme)


def words(picture: Picture) -> list[str]:
    return [shape.text for shape in picture.shapes if isinstance(shape, Text)]


def test_equal_graphs_say_so_and_bear_no_sign() -> None:
    told = words(between(graph()))
    assert "No difference" in told
    assert not {"+", "−", "~"} & set(told)


def test_what_came_is_gone_or_is_another_bears_a_sign() -> None:
    after = graph()
    after.set("three.value", 5)
    after.remove("four")
    after.add("math.number", id="five", position=(0, 400))
    picture = between(after)
    told = words(picture)
    assert {"+", "−", "~"} <= set(told)
    assert "three.value  was 3 and is 5." in told
    assert any(isinstance(shape, Box) and shape.dashed for shape in picture.shapes), "the ghost of 'four'"
    assert any(isinstance(shape, Curve) and shape.dashed for shape in picture.shapes), "and of its link"


def test_what_only_looks_otherwise_is_told_and_not_marked() -> None:
    other = shtairir.Graph("demo")
    other.add("math.number", id="three", value=3, position=(50, 0))
    before = shtairir.Graph("demo")
    before.add("math.number", id="three", value=3, position=(0, 0))
    picture = difference_picture(before.snapshot(), other.snapshot(), default_registry())
    assert "1 difference, only in the looks" in words(picture)
    assert "~" not in words(picture)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_lies_in_the_picture(theme: ThemeName) -> None:
    after = graph()
    after.remove("four")
    picture = between(after, theme)
    ElementTree.fromstring(to_svg(picture))
    for shape in picture.shapes:
        if isinstance(shape, Box):
            assert 0 <= shape.x <= shape.x + shape.width <= picture.width
            assert 0 <= shape.y <= shape.y + shape.height <= picture.height
