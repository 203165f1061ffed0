"""Whether what nodes and the graph say of how they are to be run makes sense."""

from __future__ import annotations

from shtairir.document.edits import Edit, SetGraphPolicy, SetPolicy
from shtairir.document.governing import without_setting
from shtairir.document.model import JsonObject, Node
from shtairir.document.references import is_instance
from shtairir.validation.survey import Survey


def check_policies(survey: Survey) -> None:
    """Find settings of policies that are not known, or that do not fit."""
    for node in survey.graph.nodes.values():
        if node.policy:
            _check_node(survey, node)
    if survey.graph.header.policy:
        _check_graph(survey, survey.graph.header.policy)


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


def _check_graph(survey: Survey, policy: JsonObject) -> None:
    from shtairir.policy.faults import graph_faults

    for fault in graph_faults(policy):
        edit: Edit = SetGraphPolicy(without_setting(policy, fault.key))
        survey.error("bad_policy", f"The policy of the graph: {fault.message}", None, fix=fault.fix or None, edit=edit)
