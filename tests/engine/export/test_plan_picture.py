"""The document of a plan: a picture that stands by itself, and the same as data."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import shtairir
from shtairir.block import block
from shtairir.export import to_svg
from shtairir.export.picture import Box, Picture, Text, text_width
from shtairir.export.plans import plan_picture, sheet_dict, sheet_of
from shtairir.ids import NodeId
from shtairir.memory import MemoryProfiler
from shtairir.memory.lifetimes import Lifetimes
from shtairir.monitor.observed import observed
from shtairir.planning import Estimate, ExecutionPlan
from shtairir.testing import graph_of
from shtairir_assets.examples import list_examples
from tests.engine.planning.test_overview import layered

EXAMPLES = sorted(example.path for example in list_examples())
LEVELS = ("none", "basic", "balanced", "aggressive")


@block(id="trial.step", pure=False)
def step(a: float = 0.0, b: float = 0.0, c: float = 0.0) -> float:
    """Something that no pass joins with anything."""
    return a + b + c


def timed(level: str = "balanced") -> ExecutionPlan:
    """
    a ─ b ─ d
    └── c ──┘
    """
    estimates = {
        NodeId(node): Estimate(elapsed_s, (2_000_000,)) for node, elapsed_s in zip("abcd", (1, 2, 1, 1), strict=True)
    }
    graph = graph_of("a -> b -> d", "a -> c -> d", blocks=dict.fromkeys("abcd", step))
    return shtairir.plan(graph, level=level, workers=2, estimates=estimates)


def words(picture: Picture) -> list[str]:
    return [shape.text for shape in picture.shapes if isinstance(shape, Text)]


def test_the_picture_tells_what_the_plan_is() -> None:
    told = words(plan_picture(sheet_of(timed(), others=[timed(level) for level in LEVELS])))
    assert "4 tasks in 3 stages · level balanced · 2 workers" in told
    assert {"4 s", "5 s", "one after the other: 1.25 times as long"} <= set(told)
    assert "2 side by side: b, c" in told
    assert "peak 6.0 MB" in told
    assert [level for level in LEVELS if level in told] == list(LEVELS)
    assert told.count("this plan") == 1


def test_the_critical_path_stands_out() -> None:
    picture = plan_picture(sheet_of(timed()))
    tips = [shape.tip for shape in picture.shapes if isinstance(shape, Box) and "critical path" in shape.tip]
    assert tips == ["a · 1 s · critical path", "b · 2 s · critical path", "d · 1 s · critical path"]


def test_every_piece_of_memory_tells_its_owner_and_its_release() -> None:
    picture = plan_picture(sheet_of(timed()))
    tips = {shape.tip for shape in picture.shapes if isinstance(shape, Box) and "MB" in shape.tip}
    assert "a.out · 2.0 MB · released by b" in tips
    assert "d.out · 2.0 MB · kept to the end" in tips


def test_a_run_stands_below_its_forecast() -> None:
    plan = timed()
    profiler, lifetimes = MemoryProfiler(), Lifetimes()
    shtairir.run(plan, instruments=(profiler, lifetimes)).raise_for_status()
    truth = observed(profiler.profile(), lifetimes.found, plan)
    told = words(plan_picture(sheet_of(plan, truth=truth)))
    assert told.index("As it is expected") < told.index("As it went")
    assert "measured" in told


def test_a_plan_without_any_times_says_so() -> None:
    told = words(plan_picture(sheet_of(shtairir.plan(graph_of("a -> b")))))
    assert "not known" in told
    assert "no time is known yet: each task counts as one" in told


def test_an_empty_graph_has_a_picture() -> None:
    ElementTree.fromstring(to_svg(plan_picture(sheet_of(shtairir.plan(graph_of())))))


def test_nothing_lies_outside_of_the_picture() -> None:
    for sheet in (sheet_of(timed(), others=[timed("none")]), sheet_of(layered(24, 20))):
        picture = plan_picture(sheet)
        for shape in picture.shapes:
            if isinstance(shape, Box):
                assert -1 <= shape.x <= shape.x + shape.width <= picture.width
                assert -1 <= shape.y <= shape.y + shape.height <= picture.height
            elif isinstance(shape, Text) and shape.anchor == "start":
                assert shape.x + text_width(shape.text, shape.size, shape.bold) <= picture.width


def test_a_thousand_nodes_make_a_picture_that_a_browser_takes_lightly() -> None:
    picture = plan_picture(sheet_of(layered(30, 34)))
    assert picture.width <= 3200
    assert len(picture.shapes) < 8000
    assert len(to_svg(picture)) < 1_000_000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_plan_of_every_example_can_be_drawn(path: Path, theme: str) -> None:
    picture = plan_picture(sheet_of(shtairir.plan(path, workers=2)), "dark" if theme == "dark" else "light")
    root = ElementTree.fromstring(to_svg(picture))
    assert root.tag.endswith("svg")


def test_names_that_mean_something_to_xml_do_not_break_the_picture() -> None:
    graph = shtairir.Graph('a <b> & "c"')
    graph.add(step, id="q", title='</svg><script>"&')
    svg = to_svg(plan_picture(sheet_of(shtairir.plan(graph, estimates={NodeId("q"): Estimate(1.0)}))))
    assert "<script>" not in svg
    ElementTree.fromstring(svg)


def test_the_document_is_data_too() -> None:
    sheet = sheet_of(timed(), others=[timed(level) for level in LEVELS])
    told = json.loads(json.dumps(sheet_dict(sheet)))
    assert [level["level"] for level in told["levels"]] == list(LEVELS)
    assert [stage["nodes"] for stage in told["schedule"]["stages"]] == [["a"], ["b", "c"], ["d"]]
    assert told["schedule"]["busy_s"] == 5
    assert {held["owner"] for held in told["schedule"]["memory"]} == set("abcd")
    assert "truth" not in told
