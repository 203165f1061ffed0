"""Runs in which nothing is made twice: what the cache has is restored, and what is made is put there."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cache.disk_tier import Origin
from shtairir.cache.keys import cache_keys
from shtairir.cache.reasons import Ingredients, LastRun, LastRuns, Reasons, ingredients, reasons
from shtairir.cache.result_cache import ResultCache
from shtairir.errors import CacheError
from shtairir.events import RunStatus
from shtairir.execute.restoring import Restored
from shtairir.ids import NodeId, PortRef
from shtairir.planning.source import source_of

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.planning.plan import ExecutionPlan
    from shtairir.results.result import RunResult

VARIABLE = "SHTAIRIR_CACHE_PATH"
ORIGIN = "Restored from the cache."
SPARING = "was restored from the cache"

_WORTH_KEEPING_S = 1e-3
"""What takes less is made again as quickly as it is found."""


@dataclass(frozen=True, slots=True)
class CachedValue:
    """A value in the cache, read when somebody wants it."""

    cache: ResultCache
    key: str
    place: int
    nbytes: int

    def load(self) -> Any:
        """Return the value.

        Raises
        ------
        CacheError
            When it has gone meanwhile, or was found to be damaged.
        """
        found = self.cache.get(self.key)
        if found is None or len(found) <= self.place:
            raise CacheError(
                "A result that was in the cache is not there any more.", hint="Run again: it is made anew then."
            )
        return found[self.place]


class SmartRun:
    """What the cache knows of a plan, and the hook that tells it of the rest.

    Attributes
    ----------
    keys
        The keys of the nodes whose results are kept.
    known
        Those of them whose results are there and needed, with their sizes in bytes.
    running
        The nodes that must run, also those whose results are not kept. All others are needed by nobody.
    """

    def __init__(
        self, plan: ExecutionPlan, cache: ResultCache, keep: Iterable[PortRef] | None = (), *, fresh: bool = False
    ) -> None:
        self._cache = cache
        self._plan = plan
        self._graph = plan.graph_name
        self._last = _last_runs(cache.folder / "graphs") if cache.folder is not None else None
        self._began: dict[int, float] = {}
        self._is_fresh = fresh
        self.keys = cache_keys(plan)
        self.known: dict[NodeId, int] = {}
        self.running: set[NodeId] = set()
        self._ports: dict[PortRef, CachedValue] = {}
        self._look(keep)

    @property
    def restored(self) -> Restored | None:
        """What is there already; ``None`` for nothing."""
        return Restored(known=self._ports, origin=ORIGIN, sparing=SPARING) if self._ports else None

    @cached_property
    def why(self) -> Mapping[NodeId, str]:
        """Why each node runs that must."""
        return Reasons(lambda: reasons(self._plan, self._ingredients, self._last_run, self.running))

    def behind(self, node: NodeId) -> NodeId | None:
        """Return the node that another comes after, if that is why it runs."""
        why = self.why.get(node, "")
        inputs = self._ingredients[node]["inputs"].values() if node in self._ingredients else ()
        sources = (PortRef.parse(source).node for source in inputs)
        return next((source for source in sources if f"It comes after '{source}'," in why), None)

    @cached_property
    def _last_run(self) -> LastRun | None:
        return self._last.read(self._name) if self._last is not None else None

    def remember(self, result: RunResult) -> None:
        """Write down what the nodes of a run were made of, for the next to be held against."""
        if self._last is None or result.status not in (RunStatus.DONE, RunStatus.PARTIAL):
            return
        place = (self._last, self._name)
        if _remembered.get(place) == self.keys:
            return  # nothing has changed: that is quickly told, and the usual case
        _ = self._last_run  # before this one takes its place
        self._last.write(self._name, self._ingredients)
        _remembered[place] = self.keys

    @cached_property
    def _ingredients(self) -> dict[str, Ingredients]:
        return ingredients(self._plan, self.keys)

    @property
    def _name(self) -> str:
        source = source_of(self._plan)
        path = source.given.path if source is not None else None
        return os.fspath(path) if path is not None else self._plan.graph_name

    def _look(self, keep: Iterable[PortRef] | None) -> None:
        """Go from what is wanted up to what is there: `known`; what lies on the way runs.

        An entry is read when it is found, so that what is counted on is whole.
        """
        plan = self._plan
        calls = {task.node: task for whole in plan.tasks for task in whole.calls}
        wanted = plan.slots if keep is None else [*plan.results, *(plan.aliases.get(port, port) for port in keep)]
        pending = [port.node for port in wanted]
        pending += [node for node, task in calls.items() if not task.definition.outputs]
        seen: set[NodeId] = set()
        while pending:
            node = pending.pop()
            if node in seen or node not in calls:
                continue
            seen.add(node)
            key = self.keys.get(node)
            nbytes = self._cache.warm(key) if key is not None and not self._is_fresh else None
            if nbytes is not None:
                self.known[node] = nbytes
            else:
                self.running.add(node)
                pending += [item.source.node for item in calls[node].inputs]
        for node, nbytes in self.known.items():
            for place, output in enumerate(calls[node].definition.outputs):
                self._ports[PortRef(node, output.name)] = CachedValue(self._cache, self.keys[node], place, nbytes)

    # --- as the run sees it: a hook ---------------------------------------------------------------------------

    def begin(self, attempt: Attempt) -> None:
        """Take note of when it began."""
        self._began[attempt.task.number] = time.perf_counter()

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Put what was made into the cache, if it took long enough to be worth it."""
        cost_s = time.perf_counter() - self._began.pop(attempt.task.number, 0.0)
        if values is None or error is not None or cost_s < _WORTH_KEEPING_S:
            return
        made = dict(zip(attempt.task.outputs, values, strict=True))
        for task in attempt.task.calls:
            ports = [PortRef(task.node, port.name) for port in task.definition.outputs]
            key = self.keys.get(task.node)
            if key is None or not ports or any(made.get(port) is None for port in ports):
                continue
            origin = Origin(task.definition.id, task.node, self._graph)
            self._cache.put(key, [made[port] for port in ports], cost_s=cost_s, origin=origin)


_remembered: dict[tuple[LastRuns, str], Mapping[NodeId, str]] = {}
"""The keys of the last runs of this program, by graph."""


@lru_cache(maxsize=16)
def _last_runs(folder: Path) -> LastRuns:
    return LastRuns(folder)


_lock = threading.Lock()


def shared_cache() -> ResultCache | None:
    """Return the cache that all runs of the program share; ``None`` when there is to be none.

    It lies in the user's cache folder; ``SHTAIRIR_CACHE_PATH`` names another, and switches it off when it is empty.
    """
    with _lock:
        return _cache_of(os.environ.get(VARIABLE))


@lru_cache(maxsize=4)
def _cache_of(setting: str | None) -> ResultCache | None:
    if setting == "":
        return None
    if setting is None:
        import platformdirs

        folder = Path(platformdirs.user_cache_dir("shtairir", appauthor=False)) / "results"
    else:
        folder = Path(setting)
    import atexit

    made = ResultCache(folder)
    atexit.register(made.close)
    return made
