"""The inputs and outputs of a definition, as nodes in it: what an instance, a loop or a caller sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from shtairir.block import BlockDefinition, InputPort, Param, block, definition_of
from shtairir.block.interface import Scope, parse_type
from shtairir.errors import BlockError

INPUT, OUTPUT = "graph.input", "graph.output"

TypeName = Annotated[str, Param(widget="type")]


def _typed(port: InputPort, name: object) -> InputPort:
    """Return a port with the type of that name."""
    try:
        kind = parse_type(name) if isinstance(name, str) else port.type
    except ValueError as error:
        raise BlockError(str(error)) from None
    return port if kind == port.type else replace(port, type=kind)


def _input_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    base = definition_of(graph_input)
    value, *rest = base.inputs
    typed = _typed(value, values.get("type", "any"))
    if typed is value:
        return base
    return replace(base, inputs=(typed, *rest), outputs=(replace(base.outputs[0], type=typed.type),))


def _output_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    base = definition_of(graph_output)
    value, *rest = base.inputs
    typed = _typed(value, values.get("type", "any"))
    return base if typed is value else replace(base, inputs=(typed, *rest))


@block(id=INPUT, category="Flow/Interface", name="Input", tags=("parameter", "argument"), adapt=_input_ports)
def graph_input(value: Any, name: str = "", type: TypeName = "any", help: str = "") -> Any:
    """An input of the graph: of a subgraph's instances, of a loop's body, of the command line.

    Parameters
    ----------
    value
        What is taken if nothing is given from outside; without it, something must be.
    name
        The name of the input.
    type
        The type of what arrives: ``image``, ``float``, ``list[float]``, ``any``.
    help
        What the input is for.

    Returns
    -------
    out
        What arrives.
    """
    return value


@block(id=OUTPUT, category="Flow/Interface", name="Output", tags=("result", "return"), adapt=_output_ports)
def graph_output(value: Any, name: str = "", type: TypeName = "any", help: str = "") -> None:
    """An output of the graph: of a subgraph's instances, of a loop's body; at the top, a named result.

    Parameters
    ----------
    value
        What is handed out.
    name
        The name of the output.
    type
        Its type: ``image``, ``float``, ``list[float]``, ``any``.
    help
        What the output is.
    """
