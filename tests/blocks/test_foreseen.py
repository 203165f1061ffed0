"""What blocks foresee of their outputs is what they make, in the examples of their families."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block.infer import Spec, spec_of
from shtairir.block.registry import default_registry
from shtairir.document import Graph

FOLDER = Path(importlib.util.find_spec("shtairir_blocks").submodule_search_locations[0]) / "examples"


def known_arguments(graph: Graph, node: str, result: Any) -> dict[str, Any]:
    """What the planner knows of a node's inputs once all before it is done."""
    definition = default_registry().get(graph.node(node).block)
    linked = {link.target.port: link.source for link in graph.links_of(node) if link.target.node == node}
    arguments = {}
    for port in definition.inputs:
        if port.name in linked:
            arguments[port.name] = in_brief(result[str(linked[port.name])])
        else:
            values = graph.node(node).values
            arguments[port.name] = in_brief(port.parse(values[port.name]) if port.name in values else port.default)
    return arguments


def in_brief(value: Any) -> Any:
    """A spec of an array, a table or several of them; plain values as they are."""
    several = isinstance(value, list) and value and hasattr(value[0], "shape")
    return spec_of(value) if several or hasattr(value, "shape") else value


@pytest.mark.parametrize("family", ["image", "interpolate", "learn", "linalg", "optimise", "random", "stats"])
def test_shapes_and_types_are_as_foreseen(family: str) -> None:
    graph = shtairir.load(FOLDER / f"{family}.shtairir")
    result = shtairir.run(graph, keep="all")
    result.raise_for_status()
    compared = 0
    for node in graph.nodes:
        definition = default_registry().get(graph.node(node).block)
        if definition.family != family or definition.traits.infer is None:
            continue
        try:
            told = definition.traits.infer(**known_arguments(graph, node, result))
        except ValueError:
            continue  # it says that it cannot know
        specs = told if isinstance(told, tuple) else (told,)
        assert len(specs) == len(definition.outputs), node
        for spec, port in zip(specs, definition.outputs, strict=True):
            made = result[f"{node}.{port.name}"]
            if isinstance(spec, Spec) and spec.shape is not None and isinstance(made, np.ndarray):
                assert (spec.shape, spec.dtype) == (made.shape, str(made.dtype)), (node, port.name)
                compared += 1
    assert compared or family in ("learn",)
