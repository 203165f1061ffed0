"""From older versions of the file format to the current one: a chain of pure functions, one for each step.

Version 0 was written by the first drafts. It differs from version 1 in this:

- ``nodes`` was an object, node by id; now it is a list, and each node carries its ``id``.
- A node named its block ``type`` and its values ``params``; its place was ``x`` and ``y``. Now ``block``,
  ``values`` and ``position``.
- A link was the text ``"load.image -> blur.image"``; now it is an object with ``from`` and ``to``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shtairir.document.refusal import SchemaError, kind_of

_RENAMED = {"type": "block", "params": "values"}
_GONE = ("id", "x", "y")


def migrate(data: dict[str, Any], version: int) -> dict[str, Any]:
    """Return the data as the current version has it; the argument is left alone.

    Raises
    ------
    SchemaError
        When the data is not what its version says.
    """
    for step in _STEPS[version:]:
        data = step(data)
    return data


def _from_version_0(data: dict[str, Any]) -> dict[str, Any]:
    nodes, links = data.get("nodes", {}), data.get("links", [])
    if not isinstance(nodes, dict):
        raise SchemaError(("nodes",), f"Expected an object in braces for 'nodes', got {kind_of(nodes)}.")
    if not isinstance(links, list):
        raise SchemaError(("links",), f"Expected a list in brackets for 'links', got {kind_of(links)}.")
    return {
        **data,
        "version": 1,
        "nodes": [_node_from_version_0(key, node) for key, node in nodes.items()],
        "links": [_link_from_version_0(index, link) for index, link in enumerate(links)],
    }


def _node_from_version_0(key: str, node: object) -> dict[str, Any]:
    if not isinstance(node, Mapping):
        raise SchemaError(("nodes", key), f"Expected an object in braces, got {kind_of(node)}.")
    rest = {_RENAMED.get(str(field), str(field)): value for field, value in node.items() if field not in _GONE}
    return {"id": key, **rest, "position": [node.get("x", 0), node.get("y", 0)]}


def _link_from_version_0(index: int, link: object) -> dict[str, Any]:
    if not isinstance(link, str) or link.count("->") != 1:
        raise SchemaError(("links", index), f"Expected a text such as 'a.out -> b.x', got {kind_of(link)}.")
    source, target = link.split("->")
    return {"from": source.strip(), "to": target.strip()}


_STEPS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (_from_version_0,)
