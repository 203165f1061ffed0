"""All problems of a graph at once, without raising and without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from shtairir.block.registry import Registry, default_registry
from shtairir.document import Graph, Snapshot, load
from shtairir.document.acting import Acting, acting
from shtairir.document.references import references_in
from shtairir.document.refusal import SchemaError
from shtairir.document.upgrading import upgraded
from shtairir.errors import DocumentError
from shtairir.ids import NodeId
from shtairir.validation.blocks import check_blocks
from shtairir.validation.flow import check_cycles, check_dead_nodes
from shtairir.validation.inputs import check_inputs
from shtairir.validation.inside import problems_inside
from shtairir.validation.interfaces import check_interface
from shtairir.validation.links import check_links
from shtairir.validation.policies import check_policies
from shtairir.validation.problem import Problem
from shtairir.validation.published import check_published
from shtairir.validation.references import check_bodies, check_code, check_foreign, check_refusals
from shtairir.validation.survey import Survey
from shtairir.validation.trust import check_trust
from shtairir.validation.upgrades import check_upgrades

_CHECKS = (
    check_blocks,
    check_refusals,
    check_code,
    check_foreign,
    check_links,
    check_cycles,
    check_inputs,
    check_bodies,
    check_policies,
    check_interface,
    check_published,
    check_dead_nodes,
    check_upgrades,
)
"""What is checked in the graph and in each of its definitions."""

_RANK = {"error": 0, "warning": 1, "info": 2}


def validate(graph: Graph | Snapshot, registry: Registry | None = None) -> list[Problem]:
    """Return all problems of a graph, errors first and then in the order of the nodes; never raises.

    Parameters
    ----------
    registry
        Where the blocks are looked up; the process-wide registry when left out.

    Examples
    --------
    >>> from shtairir.document import Graph
    >>> graph = Graph("demo")
    >>> node = graph.add("image.no_such_block")
    >>> [problem.code for problem in validate(graph)]
    ['missing_block']
    """
    blocks = registry if registry is not None else default_registry()
    return surveyed(upgraded(graph.snapshot(), blocks), blocks)[0]


def surveyed(graph: Snapshot, registry: Registry) -> tuple[list[Problem], Survey]:
    """Return all problems of a graph, as `validate` does, and what was seen on the way."""
    acts = acting(graph, registry)
    survey = Survey(acts.graph, registry)
    for check in _CHECKS:
        check(survey)
    check_trust(survey)
    survey.problems += problems_inside(survey, _CHECKS)
    if acts.graph is not graph:
        survey.problems[:] = _with_silent(survey.problems, graph, acts, registry)
    return _sorted(survey.problems, graph), survey


def _with_silent(found: list[Problem], graph: Snapshot, acts: Acting, registry: Registry) -> Iterator[Problem]:
    """Yield the problems of what acts, and those of the rest, which keep nothing from running."""
    used = {name for scope in (graph, *graph.subgraphs.values()) for name in references_in(scope.nodes.values())}
    for problem in found:
        # What only stands alone, or unused, because others are disabled is as it should be.
        if problem.code != "dead_node" and not (problem.code == "unused_definition" and problem.scope in used):
            yield problem
    survey = Survey(graph, registry)
    for check in _CHECKS:
        check(survey)
    for problem in survey.problems:
        if problem.code == "dead_node" or (problem.node in acts.silent and problem.code != "missing_input"):
            yield replace(problem, severity="warning") if problem.severity == "error" else problem


def _sorted(problems: list[Problem], graph: Snapshot) -> list[Problem]:
    if not problems:
        return []
    place: dict[NodeId | None, int] = {node: index for index, node in enumerate(graph.nodes)}
    last = len(place)
    return sorted(
        problems,
        key=lambda problem: (_RANK[problem.severity], place.get(_outermost(problem.node), last)),
    )


def _outermost(path: NodeId | None) -> NodeId | None:
    return NodeId(path.partition("/")[0]) if path is not None else None


def validate_file(path: str | Path, registry: Registry | None = None) -> list[Problem]:
    """Return all problems of a graph file; a file that cannot be read is itself a problem. Never raises."""
    try:
        graph = load(path)
    except DocumentError as error:
        code = error.__cause__.code if isinstance(error.__cause__, SchemaError) else "bad_file"
        return [Problem("error", code, str(error), fix=error.hint or None)]
    return validate(graph, registry)
