"""Whether the graph, or a file that it uses, carries code that nobody has trusted yet."""

from __future__ import annotations

from dataclasses import replace

from shtairir.document.trust import Untrusted, untrusted
from shtairir.ids import NodeId
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey

UNTRUSTED = "untrusted_code"
"""The code of the problem. It keeps a graph from running, not from being planned."""


def check_trust(survey: Survey) -> None:
    """Find code that a run would refuse to run."""
    if not (survey.graph.code or survey.composing or survey.graph.subgraphs or _run_what_they_say(survey)):
        return
    for one in untrusted(survey.graph, survey.registry):
        nodes = tuple(
            NodeId(user) for item in one.carried for user in (item.used_by if item.source is not None else (item.name,))
        )
        inside = nodes if one.path == survey.graph.path else ()
        survey.problems.append(_problem(one, inside))


def _problem(one: Untrusted, nodes: tuple[NodeId, ...]) -> Problem:
    problem = Problem("error", UNTRUSTED, one.message, fix=one.fix, related=nodes)
    if not nodes:
        return problem
    scope, _, inner = nodes[0].rpartition("/")
    if not scope:
        return replace(problem, node=nodes[0])
    return replace(problem, scope=scope, inner=NodeId(inner))


def _run_what_they_say(survey: Survey) -> bool:
    return any(definition.traits.needs_trust for definition in survey.wiring.blocks.values())
