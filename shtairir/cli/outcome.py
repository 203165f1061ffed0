"""What a command hands back, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from shtairir.errors import ShtairirError


class ExitStatus(IntEnum):
    """The exit statuses that scripts may rely on."""

    DONE = 0
    FAILED = 1
    UNUSABLE = 2
    CANCELLED = 3
    TIMED_OUT = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a command.

    Attributes
    ----------
    status
        The exit status of the process.
    text
        For a person, on standard output; left out with ``--json``.
    document
        For a program: the one object that ``--json`` prints.
    """

    status: ExitStatus = ExitStatus.DONE
    text: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


class CommandError(ShtairirError):
    """The arguments, or what they name, cannot be used.

    Parameters
    ----------
    facts
        What a program that reads ``--json`` gets to know besides message and hint.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: ExitStatus = ExitStatus.UNUSABLE,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.facts = dict(facts or {})
