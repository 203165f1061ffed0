"""The names by which parts of a graph are used from outside."""

from __future__ import annotations

import re

from shtairir.document import Graph
from shtairir.ids import PortRef


def published_name(graph: Graph, port: PortRef) -> str | None:
    """The name under which an input or an output is published; None when it is not."""
    for parameter in graph.parameters:
        if parameter.target == port:
            return parameter.name
    return next((result.name for result in graph.results if result.source == port), None)


def plain_name(text: str) -> str:
    """A title as a name that is easily typed.

    Examples
    --------
    >>> plain_name("Smallest coin (px²)"), plain_name("…")
    ('smallest_coin_px', 'value')
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "value"
