"""The options that several commands share, written once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shtairir.session.wishes import WorkerCount


class Level(StrEnum):
    """The names of `shtairir.planning.OptimizationLevel`, known here without importing the planner."""

    NONE = "none"
    BASIC = "basic"
    BALANCED = "balanced"
    AGGRESSIVE = "aggressive"


class Backend(StrEnum):
    """The names of `shtairir.execute.processes.Backend`, for the command line."""

    THREADS = "threads"
    PROCESSES = "processes"


class Theme(StrEnum):
    """The themes of the window."""

    DARK = "dark"
    LIGHT = "light"


GraphFile = Annotated[Path, typer.Argument(metavar="FILE", help="A graph file, NAME.shtairir.", show_default=False)]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="NAME=VALUE",
        help="Set an input (blur.sigma=3) or a published parameter (radius=3) for this time only. Repeatable.",
        show_default=False,
    ),
]
LevelOption = Annotated[Level, typer.Option("--level", "-l", help="How far the planner optimises.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", "-w", min=1, help="How many nodes may run at once. [default: the number of cores]"),
]
WorkersOrAuto = Annotated[
    str | None,
    typer.Option(
        "--workers",
        "-w",
        metavar="N|auto",
        help="How many nodes may run at once; auto: as many as earlier runs say. [default: the number of cores]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else.")]
Verbose = Annotated[int, typer.Option("--verbose", "-v", count=True, help="Say more: logs, tracebacks.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors and results.")]


def worker_count(text: str | None) -> WorkerCount:
    """Return the number of workers that was typed.

    Raises
    ------
    typer.BadParameter
        When it is none.
    """
    if text is None or text == "auto":
        return text  # type: ignore[return-value]  # it is this one text
    if text.isascii() and text.isdecimal() and int(text) >= 1:
        return int(text)
    raise typer.BadParameter(f"'{text}' is no number of workers: write 1 or more, or auto.", param_hint="--workers")
