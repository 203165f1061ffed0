"""How much the fault suite does: all that the issue names, or enough to see that it still holds."""

from __future__ import annotations

import os

VARIABLE = "SHTAIRIR_TORTURE"

FULL = os.environ.get(VARIABLE) == "full"
"""Whether the suite runs in full, as `make torture` has it."""


def scaled(full: int, short: int) -> int:
    """Return how often, or how many: as asked for in full, or fewer where the suite is one test among thousands."""
    return full if FULL else short
