"""Published parameters and results that follow the nodes they name, into definitions too.

What is published names a port by a path from the graph: ``blur.sigma``, ``clean/blur.sigma``. When nodes of a scope are
renamed or removed, all paths that lead through that scope are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from shtairir.document.model import GraphTest, Header, JsonObject, NamedResult, Parameter
from shtairir.document.references import body_of, instance_of
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, State
from shtairir.ids import NodeId, PortName, PortRef

Steps: TypeAlias = tuple[str, ...]
Rewrite: TypeAlias = Callable[[Steps, PortName, bool], "tuple[Steps, PortName] | None"]
"""From the steps of a path inside a scope, the port at its end, and whether that is an output, to another path.

``None`` stands for: publish it no longer.
"""


def first_step(port: PortRef) -> NodeId:
    """Return the node of the graph itself that a port such as ``clean/blur.sigma`` is reached by."""
    return NodeId(port.node.partition("/")[0])


def followed(scopes: Scopes, state: State, rewrite: Rewrite) -> Header | None:
    """Return the graph's header with the paths through a scope rewritten there; ``None`` when nothing is different."""
    header = scopes.root.header
    changed = replace(
        header,
        parameters=tuple(_parameters(header.parameters, scopes, state, rewrite)),
        results=tuple(_results(header.results, scopes, state, rewrite)),
        tests=tuple(_tests(header.tests, scopes, state, rewrite)),
    )
    return changed if changed != header else None


def _parameters(
    parameters: tuple[Parameter, ...], scopes: Scopes, state: State, rewrite: Rewrite
) -> Iterator[Parameter]:
    for one in parameters:
        target = _rewritten(one.target, False, scopes, state, rewrite)
        if target is not None:
            yield one if target == one.target else replace(one, target=target)


def _results(results: tuple[NamedResult, ...], scopes: Scopes, state: State, rewrite: Rewrite) -> Iterator[NamedResult]:
    for one in results:
        source = _rewritten(one.source, True, scopes, state, rewrite)
        if source is not None:
            yield one if source == one.source else replace(one, source=source)


def _tests(tests: tuple[GraphTest, ...], scopes: Scopes, state: State, rewrite: Rewrite) -> Iterator[GraphTest]:
    """Yield tests with the ports that they name as they are called now; one that is gone stays, and fails."""

    def now(names: JsonObject, is_output: bool) -> JsonObject:
        # Others are names of parameters and results, or of nothing: a person may have written anything.
        ports = {name: PortRef.parse(name) for name in names if all(name.rpartition("."))}
        found = {name: _rewritten(port, is_output, scopes, state, rewrite) for name, port in ports.items()}
        return {str(found.get(name) or name): value for name, value in names.items()}

    for one in tests:
        parameters, expect = now(one.parameters, False), now(one.expect, True)
        same = parameters.keys() == one.parameters.keys() and expect.keys() == one.expect.keys()
        yield one if same else replace(one, parameters=parameters, expect=expect)


def _rewritten(port: PortRef, is_output: bool, scopes: Scopes, state: State, rewrite: Rewrite) -> PortRef | None:
    steps = tuple(port.node.split("/"))
    scope: State | None = scopes.root
    for depth, step in enumerate(steps):
        if scope is state:
            new = rewrite(steps[depth:], port.port, is_output)
            return None if new is None else PortRef(NodeId("/".join((*steps[:depth], *new[0]))), new[1])
        node = scope.node(NodeId(step)) if scope is not None else None
        name = (instance_of(node.block) or body_of(node)) if node is not None else None
        scope = scopes.definitions.get(name) if name is not None else None
    return port


def exchange_following(scopes: Scopes, state: State, delta: Delta, rewrite: Rewrite) -> Changes:
    """Put a delta of a scope in, and let what is published follow; return what undoes both."""
    if not delta:
        return Changes()
    header = followed(scopes, state, rewrite)
    if header is None:
        return scopes.exchange(Changes({state: delta}))
    if state is scopes.root:
        return scopes.exchange(Changes({state: replace(delta, header=header)}))
    return scopes.exchange(Changes({state: delta, scopes.root: Delta(header=header)}))
