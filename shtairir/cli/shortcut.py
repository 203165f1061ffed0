"""``shtairir run`` as it is mostly typed, read without the library for command lines.

A run of a few nodes takes less time than to import that library. So the arguments of this one command are looked at
here first; with anything but plain options, each spelled out or in its short form, nothing is read here, and the
library reads all of them. What both can read, both read the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LEVELS = ("none", "basic", "balanced", "aggressive")
_FLAGS = {
    "--dry-run": "dry_run",
    "-n": "dry_run",
    "--show-graph": "show_graph",
    "--profile": "profile",
    "-p": "profile",
    "--smart": "smart",
    "--fresh": "fresh",
    "--json": "",
    "--verbose": "verbose",
    "-v": "verbose",
    "--quiet": "quiet",
    "-q": "quiet",
}
_VALUES = {
    "--set": "assignments",
    "-s": "assignments",
    "--level": "level",
    "-l": "level",
    "--workers": "workers",
    "-w": "workers",
    "--memory-limit": "memory_limit",
    "-m": "memory_limit",
    "--capacity": "capacities",
    "-c": "capacities",
    "--timeout": "timeout",
    "-t": "timeout",
    "--node-timeout": "node_timeout",
    "--output": "output",
    "-o": "output",
    "--trace": "trace",
    "--metrics": "metrics",
    "--log-json": "log_json",
}


def plain_run(arguments: Sequence[str]) -> tuple[Path, dict[str, Any]] | None:
    """Return the file and the options of `shtairir.cli.run_command.RunOptions`; ``None`` unless all of it is plain.

    Examples
    --------
    >>> file, options = plain_run(["run", "coins.shtairir", "--set", "radius=3", "--json"])
    >>> file.name, options
    ('coins.shtairir', {'assignments': ('radius=3',)})
    >>> plain_run(["run", "--help"]) is plain_run(["run", "a", "b"]) is None
    True
    """
    if not arguments or arguments[0] != "run":
        return None
    files: list[str] = []
    several: dict[str, list[str]] = {"assignments": [], "capacities": []}
    options: dict[str, Any] = {}
    verbosity = 0
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in _FLAGS:
            name = _FLAGS[argument]
            verbosity += name == "verbose"
            options[name] = True
        elif argument in _VALUES:
            value = next(rest, "")
            if not value or value.startswith("-"):
                return None
            name = _VALUES[argument]
            if name in several:
                several[name].append(value)
            else:
                options[name] = value
        elif argument and not argument.startswith("-"):
            files.append(argument)
        else:
            return None
    read = _read(options | {name: tuple(values) for name, values in several.items() if values}, verbosity)
    return (Path(files[0]), read) if read is not None and len(files) == 1 else None


def _read(options: dict[str, Any], verbosity: int) -> dict[str, Any] | None:
    """Return the options as their values, or ``None`` if one is to be refused."""
    options.pop("", None)
    options.pop("verbose", None)
    smart, fresh = options.pop("smart", False), options.pop("fresh", False)
    if smart or fresh:
        options["cache"] = "fresh" if fresh else "smart"
    if options.pop("quiet", False):
        verbosity = -1
    if verbosity:
        options["verbosity"] = verbosity
    if options.get("level", "balanced") not in _LEVELS:
        return None
    if "workers" in options:
        text = options["workers"]
        if not (text.isascii() and text.isdecimal() and 0 < len(text) < 5 and int(text)):
            return None
        options["workers"] = int(text)
    for name in {"output", "trace", "metrics", "log_json"} & options.keys():
        options[name] = Path(options[name])
    return options
