"""``shtairir blocks --enable PACK``: another chance for a pack that was disabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import plural

if TYPE_CHECKING:
    from shtairir.block.packs import PackProblem


def enable_pack(name: str) -> Outcome:
    """Import a pack or a file that was disabled, and tell how that went.

    Raises
    ------
    CommandError
        When there is no such pack.
    """
    from shtairir.block.registry import default_registry

    registry = default_registry()
    keys = registry.find_packs(name)
    if not keys:
        hint = f"Families: {', '.join(registry.families())}."
        raise CommandError(f"There is no pack “{name}”.", hint=f"Name a family, a module or a file of blocks. {hint}")
    for key in keys:
        registry.quarantine.enable(key)
    registry.all()
    registry.wait_for(*keys)
    found = [block for key in keys for block in registry.blocks_of(key)]
    problems = [problem for problem in registry.problems if problem.pack in keys]
    if problems:
        said = "\n".join(f"{one.pack} cannot be used. {one.message} {one.fix}".strip() for one in problems)
        document = {"status": "broken", "packs": [problem_document(problem) for problem in problems]}
        return Outcome(ExitStatus.FAILED, said, document)
    text = f"{', '.join(keys)} is enabled: {plural(len(found), 'block')}"
    return Outcome(text=text, document={"status": "enabled", "packs": keys, "blocks": found})


def problem_document(problem: PackProblem) -> dict[str, Any]:
    """Return a pack that cannot be used for ``--json``."""
    return {
        "pack": problem.pack,
        "message": problem.message,
        "fix": problem.fix,
        "line": problem.line,
        "disabled": problem.disabled,
    }
