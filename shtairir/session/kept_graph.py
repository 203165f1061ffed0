"""The graph that a kept run goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.errors import RecoveryError
from shtairir.ids import RunKey
from shtairir.recovery.account import account_of
from shtairir.recovery.facts import RunFacts
from shtairir.recovery.folder import RunFolder, found
from shtairir.recovery.keeping import file_hash
from shtairir.recovery.listing import info_of

if TYPE_CHECKING:
    from shtairir.document.graph import Graph

_CHANGED = "; the graph was changed since, and what depends on that runs again"
_STATES: Mapping[str, str] = {
    "running": "still going on",
    "compensating": "being undone",
    "interrupted": "cut off",
    "half_undone": "cut off while it was being undone",
    "timed_out": "out of time",
}


@dataclass(frozen=True, slots=True)
class KeptGraph:
    """The graph that a run would go on with.

    Attributes
    ----------
    said
        What is to be said of it, in a sentence or two.
    """

    key: RunKey
    graph: Graph
    said: str


def graph_of_run(name: str) -> KeptGraph:
    """Return the graph that a run would go on with: its file if it was changed since, else as it was.

    Raises
    ------
    RecoveryError
        When there is no such run, or no graph of it.
    """
    from shtairir.document import load, loads

    folder = found(name)
    info = info_of(folder)
    account = account_of(folder)
    facts = info.facts
    how = f"{_STATES.get(info.state, info.state)}, {len(account.done):,} of {facts.nodes:,} nodes done"
    said = f"run {info.key} of '{facts.graph_name}': {how}"
    path = changed_file(folder, facts)
    if path is not None:
        return KeptGraph(info.key, load(path), f"{said}{_CHANGED}")
    try:
        data = folder.graph.read_bytes()
    except OSError:
        raise no_graph(facts) from None
    return KeptGraph(info.key, loads(data, path=path_of(facts)), said)


def changed_file(folder: RunFolder, facts: RunFacts) -> Path | None:
    """Return the file of a run's graph, if that is not what it was."""
    path = Path(facts.graph_path) if facts.graph_path is not None else None
    now = file_hash(path)
    return path if now and (now != facts.file_hash or not folder.graph.exists()) else None


def path_of(facts: RunFacts) -> Path:
    """Return the file of a run's graph; if it has none, one that is not there, where its paths start from."""
    return Path(facts.graph_path or Path(facts.base_dir or ".") / "unsaved.shtairir")


def no_graph(facts: RunFacts) -> RecoveryError:
    """Return the error for a run of which there is no graph."""
    return RecoveryError(f"The graph of run {facts.key} was not kept, and it has no file.", hint="Give the graph.")
