"""The keys under which the results of a plan's nodes are kept.

A node has none when its result may be another next time for reasons that a key does not hold: its block is impure, or
gives another result each time; it reads a file whose path another node tells; or it comes after such a node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shtairir.block.types import ListType, PortType, UnionType
from shtairir.cache.files import FileHashes
from shtairir.cache.sources import environment, source_stamp
from shtairir.ids import NodeId
from shtairir.recovery.identity import identities

if TYPE_CHECKING:
    from pathlib import Path

    from shtairir.planning.plan import ExecutionPlan, Task

files_of = FileHashes()
"""Those of the program."""


def cache_keys(plan: ExecutionPlan, files: FileHashes = files_of) -> Mapping[NodeId, str]:
    """Return the key of each node of a plan whose result may be kept; see also `why_not_kept`.

    They are made once for a plan, and again when one of the files has changed that it reads.
    """
    paths = _paths.get(plan)
    if paths is None:
        calls = (task for whole in plan.tasks for task in whole.calls)
        paths = _paths[plan] = tuple({path for task in calls for _, path in read_files(task)})
    state = tuple(map(files.of, paths))
    made = _made.get(plan)
    if made is None or made[0] != state:
        made = _made[plan] = state, _keys(plan, files)
    return made[1]


_paths: WeakKeyDictionary[ExecutionPlan, tuple[Path, ...]] = WeakKeyDictionary()
_made: WeakKeyDictionary[ExecutionPlan, tuple[tuple[str, ...], Mapping[NodeId, str]]] = WeakKeyDictionary()


def _keys(plan: ExecutionPlan, files: FileHashes) -> Mapping[NodeId, str]:
    definitions = {id(definition): definition for definition in _definitions(plan)}  # many tasks, few blocks
    stamps = {definition.id: source_stamp(definition) for definition in definitions.values()}

    def outside(task: Task) -> str:
        read = [f"{name}={files.of(path)}" for name, path in read_files(task)]
        return "|".join([environment(), *read])

    keys = identities(plan, stamps, outside)
    for node in why_not_kept(plan):
        keys.pop(node, None)
    return keys


def why_not_kept(plan: ExecutionPlan) -> dict[NodeId, str]:
    """Return the nodes whose results are not kept, each with the reason."""
    reasons: dict[NodeId, str] = {}
    for whole in plan.tasks:
        for task in whole.calls:
            before = next((item.source.node for item in task.inputs if item.source.node in reasons), None)
            why = _why_not(task) or (_after(before, reasons) if before is not None else "")
            if why:
                reasons.update(dict.fromkeys((task.node, *task.aliases), why))
    return reasons


def _after(node: NodeId, reasons: dict[NodeId, str]) -> str:
    why = reasons[node]
    return why if why.startswith("It comes after") else f"It comes after '{node}', which always runs."


def _why_not(task: Task) -> str:
    """Return why the result of a task may be another next time; empty if it may not."""
    traits = task.definition.traits
    if not traits.pure:
        return "Its block has effects."
    if not traits.deterministic:
        return "Its block does not give the same result each time."
    if traits.lazy is not None:
        return "It hands on what others have made."
    told = next((item.port for item in task.inputs if _is_path(_type_of(task, item.port))), None)
    if told is not None:
        return f"It reads what '{told}' names, which another node tells."
    if task.body is not None:
        inside = next(iter(why_not_kept(task.body.plan).items()), None)
        return f"In its body, '{inside[0]}': {inside[1]}" if inside is not None else ""
    return ""


def read_files(task: Task) -> Iterator[tuple[str, Path]]:
    """Yield the files and folders that a task is told to read, with the names of its inputs."""
    for name, value in task.values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, PurePath):
                yield name, one  # type: ignore[misc]  # a plan holds paths of this machine


def _type_of(task: Task, port: str) -> PortType | None:
    found = task.definition.input(port)
    return found.type if found is not None else None


def _is_path(type: PortType | None) -> bool:
    if isinstance(type, ListType):
        return _is_path(type.item)
    if isinstance(type, UnionType):
        return any(map(_is_path, type.members))
    return type is not None and type.family == "path"


def _definitions(plan: ExecutionPlan) -> Iterator[Any]:
    for whole in plan.tasks:
        for task in whole.calls:
            yield task.definition
            if task.body is not None:
                yield from _definitions(task.body.plan)
