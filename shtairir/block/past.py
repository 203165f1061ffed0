"""What a block was before: the checks of what its declaration says of that, so that older graphs still work."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from shtairir.block.definition import Migration
from shtairir.errors import BlockDefinitionError
from shtairir.ids import PortName

ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
"""The id of a block: ``family.name``."""

MakeError: TypeAlias = Callable[..., BlockDefinitionError]
"""Takes a sentence and a hint, and names the block."""


def check_migrations(error: MakeError, version: int, migrations: Mapping[int, Migration]) -> None:
    """Refuse a version that is none, and steps from versions that there never were."""
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise error(f"version is {version!r}.", hint="Count versions from 1.")
    for step in migrations:
        if not isinstance(step, int) or not 1 <= step < version:
            hint = f"Write the version that it starts from: {', '.join(map(str, range(1, version))) or 'none yet'}."
            raise error(f"migrations has a step from {step!r}, but its version is {version}.", hint=hint)


def check_aliases(error: MakeError, block: str, aliases: Sequence[str]) -> None:
    """Refuse what cannot be ids that the block had."""
    if isinstance(aliases, str):
        raise error("'aliases' must be a list of ids, not a text.", hint='Write aliases=("...",).')
    for alias in aliases:
        if not ID.fullmatch(alias) or alias == block:
            raise error(f"'{alias}' cannot be an alias of it.", hint="Write the id that it had before.")


def check_renamed(error: MakeError, renamed: Mapping[str, str], ports: set[PortName], *, adapted: bool) -> None:
    """Refuse names that are still in use, and names that lead nowhere."""
    for old, new in renamed.items():
        if old in ports:
            raise error(f"renamed says '{old}' is gone, but it is still a port.", hint="Take it out.")
        if new not in ports and new not in renamed and not adapted:
            hint = f"Its ports are: {', '.join(sorted(ports)) or 'none'}."
            raise error(f"renamed leads to '{new}', which is not a port.", hint=hint)
