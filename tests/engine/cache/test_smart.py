"""Smart runs run just what must run, and are never wrong about it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, Param
from shtairir.cache.files import FileHashes
from shtairir.cache.keys import cache_keys, why_not_kept
from shtairir.cache.smart import shared_cache
from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir.results import RunResult

_ran: list[str] = []


@shtairir.block(id="smart.step", category="Smart")
def step(x: float = 1.0, factor: float = 2.0, y: float = 0.0) -> float:
    """Take a while, so that the result is worth keeping."""
    time.sleep(0.002)
    return x * factor + y


@shtairir.block(id="smart.effect", category="Smart", pure=False)
def effect(x: float = 1.0) -> float:
    """Have an effect."""
    time.sleep(0.002)
    _ran.append("effect")
    return x


@shtairir.block(id="smart.read", category="Smart")
def read(path: Annotated[Path, Param(path="open")]) -> str:
    """Read a file."""
    time.sleep(0.002)
    return path.read_text(encoding="utf-8")


@shtairir.block(id="smart.grid", category="Smart")
def grid(n: int = 100) -> Array:
    """Make an array."""
    time.sleep(0.002)
    return np.arange(float(n))


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    _ran.clear()


def _smart(graph: shtairir.Graph, **more: Any) -> RunResult:
    return shtairir.run(graph, cache="smart", **more).raise_for_status()


def _run_nodes(result: RunResult) -> set[str]:
    return {str(name) for name, node in result.nodes.items() if node.status is NodeStatus.DONE}


def _ladder(rows: int = 4) -> shtairir.Graph:
    """a0 → a1 → …, b0 → b1 → …; each a also feeds the b beside it, by y."""
    graph = shtairir.Graph("ladder")
    for row in range(rows):
        for column in "ab":
            graph.add(step, id=f"{column}{row}", factor=1.5)
            if row:
                graph.link(f"{column}{row - 1}.out", f"{column}{row}.x")
        graph.link(f"a{row}.out", f"b{row}.y")
    return graph


def test_second_run_runs_nothing_and_has_the_same_results() -> None:
    graph = _ladder()
    first = _smart(graph)
    second = _smart(graph)
    assert _run_nodes(second) == set()
    assert dict(second.results) == dict(first.results)
    assert second.nodes["b3"].status is NodeStatus.CACHED
    assert "cache" in second.nodes["b3"].reason


def test_without_the_wish_everything_runs() -> None:
    graph = _ladder()
    _smart(graph)
    assert len(_run_nodes(shtairir.run(graph))) == 8


def test_fresh_runs_everything_and_keeps_what_it_makes() -> None:
    graph = _ladder()
    assert len(_run_nodes(shtairir.run(graph, cache="fresh"))) == 8
    assert len(_run_nodes(shtairir.run(graph, cache="fresh"))) == 8
    assert _run_nodes(_smart(graph)) == set()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from("ab"), st.integers(0, 3), st.sampled_from(["none", "basic", "balanced", "aggressive"]))
def test_just_what_comes_after_a_change_runs(column: str, row: int, level: str) -> None:
    graph = _ladder()
    _smart(graph, level=level)
    graph.set(f"{column}{row}.factor", 3.5)
    after = {f"b{later}" for later in range(row, 4)}
    if column == "a":
        after |= {f"a{later}" for later in range(row, 4)}
    result = _smart(graph, level=level)
    assert _run_nodes(result) <= after  # a value that another example has made is there already
    plain = shtairir.run(graph, level="none")
    assert dict(result.results) == dict(plain.results)


def test_effects_always_happen_and_what_comes_after_them_runs() -> None:
    graph = shtairir.Graph("effects")
    graph.add(step, id="before")
    graph.add(effect, id="effect")
    graph.add(step, id="after")
    graph.link("before.out", "effect.x")
    graph.link("effect.out", "after.x")
    _smart(graph)
    assert _run_nodes(_smart(graph)) == {"effect", "after"}
    assert _ran == ["effect", "effect"]
    assert why_not_kept(shtairir.plan(graph)) == {
        "effect": "Its block has effects.",
        "after": "It comes after 'effect', which always runs.",
    }


def test_file_that_changed_is_read_again_also_with_the_same_size_and_date(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("one", encoding="utf-8")
    stamp = os.stat(file)
    graph = shtairir.Graph("file")
    graph.add(read, id="read", path=str(file))
    assert _smart(graph)["read.out"] == "one"
    assert _run_nodes(_smart(graph)) == set()
    file.write_text("two", encoding="utf-8")
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert _smart(graph)["read.out"] == "two"
    other = tmp_path / "other.txt"
    other.write_text("six", encoding="utf-8")
    os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    other.replace(file)
    assert _smart(graph)["read.out"] == "six"


def test_file_with_the_old_content_under_a_new_date_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("one", encoding="utf-8")
    graph = shtairir.Graph("file")
    graph.add(read, id="read", path=str(file))
    _smart(graph)
    file.write_text("one", encoding="utf-8")
    assert _run_nodes(_smart(graph)) == set()


def test_file_that_another_node_names_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("one", encoding="utf-8")
    graph = shtairir.Graph("named")
    graph.add("text.constant", id="name", value=str(file))
    graph.add(read, id="read")
    graph.link("name.out", "read.path")
    assert _smart(graph, level="none")["read.out"] == "one"
    file.write_text("two", encoding="utf-8")
    assert _smart(graph, level="none")["read.out"] == "two"


def _block_file(folder: Path, body: str) -> None:
    text = f"import time\nfrom shtairir.block import block\n\nSCALE = 2\n\n\ndef helper(x):\n    {body}\n\n\n"
    text += '@block(id="smart_file.twice", category="Smart")\ndef twice(x: float = 4.0) -> float:\n'
    text += '    """Twice."""\n    time.sleep(0.002)\n    return helper(x)\n'
    (folder / "smart_file.py").write_text(text, encoding="utf-8")


@pytest.fixture
def edit_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return a function that writes a block whose helper does this, and reloads it."""
    registry = shtairir.default_registry()
    folder = tmp_path / "blocks"
    folder.mkdir()

    def edit(body: str) -> None:
        _block_file(folder, body)
        registry.reload_user_blocks()

    with monkeypatch.context() as patch:
        patch.setenv("SHTAIRIR_BLOCKS_PATH", str(folder))
        yield edit
    registry.reload_user_blocks()


def test_code_that_a_block_calls_counts_as_its_own(edit_block: Callable[[str], None]) -> None:
    edit_block("return x * SCALE")
    graph = shtairir.Graph("code")
    graph.add("smart_file.twice", id="twice")
    assert _smart(graph)["twice.out"] == 8
    edit_block("return x * SCALE")
    assert _run_nodes(_smart(graph)) == set()
    edit_block("return x * SCALE + 1")
    assert _smart(graph)["twice.out"] == 9


def test_arrays_are_shared_with_the_cache_and_cannot_be_written_into() -> None:
    graph = shtairir.Graph("array")
    graph.add(grid, id="grid")
    for _ in range(2):
        found = _smart(graph)["grid.out"]
        assert np.array_equal(found, np.arange(100.0))
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 5


def test_results_outlive_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = _ladder()
    first = _smart(graph)
    copied = tmp_path / "same"
    cache = shared_cache()
    assert cache is not None
    cache.close()
    (tmp_path / "cache").rename(copied)  # another name, so another cache object: memory does not help
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(copied))
    second = _smart(graph)
    assert _run_nodes(second) == set()
    assert dict(second.results) == dict(first.results)


def test_damaged_result_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = shtairir.Graph("array")
    graph.add(grid, id="grid", n=100_000)
    _smart(graph)
    copied = tmp_path / "same"
    cache = shared_cache()
    assert cache is not None
    cache.close()
    (tmp_path / "cache").rename(copied)
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(copied))
    for path in (copied / "blobs").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"!")
    for _ in range(2):
        result = shtairir.run(graph, cache="smart")
        if result.status == "done":
            break
    assert np.array_equal(result["grid.out"], np.arange(100_000.0))


def test_keys_do_not_depend_on_what_nodes_are_called() -> None:
    one, other = shtairir.Graph("one"), shtairir.Graph("other")
    one.add(step, id="a", factor=3)
    other.add(step, id="b", factor=3)
    keys = cache_keys(shtairir.plan(one)), cache_keys(shtairir.plan(other))
    assert keys[0][NodeId("a")] == keys[1][NodeId("b")]


def test_folder_counts_by_what_lies_in_it(tmp_path: Path) -> None:
    hashes = FileHashes()
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    empty = hashes.of(folder)
    (folder / "inner" / "a.txt").write_text("a", encoding="utf-8")
    assert hashes.of(folder) != empty


def test_letters_that_cannot_be_written_cost_neither_a_run_nor_the_cache(caplog: pytest.LogCaptureFixture) -> None:
    @shtairir.block(id="smart.named", category="Smart")
    def named(name: str = "") -> str:
        """Return the name of a file."""
        time.sleep(0.002)
        return name

    for strange in ("scan" + chr(0xDCFF), ("scan" + chr(0xDCFF)) * 100):
        graph = shtairir.Graph(f"about {strange[:5]}")
        graph.add(named, id="n", name=strange)
        assert _run_nodes(_smart(graph)) == {"n"}
        assert _run_nodes(_smart(graph)) == set()
        graph.set("n.name", strange + ".png")
        again = _smart(graph)
        assert _run_nodes(again) == {"n"}
        assert "name" in again.nodes["n"].reason
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


@shtairir.block(id="smart.trivial", category="Smart")
def trivial(x: float = 1.0) -> float:
    """As little as a node can do."""
    return x + 1


def test_nodes_so_cheap_that_they_go_together_are_kept_too() -> None:
    graph = shtairir.Graph("cheap")
    for number in range(40):
        graph.add(trivial, id=f"n{number}")
        if number:
            graph.link(f"n{number - 1}.out", f"n{number}.x")
    for _ in range(4):  # until it is known that they are cheap
        shtairir.run(graph)
    first = _smart(graph, keep="all")
    second = _smart(graph, keep="all")
    assert (len(_run_nodes(first)), _run_nodes(second)) == (40, set())
    assert dict(second.results) == dict(first.results)
