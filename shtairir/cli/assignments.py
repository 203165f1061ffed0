"""``--set NAME=VALUE``: which input is meant, and what value the text stands for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.outcome import CommandError
from shtairir.ids import NodeId, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.block.ports import InputPort
    from shtairir.block.registry import Registry
    from shtairir.document import Graph

_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def assign(graph: Graph, assignments: Iterable[str], registry: Registry) -> dict[str, Any]:
    """Set inputs of a graph as told on the command line.

    Returns
    -------
    dict[str, Any]
        The values of inputs inside one instance of a definition (``clean/blur.sigma``): these hold for a run, since
        the definition is shared.

    Raises
    ------
    CommandError
        When a name or a value does not fit; the sentence names the nearest that would.
    """
    inner: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name:
            raise CommandError(f"“{assignment}” is not an assignment.", hint="Write --set NAME=VALUE.")
        target = _target(graph, name.strip(), registry)
        value = _value(graph, target, text, registry)
        if "/" in target.node:
            inner[str(target)] = value
        else:
            graph.set(str(target), value)
    return inner


def assigned_values(graph: Graph, assignments: Iterable[str]) -> dict[str, Any]:
    """Return what `assign` has set in a graph, by input: not what is for the inside of an instance."""
    published = {parameter.name: parameter.target for parameter in graph.snapshot().offered}
    values = {}
    for assignment in assignments:
        name = assignment.partition("=")[0].strip()
        target = published.get(name) or PortRef.parse(name)
        node = graph.nodes.get(target.node)
        if node is not None and target.port in node.values:
            values[str(target)] = node.values[target.port]
    return values


def _target(graph: Graph, name: str, registry: Registry) -> PortRef:
    published = {parameter.name: parameter.target for parameter in graph.snapshot().offered}
    if name in published:
        return published[name]
    names = [*published, *_settable(graph, registry)]
    try:
        target = PortRef.parse(name)
    except ValueError:
        raise CommandError(f"The graph has no parameter “{name}”.", hint=_suggestion(name, names)) from None
    found = graph.snapshot().find(target.node)
    if found is None:
        raise CommandError(f"The graph has no node “{target.node}”.", hint=_suggestion(name, names))
    inside, node = found
    local = PortRef(node.id, target.port)
    if local in inside.links:
        source = inside.links[local].source
        raise CommandError(f"{name} takes its value from {source}.", hint="Set an input further up, or cut that link.")
    definition = _definition(graph, target.node, registry)
    if definition is not None and definition.input(target.port) is None:
        raise CommandError(f"{node.block} has no input “{target.port}”.", hint=_suggestion(name, names))
    return target


def _settable(graph: Graph, registry: Registry) -> list[str]:
    return [
        str(ref)
        for node_id in graph.nodes
        if (definition := _definition(graph, node_id, registry)) is not None
        for port in definition.inputs
        if (ref := PortRef(node_id, port.name)) not in graph.links
    ]


def _definition(graph: Graph, node: NodeId, registry: Registry) -> BlockDefinition | None:
    found = graph.snapshot().find(node)
    return None if found is None else found[0].definition(found[1], registry)


def _suggestion(name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    shown = ", ".join(names[:8])
    return f"There are: {shown}{', ...' if len(names) > 8 else ''}." if names else ""


def _value(graph: Graph, target: PortRef, text: str, registry: Registry) -> Any:
    definition = _definition(graph, target.node, registry)
    port = definition.input(target.port) if definition is not None else None
    if port is None:
        return _json_or_text(text)
    refusal = ""
    for candidate in readings(text, port.type.family):
        try:
            port.parse(candidate)
        except (ValueError, TypeError) as error:
            refusal = refusal or str(error)
        else:
            return _from_here(candidate, port)
    raise CommandError(f"{target} cannot be set to “{text}”: {refusal}")


def readings(text: str, family: str) -> list[Any]:
    """Return what a text may stand for, the likeliest first.

    Examples
    --------
    >>> readings("3", "float"), readings("3", "text"), readings("yes", "bool")
    ([3, '3'], ['3'], [True, 'yes'])
    """
    if family in ("text", "path", "color"):
        return [text]
    if family == "bool" and text.lower() in _WORDS:
        return [_WORDS[text.lower()], text]
    as_json = _json_or_text(text)
    # A choice may be named by a word that JSON reads otherwise ("1", "true", "null").
    as_written = [as_json, text] if family != "enum" else [text, as_json]
    return as_written if as_json != text else [text]


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda word: word)
    except ValueError:
        return text


def _from_here(candidate: Any, port: InputPort) -> Any:
    """Return a path that was typed in this folder as one that means the same from the graph's folder."""
    if port.type.family == "path" and isinstance(candidate, str) and candidate:
        return str(Path(candidate).expanduser().resolve())
    return candidate
