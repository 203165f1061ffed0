"""Write docs/blocks.md, the list of all blocks, from their definitions: ``python scripts/make_block_docs.py``."""

from __future__ import annotations

from importlib.metadata import entry_points
from itertools import groupby
from pathlib import Path

from shtairir.block import BlockDefinition
from shtairir.block.registry import ENTRY_POINT_GROUP, Registry

PAGE = Path(__file__).resolve().parent.parent / "docs" / "blocks.md"
HEAD = """\
# The blocks

{count} blocks come with Shtairir. `shtairir blocks ID` tells all about one of them; in the window, the inspector does.
Each has an example of its own that can be inserted into a graph: a part of the graph of its family in
[`blocks/shtairir_blocks/examples`](../blocks/shtairir_blocks/examples).

This page is made by `scripts/make_block_docs.py`.
"""


def library() -> list[BlockDefinition]:
    """Return the blocks of this distribution, by category and name."""
    own = [point for point in entry_points(group=ENTRY_POINT_GROUP) if point.value.startswith("shtairir")]
    return Registry(packs={point.name: point.value for point in own}, folders=()).all()


def page() -> str:
    """Return the text of the page."""
    blocks = library()
    parts = [HEAD.format(count=len(blocks))]
    for category, members in groupby(blocks, key=lambda one: one.category):
        lines = [f"\n## {category.replace('/', ' / ')}\n", "| block | | needs |", "|---|---|---|"]
        lines += [f"| **{one.name}** `{one.id}` | {_cell(one.summary)} | {one.extra or ''} |" for one in members]
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
