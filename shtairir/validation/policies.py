"""Whether what nodes and the graph say of how they are to be run makes sense."""

from __future__ import annotations

from collections.abc import Iterable

from shtairir.document.edits import Edit, SetGraphPolicy, SetPolicy
from shtairir.document.governing import without_setting
from shtairir.document.model import JsonObject, Node
from shtairir.document.references import body_of, is_instance
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey

_OF_TASKS = {
    "priority": ("normal",),
    "on_failure": ("finish", "fallback"),
    "criticality": ("normal",),
}
"""Settings that have no effect in the body of a loop, and the values for which that makes no difference."""


def check_policies(survey: Survey) -> None:
    """Find settings of policies that are not known, or that do not fit."""
    for node in survey.graph.nodes.values():
        if node.policy:
            _check_node(survey, node)
    if survey.graph.header.policy:
        _check_graph(survey, survey.graph.header.policy)
    for node in survey.composing:
        body = body_of(node)
        inside = survey.graph.body(body) if body is not None else None
        if inside is not None:
            _check_body(survey, node, inside.nodes.values())


def _check_node(survey: Survey, node: Node) -> None:
    from shtairir.policy.faults import instance_faults, node_faults  # most graphs have no policies

    if is_instance(node.block):
        faults = instance_faults(node.policy)
    else:
        faults = node_faults(node.policy, survey.definitions.get(node.id))
    for fault in faults:
        edit = SetPolicy(node.id, without_setting(node.policy, fault.key))
        message = f"The policy of '{node.id}': {fault.message}"
        survey.error("bad_policy", message, node.id, fix=fault.fix or None, edit=edit)


def _check_body(survey: Survey, loop: Node, nodes: Iterable[Node]) -> None:
    """Warn of what nodes of a body say that only a task of its own can have."""
    for node in nodes:
        unused = [f"'{key}'" for key in _OF_TASKS if node.policy.get(key) not in (None, *_OF_TASKS[key])]
        if unused:
            have = "have" if len(unused) > 1 else "has"
            message = f"In the loop '{loop.id}', {' and '.join(unused)} of '{node.id}' {have} no effect."
            fix = "Set this for the loop, or take the node out of it."
            survey.problems.append(Problem("warning", "unused_policy", message, loop.id, fix=fix))


def _check_graph(survey: Survey, policy: JsonObject) -> None:
    from shtairir.policy.faults import graph_faults

    for fault in graph_faults(policy):
        edit: Edit = SetGraphPolicy(without_setting(policy, fault.key))
        survey.error("bad_policy", f"The policy of the graph: {fault.message}", None, fix=fault.fix or None, edit=edit)
