"""What is wrong inside the definitions and files that a graph uses, seen from the graph.

Each definition is looked at once, however many instances it has. Its problems are told with the path of the node
through the first instance, with the definition named, and with all nodes of the graph that contain it.

Glossary
--------
place
    A definition of some file, or a file used as a block. Its key is the file and the definition's name.
way
    The path from the graph to the first instance of a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from shtairir.document.edits import Edit, InScope, RemoveSubgraph
from shtairir.document.files import file_of
from shtairir.document.model import Node
from shtairir.document.references import FILE, INPUT, composing, references_in, references_of
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId, PortName
from shtairir.validation.problem import Problem
from shtairir.validation.references import clause
from shtairir.validation.survey import Survey

Check = Callable[[Survey], None]
_Key = tuple[Path | None, str | None]
_DEFAULT = PortName("value")
_MOST_PLACES = 10_000
MOST_NODES = 250_000
"""How many nodes a graph may have with all that its instances stand for."""
MOST_LEVELS = 100
"""How deep its definitions may lie in each other."""
_ENDLESS = 10**12


@dataclass(slots=True)
class _Place:
    key: _Key
    graph: Snapshot
    name: str
    way: str
    composing: list[Node]
    contains: dict[_Key, NodeId] = field(default_factory=dict)
    """What its nodes refer to, each with the first node that does."""
    times: dict[_Key, int] = field(default_factory=dict)
    """How many of its nodes refer to each."""

    @property
    def words(self) -> str:
        """The place, for a sentence."""
        if self.name.startswith(FILE):
            return f"the file '{self.name.removeprefix(FILE)}'"
        of = f" of {self.graph.path.name}" if self.key[0] is not None and self.graph.path is not None else ""
        return f"the definition '{self.name}'{of}"


def problems_inside(root: Survey, checks: tuple[Check, ...]) -> list[Problem]:
    """Return the problems of all definitions and files that a graph uses, and of definitions that it does not use."""
    graph = root.graph
    if not root.composing and not graph.subgraphs:
        return []
    start = _Place((None, graph.scope), graph, graph.scope or "", "", root.composing)
    places = {start.key: start}
    _find(start, places)
    containers = _containers(start, places)
    problems = _recursions(places) or _too_large(start, places)
    for place in places.values():
        if place is not start:
            problems += _problems_in(place, root, checks, containers.get(place.key, ()))
    if graph.scope is not None:
        return problems
    unused = {name: scope for name, scope in graph.subgraphs.items() if (None, name) not in places}
    inner = {name for scope in unused.values() for name in references_in(scope.nodes.values())}
    for name, scope in unused.items():
        problems += _problems_unused(_Place((None, name), scope, name, "", []), root, checks, name not in inner)
    return problems


def _find(start: _Place, places: dict[_Key, _Place]) -> None:
    """Find the places, nearest first, and note what contains what."""
    waiting = [start]
    for place in waiting:
        for node in place.composing:
            for name in references_of(node):
                key = _key(place, name, start.graph.path)
                place.contains.setdefault(key, node.id)
                place.times[key] = place.times.get(key, 0) + 1
                new = key not in places and len(places) < _MOST_PLACES
                inner = place.graph.body(name) if new else None
                if inner is not None:
                    way = f"{place.way}/{node.id}" if place.way else node.id
                    places[key] = _Place(key, inner, name, way, composing(inner.nodes.values()))
                    waiting.append(places[key])


def _key(place: _Place, name: str, root: Path | None) -> _Key:
    if not name.startswith(FILE):
        return (place.key[0], name)
    path = file_of(place.graph, name)
    return (None, None) if root is not None and path == root else (path, None)


def _containers(start: _Place, places: dict[_Key, _Place]) -> dict[_Key, tuple[NodeId, ...]]:
    """Return for each place the graph's own nodes that contain it."""
    found: dict[_Key, dict[NodeId, None]] = {}
    below: dict[_Key, list[_Key]] = {}
    for node in start.composing:
        for name in references_of(node):
            key = _key(start, name, start.graph.path)
            if key not in below:
                below[key] = _below(key, places)
            for inner in below[key]:
                found.setdefault(inner, {})[node.id] = None
    return {key: tuple(nodes) for key, nodes in found.items()}


def _below(key: _Key, places: dict[_Key, _Place]) -> list[_Key]:
    seen = {key: None}
    waiting = [key]
    for one in waiting:
        for inner in places[one].contains if one in places else ():
            if inner not in seen:
                seen[inner] = None
                waiting.append(inner)
    return waiting


def _recursions(places: dict[_Key, _Place]) -> list[Problem]:
    """Find places that contain themselves, each circle once."""
    problems = []
    done: set[_Key] = set()
    for key in places:
        chain: list[_Key] = []
        stack: list[tuple[_Key, int]] = [(key, 0)]
        while stack:
            one, depth = stack.pop()
            del chain[depth:]
            if one in chain:
                problems.append(_recursion([places[step] for step in chain[chain.index(one) :]]))
            elif one not in done and one in places:
                done.add(one)
                chain.append(one)
                stack += [(inner, depth + 1) for inner in reversed(list(places[one].contains))]
    return problems


def _recursion(circle: list[_Place]) -> Problem:
    last = circle[-1]
    node = last.contains[circle[0].key]
    names = [place.name.removeprefix(FILE) if place.name else place.graph.name for place in (*circle, circle[0])]
    chain = " → ".join(f"'{name}'" for name in names)
    path = NodeId(f"{last.way}/{node}" if last.way else node)
    fix = "A definition cannot be used inside itself; to repeat something, use a loop."
    scope = last.name or None
    message = f"{_capital(circle[0].words) if circle[0].name else 'The graph'} contains itself: {chain}."
    inner = node if scope is not None else None
    return Problem("error", "recursive_subgraph", message, path, fix=fix, scope=scope, inner=inner)


def _too_large(start: _Place, places: dict[_Key, _Place]) -> list[Problem]:
    """Find whether instances of instances add up to more than can be planned; there is no recursion."""
    sizes: dict[_Key, tuple[int, int]] = {}
    _measure(start.key, places, sizes)
    total, levels = sizes[start.key]
    if levels > MOST_LEVELS:
        message = f"The graph's definitions lie in each other {levels:,} levels deep."
        return [Problem("error", "too_deep", message, fix=f"At most {MOST_LEVELS} levels can be planned.")]
    if total <= MOST_NODES:
        return []
    largest = max((key for key in sizes if key != start.key), key=sizes.__getitem__)
    what = f"Its largest part is {places[largest].words}, with {_rounded(sizes[largest][0])} nodes."
    message = f"With all that its instances stand for, the graph has {_rounded(total)} nodes. {what}"
    fix = f"At most {MOST_NODES:,} can be planned; use a loop to repeat something often."
    return [Problem("error", "too_many_nodes", message, fix=fix)]


def _measure(key: _Key, places: dict[_Key, _Place], sizes: dict[_Key, tuple[int, int]]) -> None:
    """Note of a place, and of those inside it, how many nodes and levels it has; innermost first, no recursion."""
    stack = [key]
    while stack:
        one = stack[-1]
        inside = [inner for inner in places[one].times if inner in places]
        missing = [inner for inner in inside if inner not in sizes] if one not in sizes else []
        if missing:
            stack += missing
            continue
        stack.pop()
        if one not in sizes:
            times = places[one].times
            nodes = len(places[one].graph.nodes) + sum(sizes[inner][0] * times[inner] for inner in inside)
            levels = max((sizes[inner][1] + 1 for inner in inside), default=0)
            sizes[one] = (min(nodes, _ENDLESS), levels)


def _rounded(number: int) -> str:
    return f"{number:,}" if number < _ENDLESS else f"more than {_ENDLESS:,}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _surveyed(place: _Place, root: Survey, checks: tuple[Check, ...]) -> list[Problem]:
    survey = Survey(place.graph, root.registry)
    for check in checks:
        check(survey)
    given = {(one.target.node, one.target.port) for one in place.graph.parameters}
    given |= {(node.id, _DEFAULT) for node in place.graph.nodes.values() if node.block == INPUT}
    # What comes from outside need not be there inside.
    return [one for one in survey.problems if one.code != "missing_input" or (one.node, one.port) not in given]


def _problems_in(
    place: _Place, root: Survey, checks: tuple[Check, ...], containers: tuple[NodeId, ...]
) -> Iterator[Problem]:
    for problem in _surveyed(place, root, checks):
        node = NodeId(f"{place.way}/{problem.node}" if problem.node is not None else place.way)
        yield replace(_told(problem, place), node=node, related=containers, edit=_edit(problem.edit, place))


def _problems_unused(place: _Place, root: Survey, checks: tuple[Check, ...], is_outermost: bool) -> Iterator[Problem]:
    if is_outermost:  # what only unused definitions use goes when they are gone
        yield Problem(
            "info",
            "unused_definition",
            f"Nothing uses the definition '{place.name}'.",
            fix="Place an instance of it, or remove it.",
            edit=RemoveSubgraph(place.name),
            scope=place.name,
        )
    for problem in _surveyed(place, root, checks):
        # It keeps nothing from running.
        severity = "warning" if problem.severity == "error" else problem.severity
        yield replace(_told(problem, place), severity=severity, node=None, related=(), edit=_edit(problem.edit, place))


def _told(problem: Problem, place: _Place) -> Problem:
    message = f"In {place.words}: {clause(problem.message)}"
    return replace(problem, message=message, scope=place.name, inner=problem.node)


def _edit(edit: Edit | None, place: _Place) -> Edit | None:
    """What is in another file is mended there."""
    return InScope(place.name, edit) if edit is not None and place.key[0] is None and place.key[1] else None
