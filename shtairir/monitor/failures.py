"""The inputs of nodes that failed, kept so that the node can be run again alone.

They lie in ``failures/KEY/NODE/`` in the state folder, as data that holds no code: ``inputs.json``, and beside it a
``.npy`` or ``.arrow`` for each array or table in them; see `shtairir.recovery.encoding`. What is too large, or cannot
be kept so, is named instead. The latest are kept, a week and as much as the quota allows.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from shtairir.block.values import describe, nbytes_of
from shtairir.errors import HistoryError
from shtairir.ids import BlockId, NodeId, RunKey
from shtairir.memory.sizes import in_words

if TYPE_CHECKING:
    from shtairir.planning.plan import Task

FAILURES = "failures"
INPUTS = "inputs.json"
MOST_BYTES = 64_000_000
"""Larger inputs of one node are not kept."""

QUOTA_BYTES = 500_000_000
KEPT_S = 7 * 24 * 3600.0
_FORMAT = "shtairir-inputs"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SavedFailure:
    """A node that failed, with what it was called with.

    Attributes
    ----------
    folder
        Where it lies.
    left_out
        Inputs that could not be kept, and why.
    """

    key: RunKey
    node: NodeId
    block: BlockId
    error_type: str
    message: str
    folder: Path
    left_out: Mapping[str, str]

    def inputs(self) -> dict[str, Any]:
        """Return the inputs.

        Raises
        ------
        HistoryError
            When they are damaged.
        """
        return load_inputs(self.folder)


# --- writing --------------------------------------------------------------------------------------------------


def save_inputs(
    home: Path, key: RunKey, task: Task, arguments: Mapping[str, Any], error_type: str, message: str
) -> None:
    """Write the inputs of a node that failed, unless it has failed before in this run."""
    folder = _folder(home, key, task.node)
    if (folder / INPUTS).exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    room = MOST_BYTES
    for port in task.definition.inputs:
        if port.name not in arguments:
            continue
        value = arguments[port.name]
        nbytes = nbytes_of(value)
        if nbytes > room:
            left_out[port.name] = f"it takes {in_words(nbytes)}, and up to {in_words(MOST_BYTES)} are kept of a node"
            continue
        try:
            kept[port.name] = _written(folder, port.name, value)
            room -= nbytes
        except _not_keepable():
            left_out[port.name] = f"{describe(value)} cannot be kept"
    facts = {
        "format": _FORMAT,
        "version": 1,
        "node": task.node,
        "block": task.definition.id,
        "error_type": error_type,
        "message": message,
        "inputs": kept,
        "left_out": left_out,
    }
    # Last, and in one piece: a folder without it is one that was not finished.
    temporary = folder / f".{INPUTS}"
    temporary.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8", errors="surrogatepass")
    temporary.replace(folder / INPUTS)


def _not_keepable() -> type[Exception]:
    from shtairir.recovery.encoding import NotKeepable

    return NotKeepable


def _written(folder: Path, name: str, value: object) -> dict[str, Any]:
    from shtairir.recovery.encoding import encoded

    form, parts = encoded(value)
    files = []
    for number, part in enumerate(parts):
        file = f"{name}{'' if len(parts) == 1 else f'-{number + 1}'}{part.suffix}"
        with (folder / file).open("wb") as stream:
            part.write(stream)
        files.append(file)
    return {"form": form, "files": files}


def keep_few(home: Path, now_s: float | None = None) -> None:
    """Remove what is older than a week, and the oldest beyond the quota."""
    now_s = now_s if now_s is not None else time.time()
    left_bytes = QUOTA_BYTES
    runs = (folder for folder in _listed(home / FAILURES) if folder.is_dir())
    for folder in sorted(runs, key=lambda one: one.name, reverse=True):
        size, changed_s = 0, 0.0
        for file in folder.rglob("*"):
            with suppress(OSError):
                found = file.stat()
                changed_s = max(changed_s, found.st_mtime)
                size += found.st_size if S_ISREG(found.st_mode) else 0
        left_bytes -= size
        if left_bytes < 0 or changed_s < now_s - KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)


# --- reading --------------------------------------------------------------------------------------------------


def saved_failures(home: Path, key: RunKey) -> list[SavedFailure]:
    """Return the nodes of a run whose inputs were kept."""
    return [saved for folder in _listed(home / FAILURES / key) if (saved := _read(key, folder)) is not None]


def saved_failure(home: Path, key: RunKey, node: str) -> SavedFailure | None:
    """Return the inputs of a node in a run, if they were kept."""
    return _read(key, _folder(home, key, NodeId(node)))


def load_inputs(folder: Path) -> dict[str, Any]:
    """Return the inputs that lie in a folder.

    Raises
    ------
    HistoryError
        When they are damaged.
    """
    from shtairir.errors import RecoveryError
    from shtairir.recovery.encoding import decoded

    facts = _facts(folder)
    if facts is None:
        raise HistoryError(f"The inputs in {folder} cannot be read.")
    values = {}
    for name, written in facts["inputs"].items():
        files = written["files"]
        try:
            values[name] = decoded(written["form"], lambda place: (folder / Path(files[place]).name).read_bytes())  # noqa: B023 - called at once
        except (RecoveryError, OSError) as error:
            raise HistoryError(f"The input '{name}' in {folder} cannot be read: {error}") from error
    return values


def _read(key: RunKey, folder: Path) -> SavedFailure | None:
    facts = _facts(folder)
    if facts is None:
        return None
    return SavedFailure(
        key,
        NodeId(str(facts.get("node", unquote(folder.name)))),
        BlockId(str(facts.get("block", ""))),
        str(facts.get("error_type", "")),
        str(facts.get("message", "")),
        folder,
        dict(facts.get("left_out", {})),
    )


def _facts(folder: Path) -> dict[str, Any] | None:
    try:
        facts = json.loads((folder / INPUTS).read_text(encoding="utf-8", errors="surrogatepass"))
    except (OSError, ValueError):
        return None
    usable = isinstance(facts, dict) and facts.get("format") == _FORMAT and isinstance(facts.get("inputs"), dict)
    return facts if usable else None


def _folder(home: Path, key: RunKey, node: NodeId) -> Path:
    return home / FAILURES / key / quote(node, safe=" ")


def _listed(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError:
        return
