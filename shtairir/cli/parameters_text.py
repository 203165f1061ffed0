"""``--help-parameters``: what a graph can be given from outside, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.outcome import Outcome
from shtairir.cli.terminal import columns
from shtairir.document.references import INPUT, OUTPUT, name_of

if TYPE_CHECKING:
    from shtairir.block.ports import InputPort
    from shtairir.block.registry import Registry
    from shtairir.document import Graph, Snapshot

_ENTRIES = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter or result, as it is told.

    Attributes
    ----------
    value
        What a parameter has if it is not set; ``None`` where it must be.
    """

    name: str
    title: str
    type: str
    target: str
    help: str = ""
    value: Any = None
    range: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the entry for a program."""
        told = {"name": self.name, "title": self.title, "type": self.type, "target": self.target, "help": self.help}
        return {**told, **self.more}


def describe_parameters(graph: Graph, path: Path, registry: Registry) -> Outcome:
    """Tell the published parameters and the named results of a graph."""
    snapshot = graph.snapshot()
    parameters, results = _parameters(snapshot, registry), _results(snapshot, registry)
    lines = [f"{path.name}: {graph.name}"]
    lines += ["", "Parameters, for --set NAME=VALUE:"] if parameters else ["", "It publishes no parameters."]
    if parameters:
        lines.append(columns([(f"  {one.name}", one.type, _value(one), one.range, _said(one)) for one in parameters]))
    else:
        lines.append("Any input can be set all the same: --set NODE.INPUT=VALUE.")
    if results:
        lines += ["", "Results:", columns([(f"  {one.name}", one.type, _said(one)) for one in results])]
    document = {
        "status": "described",
        "file": str(path),
        "parameters": [one.document() for one in parameters],
        "results": [one.document() for one in results],
    }
    return Outcome(text="\n".join(lines), document=document)


def _value(entry: Entry) -> str:
    return "required" if entry.value is None else str(entry.value)


def _said(entry: Entry) -> str:
    said = [part for part in (entry.title if entry.title != entry.name else "", entry.help) if part]
    return " ".join(": ".join(said).split())


def _parameters(snapshot: Snapshot, registry: Registry) -> list[Entry]:
    entries: list[Entry] = []
    for parameter in snapshot.parameters:
        found = snapshot.find(parameter.target.node)
        if found is None:
            continue
        scope, node = found
        definition = scope.definition(node, registry)
        port = definition.input(parameter.target.port) if definition is not None else None
        if port is None:
            continue
        value = node.values.get(port.name, port.type.dump(port.default) if not port.required else None)
        bounds = parameter.range or (port.param.ge, port.param.le)
        entries.append(
            _entry(
                parameter.name,
                parameter.title or port.label,
                port,
                str(parameter.target),
                parameter.help or port.help,
                value,
                bounds,
            )
        )
    for node in snapshot.nodes.values():
        if node.block == INPUT:
            definition = snapshot.definition(node, registry)
            port = definition.input("value") if definition is not None else None
            name = name_of(node)
            if port is not None and all(entry.name != name for entry in entries):
                said = str(node.values.get("help", ""))
                entries.append(
                    _entry(name, node.title or name, port, f"{node.id}.value", said, node.values.get("value"), None)
                )
    return entries


def _entry(
    name: str,
    title: str,
    port: InputPort,
    target: str,
    help: str,
    value: Any,
    bounds: tuple[float | None, float | None] | None,
) -> Entry:
    low, high = bounds if bounds is not None else (None, None)
    range_text = _range_text(low, high)
    more: dict[str, Any] = {"value": value, "range": None if bounds is None else [low, high]}
    if port.param.choices:
        more["choices"] = [str(choice) for choice in port.param.choices]
        range_text = ", ".join(more["choices"][:_ENTRIES])
    return Entry(name, title, port.type.name, target, help, value, range_text, more)


def _range_text(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return "" if low is None and high is None else f"from {low:g}" if low is not None else f"up to {high:g}"


def _results(snapshot: Snapshot, registry: Registry) -> list[Entry]:
    entries: list[Entry] = []
    for result in snapshot.results:
        found = snapshot.find(result.source.node)
        if found is None:
            continue
        definition = found[0].definition(found[1], registry)
        port = definition.output(result.source.port) if definition is not None else None
        kind, said = (port.type.name, port.help) if port is not None else ("any", "")
        title = result.title or result.name
        entries.append(Entry(result.name, title, kind, str(result.source), result.help or said))
    for node in snapshot.nodes.values():
        if node.block == OUTPUT:
            name = name_of(node)
            kind, said = str(node.values.get("type", "any")), str(node.values.get("help", ""))
            entries.append(Entry(name, node.title or name, kind, f"{node.id}.value", said))
    return entries
