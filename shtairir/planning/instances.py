"""What a plan knows of the instances whose contents it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from shtairir.ids import BlockId, NodeId, PortName, PortRef


class Instance(NamedTuple):
    """A node that stands for a definition or a graph file.

    Attributes
    ----------
    parts
        The nodes and instances in it, by their paths; not those inside of these.
    outputs
        For each output the one that makes it.
    """

    title: str
    block: BlockId
    parts: tuple[NodeId, ...]
    outputs: Mapping[PortName, PortRef]
