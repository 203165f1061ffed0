"""A graph as a picture: what must be in it, whatever it looks like."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest

from shtairir.block.registry import default_registry
from shtairir.document import Frame, Graph
from shtairir.document.edits import PutFrame
from shtairir.export import picture_of, to_mermaid, to_svg
from shtairir.export.picture import Box, Curve, Dot, Picture, Text, text_width
from shtairir.export.png import MAX_PIXELS, to_png

SVG = "{http://www.w3.org/2000/svg}"


def two_nodes() -> Graph:
    """number -> sqrt, the second with a title that XML and Mermaid must escape."""
    graph = Graph("two & two")
    number = graph.add("math.number", value=4.0, position=(-300, 40))
    root = graph.add("array.sqrt", title='Root <of> "x" & y', position=(100, 40))
    graph.link(number["out"], root["x"])
    return graph


def drawn(graph: Graph, theme: str = "light") -> Picture:
    return picture_of(graph.snapshot(), default_registry(), theme)  # type: ignore[arg-type]


def test_every_node_port_and_link_is_drawn_inside_the_picture() -> None:
    picture = drawn(two_nodes())
    texts = {shape.text for shape in picture.shapes if isinstance(shape, Text)}
    assert {"Number", 'Root <of> "x" & y', "value 4"} <= texts
    assert sum(isinstance(shape, Curve) for shape in picture.shapes) == 1
    assert sum(isinstance(shape, Dot) for shape in picture.shapes) == 3
    for shape in picture.shapes:
        if isinstance(shape, Box):
            assert shape.x >= 0
            assert shape.y >= 0
            assert shape.x + shape.width <= picture.width
            assert shape.y + shape.height <= picture.height


def test_a_link_ends_on_the_dots_of_its_ports() -> None:
    picture = drawn(two_nodes())
    curve = next(shape for shape in picture.shapes if isinstance(shape, Curve))
    dots = {(shape.x, shape.y) for shape in picture.shapes if isinstance(shape, Dot)}
    assert {curve.points[0], curve.points[3]} <= dots


def test_a_frame_is_behind_its_nodes() -> None:
    graph = two_nodes()
    graph.apply(PutFrame(Frame("f", "Together", "#3366cc", (-340.0, 0.0, 700.0, 200.0))))
    shapes = drawn(graph).shapes
    assert isinstance(shapes[0], Box)
    assert shapes[0].fill == "#3366cc"
    assert any(isinstance(shape, Text) and shape.text == "Together" for shape in shapes)


def test_a_node_of_a_missing_block_is_drawn_with_the_ports_that_its_links_name() -> None:
    graph = two_nodes()
    graph.add("nobody.has_this", id="lost")
    graph.link("sqrt.out", "lost.inlet")
    texts = {shape.text for shape in drawn(graph).shapes if isinstance(shape, Text)}
    assert {"nobody.has_this", "inlet"} <= texts


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_svg_is_well_formed_and_holds_the_titles(theme: str) -> None:
    root = ET.fromstring(to_svg(drawn(two_nodes(), theme)))
    assert root.tag == f"{SVG}svg"
    titles = [element.text for element in root.iter(f"{SVG}text")]
    assert 'Root <of> "x" & y' in titles
    assert root.findtext(f"{SVG}title") == "two & two"


def test_signs_that_xml_cannot_hold_are_left_out_of_an_svg() -> None:
    graph = Graph("bell \x07 rings")
    graph.add("math.number", title="a\x00b", value=1.0)
    assert ET.fromstring(to_svg(drawn(graph))).findtext(f"{SVG}title") == "bell  rings"


def test_a_png_has_the_size_of_the_picture_and_more_than_its_ground() -> None:
    image_module = pytest.importorskip("PIL.Image")
    picture = drawn(two_nodes())
    image = image_module.open(io.BytesIO(to_png(picture, 2)))
    assert image.size == (round(picture.width * 2), round(picture.height * 2))
    assert len(image.getcolors(1 << 20)) > 20


def test_a_png_of_a_huge_canvas_stays_of_a_bearable_size() -> None:
    image_module = pytest.importorskip("PIL.Image")
    graph = Graph("wide")
    graph.add("math.number", value=1.0)
    graph.add("math.number", value=2.0, position=(60_000, 9_000))
    width, height = image_module.open(io.BytesIO(to_png(drawn(graph), 4))).size
    assert width * height <= MAX_PIXELS


def test_a_flowchart_names_nodes_blocks_and_ports() -> None:
    text = to_mermaid(two_nodes().snapshot(), default_registry())
    assert text.startswith("flowchart LR\n")
    assert 'n1["Root <of> #quot;x#quot; & y<br/>array.sqrt"]' in text
    assert 'n0 -->|"x"| n1' in text


def test_nodes_in_a_frame_are_a_subgraph_of_the_flowchart() -> None:
    graph = two_nodes()
    graph.apply(PutFrame(Frame("f", "Source", None, (-340.0, 0.0, 300.0, 200.0))))
    text = to_mermaid(graph.snapshot(), default_registry())
    inside = text.partition('subgraph f0["Source"]')[2].partition("end")[0]
    assert "n0[" in inside
    assert "n1[" not in inside


def test_wide_letters_count_for_more_than_narrow_ones() -> None:
    assert text_width("mmmm", 12) > text_width("aaaa", 12) > text_width("iiii", 12)


def test_a_graph_without_places_is_laid_out() -> None:
    graph = Graph("made in Python")
    number = graph.add("math.number", value=2)
    graph.add("math.negate", x=number["out"])
    boxes = [shape for shape in drawn(graph).shapes if isinstance(shape, Box) and shape.width > 100]
    assert len({(box.x, box.y) for box in boxes}) > 1
    assert max(box.x for box in boxes) - min(box.x for box in boxes) > 150
    assert graph.nodes["number"].position == (0, 0)  # type: ignore[index]  # ids are texts
