"""What is taken from the cache is never the result of something else, however well that hides."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, Out, Param
from shtairir.cache import sources
from shtairir.cache.files import FileHashes
from shtairir.cache.keys import keys_of
from shtairir.cache.sources import source_stamp
from shtairir.cache.ways import following
from shtairir.results import RunResult

_behaviour: dict[str, Any] = {}


@shtairir.block(id="stale.step", category="Stale")
def step(x: float = 1.0, factor: float = 2.0) -> float:
    """Take a while."""
    time.sleep(0.002)
    return x * factor


@shtairir.block(id="stale.flaky", category="Stale")
def flaky(x: float = 1.0) -> float:
    """Fail, if it is to."""
    time.sleep(0.002)
    if _behaviour.get("fails"):
        raise ValueError("not today")
    return x + 100


@shtairir.block(id="stale.patient", category="Stale")
def patient(ctx: Context, x: float = 1.0) -> float:
    """Wait until the run is cancelled, and return what there is by then."""
    _behaviour["begun"].set()
    deadline = time.monotonic() + 60
    while not ctx.cancelled and not _behaviour.get("at_once") and time.monotonic() < deadline:
        time.sleep(0.001)
    return -1.0 if ctx.cancelled else x


@shtairir.block(id="stale.speaks", category="Stale", reads_environment=("STALE_LANGUAGE",))
def speaks(x: float = 1.0) -> str:
    """Say something in the language of the environment."""
    time.sleep(0.002)
    return f"{os.environ.get('STALE_LANGUAGE')} {x}"


@shtairir.block(id="stale.dice", category="Stale", deterministic=False)
def dice(x: float = 1.0) -> float:
    """Return another number each time."""
    _behaviour["thrown"] = _behaviour.get("thrown", 0) + 1
    return float(_behaviour["thrown"])


@shtairir.block(id="stale.read", category="Stale")
def read(path: Annotated[Path, Param(path="open")], x: float = 0.0) -> str:
    """Read a file."""
    time.sleep(0.002)
    return path.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    _behaviour.clear()


def _smart(graph: shtairir.Graph, **more: Any) -> RunResult:
    return shtairir.run(graph, cache="smart", **more)


def _ran(result: RunResult) -> set[str]:
    return {name for name, node in result.nodes.items() if str(node.status) == "done"}


def _two(first: Any = step, **values: Any) -> shtairir.Graph:
    graph = shtairir.Graph("two")
    graph.add(first, id="a", **values)
    graph.add(step, id="b")
    graph.link("a.out", "b.x")
    return graph


# --- files ----------------------------------------------------------------------------------------------------


def test_file_that_is_written_again_at_once_is_another_though_size_and_date_are_the_same(tmp_path: Path) -> None:
    file, hashes = tmp_path / "text.txt", FileHashes()
    file.write_text("0000", encoding="utf-8")
    stamp = file.stat()
    seen = set()
    for number in range(20):
        file.write_text(f"{number:04}", encoding="utf-8")
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        seen.add(hashes.of(file))
    assert len(seen) == 20


def test_file_in_a_folder_that_is_written_again_at_once_makes_it_another(tmp_path: Path) -> None:
    folder, hashes = tmp_path / "folder", FileHashes()
    folder.mkdir()
    file = folder / "text.txt"
    seen = set()
    for number in range(10):
        file.write_text(f"{number:04}", encoding="utf-8")
        os.utime(file, ns=(0, 0))
        seen.add(hashes.of(folder))
    assert len(seen) == 10


def test_file_that_is_read_in_the_body_of_a_loop_counts(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("one", encoding="utf-8")
    graph = shtairir.Graph("loop")
    body = graph.add_subgraph("body")
    x = body.add("graph.input", id="x", values={"name": "x", "type": "float"})
    node = body.add(read, id="read", path=str(file), x=x["out"])
    body.add("graph.output", id="y", values={"name": "y", "type": "text"}, value=node["out"])
    graph.add("flow.for_each", id="loop", values={"body": "body", "x": [1.0, 2.0]})
    assert _smart(graph)["loop.y"] == ["one", "one"]
    assert _ran(_smart(graph)) == set()
    file.write_text("two", encoding="utf-8")
    result = _smart(graph)
    assert result["loop.y"] == ["two", "two"]
    assert "text.txt changed on disk" in result.nodes["loop"].reason


# --- code -----------------------------------------------------------------------------------------------------

_PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import shtairir
import stale_pack.blocks

graph = shtairir.Graph("pack")
graph.add(stale_pack.blocks.work, id="work", x=4.0)
result = shtairir.run(graph, cache="smart").raise_for_status()
print(result["work"], result.nodes["work"].status, result.nodes["work"].reason)
"""
_BLOCKS = '''
import time

from shtairir.block import block


@block(id="stale_pack.work", category="Stale")
def work(x: float = 1.0) -> float:
    """Do what a kernel does."""
    {}
    time.sleep(0.002)
    return kernel.work(x)
'''


@pytest.mark.parametrize(
    "importing",
    [
        "from stale_pack.kernels import kernel",
        "from .kernels import kernel",
        "import stale_pack.kernels.kernel as kernel",
    ],
)
def test_code_of_a_kernel_that_a_kernel_calls_counts_also_with_the_same_size_and_date(
    importing: str, tmp_path: Path
) -> None:
    pack = tmp_path / "lib" / "stale_pack"
    (pack / "kernels").mkdir(parents=True)
    (pack / "__init__.py").write_text("", encoding="utf-8")
    (pack / "kernels" / "__init__.py").write_text("", encoding="utf-8")
    (pack / "blocks.py").write_text(_BLOCKS.format(importing), encoding="utf-8")
    (pack / "kernels" / "kernel.py").write_text(
        "from .base import scale\n\n\ndef work(x):\n    return x * scale()\n", encoding="utf-8"
    )
    base = pack / "kernels" / "base.py"

    def run(factor: int) -> str:
        base.write_text(f"def scale():\n    return {factor}\n", encoding="utf-8")
        os.utime(base, (1_000_000_000, 1_000_000_000))
        time.sleep(0.1)  # what is younger than a program may be younger than what it has loaded
        # What Python has compiled it knows by size and date, too.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", _PROGRAM, str(tmp_path / "lib")]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert run(2).startswith("8.0 done")
    assert run(2).startswith("8.0 cached")
    assert run(3) == "12.0 done Block stale_pack.work has new code."
    assert run(2).startswith("8.0 cached")


def test_code_that_is_wrapped_counts() -> None:
    def made(function: Callable[[float], float]) -> Any:
        @shtairir.block(id="stale.wrapped", category="Stale")
        @functools.wraps(function)
        def wrapped(x: float = 1.0) -> float:
            return function(x)

        return wrapped

    def once(x: float = 1.0) -> float:
        """Do it."""
        return x * 2

    def twice(x: float = 1.0) -> float:
        """Do it."""
        return x * 3

    assert _stamp(made(once)) != _stamp(made(twice))


def test_code_behind_an_output_with_a_name_of_its_own_counts() -> None:
    def made(factor: int) -> Any:
        if factor == 2:

            @shtairir.block(id="stale.named", category="Stale")
            def named(x: float = 1.0) -> tuple[Annotated[float, Out("value")]]:
                """Do it."""
                return (x * 2,)

            return named

        @shtairir.block(id="stale.named", category="Stale")
        def other(x: float = 1.0) -> tuple[Annotated[float, Out("value")]]:
            """Do it."""
            return (x * 3,)

        return other

    assert _stamp(made(2)) != _stamp(made(3))


def test_defaults_that_are_named_only_count() -> None:
    def made(factor: float) -> Any:
        @shtairir.block(id="stale.default", category="Stale")
        def default(x: float = 1.0, *, factor: float = factor) -> float:
            """Do it."""
            return x * factor

        return default

    assert _stamp(made(2.0)) != _stamp(made(3.0))


def _stamp(function: Any) -> str:
    from shtairir.block.definition import definition_of

    return source_stamp(definition_of(function))


def test_other_libraries_count_and_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = _two()
    _smart(graph)
    before = sources.environment()
    monkeypatch.setattr("shtairir.cache.keys.environment", lambda: before.replace("numpy", "another numpy"))
    result = _smart(graph)
    assert _ran(result) == {"a", "b"}
    assert result.nodes["a"].reason == "Other versions of libraries are installed."


def test_other_version_of_a_pack_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = _two()
    _smart(graph)
    monkeypatch.setattr(sources, "_versions", lambda pack, requires: "pack=2")
    result = _smart(graph)
    assert _ran(result) == {"a", "b"}
    assert result.nodes["a"].reason == "Other versions are installed of what block stale.step needs."


# --- surroundings ---------------------------------------------------------------------------------------------


def test_declared_variable_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = shtairir.Graph("speaks")
    graph.add(speaks, id="s")
    monkeypatch.setenv("STALE_LANGUAGE", "en")
    assert _smart(graph)["s"] == "en 1.0"
    monkeypatch.setenv("STALE_LANGUAGE", "de")
    result = _smart(graph)
    assert result["s"] == "de 1.0"
    assert result.nodes["s"].reason == "The environment variable STALE_LANGUAGE has another value."
    monkeypatch.setenv("STALE_LANGUAGE", "en")
    assert _ran(_smart(graph)) == set()


def test_chance_is_kept_by_the_word_of_a_person_only() -> None:
    graph = _two(dice)
    assert _smart(graph)["b"] != _smart(graph)["b"]
    graph.set_policy("a", cache="always")
    assert _smart(graph)["b"] == _smart(graph)["b"]
    assert _ran(_smart(graph)) == set()


def test_node_that_is_never_kept_runs_and_what_follows_is_found_all_the_same() -> None:
    graph = _two()
    graph.set_policy("a", cache="never")
    _smart(graph, keep="all")
    assert _ran(_smart(graph, keep="all")) == {"a"}


# --- policies -------------------------------------------------------------------------------------------------


def test_condition_counts_though_a_result_is_there() -> None:
    graph = _two()
    graph.set_policy("a", condition="x < 5")
    assert _smart(graph)["b"] == 4.0
    graph.set_policy("a", condition="x > 5")
    result = _smart(graph)
    assert str(result.nodes["a"].status) == "skipped"
    assert "b.out" not in result.results


def test_what_follows_a_fallback_is_not_kept() -> None:
    graph = _two(flaky)
    graph.set_policy("a", on_failure="fallback", fallback={"out": 7.0}, retries=0)
    _behaviour["fails"] = True
    assert _smart(graph)["b"] == 14.0
    _behaviour["fails"] = False
    assert _smart(graph)["b"] == 202.0
    _behaviour["fails"] = True
    assert _smart(graph)["b"] == 202.0, "the real result is there"


def test_what_follows_a_try_that_failed_is_not_kept() -> None:
    graph = shtairir.Graph("try")
    graph.add(flaky, id="a")
    graph.add("flow.try", id="try", fallback=7.0)
    graph.link("a.out", "try.value")
    graph.add(step, id="b")
    graph.link("try.out", "b.x")
    graph.set_policy("a", retries=0)
    _behaviour["fails"] = True
    assert _smart(graph)["b"] == 14.0
    _behaviour["fails"] = False
    assert _smart(graph)["b"] == 202.0


# --- values that are given ------------------------------------------------------------------------------------


def test_what_follows_a_given_value_is_not_taken_for_the_real_result() -> None:
    graph = _two()
    assert _smart(graph, given={"a.out": 50.0})["b"] == 100.0
    assert _smart(graph)["b"] == 4.0
    assert _smart(graph, given={"a.out": 60.0})["b"] == 120.0


def test_what_follows_a_given_value_is_found_again_by_its_content() -> None:
    graph = _two()
    _smart(graph, given={"a.out": 50.0})
    again = _smart(graph, given={"a.out": 50.0})
    assert (again["b"], _ran(again)) == (100.0, set())


def test_value_that_the_cache_has_itself_is_known_by_its_node() -> None:
    graph = _two()
    first = _smart(graph, keep="all")
    again = _smart(graph, given={"a.out": first["a.out"]})
    assert _ran(again) == set()


def test_what_cannot_be_recognised_is_not_kept() -> None:
    class Thing:
        pass

    @shtairir.block(id="stale.thing", category="Stale")
    def thing(x: Any = None) -> str:
        """Look at anything."""
        time.sleep(0.002)
        return repr(x)

    graph = shtairir.Graph("things")
    graph.add(thing, id="a")
    graph.add(thing, id="b")
    graph.link("a.out", "b.x")
    first, second = Thing(), Thing()
    assert _smart(graph, given={"a.out": first})["b"] == repr(first)
    assert _smart(graph, given={"a.out": second})["b"] == repr(second)


def test_arrays_that_differ_in_one_number_are_others() -> None:
    @shtairir.block(id="stale.total", category="Stale")
    def total(x: Array) -> float:
        """Add up."""
        time.sleep(0.002)
        return float(np.sum(x))

    graph = shtairir.Graph("arrays")
    graph.add("array.constant", id="a", value=0.0)
    graph.add(total, id="b")
    graph.link("a.out", "b.x")
    one, other = np.zeros(1000), np.zeros(1000)
    other[777] = 1
    results = [_smart(graph, given={"a.out": array})["b"] for array in (one, other, one)]
    assert results == [0.0, 1.0, 0.0]


# --- cancelled ------------------------------------------------------------------------------------------------


def test_what_a_cancelled_block_returns_is_not_kept() -> None:
    graph = shtairir.Graph("patient")
    graph.add(patient, id="p", x=3.0)
    _behaviour["begun"] = threading.Event()
    handle = shtairir.start(graph, cache="smart")
    assert _behaviour["begun"].wait(60)
    handle.cancel()
    handle.wait(60)
    _behaviour["at_once"] = True
    assert _smart(graph)["p"] == 3.0


def test_cancelled_run_is_not_the_last_good_one() -> None:
    graph = _two(patient, x=3.0)
    _behaviour.update(begun=threading.Event(), at_once=True)
    _smart(graph)
    graph.set("a.x", 4.0)
    _behaviour.update(begun=threading.Event(), at_once=False)
    handle = shtairir.start(graph, cache="smart")
    assert _behaviour["begun"].wait(60)
    handle.cancel()
    handle.wait(60)
    _behaviour["at_once"] = True
    assert _smart(graph).nodes["a"].reason == "x changed from 3.0 to 4.0."


# --- keys -----------------------------------------------------------------------------------------------------


def test_keys_after_an_edit_are_those_of_a_plan_made_anew() -> None:
    graph = shtairir.Graph("ladder")
    for number in range(30):
        graph.add(step, id=f"s{number}", factor=float(number))
        if number:
            graph.link(f"s{(number - 1) // 2}.out", f"s{number}.x")
    keys_of(shtairir.plan(graph))
    for place, value in ((3, 9.5), (14, 1.25), (0, 3.5), (29, 2.0), (3, 3.0)):
        graph.set(f"s{place}.factor", value)
        followed = keys_of(shtairir.plan(graph)).of
        assert followed == keys_of(shtairir.plan(graph.snapshot())).of


def test_equal_nodes_in_instances_run_once() -> None:
    _behaviour["thrown"] = 0

    @shtairir.block(id="stale.counted", category="Stale")
    def counted(x: float = 1.0) -> float:
        """Count how often it runs."""
        _behaviour["thrown"] += 1
        return x

    graph = shtairir.Graph("instances")
    part = graph.add_subgraph("part")
    x = part.add("graph.input", id="x", values={"name": "x", "type": "float"})
    node = part.add(counted, id="node", x=x["out"])
    part.add("graph.output", id="y", values={"name": "y", "type": "float"}, value=node["out"])
    graph.add(step, id="a")
    for name in ("one", "two"):
        graph.add("subgraph.part", id=name)
        graph.link("a.out", f"{name}.x")
    _smart(graph)
    assert _behaviour["thrown"] == 1


def test_following_is_what_is_linked_behind() -> None:
    plan = shtairir.plan(_two())
    assert following(plan, ["a"]) == {"b"}  # type: ignore[list-item]


def test_keys_are_right_though_two_threads_ask_for_those_of_different_plans() -> None:
    graph = shtairir.Graph("threads")
    for number in range(60):
        graph.add(step, id=f"s{number}", factor=float(number))
        if number:
            graph.link(f"s{number - 1}.out", f"s{number}.x")
    plans = []
    for value in range(12):
        graph.set("s5.factor", 100.0 + value)
        plans.append(shtairir.plan(graph))
    assert len({plan.lineage for plan in plans}) == 1
    expected = [keys_of(plan, replaced={}).of for plan in plans]
    wrong: list[int] = []

    def ask(first: int) -> None:
        for turn in range(200):
            place = (first + turn * (first + 1)) % len(plans)
            if keys_of(plans[place]).of != expected[place]:
                wrong.append(place)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
