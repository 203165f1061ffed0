"""What overlays say of nodes."""

from __future__ import annotations

import pytest

from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.canvas.heat import OVERLAYS, Facts, heats, ramp, readable_on

BY_KEY = {overlay.key: overlay for overlay in OVERLAYS}
FACTS = {
    NodeId("quick"): Facts(elapsed_s=0.1, memory_bytes=1000, runs=1, age_s=60.0, category="Image/Filter"),
    NodeId("slow"): Facts(elapsed_s=0.4, memory_bytes=4000, runs=3, age_s=0.5, category="Math"),
    NodeId("new"): Facts(category="Math"),
}


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("key", BY_KEY)
def test_figures_can_be_read_on_every_colour(key: str, name: str) -> None:
    found, marks = heats(BY_KEY[key], FACTS, theme.tokens(name))
    assert set(found) == set(FACTS)
    assert marks
    for heat in found.values():
        assert heat.text
        assert theme.contrast(heat.ink, heat.ground) >= 4.5


@pytest.mark.parametrize("name", ["dark", "light"])
def test_text_can_be_read_anywhere_on_the_ramp(name: str) -> None:
    tokens = theme.tokens(name)
    for step in range(101):
        ground = ramp(step / 100, tokens)
        assert theme.contrast(readable_on(ground), ground) >= 4.5


@pytest.mark.parametrize("name", ["dark", "light"])
def test_ramp_stands_out_the_more_the_larger_the_figure_is(name: str) -> None:
    tokens = theme.tokens(name)
    contrasts = [theme.contrast(ramp(step / 10, tokens), tokens.background) for step in range(11)]
    assert contrasts == sorted(contrasts)


def test_figure_is_told_in_words_and_as_a_share_of_the_largest() -> None:
    found, marks = heats(BY_KEY["time"], FACTS, theme.tokens("dark"))
    assert {node: (heat.text, heat.share) for node, heat in found.items()} == {
        "quick": ("0.10 s", 0.25),
        "slow": ("0.40 s", 1.0),
        "new": ("not run", None),
    }
    assert [mark.text for mark in marks] == ["<1 ms", "0.10 s", "0.40 s"]


def test_legend_puts_a_figure_where_its_colour_is() -> None:
    tokens = theme.tokens("dark")
    found, marks = heats(BY_KEY["time"], FACTS, tokens)
    middle = next(mark for mark in marks if mark.text == "0.10 s")
    assert middle.color == found[NodeId("quick")].ground


def test_kinds_are_named_and_not_measured() -> None:
    found, marks = heats(BY_KEY["type"], FACTS, theme.tokens("light"))
    assert [mark.text for mark in marks] == ["Image", "Math"]
    assert found[NodeId("new")].share is None


def test_nothing_known_is_no_error() -> None:
    found, marks = heats(BY_KEY["memory"], {NodeId("new"): Facts()}, theme.tokens("dark"))
    assert marks == ()
    assert found[NodeId("new")].text == "not run"
