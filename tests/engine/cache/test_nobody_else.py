"""What the cache holds is what was made: nobody changes it from outside, and nothing comes back as something else."""

from __future__ import annotations

import collections
import os
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.cache.files import FileHashes
from shtairir.cache.result_cache import ResultCache
from shtairir.execute.call import received
from shtairir.recovery.encoding import NotKeepable, decoded, encoded
from shtairir.results import RunResult


@shtairir.block(id="else.nested", category="Else")
def nested(n: int = 3) -> Any:
    """Make arrays and a table inside of something."""
    import polars as pl

    time.sleep(0.002)
    return {"array": np.zeros(n), "list": [np.zeros(n)], "table": pl.DataFrame({"x": [1]}), "set": {1}}


@shtairir.block(id="else.plain", category="Else")
def plain(n: int = 3) -> Any:
    """Make an array that is no output by its type."""
    time.sleep(0.002)
    return np.zeros(n)


@shtairir.block(id="else.counted", category="Else")
def counted(text: str = "aab") -> Any:
    """Count letters."""
    return collections.Counter(text)


@shtairir.block(id="else.common", category="Else")
def common(counter: Any, x: int = 0) -> str:
    """Ask what only a counter knows."""
    time.sleep(0.002)
    return str(counter.most_common(1)[0][0]) + str(x)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


def _smart(graph: shtairir.Graph) -> RunResult:
    return shtairir.run(graph, cache="smart")


def test_who_changes_a_result_changes_nothing_in_the_cache() -> None:
    graph = shtairir.Graph("nested")
    graph.add(nested, id="a")
    for _ in range(3):
        value = _smart(graph)["a"]
        assert value["array"].tolist() == value["list"][0].tolist() == [0.0, 0.0, 0.0]
        assert (value["table"]["x"].to_list(), value["set"]) == ([1], {1})
        for array in (value["array"], value["list"][0]):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 7.0
        value["table"][0, "x"] = 7
        value["set"].add(7)


def test_array_that_was_just_made_cannot_be_changed_either() -> None:
    graph = shtairir.Graph("plain")
    graph.add(plain, id="a")
    with pytest.raises(ValueError, match="read-only"):
        _smart(graph)["a"][0] = 7.0


def test_counter_stays_a_counter_on_its_way_and_in_memory() -> None:
    graph = shtairir.Graph("counter")
    graph.add(counted, id="a")
    graph.add(common, id="b")
    graph.link("a.out", "b.counter")
    assert _smart(graph)["b"] == "a0"
    graph.set("b.x", 1)
    assert _smart(graph)["b"] == "a1"


class _Own(list[int]):
    """A list with more to it."""


@pytest.mark.parametrize(
    "value",
    [
        collections.Counter("aab"),
        collections.OrderedDict(a=1),
        collections.defaultdict(list, a=[1]),
        _Own([1, 2]),
        PurePosixPath("a/b"),
        PureWindowsPath("C:/a"),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1), "home")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_come_back_as_something_else_is_not_written_down(value: Any, tmp_path: Path) -> None:
    with pytest.raises(NotKeepable):
        encoded(value)
    cache = ResultCache(tmp_path / "own")
    cache.put("a", [value], cost_s=1.0)
    cache.flush()
    assert ResultCache(tmp_path / "own").get("a") is None
    kept = cache.get("a")
    assert kept is not None
    assert (type(kept[0]), kept[0]) == (type(value), value)


def test_path_and_time_of_a_usual_kind_are_written_down() -> None:
    for value in (
        Path("a/b"),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1))),
    ):
        form, _ = encoded(value)
        back = decoded(form, lambda *_: b"")
        assert (type(back), back) == (type(value), value)


def test_copy_of_something_of_another_class_is_of_that_class() -> None:
    array = np.zeros(3)
    value: Any = collections.defaultdict(list, a=array)
    copied = received(value)
    assert type(copied) is collections.defaultdict
    assert copied.default_factory is list
    assert not copied["a"].flags.writeable
    copied["b"].append(1)
    assert list(value) == ["a"]


# --- folders ------------------------------------------------------------------------------------------------------


def _new_folder(folder: Path) -> None:
    (folder / "inner" / "empty").mkdir()


def _renamed_folder(folder: Path) -> None:
    (folder / "inner").rename(folder / "other")


def _dangling(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "nowhere")


def _other_target(folder: Path) -> None:
    (folder / "dangling").unlink()
    (folder / "dangling").symlink_to(folder / "nowhere else")


def _in_linked(folder: Path) -> None:
    (folder.parent / "outside" / "file.txt").write_text("other", encoding="utf-8")


def _new_in_linked(folder: Path) -> None:
    (folder.parent / "outside" / "new.txt").write_text("new", encoding="utf-8")


def _mode(folder: Path) -> None:
    (folder / "file.txt").chmod(0o600)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize(
    "change", [_new_folder, _renamed_folder, _dangling, _other_target, _in_linked, _new_in_linked, _mode]
)
def test_whatever_changes_in_a_folder_makes_it_another(change: Any, tmp_path: Path) -> None:
    folder, outside, hashes = tmp_path / "folder", tmp_path / "outside", FileHashes()
    (folder / "inner").mkdir(parents=True)
    outside.mkdir()
    for file in (folder / "file.txt", outside / "file.txt"):
        file.write_text("text", encoding="utf-8")
    (folder / "linked").symlink_to(outside)
    (folder / "circle").symlink_to(folder)
    (folder / "dangling").symlink_to(folder / "nowhere")
    before = hashes.of(folder)
    assert hashes.of(folder) == before
    change(folder)
    assert hashes.of(folder) != before
