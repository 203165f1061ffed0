"""Exceptions that were raised in another process: what of their traceback came along."""

from __future__ import annotations

from dataclasses import dataclass

from shtairir.events import CodeLine

_ATTRIBUTE = "__shtairir_whereabouts__"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an exception was raised.

    Attributes
    ----------
    code
        The innermost line of the block's own code.
    traceback
        All of it, as text.
    """

    code: CodeLine | None = None
    traceback: str = ""


def mark(error: BaseException, whereabouts: Whereabouts) -> None:
    """Have an exception bear where it was raised, unless it has no place for that."""
    try:
        setattr(error, _ATTRIBUTE, whereabouts)
    except Exception:  # noqa: BLE001 - the class is foreign code
        return


def whereabouts_of(error: BaseException) -> Whereabouts | None:
    """Return where an exception of another process was raised; ``None`` for one of this process."""
    found = getattr(error, _ATTRIBUTE, None)
    return found if isinstance(found, Whereabouts) else None
