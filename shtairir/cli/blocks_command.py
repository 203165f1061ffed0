"""``shtairir blocks``: what there is to build with."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from shtairir.cli.outcome import CommandError, Outcome
from shtairir.cli.packs_command import problem_document
from shtairir.cli.terminal import columns, styled

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.block.ports import InputPort
    from shtairir.block.registry import Registry


def list_blocks(query: str) -> Outcome:
    """List all blocks, those that match some words, or the one with this id."""
    from shtairir.block.registry import default_registry

    registry = default_registry()
    definition = registry.get(query) if "." in query and " " not in query else None
    if definition is not None:
        return Outcome(text=block_text(definition), document={"status": "ok", "block": block_document(definition)})
    registry.all()
    registry.wait_for()
    found = registry.search(query) if query else registry.all()
    if query and not found:
        raise CommandError(f"No block matches “{query}”.", hint=_nearest(query, registry))
    document = {
        "status": "ok",
        "blocks": [block_document(each, source=False) for each in found],
        "packs": [problem_document(problem) for problem in registry.problems],
    }
    return Outcome(text=_ranked(found) if query else _by_category(found), document=document)


def _nearest(query: str, registry: Registry) -> str:
    from difflib import get_close_matches

    near = get_close_matches(query, [str(each.id) for each in registry.all()], n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else "shtairir blocks lists all there are."


def _ranked(found: Iterable[BlockDefinition]) -> str:
    return columns(_row(definition) for definition in found)


def _by_category(found: Iterable[BlockDefinition]) -> str:
    ordered = sorted(found, key=lambda definition: (definition.category, definition.id))
    width = max((len(definition.id) for definition in ordered), default=0)
    sections = []
    for category, members in groupby(ordered, key=lambda definition: definition.category):
        rows = columns(((each.id.ljust(width), *_row(each)[1:]) for each in members), indent=2)
        sections.append(f"{styled(category, 'strong', sys.stdout)}\n{rows}")
    return "\n\n".join(sections)


def _row(definition: BlockDefinition) -> tuple[str, str]:
    missing = definition.missing()
    if missing is None:
        return definition.id, definition.summary
    return definition.id, f"{definition.summary}  {styled(f'[{missing.message}]', 'warn', sys.stdout)}"


def block_text(definition: BlockDefinition) -> str:
    """Return all about one block: documentation, ports, what it needs, source."""
    parts = [f"{styled(definition.id, 'strong', sys.stdout)}  {definition.name}, in {definition.category}"]
    missing = definition.missing()
    if missing is not None:
        parts.append(styled(missing.message, "warn", sys.stdout))
    parts.append(_prose(definition.doc) or definition.summary)
    if definition.inputs:
        parts.append("inputs\n" + columns((_input_row(port) for port in definition.inputs), indent=2))
    if definition.outputs:
        rows = ((port.name, port.type.name, port.help) for port in definition.outputs)
        parts.append("outputs\n" + columns(rows, indent=2))
    parts.append(f"source  {definition.file}:{definition.line}\n\n{definition.source().rstrip()}")
    return "\n\n".join(parts)


def _prose(doc: str) -> str:
    """Return a docstring without the sections that the tables of ports tell already."""
    lines = doc.strip().splitlines()
    kept, told = [], False
    for place, line in enumerate(lines):
        underlined = place + 1 < len(lines) and re.fullmatch("-{3,}", lines[place + 1].strip())
        if underlined:
            told = line.strip() in ("Parameters", "Returns")
        if not told:
            kept.append(line)
    return "\n".join(kept).strip()


def _input_row(port: InputPort) -> tuple[str, str, str, str]:
    default = "required" if port.required else f"= {_plain(port.default)!r}"
    words = [word for word in (_range_text(port), port.help) if word]
    return port.name, port.type.name, default, "; ".join(words)


def _range_text(port: InputPort) -> str:
    param = port.param
    bounds = [
        f"{sign} {bound:g}"
        for sign, bound in (("≥", param.ge), (">", param.gt), ("≤", param.le), ("<", param.lt))
        if bound is not None
    ]
    choices = getattr(port.type, "choices", None) or param.choices
    if choices:
        bounds.append("one of " + ", ".join(str(_plain(choice)) for choice in choices))
    return " ".join([*bounds, *([param.unit] if param.unit and bounds else [])])


def block_document(definition: BlockDefinition, *, source: bool = True) -> dict[str, Any]:
    """Return a block for ``--json``."""
    missing = definition.missing()
    document: dict[str, Any] = {
        "id": definition.id,
        "name": definition.name,
        "category": definition.category,
        "summary": definition.summary,
        "tags": list(definition.tags),
        "version": definition.version,
        "pack": definition.pack,
        "available": missing is None,
        "extra": definition.extra,
        "missing": missing.message if missing is not None else None,
        "inputs": [_input_document(port) for port in definition.inputs],
        "outputs": [{"name": p.name, "type": p.type.name, "help": p.help} for p in definition.outputs],
    }
    if source:
        document |= {"doc": definition.doc, "file": str(definition.file), "line": definition.line}
        document["source"] = definition.source()
    return document


def _input_document(port: InputPort) -> dict[str, Any]:
    return {
        "name": port.name,
        "type": port.type.name,
        "required": port.required,
        "default": None if port.required else _plain(port.default),
        "range": _range_text(port),
        "help": port.help,
    }


def _plain(value: Any) -> Any:
    """Return a default or a choice as it would stand in a graph file."""
    from enum import Enum

    from shtairir.block.values import Color

    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Color):
        return value.hex
    return value if value is None or isinstance(value, bool | int | float | str | list) else str(value)
