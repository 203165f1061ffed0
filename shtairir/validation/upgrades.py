"""What was done to nodes that were made with an older version of their block."""

from __future__ import annotations

from shtairir.document.edits import SetBlock
from shtairir.document.upgrading import UpgradeNote
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey

_SAVE = "Save the graph to keep it like that."


def check_upgrades(survey: Survey) -> None:
    """Tell what was brought up to date, and find nodes of which that failed."""
    for note in survey.graph.known.upgrades:
        node = survey.graph.nodes.get(note.node)
        if node is None or note.scope != survey.graph.scope:
            continue
        if not note.failed:
            survey.problems.append(Problem("info", "migrated", note.message, note.node, fix=_SAVE))
        else:
            _failed(survey, note)


def _failed(survey: Survey, note: UpgradeNote) -> None:
    node, definition = survey.graph.nodes[note.node], survey.definitions.get(note.node)
    if definition is None or node.block_version >= definition.version:
        return
    survey.error(
        "migration_failed",
        note.message,
        note.node,
        fix="Set its values by hand, then take it as it is; and tell the author of the pack.",
        edit=SetBlock(node.id, definition.id, definition.version),
    )
