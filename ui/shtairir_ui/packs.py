"""Packs that cannot be used, as problems that a person can read and mend."""

from __future__ import annotations

from shtairir.block.registry import PackProblem, Registry
from shtairir.validation import Problem


def pack_problems(registry: Registry) -> list[Problem]:
    """The packs and files of blocks that cannot be used, each with what to do."""
    return [
        Problem(
            "warning",
            "pack_disabled" if problem.disabled else "pack_broken",
            f"{_what(registry, problem)} cannot be used. {problem.message}",
            fix=problem.fix or "Mend it and save it: it is read again at once.",
        )
        for problem in registry.problems
    ]


def _what(registry: Registry, problem: PackProblem) -> str:
    part = registry.blocks_of(problem.pack) and not problem.kept
    return f"{'Some' if part else 'The'} blocks of {problem.pack}"
