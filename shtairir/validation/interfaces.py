"""Whether what a scope shows to the outside is well named and used."""

from __future__ import annotations

from shtairir.document.edits import RemoveNodes, SetValue
from shtairir.document.model import Node
from shtairir.document.naming import free_name, is_name
from shtairir.document.references import INPUT, OUTPUT, name_of
from shtairir.ids import NodeId, PortName
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey

_NOUNS = {INPUT: "input", OUTPUT: "output"}
_NAME = PortName("name")


def check_interface(survey: Survey) -> None:
    """Find inputs and outputs of the scope that share a name, have none that can be written, or are not used."""
    nodes = [node for node in survey.composing if node.block in _NOUNS]
    if not nodes:
        return
    taken: dict[tuple[str, str], NodeId] = {}
    published = {(INPUT, one.name) for one in survey.graph.parameters}
    published |= {(OUTPUT, one.name) for one in survey.graph.results}
    read = {link.source.node for link in survey.graph.links.values()}
    for node in nodes:
        name, noun = name_of(node), _NOUNS[node.block]
        first = taken.setdefault((node.block, name), node.id)
        if not is_name(name):
            message = f"'{node.id}' cannot name its {noun} '{name}'."
            fix = "Use letters, digits, '_' and '-'."
            survey.error("bad_interface_name", message, node.id, _NAME, fix=fix)
        elif first != node.id:
            _same_name(survey, node, name, noun, f"'{first}'")
        elif (node.block, name) in published:
            kind = "parameter" if node.block == INPUT else "result"
            _same_name(survey, node, name, noun, f"the published {kind} '{name}'")
        if node.block == INPUT and node.id not in read:
            _unused(survey, node, name)


def _same_name(survey: Survey, node: Node, name: str, noun: str, other: str) -> None:
    names = {name_of(one) for one in survey.composing if one.block == node.block}
    free = free_name(name, names)
    message = f"'{node.id}' gives its {noun} the name '{name}', which {other} has already."
    edit = SetValue(node.id, _NAME, free)
    survey.error("duplicate_interface_name", message, node.id, _NAME, fix=f"Call it '{free}'.", edit=edit)


def _unused(survey: Survey, node: Node, name: str) -> None:
    message = f"Nothing reads the input '{name}' that '{node.id}' makes."
    edit = RemoveNodes((node.id,))
    survey.problems.append(Problem("info", "unused_input", message, node.id, fix="Link it, or remove it.", edit=edit))
