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
    key = registry.find_pack(name)
    if key is None:
        hint = f"Families: {', '.join(registry.families())}."
        raise CommandError(f"There is no pack “{name}”.", hint=f"Name a family, a module or a file of blocks. {hint}")
    registry.quarantine.enable(key)
    registry.all()
    registry.wait_for(key)
    found = registry.blocks_of(key)
    problem = next((one for one in registry.problems if one.pack == key), None)
    if problem is not None:
        text = f"{key} is enabled, but it cannot be used.\n{problem.message} {problem.fix}"
        return Outcome(ExitStatus.FAILED, text, {"status": "broken", "pack": key, "problem": problem_document(problem)})
    text = f"{key} is enabled: {plural(len(found), 'block')}"
    return Outcome(text=text, document={"status": "enabled", "pack": key, "blocks": list(found)})


def problem_document(problem: PackProblem) -> dict[str, Any]:
    """Return a pack that cannot be used for ``--json``."""
    return {
        "pack": problem.pack,
        "message": problem.message,
        "fix": problem.fix,
        "line": problem.line,
        "disabled": problem.disabled,
    }
