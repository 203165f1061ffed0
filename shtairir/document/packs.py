"""Which packs a graph needs besides the ones that come with Shtairir: the file names them, for who has not got them.

The entry ``packs`` of the file holds, by family of blocks, the name by which pip knows the pack. It is written when a
graph is saved that was changed, and only read to say what to install.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shtairir.document.edits.base import DeltaEdit
from shtairir.document.edits.header import header_delta
from shtairir.document.references import CODE, FILE, SUBGRAPH
from shtairir.document.state import Delta, State

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot

PACKS = "packs"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class SetPacks(DeltaEdit):
    """Name the packs that the graph needs."""

    packs: Mapping[str, str]

    @property
    def label(self) -> str:
        return "name the packs"

    def delta(self, state: State) -> Delta:
        extra = {key: value for key, value in state.header.extra.items() if key != PACKS}
        return header_delta(state, extra={**extra, PACKS: dict(self.packs)} if self.packs else extra)


def named_packs(graph: Graph | Snapshot) -> dict[str, str]:
    """Return the names of packs by family, as the file has them; what cannot be such a name is left out.

    Whoever wrote the file wrote them, so they are shown to people and never installed by the program.
    """
    root = graph.snapshot()
    packs = root.header.extra.get(PACKS)
    if not isinstance(packs, Mapping):
        return {}
    return {family: name for family, name in packs.items() if isinstance(name, str) and _NAME.fullmatch(name)}


def name_packs(graph: Graph, registry: Registry) -> None:
    """Have the file name the packs that its nodes need; of those not installed here, what it said before stays."""
    root = graph.root
    named = named_packs(root)
    needed: dict[str, str] = {}
    for family in sorted(_families(root)):
        pack = registry.pack_of(family)
        if pack is None and family in named:
            needed[family] = named[family]
        elif pack is not None and not pack.is_ours and pack.distribution:
            needed[family] = pack.distribution
    if needed != named:
        root.take_up({root: SetPacks(needed)}, "name the packs")


def _families(root: Graph) -> set[str]:
    scopes = (root, *root.subgraphs.values())
    blocks = {node.block for scope in scopes for node in scope.nodes.values()}
    return {block.partition(".")[0] for block in blocks if not block.startswith((SUBGRAPH, CODE, FILE))}
