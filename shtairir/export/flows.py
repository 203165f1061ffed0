"""How blocks of the family ``flow`` are written: branches as ``if`` and ``try``, loops as `loops` writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from shtairir.document.model import Node
from shtairir.document.references import INPUT, OUTPUT, OUTPUT_PORT, name_of
from shtairir.export import loops
from shtairir.export.conditions import formula
from shtairir.export.text import indented, quoted
from shtairir.ids import PortName, PortRef

if TYPE_CHECKING:
    from shtairir.export.body import Body

_SHORT = 88


def _interface_input(body: Body, node: Node) -> list[str]:
    body.made[PortRef(node.id, PortName("out"))] = body.value(node, "value")
    return []


def _interface_output(body: Body, node: Node) -> list[str]:
    body.outputs[name_of(node)] = body.value(node, OUTPUT_PORT)
    return []


def _if(body: Body, node: Node) -> list[str]:
    definition = body.definitions[node.id]
    text = str(node.values.get("expression", "condition"))
    names = [port.name for port in definition.inputs if port.name not in ("then", "otherwise", "expression")]
    condition = formula(body, node, text, names)
    branches = [_branch(body, node, port) for port in ("then", "otherwise")]
    name = body.named(node, definition)
    (then, yes), (otherwise, no) = branches
    if not then and not otherwise and len(yes) + len(no) + len(condition) < _SHORT:
        return [f"{name} = {yes} if {condition} else {no}"]
    return [
        f"if {condition}:",
        *indented([*then, f"{name} = {yes}"]),
        "else:",
        *indented([*otherwise, f"{name} = {no}"]),
    ]


def _branch(body: Body, node: Node, port: str) -> tuple[list[str], str]:
    """Return the statements that belong to a branch alone, and the expression for its value."""
    lines = body.branch(PortRef(node.id, PortName(port)))
    return lines, body.value(node, port)


def _switch(body: Body, node: Node) -> list[str]:
    definition = body.definitions[node.id]
    choice = body.value(node, "choice")
    cases = [port.name for port in definition.inputs if port.name not in ("choice", "default", "cases")]
    name = body.named(node, definition)
    lines: list[str] = []
    for number, case in enumerate(cases):
        statements, value = _branch(body, node, case)
        lines.append(f"{'el' if number else ''}if {choice} in ({quoted(case)}, {number}):")
        lines += indented([*statements, f"{name} = {value}"])
    if not body.is_given(node, "default"):
        refusal = f'raise ValueError("There is no case for " + repr({choice}) + ".")'
        return [*lines, "else:", f"    {refusal}"] if cases else [refusal]
    statements, value = _branch(body, node, "default")
    otherwise = [*statements, f"{name} = {value}"]
    return [*lines, "else:", *indented(otherwise)] if cases else otherwise


def _try(body: Body, node: Node) -> list[str]:
    definition = body.definitions[node.id]
    wanted, value = _branch(body, node, "value")
    fallback, instead = _branch(body, node, "fallback")
    names = {port.name: body.named(node, definition, port.name) for port in definition.outputs}
    read = {port for port in names if PortRef(node.id, port) in body.order.read or not body.scope_is_inner}
    problem = body.names.take("problem")
    fine = {"out": value, "failed": "False", "error": '""'}
    bad = {"out": instead, "failed": "True", "error": f"str({problem})"}
    caught = f"except Exception as {problem}:" if "error" in read else "except Exception:"
    return [
        "try:",
        *indented([*wanted, *(f"{names[port]} = {fine[port]}" for port in names if port in read)]),
        caught,
        *indented([*fallback, *(f"{names[port]} = {bad[port]}" for port in names if port in read)]),
    ]


def _gate(body: Body, node: Node) -> list[str]:
    # What leads to `after` stands before: the order of the statements is all that is needed.
    body.made[PortRef(node.id, PortName("out"))] = body.value(node, "value")
    return []


def _expression(body: Body, node: Node) -> list[str]:
    definition = body.definitions[node.id]
    names = [port.name for port in definition.inputs if port.name != "expression"]
    default = definition.input("expression")
    text = str(node.values.get("expression", default.default if default is not None else ""))
    written = formula(body, node, text, names)
    return [f"{body.named(node, definition)} = {written}"]


WRITERS: Mapping[str, Callable[[Body, Node], list[str]]] = {
    INPUT: _interface_input,
    OUTPUT: _interface_output,
    "flow.if": _if,
    "flow.switch": _switch,
    "flow.try": _try,
    "flow.gate": _gate,
    "logic.expression": _expression,
    "flow.for_each": loops.for_each,
    "flow.repeat": loops.repeat,
    "flow.while": loops.while_,
    "flow.reduce": loops.reduce,
}
