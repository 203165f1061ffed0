"""Frozen nodes: the last result that was kept of each is held, whatever has changed before it.

Which result that is, the last run of the graph says, which remembers the key of each node. That of a node whose results
are not kept otherwise, since its block has effects or gives another result each time, lies under a key that is made of
its name: that is the person's word.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shtairir.ids import NodeId
from shtairir.planning.source import source_of

if TYPE_CHECKING:
    from shtairir.cache.last_runs import LastRun
    from shtairir.cache.result_cache import ResultCache
    from shtairir.document.graph import Graph
    from shtairir.document.known import Known
    from shtairir.document.snapshot import Snapshot
    from shtairir.planning.plan import ExecutionPlan


def name_of(plan: ExecutionPlan) -> str:
    """Return what the last run of a plan's graph is known by: its file, else its name."""
    source = source_of(plan)
    path = source.given.path if source is not None else None
    return os.fspath(path) if path is not None else plan.graph_name


def home_of(plan: ExecutionPlan) -> str:
    """Return what tells the graph of a plan from all others, also from those of the same name that have no file."""
    source = source_of(plan)
    return home_of_graph(source.given) if source is not None else ""


def home_of_graph(graph: Snapshot) -> str:
    """Return what tells a graph from all others: its file, or that it is this one of this program."""
    if graph.path is not None:
        return os.fspath(graph.path)
    number = _unsaved.get(graph.known)
    if number is None:
        number = _unsaved[graph.known] = next(_numbers)
    return f"{_PROGRAM}#{number}"


_PROGRAM = os.urandom(8).hex()
_numbers = itertools.count(1)
_unsaved: WeakKeyDictionary[Known, int] = WeakKeyDictionary()


def key_by_name(home: str, node: NodeId, block: str) -> str:
    """Return the key under which the result of a frozen node lies that has no other."""
    return hashlib.blake2b(f"frozen|{home}|{node}|{block}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def held_keys(
    plan: ExecutionPlan, nodes: Iterable[NodeId], last: LastRun | None, cache: ResultCache
) -> dict[NodeId, str]:
    """Return the keys of the results that frozen nodes hold; those of which none is there are left out."""
    found: dict[NodeId, str] = {}
    home = home_of(plan)
    if last is not None and last.home != home:
        last = None  # of another graph of this name
    for node in nodes:
        call = plan.call(node)
        if call is None or not call.definition.outputs:
            continue
        before = last.nodes.get(node) if last is not None else None
        candidates = [key_by_name(home, node, call.definition.id)]
        if before is not None and before["block"] == call.definition.id and before["key"]:
            candidates.insert(0, before["key"])
        key = next((key for key in candidates if key in cache), None)
        if key is not None:
            found[node] = key
    return found


def frozen_since(graph: Graph | Snapshot, node: NodeId | str) -> datetime | None:
    """Return when the result was made that a node holds, or would hold if it were frozen now; ``None`` for none.

    The node need not be frozen. In a definition it is named by its path, ``clean/blur``.
    """
    from shtairir.cache.smart import last_runs, shared_cache

    cache = shared_cache()
    runs = last_runs(cache) if cache is not None else None
    if cache is None or runs is None:
        return None
    snapshot = graph.snapshot()
    name = os.fspath(snapshot.path) if snapshot.path is not None else snapshot.name
    home = home_of_graph(snapshot)
    found, last = snapshot.find(str(node)), runs.read(name)
    keys = [key_by_name(home, NodeId(node), found[1].block)] if found is not None else []
    before = last.nodes.get(str(node)) if last is not None and last.home == home else None
    if before is not None and before["key"]:
        keys.insert(0, before["key"])
    times = (cache.created_s(key) for key in keys)
    made = next((time for time in times if time is not None), None)
    return datetime.fromtimestamp(made) if made is not None else None
