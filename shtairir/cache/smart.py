"""Runs in which nothing is made twice: what the cache has is restored, and what is made is put there."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from shtairir.block.values import nbytes_of
from shtairir.cache.ages import ORIGIN as _ORIGIN
from shtairir.cache.ages import frozen_text, origin_text
from shtairir.cache.disk_tier import Found, Origin
from shtairir.cache.keys import Keys, keys_of, may_be_stored, why_not_kept
from shtairir.cache.last_runs import LastRun, LastRuns
from shtairir.cache.reasons import FRESH, NO_RESULT, Lazily, Why, ingredients, reasons
from shtairir.cache.result_cache import ResultCache
from shtairir.cache.ways import find_call, following, spared_by, without_outputs
from shtairir.errors import CacheError
from shtairir.events import RunStatus
from shtairir.execute.call import PLAIN, received
from shtairir.execute.restoring import GIVEN, GivenValue, KnownValue, Restored
from shtairir.ids import NodeId, PortRef
from shtairir.planning.source import source_of

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.planning.plan import ExecutionPlan, Task
    from shtairir.results.result import RunResult

VARIABLE = "SHTAIRIR_CACHE_PATH"
ORIGIN = f"{_ORIGIN}."
SPARING = "was restored from the cache"

_WORTH_WRITING_S = 1e-3
"""What takes less is made again as quickly as it is read from the disk, unless it is small."""
_SMALL_BYTES = 64_000
_AT_ONCE_BYTES = 4096
"""Values up to this size are held while the run lasts, since it is read at once what they are."""

_NOTHING: Mapping[Any, Any] = {}


def is_worth_writing(cost_s: float, nbytes: int) -> bool:
    """Whether results that took so long, and are so large, go to the disk as well."""
    return cost_s >= _WORTH_WRITING_S or nbytes <= _SMALL_BYTES


class CachedValue(NamedTuple):
    """A value in the cache, read when somebody wants it; small ones are read already."""

    cache: ResultCache
    key: str
    place: int
    nbytes: int
    read: tuple[Any, ...] | None = None

    def load(self) -> Any:
        """Return the value.

        Raises
        ------
        CacheError
            When it has gone meanwhile, or was found to be damaged.
        """
        if self.read is not None:
            value = self.read[self.place]
            return value if type(value) in PLAIN else received(value)
        found = self.cache.get(self.key)
        if found is None or len(found) <= self.place:
            raise CacheError(
                "A result that was in the cache is not there any more.", hint="Run again: it is made anew then."
            )
        return found[self.place]


class SmartRun:
    """What the cache knows of a plan, and the hook that tells it of the rest.

    Parameters
    ----------
    keep
        Outputs that are wanted besides the results; ``None`` for all.
    fresh
        Whether nothing is taken from the cache but what frozen nodes hold.
    given
        Values that the run is given: what makes them is not looked for.
    frozen
        The nodes that hold their last result.
    only_frozen
        Whether the cache has to do with these only.
    look_only
        Whether it is only to be found out what would run: then nothing is read from the disk.

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
        self,
        plan: ExecutionPlan,
        cache: ResultCache,
        keep: Iterable[PortRef] | None = (),
        *,
        fresh: bool = False,
        given: Mapping[PortRef, Any] = _NOTHING,
        frozen: Collection[NodeId] = (),
        only_frozen: bool = False,
        look_only: bool = False,
    ) -> None:
        self._cache = cache
        self._plan = plan
        self._last = last_runs(cache)
        self._began: dict[int, float] = {}
        self._given = {plan.aliases.get(port, port): value for port, value in given.items()}
        self._frozen = frozenset(frozen)
        self._only_frozen = only_frozen
        self._look_only = look_only
        self._is_fresh = fresh
        self._takes_all = not fresh and not only_frozen
        self._unsure: set[NodeId] = set()
        self._passing: set[NodeId] = set()
        """Of which the results stay in memory, since they are made as quickly as they are read."""
        self._held: Mapping[NodeId, str] = _NOTHING
        self._keys = self._made_keys()
        self.keys = self._keys.of
        self.known: dict[NodeId, int] = {}
        self.running: set[NodeId] = set()
        self._found: dict[NodeId, Found] = {}
        self._look(keep)

    def _made_keys(self) -> Keys:
        """Return the keys of this run: others than those of the plan, if values are given or held."""
        keys = keys_of(self._plan)
        if not self._frozen and self._cache.holds_any:
            self._cache.hold(self._home, ())
        if not self._given and not self._frozen:
            return keys
        from shtairir.cache.frozen import held_keys, home_of, key_by_name
        from shtairir.cache.given import tokens

        self._held = held_keys(self._plan, self._frozen, self._last_run, self._cache) if self._frozen else _NOTHING
        if self._held:
            self._cache.hold(home_of(self._plan), self._held.values())
        stable = {*self._held, *(port.node for port in self._given)}
        told = tokens(self._plan, self._given, keys.of, self._cache)
        replaced = {port: token for port, token in told.items() if token is not None}
        for node, key in self._held.items():
            call = self._plan.call(node)
            outputs = call.definition.outputs if call is not None else ()
            replaced |= {PortRef(node, output.name): f"{key}.{output.name}" for output in outputs}
        found = keys_of(self._plan, replaced=replaced, why_not=why_not_kept(self._plan, stable, keys.world.unsure))
        own, home = dict(found.of), home_of(self._plan)
        for node in self._frozen:
            call = self._plan.call(node)
            # A run that is not remembered finds it again by its name only.
            if call is not None and (node not in own or self._only_frozen):
                own[node] = key_by_name(home, node, call.definition.id)
        own |= self._held
        self._unsure |= following(self._plan, [port.node for port, token in told.items() if token is None])
        return Keys({node: key for node, key in own.items() if node not in self._unsure}, found.world, found.why_not)

    # --- what is there ----------------------------------------------------------------------------------------

    @property
    def restored(self) -> Restored | None:
        """What is there already; ``None`` for nothing. What a person gives goes before what the cache has."""
        known: dict[PortRef, KnownValue] = {}
        for node, found in self._found.items():
            read = found.values if found.nbytes <= _AT_ONCE_BYTES else None
            key = self.keys[node]
            call = find_call(self._plan, node)
            for place, output in enumerate(call.definition.outputs if call is not None else ()):
                known[PortRef(node, output.name)] = CachedValue(self._cache, key, place, found.nbytes, read)
        known |= {port: GivenValue(value) for port, value in self._given.items()}
        if not known:
            return None
        self._cache.note_hits(
            {self.keys[node]: one for node, one in self._found.items() if one.nbytes <= _AT_ONCE_BYTES}
        )
        return Restored(known=known, origin=ORIGIN, origins=Lazily(self._origins), sparing=SPARING)

    def _origins(self) -> dict[NodeId, str]:
        now_s, said = time.time(), dict[int, str]()
        found = {}
        for node, one in self._found.items():
            if node in self._held:
                found[node] = frozen_text(one.created_s, now_s)
                continue
            minute = int((now_s - one.created_s) // 60)
            if minute not in said:
                said[minute] = origin_text(one.created_s, now_s)
            found[node] = said[minute]
        return found | {port.node: GIVEN for port in self._given}

    def _look(self, keep: Iterable[PortRef] | None) -> None:
        """Go from what is wanted up to what is there: `known`; what lies on the way runs.

        Memory is looked through first. What is not found there is asked for on the disk all at once; only if something
        is, the way is gone again. An entry is read when it is found, so that what is counted on is whole.
        """
        plan = self._plan
        wanted = plan.slots if keep is None else [*plan.results, *(plan.aliases.get(port, port) for port in keep)]
        starts = [port.node for port in wanted if port not in self._given] + list(without_outputs(plan))
        missing = self._walk(starts, self._cache.peek)
        there = self._cache.on_disk(missing)
        if there:
            self._walk(starts, lambda key: self._read(key, *there[key]) if key in there else self._cache.peek(key))

    def _read(self, key: str, nbytes: int, created_s: float) -> Found | None:
        return Found((), nbytes, 0.0, created_s) if self._look_only else self._cache.look(key)

    def _walk(self, starts: Iterable[NodeId], find: Callable[[str], Found | None]) -> set[str]:
        """Go up from some nodes to what is found, and return the keys of which nothing is."""
        plan, given = self._plan, self._given
        self._found.clear()
        self.running.clear()
        missing: set[str] = set()
        pending = list(starts)
        seen: set[NodeId] = set()
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            call = find_call(plan, name)
            if call is None or (call.node != name and call.node in seen):
                continue
            node = call.node
            seen.add(node)
            key = self._key_to_look_for(call)
            found = find(key) if key is not None else None
            if found is not None and (self._look_only or len(found.values) == len(call.definition.outputs)):
                self._found[node] = found
                continue
            if key is not None:
                missing.add(key)
            self.running.add(node)
            pending += [item.source.node for item in call.inputs if item.source not in given]
        self.known = {node: found.nbytes for node, found in self._found.items()}
        return missing

    def _key_to_look_for(self, call: Task) -> str | None:
        is_held = call.node in self._held
        if not call.definition.outputs or not (is_held or (self._takes_all and may_be_stored(call))):
            return None
        return self.keys.get(call.node)

    @property
    def give_way(self) -> Callable[[int, bool], int]:
        """Lets go of memory that the cache holds, for a run that needs it."""
        return self._cache.give_way

    # --- reasons ----------------------------------------------------------------------------------------------

    @cached_property
    def why(self) -> Mapping[NodeId, str]:
        """Why each node runs that must."""
        return Lazily(lambda: {node: why.said for node, why in self._whys.items()})

    @cached_property
    def _whys(self) -> Mapping[NodeId, Why]:
        found = reasons(self._plan, self._ingredients, self._keys, self._last_run, self.running)
        if not self._is_fresh:
            return found
        return {node: why._replace(said=FRESH) if why.said == NO_RESULT else why for node, why in found.items()}

    @cached_property
    def why_not(self) -> Mapping[NodeId, str]:
        """Why each node need not run that need not, but for those of which nobody can say."""
        restored = self._origins()
        return restored | {
            node: f"Not needed: '{by}' {SPARING}." for node, by in spared_by(self._plan, self.running, restored).items()
        }

    def behind(self, node: NodeId) -> NodeId | None:
        """Return the node that another comes after, if that is why it runs."""
        why = self._whys.get(node)
        return why.behind if why is not None else None

    @cached_property
    def _last_run(self) -> LastRun | None:
        return self._last.read(self._name) if self._last is not None else None

    def note_states(self, _: RunResult) -> None:
        """Find out what blocks have for themselves, and change when they run: that is no part of their code."""
        for code in self._keys.world.code if self.running else ():
            code.note_states()

    def remember(self, result: RunResult) -> None:
        """Note what the nodes of a run were made of, for the next to be held against."""
        if self._last is None or self._only_frozen or result.status not in (RunStatus.DONE, RunStatus.PARTIAL):
            return
        place = (self._last, self._name)
        if _remembered.get(place) is self.keys:
            return  # nothing has changed: that is quickly told, and the usual case
        _remembered[place] = self.keys
        if self._last_run is not None and self._is_part:
            nodes: Mapping[Any, Any] = Lazily(lambda before=self._last_run: {**before.nodes, **self._noted()})  # type: ignore[misc]
        else:
            nodes = Lazily(self._noted)  # type: ignore[arg-type]
        self._last.note(self._name, LastRun(nodes, self._keys.world.environment, self._home))

    def _noted(self) -> dict[str, Any]:
        """Return what the nodes are made of, and of which the results stay in memory."""
        before = self._last_run.nodes if self._last_run is not None else _NOTHING
        for node, made_of in self._ingredients.items():
            ran = node in self.running
            if node in self._passing or (not ran and before.get(node, _NOTHING).get("passing")):
                made_of["passing"] = True
        # A frozen node that is left out, since it is disabled, holds its result for later.
        held: dict[str, Any] = {
            node: before[node] for node in self._frozen if node in before and node not in self._ingredients
        }
        return {**held, **self._ingredients}

    @property
    def _is_part(self) -> bool:
        """Whether the plan leaves out some of the graph."""
        source = source_of(self._plan)
        return source is not None and source.targets is not None

    @cached_property
    def _ingredients(self) -> dict[str, Any]:
        return ingredients(self._plan, self._keys)

    @property
    def _name(self) -> str:
        from shtairir.cache.frozen import name_of

        return name_of(self._plan)

    @property
    def _home(self) -> str:
        from shtairir.cache.frozen import home_of

        return home_of(self._plan)

    # --- as the run sees it: a hook ---------------------------------------------------------------------------

    def begin(self, attempt: Attempt) -> None:
        """Take note of when it began."""
        self._began[attempt.task.number] = time.perf_counter()

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Put what was made into the cache."""
        cost_s = time.perf_counter() - self._began.pop(attempt.task.number, 0.0)
        if values is None or error is not None or attempt.is_cut_short:
            return
        if not attempt.task.parts:
            self._put(attempt.task, values, cost_s)
            return
        # Of what is made inside of a chain, most is never written down.
        made = {port: value for port, value in zip(attempt.task.outputs, values, strict=True) if value is not None}
        for task in attempt.task.parts:
            ports = [PortRef(task.node, port.name) for port in task.definition.outputs]
            if all(port in made for port in ports):
                self._put(task, [made[port] for port in ports], cost_s)

    def _put(self, task: Task, values: Sequence[Any], cost_s: float) -> None:
        key = self.keys.get(task.node)
        if key is None or not values or task.node in self._unsure:
            return
        is_frozen = task.node in self._frozen
        if not is_frozen and (self._only_frozen or not may_be_stored(task)):
            return
        is_cheap = not is_frozen and not is_worth_writing(cost_s, sum(map(nbytes_of, values)))
        is_passing = self._plan.is_preview or is_cheap
        if is_cheap:
            self._passing.add(task.node)
        origin = Origin(task.definition.id, task.node, self._plan.graph_name)
        self._cache.put(key, values, cost_s=cost_s, origin=origin, in_memory_only=is_passing)

    def handed_on(self, task: Task, values: Sequence[Any]) -> None:
        """Put what a choice hands on into the cache: by reference, so it costs next to nothing."""
        self._put(task, values, 0.0)

    def fell_back(self, task: Task) -> None:
        """Take note that a node took its fallback: what comes after it is not what its key says."""
        self._unsure |= following(self._plan, [call.node for call in task.calls])


_remembered: dict[tuple[LastRuns, str], Mapping[NodeId, str]] = {}
"""The keys of the last runs of this program, by graph."""

# --- the cache of the program ---------------------------------------------------------------------------------


def last_runs(cache: ResultCache) -> LastRuns | None:
    """Return what remembers the last runs of graphs beside a cache; ``None`` if that has no folder."""
    return _last_runs(cache.folder / "graphs") if cache.folder is not None else None


@lru_cache(maxsize=16)
def _last_runs(folder: Path) -> LastRuns:
    return LastRuns(folder)


_lock = threading.Lock()


def shared_cache() -> ResultCache | None:
    """Return the cache that all runs of the program share; ``None`` when there is to be none.

    It lies in the user's cache folder; ``SHTAIRIR_CACHE_PATH`` names another, and switches it off when it is empty.
    """
    setting = os.environ.get(VARIABLE)
    with _lock:  # by its whole path: what is written late goes where it belongs, wherever the program is by then
        return _cache_of(os.path.abspath(setting) if setting else setting)


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
