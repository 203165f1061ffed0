"""One field of an example is changed: just what comes after it runs, each node says why, and the results are right.

What must run is worked out here without any key: the nodes of which something is different in the plan, and all that
is linked behind them.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block.registry import default_registry
from shtairir.cache.keys import why_not_kept
from shtairir.planning import ExecutionPlan
from shtairir.results import RunResult
from shtairir_assets.examples import FOLDER, list_examples
from tests.engine.properties.outcome import bits
from tests.examples.changes import Change, Substitute, changes_of
from tests.torture.scale import FULL, scaled

SLOW = ("bake_off", "elementwise", "log_triage")
EXAMPLES = [example.path.stem for example in list_examples() if FULL or example.path.stem not in SLOW]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("name", EXAMPLES)
def test_just_what_comes_after_a_change_runs_and_names_it(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "examples"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path, registry = folder / f"{name}.shtairir", default_registry()
    listed = [str(change) for change in changes_of(shtairir.load(path), registry, folder / "data")]
    for title in random.Random(7).sample(listed, min(scaled(60, 4), len(listed))):
        graph = shtairir.load(path)
        shtairir.run(graph, cache="smart", keep="all")  # the last good run
        before = shtairir.plan(graph, keep="all")
        change = next(one for one in changes_of(graph, registry, folder / "data") if str(one) == title)
        saved = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        try:
            change.make()
            _check(graph, before, change)
        finally:
            for file, data in saved.items():
                if file.read_bytes() != data:
                    file.write_bytes(data)


def _check(graph: shtairir.Graph, before: ExecutionPlan, change: Change) -> None:
    registry: Any = default_registry() if change.block is None else Substitute(default_registry(), change.block)
    if any(problem.severity == "error" for problem in shtairir.validate(graph, registry)):
        return  # the change makes a graph that cannot run
    plan = shtairir.plan(graph, keep="all", registry=registry)
    result = shtairir.run(graph, cache="smart", keep="all", registry=registry)
    changed = _changed(before, plan, change)
    always = set(why_not_kept(plan))
    due = _behind(plan, changed | always)
    for whole in plan.tasks:
        for task in whole.calls:
            node = result.nodes[task.node]
            if task.node in due:
                assert str(node.status) != "cached", (change.title, task.node, node.reason)
            else:
                assert str(node.status) in ("cached", "skipped"), (change.title, task.node, node.reason)
            if task.node in changed and str(node.status) == "done" and task.node not in always:
                assert _names(node.reason, change, whole, before), (change.title, task.node, node.reason)
    _compare(result, shtairir.run(graph, keep="all", registry=registry), always, plan)


def _names(reason: str, change: Change, task: Any, before: ExecutionPlan) -> bool:
    """Whether a reason names the field that was changed: where a node is gone that was computed while planning, by the
    input that had its value."""
    return change.said in reason or "changed from" in reason or "and came from" in reason or "is set" in reason


def _facts(plan: ExecutionPlan) -> dict[str, Any]:
    """Return what each node is by itself."""
    return {
        name: (
            task.definition.id,
            task.definition.version,
            task.definition.function,
            task.policy.condition,
            {key: repr(value) for key, value in task.values.items()},
            {item.port: (str(item.source), item.conversion) for item in task.inputs},
            _facts(task.body.plan) if task.body is not None else None,
        )
        for whole in plan.tasks
        for task in whole.calls
        for name in (task.node, *task.aliases)
    }


def _changed(before: ExecutionPlan, plan: ExecutionPlan, change: Change) -> set[str]:
    was, now = _facts(before), _facts(plan)
    found = {node for node, facts in now.items() if was.get(node) != facts}
    return found | {
        node for node, facts in now.items() if f"{change.said}'" in repr(facts) and "on disk" in change.title
    }


def _behind(plan: ExecutionPlan, nodes: Iterable[str]) -> set[str]:
    found = set(nodes)
    for whole in plan.tasks:
        for task in whole.calls:
            if any(item.source.node in found for item in task.inputs):
                found.update((task.node, *task.aliases))
    return found


def _compare(result: RunResult, whole: RunResult, always: Iterable[str], plan: ExecutionPlan) -> None:
    """Hold the values against those of a run that takes nothing from anywhere."""
    varying = _behind(plan, always)
    for name, value in whole.results.items():
        if name.partition(".")[0] not in varying and name in result.results:
            assert bits(result.results[name]) == bits(value), name
    assert {name for name in whole.results if name.rpartition(".")[0] not in varying} <= set(result.results)
