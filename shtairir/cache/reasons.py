"""Why a node runs: what is different from the last run of the same graph.

Of each run it is remembered what its nodes were made of. A node that differs says how; one that does not says after
which of those it comes, and what that says.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from shtairir.block.values import describe
from shtairir.cache.keys import Keys, read_files
from shtairir.cache.last_runs import Ingredients, LastRun
from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan, Task

_LONGEST = 60
_CAPITALS = ("It ", "Its ", "Block ", "Other ", "The ", "This ", "What ")
NO_RESULT = "Its result is not in the cache."
FRESH = "This run makes everything anew."
EACH_TIME = "It is set to run each time."
TOO_QUICK = "It takes less than a millisecond, which is less than to read it: kept only while the program runs."
_PASSING = {"figure": "A figure"}
"""What cannot be written as data, by the family of its type."""
FIRST = "This graph has not run here before."

V = TypeVar("V")


class Why(NamedTuple):
    """Why a node runs.

    Attributes
    ----------
    said
        That, in a sentence.
    behind
        The node that it comes after, if that is why.
    root
        The node that it all goes back to: where something is different.
    """

    said: str
    behind: NodeId | None
    root: NodeId


def ingredients(plan: ExecutionPlan, keys: Keys) -> dict[str, Ingredients]:
    """Return what each node of a plan is made of."""
    found: dict[str, Ingredients] = {}
    for whole in plan.tasks:
        for task in whole.calls:
            made_of = _ingredients(task, keys)
            found.update(dict.fromkeys((task.node, *task.aliases), made_of))
    return found


def _ingredients(task: Task, keys: Keys) -> Ingredients:
    world, traits = keys.world, task.definition.traits
    made_of: Ingredients = {
        "block": task.definition.id,
        "stamp": world.stamps[task.definition.id],
        "values": {name: _in_words(value) for name, value in sorted(task.values.items())},
        "files": {os.fspath(path): world.files[path] for _, path in read_files(task)},
        "inputs": {item.port: str(item.source) for item in sorted(task.inputs, key=lambda one: one.port)},
        "key": keys.of.get(task.node, ""),
    }
    if traits.reads_environment:
        made_of["variables"] = {name: world.variables[name] for name in traits.reads_environment}
    if task.policy.condition is not None:
        made_of["condition"] = task.policy.condition
    if task.body is not None:
        inside = ingredients(task.body.plan, keys)
        made_of["body"] = inside
    return made_of


def reasons(
    plan: ExecutionPlan,
    now: Mapping[str, Ingredients],
    keys: Keys,
    last: LastRun | None,
    running: Container[str],
) -> dict[NodeId, Why]:
    """Return why each of the nodes that run does."""
    found: dict[NodeId, Why] = {}
    for whole in plan.tasks:
        for task in whole.calls:
            if task.node in running:
                why = _why(task, now[task.node], keys, last, found)
                found.update(dict.fromkeys((task.node, *task.aliases), why))
    return found


def _why(task: Task, now: Ingredients, keys: Keys, last: LastRun | None, found: Mapping[NodeId, Why]) -> Why:
    node = task.node
    not_kept = keys.why_not.get(node, "")
    behind = next((item.source.node for item in task.inputs if item.source.node in found), None)
    if not_kept and not not_kept.startswith("It comes after"):
        return Why(not_kept, None, node)
    if last is None:
        return Why(FIRST, None, node)
    before = last.nodes.get(node)
    if before is None:
        return Why("It was not there in the last run.", None, node)
    change = _change(before, now)
    if change:
        return Why(change, None, node)
    is_other = before.get("key") != now["key"] or not now["key"]
    if behind is not None and is_other:
        root = found[behind].root
        return Why(f"It comes after '{root}': {_within(found[root].said)}", behind, root)
    if not_kept:
        return Why(not_kept, None, node)
    if is_other and last.environment != keys.world.environment:
        return Why("Other versions of libraries are installed.", None, node)
    if task.policy.cache == "never":
        return Why(EACH_TIME, None, node)
    if before.get("passing"):
        return Why(TOO_QUICK, None, node)
    passing = next((port.type for port in task.definition.outputs if port.type.family in _PASSING), None)
    return Why(f"{_PASSING[passing.family]} is kept only while the program runs." if passing else NO_RESULT, None, node)


def _within(sentence: str) -> str:
    """Return a sentence as it goes on after a colon."""
    return sentence[0].lower() + sentence[1:] if sentence.startswith(_CAPITALS) else sentence


def _change(before: Ingredients, now: Ingredients) -> str:
    """Return the first thing in which a node differs by itself; empty if there is none."""
    if before["block"] != now["block"]:
        return f"It is {now['block']} now, and was {before['block']}."
    # The version of a loop is made of all that is in its body, of which there is more to say.
    changed = _changed_body(before, now) or _changed_code(before, now) or _changed_values(before, now)
    if changed:
        return changed
    for path, content in now["files"].items():
        if before["files"].get(path, content) != content:
            return f"{os.path.basename(path)} changed on disk."
    for name, told in now.get("variables", {}).items():
        if before.get("variables", {}).get(name, told) != told:
            return f"The environment variable {name} has another value."
    return _changed_condition(before, now)


def _changed_code(before: Ingredients, now: Ingredients) -> str:
    was, is_now = before["stamp"], now["stamp"]
    if was == is_now:
        return ""
    versions = [stamp.partition("@")[2].partition(":")[0] for stamp in (was, is_now)]
    if versions[0] != versions[1]:
        return f"Block {now['block']} is of version {versions[1]} now, and was of version {versions[0]}."
    code, other = was.split("|"), is_now.split("|")
    if code[0] == other[0] and code[-1] != other[-1] and "=" in f"{code[-1]}{other[-1]}":
        return f"Other versions are installed of what block {now['block']} needs."
    return f"Block {now['block']} has new code."


def _changed_values(before: Ingredients, now: Ingredients) -> str:
    for name, value in now["values"].items():
        was = before["values"].get(name)
        if was is None and name in before["inputs"]:
            return f"{name} is {value} now, and came from {before['inputs'][name]}."
        if was is None or was != value:
            return f"{name} changed from {was} to {value}." if was is not None else f"{name} is {value} now."
    for name, source in now["inputs"].items():
        was = before["inputs"].get(name)
        if was != source:
            return f"{name} comes from {source} now{f', and came from {was}' if was else ''}."
    gone = [name for name in {**before["values"], **before["inputs"]} if name not in now["values"]]
    gone = [name for name in gone if name not in now["inputs"]]
    return f"{gone[0]} is not set any more." if gone else ""


def _changed_condition(before: Ingredients, now: Ingredients) -> str:
    was, is_now = before.get("condition"), now.get("condition")
    if was == is_now:
        return ""
    if was is None or is_now is None:
        return (
            f"It has the condition '{is_now}' now." if was is None else f"It has no condition any more; it had '{was}'."
        )
    return f"Its condition changed from '{was}' to '{is_now}'."


def _changed_body(before: Ingredients, now: Ingredients) -> str:
    """Return what is different in what a loop repeats."""
    was, is_now = before.get("body"), now.get("body")
    if was is None or is_now is None or was == is_now:
        return ""
    for node, made_of in is_now.items():
        if node not in was:
            return f"In its body, '{node}' is new."
        change = _change(was[node], made_of)
        if change:
            return f"In its body, of '{node}': {_within(change)}"
    gone = next((node for node in was if node not in is_now), None)
    return f"In its body, '{gone}' is not there any more." if gone is not None else ""


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


class Lazily(Mapping[NodeId, V]):
    """What is to be said of nodes, found out when somebody asks."""

    def __init__(self, find: Callable[[], Mapping[NodeId, V]]) -> None:
        self._find = find

    @cached_property
    def _found(self) -> Mapping[NodeId, V]:
        return self._find()

    def __getitem__(self, node: NodeId) -> V:
        return self._found[node]

    def __iter__(self) -> Iterator[NodeId]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
