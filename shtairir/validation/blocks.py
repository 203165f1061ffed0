"""Whether each node's block is there and can run."""

from __future__ import annotations

from shtairir.document.edits import SetBlock
from shtairir.document.model import Node
from shtairir.ids import BlockId
from shtairir.validation.problem import Problem
from shtairir.validation.references import is_explained
from shtairir.validation.survey import Survey


def check_blocks(survey: Survey) -> None:
    """Find nodes whose block is missing, lacks a library, or is older than the node."""
    lacking = {key: definition.missing() for key, definition in survey.wiring.blocks.items()}
    meant: dict[BlockId, str | None] = {}
    for node, definition in zip(survey.graph.nodes.values(), survey.wiring.definitions, strict=True):
        if definition is None:
            if is_explained(survey, node):
                continue
            if node.block not in meant:
                meant[node.block] = survey.closest(node.block, [known.id for known in survey.registry.all()])
            _missing_block(survey, node, meant[node.block])
            continue
        lack = lacking[id(definition)]
        if lack is not None:
            needs, _, how = lack.message.partition(". ")
            message = f"The block '{node.block}' of '{node.id}' {needs[:1].lower()}{needs[1:]}."
            survey.error("block_unavailable", message, node.id, fix=how or None)
        if node.block_version > definition.version:
            survey.problems.append(_newer_block(node, definition.version))


def _newer_block(node: Node, installed: int) -> Problem:
    message = (
        f"'{node.id}' was made with version {node.block_version} of '{node.block}'; version {installed} is installed."
    )
    return Problem("warning", "older_block", message, node.id, fix="Update the pack that brings the block.")


def _missing_block(survey: Survey, node: Node, meant: str | None) -> None:
    message = f"No installed pack has the block '{node.block}' of '{node.id}'."
    family = node.block.partition(".")[0]
    broken = [problem for problem in survey.registry.problems if family in problem.pack]
    edit = SetBlock(node.id, BlockId(meant)) if meant is not None else None
    if meant is not None:
        fix = f"Did you mean '{meant}'?"
    elif broken:
        fix = f"The pack {broken[0].pack} could not be read: {broken[0].message}"
    else:
        fix = "Install the pack that brings it, or put another block in its place. The node is kept as it is."
    survey.error("missing_block", message, node.id, fix=fix, edit=edit)
