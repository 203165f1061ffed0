"""Small graphs with loops, for the tests beside this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shtairir


class Body:
    """A definition in the making: ``body["x"]`` is an input, ``body.returns(y=node["out"])`` links an output."""

    def __init__(self, graph: shtairir.Graph, name: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> None:
        self.graph = graph.add_subgraph(name)
        self._inputs = {
            each: self.graph.add("graph.input", id=f"in_{each}", values={"name": each, "type": kind})
            for each, kind in inputs.items()
        }
        for each, kind in outputs.items():
            self.graph.add("graph.output", id=f"out_{each}", values={"name": each, "type": kind})

    def __getitem__(self, name: str) -> Any:
        return self._inputs[name]["out"]

    def add(self, block: Any, **values: Any) -> Any:
        """Add a node."""
        return self.graph.add(block, **values)

    def returns(self, **sources: Any) -> None:
        """Link outputs."""
        for name, source in sources.items():
            self.graph.link(source, f"out_{name}.value")


def body(graph: shtairir.Graph, name: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> Body:
    """Return a new definition with these inputs and outputs, by their types."""
    return Body(graph, name, inputs, outputs)


def mapped(block: Any, kind: str = "float", out: str = "float", **loop: Any) -> shtairir.Graph:
    """Return a graph with a For each called 'loop' over a body with one node, called 'node'."""
    graph = shtairir.Graph("mapped")
    made = body(graph, "body", {"x": kind}, {"y": out})
    node = made.add(block, id="node", x=made["x"])
    made.returns(y=node["out"])
    graph.add("flow.for_each", id="loop", values={"body": "body", **loop})
    return graph
