"""Links, drawn with the mouse."""

from __future__ import annotations

from tests.ui.canvas.conftest import Desk


def test_a_drag_from_output_to_input_links_them(pipeline: Desk) -> None:
    pipeline.graph.unlink("blur.image")
    pipeline.drag(pipeline.output("load.out"), pipeline.input("blur.image"))
    assert "load.out -> blur.image" in pipeline.links
    pipeline.assert_same()
