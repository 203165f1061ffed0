"""What is known of a run before it begins."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from shtairir.errors import RecoveryError
from shtairir.ids import RunKey

_FORMAT = "shtairir-run"
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What ``run.json`` says of a run.

    Attributes
    ----------
    graph_path
        The graph's file; ``None`` for a graph that has none.
    base_dir
        The folder that relative paths in the graph start from.
    file_hash
        A hash of the graph's file when the run began.
    started_at
        The wall clock in UTC, as ISO 8601 has it.
    parameters
        Values that were given for this run only, as JSON holds them.
    targets
        The nodes that were asked for; ``None`` for all.
    nodes
        How many there are.
    keep
        ``results``, ``all``, or the outputs besides the results.
    checkpoints
        ``none``, ``expensive`` or ``all``.
    blocks
        A stamp of each block that the run uses, by its id: it tells whether the code is still the same.
    files
        For each file that a pure block was told to read, a stamp that tells whether it was changed.
    origin
        The run that this one goes on from, if it is another.
    """

    key: RunKey
    graph_name: str
    graph_path: str | None = None
    base_dir: str = ""
    file_hash: str = ""
    started_at: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    targets: tuple[str, ...] | None = None
    nodes: int = 0
    level: str = "balanced"
    workers: int = 1
    keep: str | tuple[str, ...] = "results"
    memory_limit: int | None = None
    timeout_s: float | None = None
    backend: str = "threads"
    checkpoints: str = "expensive"
    pid: int = 0
    host: str = ""
    version: str = ""
    python: str = ""
    blocks: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    files: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    origin: RunKey | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as JSON can hold them."""
        facts = {"format": _FORMAT, **{item.name: getattr(self, item.name) for item in fields(self)}}
        facts |= {name: dict(facts[name]) for name in ("parameters", "blocks", "files")}
        return facts

    def to_json(self) -> bytes:
        """Return the text of ``run.json``."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, default=str).encode("utf-8", "surrogatepass")

    @classmethod
    def from_json(cls, text: bytes) -> RunFacts:
        """Read what `to_json` has written; facts of a newer program that are not known here are left out.

        Raises
        ------
        RecoveryError
            When it is not that.
        """
        try:
            raw = json.loads(text)
            if not isinstance(raw, dict) or raw.get("format") != _FORMAT:
                raise ValueError("it is no record of a run")
            known = {item.name: raw[item.name] for item in fields(cls) if item.name in raw}
            if known.get("targets") is not None:
                known["targets"] = tuple(map(str, known["targets"]))
            if isinstance(known.get("keep"), list):
                known["keep"] = tuple(map(str, known["keep"]))
            return cls(**known)
        except (ValueError, TypeError, KeyError) as error:
            raise RecoveryError(f"The record of the run cannot be read: {error}.") from error


def here_and_now(now: datetime | None = None) -> dict[str, Any]:
    """Return the facts about this program, this machine and this moment, by their names in `RunFacts`."""
    import platform

    from shtairir import __version__

    moment = now if now is not None else datetime.now(UTC)
    return {
        "started_at": moment.isoformat(timespec="milliseconds"),
        "pid": os.getpid(),
        "host": platform.node(),
        "version": __version__,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
