"""Whether things may move by themselves; whoever animates asks first."""

from __future__ import annotations

_reduced = False


def reduced() -> bool:
    """Whether a person wants nothing to slide, pulse or run."""
    return _reduced


def reduce(wanted: bool) -> None:
    """Have things stand still, or move again; what moves now may end its movement."""
    global _reduced
    _reduced = wanted
