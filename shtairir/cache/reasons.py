"""Why a node must run, in a sentence: what is different from the last run of its graph.

Of each smart run it is written down what every node was made of: its block and the stamp of its code, the values that
were set, the files that it read, and what fed each input. The next run is held against that. A node that differs says
how; one that does not comes after one that does.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.block.values import describe
from shtairir.cache.files import FileHashes
from shtairir.cache.keys import files_of, read_files, why_not_kept
from shtairir.cache.sources import environment, source_stamp
from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan, Task

_FORMAT, _VERSION = "shtairir-ingredients", 1
_LONGEST = 60

Ingredients = dict[str, Any]
"""Of one node: ``block``, ``stamp``, ``values`` in words, ``files`` by path, ``inputs``, and the ``key``."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """What is known of the last run of a graph."""

    nodes: Mapping[str, Ingredients]
    environment: str = ""


def ingredients(
    plan: ExecutionPlan, keys: Mapping[NodeId, str], files: FileHashes = files_of
) -> dict[str, Ingredients]:
    """Return what each node of a plan is made of."""
    stamps: dict[int, str] = {}  # many tasks, few blocks
    found: dict[str, Ingredients] = {}
    for whole in plan.tasks:
        for task in whole.calls:
            definition = task.definition
            stamp = stamps.get(id(definition)) or stamps.setdefault(id(definition), source_stamp(definition))
            made_of = _ingredients(task, stamp, keys.get(task.node, ""), files)
            found.update(dict.fromkeys((task.node, *task.aliases), made_of))
    return found


def _ingredients(task: Task, stamp: str, key: str, files: FileHashes) -> Ingredients:
    return {
        "block": task.definition.id,
        "stamp": stamp,
        "values": {name: _in_words(value) for name, value in sorted(task.values.items())},
        "files": {os.fspath(path): files.of(path) for _, path in read_files(task)},
        "inputs": {item.port: str(item.source) for item in sorted(task.inputs, key=lambda one: one.port)},
        "key": key,
    }


def reasons(
    plan: ExecutionPlan,
    now: Mapping[str, Ingredients],
    last: LastRun | None,
    running: Container[str],
) -> dict[NodeId, str]:
    """Return why each of the nodes that run does."""
    not_kept = why_not_kept(plan)
    found: dict[NodeId, str] = {}
    for whole in plan.tasks:
        for task in whole.calls:
            if task.node not in running:
                continue
            why = not_kept.get(task.node) or _why(task, now[task.node], last, found)
            found.update(dict.fromkeys((task.node, *task.aliases), why))
    return found


def _why(task: Task, now: Ingredients, last: LastRun | None, found: Mapping[NodeId, str]) -> str:
    if last is None:
        return "This graph has not run here before."
    before = last.nodes.get(task.node)
    if before is None:
        return "It was not there in the last run."
    change = _change(before, now)
    if change:
        return change
    behind = next((item.source.node for item in task.inputs if item.source.node in found), None)
    if before.get("key") != now["key"]:
        if behind is not None:
            return f"It comes after '{behind}', which runs again."
        if last.environment != environment():
            return "Other versions of libraries are installed."
    if behind is not None and not now["key"]:
        return f"It comes after '{behind}', which runs again."
    return "Its result is not in the cache."


def _change(before: Ingredients, now: Ingredients) -> str:
    """Return the first thing in which a node differs by itself; empty if there is none."""
    if before["block"] != now["block"]:
        return f"It is {now['block']} now, and was {before['block']}."
    if before["stamp"] != now["stamp"]:
        return f"Block {now['block']} has new code."
    for name, value in now["values"].items():
        was = before["values"].get(name)
        if was is None and name in before["inputs"]:
            return f"{name} is {value} now, and came from {before['inputs'][name]}."
        if was is not None and was != value:
            return f"{name} changed from {was} to {value}."
    for name, source in now["inputs"].items():
        was = before["inputs"].get(name)
        if was != source:
            return f"{name} comes from {source} now{f', and came from {was}' if was else ''}."
    for path, content in now["files"].items():
        if before["files"].get(path, content) != content:
            return f"{os.path.basename(path)} changed on disk."
    return ""


def _in_words(value: Any) -> str:
    """Return a value so that it can be told from another."""
    if isinstance(value, bool | int | float | str | type(None)):
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
    elif isinstance(value, os.PathLike):
        text = os.path.basename(os.fspath(value))
    else:
        text = repr(value)
        if len(text) > _LONGEST or " at 0x" in text:
            text = f"{describe(value)} ({_short_hash(text)})"
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}… ({_short_hash(text)})"


def _short_hash(text: str, size: int = 4) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


class Reasons(Mapping[NodeId, str]):
    """Why nodes run: found out when somebody asks."""

    def __init__(self, find: Callable[[], Mapping[NodeId, str]]) -> None:
        self._find = find

    @cached_property
    def _found(self) -> Mapping[NodeId, str]:
        return self._find()

    def __getitem__(self, node: NodeId) -> str:
        return self._found[node]

    def __iter__(self) -> Iterator[NodeId]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


# --- the file -------------------------------------------------------------------------------------------------


class LastRuns:
    """Keeps what the last run of each graph was made of, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, graph: str) -> LastRun | None:
        """Return the last run of a graph, which is known by its file or its name."""
        try:
            document = json.loads(self._path(graph).read_bytes())
            if (document["format"], document["version"]) != (_FORMAT, _VERSION):
                return None
            return LastRun(dict(document["nodes"]), str(document["environment"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, graph: str, nodes: Mapping[str, Ingredients]) -> None:
        """Remember a run; that it cannot be written costs no more than a reason."""
        document = {"format": _FORMAT, "version": _VERSION, "environment": environment(), "nodes": nodes}
        path = self._path(graph)
        passing = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            passing.write_text(json.dumps(document), encoding="utf-8")
            passing.replace(path)

    def _path(self, graph: str) -> Path:
        return self._folder / f"{_short_hash(graph, 8)}.json"
