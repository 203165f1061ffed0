"""Whether each node's block is there and can run."""

from __future__ import annotations

from shtairir.block.definition import MissingLibrary
from shtairir.block.packs import PackProblem
from shtairir.document.edits import SetBlock
from shtairir.document.model import Node
from shtairir.document.packs import named_packs
from shtairir.ids import BlockId
from shtairir.validation.problem import Problem
from shtairir.validation.references import is_explained
from shtairir.validation.survey import Survey


def check_blocks(survey: Survey) -> None:
    """Find nodes whose block is missing, lacks a library, or is older than the node."""
    unwell = _unwell(survey)
    meant: dict[BlockId, str | None] = {}
    for node, definition in zip(survey.graph.nodes.values(), survey.wiring.definitions, strict=True):
        if definition is None:
            if is_explained(survey, node):
                continue
            if node.block not in meant:
                meant[node.block] = _meant(survey, node.block)
            _missing_block(survey, node, meant[node.block])
            continue
        if id(definition) in unwell:
            _unwell_block(survey, node, *unwell[id(definition)])
        if node.block_version > definition.version:
            survey.problems.append(_newer_block(node, definition.version))


def _meant(survey: Survey, block: BlockId) -> str | None:
    """Return the block that was probably meant: one of the same family, or of one that is spelled much alike.

    A name that is like that of a block of another pack is chance, and that block does something else.
    """
    families: dict[str, list[str]] = {}
    for known in survey.registry.all():
        families.setdefault(known.id.partition(".")[0], []).append(known.id)
    family = block.partition(".")[0]
    near = family if family in families else survey.closest(family, list(families))
    return survey.closest(block, families[near]) if near is not None else None


def _unwell(survey: Survey) -> dict[int, tuple[MissingLibrary | None, PackProblem | None]]:
    """Return the blocks that cannot run here, by the identity of their definitions, with why."""
    found = {}
    for key, definition in survey.wiring.blocks.items():
        why = definition.missing(), survey.registry.problem_of(definition)
        if why != (None, None):
            found[key] = why
    return found


def _unwell_block(survey: Survey, node: Node, lack: MissingLibrary | None, broken: PackProblem | None) -> None:
    if lack is not None:
        needs, _, how = lack.message.partition(". ")
        message = f"The block '{node.block}' of '{node.id}' {needs[:1].lower()}{needs[1:]}."
        survey.error("block_unavailable", message, node.id, fix=how or None)
    if broken is not None:
        # To run what the file said when it could last be read would surprise.
        message = f"The block '{node.block}' of '{node.id}' is shown as it was, since its file cannot be read any more."
        survey.error("block_outdated", message, node.id, fix=f"Mend {broken.pack}. {broken.message}")


def _newer_block(node: Node, installed: int) -> Problem:
    message = (
        f"'{node.id}' was made with version {node.block_version} of '{node.block}'; version {installed} is installed."
    )
    return Problem("warning", "older_block", message, node.id, fix="Update the pack that brings the block.")


def _missing_block(survey: Survey, node: Node, meant: str | None) -> None:
    message = f"No installed pack has the block '{node.block}' of '{node.id}'."
    broken = _perhaps_in(survey, node.block)
    edit = SetBlock(node.id, BlockId(meant)) if meant is not None else None
    family = node.block.partition(".")[0]
    pack = named_packs(survey.graph).get(family) if survey.registry.pack_of(family) is None else None
    if pack is not None:
        fix, edit = f"Install the pack that brings it: pip install {pack}. The node is kept as it is.", None
    elif broken is None and meant is not None:
        fix = f"Did you mean '{meant}'?"
    elif broken is not None:
        fix = f"Mend the pack: the blocks of {broken.pack} cannot be used. {broken.message} {broken.fix}".rstrip()
    else:
        fix = "Install the pack that brings it, or put another block in its place. The node is kept as it is."
    survey.error("missing_block", message, node.id, fix=fix, edit=edit)


def _perhaps_in(survey: Survey, block: BlockId) -> PackProblem | None:
    """Return the pack of the block's family, or a file of the user, that cannot be used."""
    problems = {problem.pack: problem for problem in survey.registry.problems}
    pack = survey.registry.pack_of(block.partition(".")[0])
    if pack is not None:
        return problems.get(pack.module)
    return next((problem for key, problem in problems.items() if key.endswith(".py")), None)
