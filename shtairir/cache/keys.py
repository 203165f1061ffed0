"""The keys under which the results of a plan's nodes are kept.

A key holds all that a result depends on: the block with its version and its code, also that of the functions it calls
in its pack; values; the content of files and the listing of folders; environment variables that the block declares;
the versions of Python and the libraries; the condition under which the node runs; and the keys of what feeds it.

A node has none when its result may be another next time for reasons that a key does not hold: its block is impure, or
gives another result each time; it reads a file whose path another node tells; or it comes after such a node.

When a plan differs from the one before in a few values, only the keys of what follows these are made anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shtairir.block.types import ListType, PortType, UnionType
from shtairir.cache.files import FileHashes
from shtairir.cache.sources import environment, source_of
from shtairir.ids import NodeId, PortRef
from shtairir.planning.bodies import GIVEN, TAKEN
from shtairir.planning.columns import Tasks
from shtairir.recovery.identity import identities, identity_of

if TYPE_CHECKING:
    from pathlib import Path

    from shtairir.block.definition import BlockDefinition
    from shtairir.cache.live import Live
    from shtairir.planning.plan import ExecutionPlan, Lineage, Task, TaskInput

files_of = FileHashes()
"""Those of the program."""

_MOST_CHANGED = 200
_NONE: Mapping[Any, Any] = {}


@dataclass(frozen=True, slots=True)
class World:
    """What there was outside of the graph when keys were made.

    Attributes
    ----------
    stamps
        Of the code of blocks, by their ids.
    files
        What stood for the content of each file and folder.
    variables
        What stood for the environment variables that blocks declare.
    unsure
        What blocks use of which nobody can say whether it is the same, by their ids.
    code
        The code of blocks as it was in the program.
    """

    environment: str
    stamps: Mapping[str, str]
    files: Mapping[Path, str]
    variables: Mapping[str, str]
    unsure: Mapping[str, str] = field(default_factory=dict)
    code: tuple[Live, ...] = field(default=(), compare=False)

    def around(self, task: Task) -> str:
        """Return what stands for all of it that a task depends on, besides the code."""
        read = [f"{name}={self.files[path]}" for name, path in read_files(task)]
        told = [f"${name}={self.variables[name]}" for name in task.definition.traits.reads_environment]
        return "|".join([self.environment, *told, *read])


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a plan.

    Attributes
    ----------
    of
        The keys by node, also of those that share the result of another.
    world
        What they hold of what lies outside of the graph.
    why_not
        The nodes that have none, each with the reason.
    """

    of: Mapping[NodeId, str]
    world: World
    why_not: Mapping[NodeId, str]


@dataclass(frozen=True, slots=True)
class _Surveyed:
    """What holds for all plans of a lineage, and the tasks and keys of the last of them.

    Never changed, only replaced: a forecast may ask for keys while a run does.
    """

    blocks: tuple[BlockDefinition, ...]
    paths: tuple[Path, ...]
    why_not: Mapping[NodeId, str]
    tasks: Sequence[Task]
    keys: Keys | None = None


_surveyed: WeakKeyDictionary[Lineage, _Surveyed] = WeakKeyDictionary()


def cache_keys(plan: ExecutionPlan, files: FileHashes = files_of) -> Mapping[NodeId, str]:
    """Return the key of each node of a plan whose result may be kept; see also `why_not_kept`."""
    return keys_of(plan, files).of


def keys_of(
    plan: ExecutionPlan,
    files: FileHashes = files_of,
    replaced: Mapping[PortRef, str] | None = None,
    why_not: Mapping[NodeId, str] = _NONE,
) -> Keys:
    """Return the keys of a plan.

    Parameters
    ----------
    replaced
        What stands for values that are not made by their nodes in this run.
    why_not
        The nodes that have no key then.
    """
    known = _surveyed.get(plan.lineage)
    if known is None or (known.tasks is not plan.tasks and not _may_follow(known, plan)):
        known = _surveyed[plan.lineage] = _survey(plan)
    world = _world(known, files)
    if replaced is not None:
        return _all_keys(plan, world, why_not, replaced)
    before = known.keys
    if before is None or before.world != world:
        found = why_not_kept(plan, unsure=world.unsure) if world.unsure else known.why_not
        keys = _all_keys(plan, world, found)
    elif known.tasks is plan.tasks:
        keys = before
    else:
        keys = _changed_keys(plan, known, before)
    if keys is not before:
        _surveyed[plan.lineage] = replace(known, tasks=plan.tasks, keys=keys)
    return keys


def _may_follow(known: _Surveyed, plan: ExecutionPlan) -> bool:
    """Whether a plan differs in a few values only from the one whose keys are known."""
    if not isinstance(plan.tasks, Tasks) or not isinstance(known.tasks, Tasks) or known.paths:
        return False
    changed = plan.tasks.differing(known.tasks)
    return changed is not None and len(changed) <= _MOST_CHANGED


def _survey(plan: ExecutionPlan) -> _Surveyed:
    blocks = {id(task.definition): task.definition for task in _all_calls(plan)}  # many tasks, few blocks
    paths = dict.fromkeys(path for task in _all_calls(plan) for _, path in read_files(task))
    return _Surveyed(tuple(blocks.values()), tuple(paths), why_not_kept(plan), plan.tasks)


def _world(known: _Surveyed, files: FileHashes) -> World:
    names = {name for block in known.blocks for name in block.traits.reads_environment}
    sources = {block.id: source_of(block) for block in known.blocks}
    return World(
        environment(),
        {block: source.stamp for block, source in sources.items()},
        {path: files.of(path) for path in known.paths},
        {name: _told(os.environ.get(name)) for name in names},
        {block: source.unsure for block, source in sources.items() if source.unsure},
        tuple(source.live for source in sources.values() if source.live is not None),
    )


def _told(value: str | None) -> str:
    """Return what stands for a variable; it may be a secret, so it is not what it says."""
    if value is None:
        return "unset"
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _all_keys(
    plan: ExecutionPlan, world: World, why_not: Mapping[NodeId, str], replaced: Mapping[PortRef, str] = _NONE
) -> Keys:
    keys = identities(plan, world.stamps, world.around, replaced)
    for node in why_not:
        keys.pop(node, None)
    return Keys(keys, world, why_not)


def _changed_keys(plan: ExecutionPlan, known: _Surveyed, before: Keys) -> Keys:
    """Return the keys of a plan by those of one that differs in a few values."""
    from shtairir.execute.program import program_of

    assert isinstance(plan.tasks, Tasks)
    assert isinstance(known.tasks, Tasks)
    pending = plan.tasks.differing(known.tasks) or []
    pending.sort()
    keys, stamps = dict(before.of), dict(before.world.stamps)
    successors, seen = program_of(plan).plain.successors, set(pending)
    while pending:
        number = heappop(pending)
        if not _has_other_keys(plan.tasks[number], keys, stamps, before):
            continue
        for after in successors[number]:
            if after not in seen:
                seen.add(after)
                heappush(pending, after)
    return Keys(keys, before.world, before.why_not)


def _has_other_keys(whole: Task, keys: dict[NodeId, str], stamps: dict[str, str], before: Keys) -> bool:
    """Make the keys of a task anew, and say whether they are others; what has none always counts."""
    is_other = False
    for task in whole.calls:
        if task.node in before.why_not:
            is_other = True
            continue
        key = identity_of(task, keys, stamps, before.world.around(task), before.world.around)
        is_other |= key != keys.get(task.node)
        for node in (task.node, *task.aliases):
            keys[node] = key
    return is_other


# --- what has no key ------------------------------------------------------------------------------------------


def why_not_kept(
    plan: ExecutionPlan, stable: Collection[NodeId] = (), unsure: Mapping[str, str] = _NONE
) -> dict[NodeId, str]:
    """Return the nodes whose results are not kept, each with the reason.

    Parameters
    ----------
    stable
        Nodes whose results are there, and stay what they are.
    unsure
        What blocks use of which nobody can say whether it is the same, by their ids.
    """
    reasons: dict[NodeId, str] = {}
    types: dict[PortRef, PortType] = {}
    for whole in plan.tasks:
        for task in whole.calls:
            types |= {PortRef(task.node, port.name): port.type for port in task.definition.outputs}
            if task.node in stable or task.definition.id in (GIVEN, TAKEN):
                continue
            before = next((item.source.node for item in task.inputs if item.source.node in reasons), None)
            why = _why_not(task, types, unsure) or (_after(before, reasons) if before is not None else "")
            if why:
                reasons.update(dict.fromkeys((task.node, *task.aliases), why))
    return reasons


def _after(node: NodeId, reasons: dict[NodeId, str]) -> str:
    why = reasons[node]
    return why if why.startswith("It comes after") else f"It comes after '{node}', which always runs."


def _why_not(task: Task, types: Mapping[PortRef, PortType], unsure: Mapping[str, str]) -> str:
    """Return why the result of a task may be another next time; empty if it may not."""
    traits = task.definition.traits
    if not traits.pure:
        return "Its block has effects."
    if not traits.deterministic and task.policy.cache != "always":
        return "Its block does not give the same result each time."
    used = unsure.get(task.definition.id)
    if used is not None:
        return f"Its block uses '{used}', of which nobody can say whether it is what it was."
    told = next((item.port for item in task.inputs if _may_tell_path(task, item, types)), None)
    if told is not None:
        return f"It reads what '{told}' names, which another node tells."
    return _why_not_body(task, unsure) if task.body is not None else ""


def _why_not_body(loop: Task, unsure: Mapping[str, str]) -> str:
    assert loop.body is not None
    inside = next(iter(why_not_kept(loop.body.plan, unsure=unsure).items()), None)
    if inside is not None:
        return f"In its body, '{inside[0]}': {inside[1]}"
    calls = (task for whole in loop.body.plan.tasks for task in whole.calls)
    replaced = next((task.node for task in calls if task.policy.on_failure == "fallback"), None)
    return f"In its body, something may stand in for what '{replaced}' makes." if replaced is not None else ""


def may_be_stored(task: Task) -> bool:
    """Whether the result of a task that has a key is put into the cache: not if a person has said that of the node."""
    return task.policy.cache != "never"


def read_files(task: Task) -> Iterator[tuple[str, Path]]:
    """Yield the files and folders that a task is told to read, with the names of its inputs."""
    for name, value in task.values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, PurePath):
                yield name, one  # type: ignore[misc]  # a plan holds paths of this machine


def _may_tell_path(task: Task, item: TaskInput, types: Mapping[PortRef, PortType]) -> bool:
    """Whether a link may bring the name of a file to an input that reads what it is told."""
    port = task.definition.input(item.port)
    if port is None or not _has(port.type, "path"):
        return False
    if item.conversion is not None:
        return item.conversion.target == "path"
    source = types.get(item.source)
    return source is None or _has(source, "path") or _has(source, "any")


def _has(type: PortType, family: str) -> bool:
    if isinstance(type, ListType):
        return _has(type.item, family)
    if isinstance(type, UnionType):
        return any(_has(member, family) for member in type.members)
    return type.family == family


def _all_calls(plan: ExecutionPlan) -> Iterator[Task]:
    """Yield the calls of a plan, also those in the bodies of loops."""
    for whole in plan.tasks:
        for task in whole.calls:
            yield task
            if task.body is not None:
                yield from _all_calls(task.body.plan)
