"""The cache of results keeps what it was given, within its limits, and nothing else."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shtairir.cache import Policy, ResultCache
from shtairir.cache.disk_tier import Origin


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        self.now_s += 0.001
        return self.now_s


def _array(seed: int, nbytes: int = 80_000) -> Any:
    return np.random.default_rng(seed).random(nbytes // 8)


def _same(value: Any, other: Any) -> bool:
    return bool(np.array_equal(value, other)) if isinstance(other, np.ndarray) else bool(value == other)


def test_values_come_back_from_memory_and_from_disk(tmp_path: Path) -> None:
    values = (_array(1), {"x": [1, (2, 3)]}, "text", None, float("nan"))
    first = ResultCache(tmp_path)
    first.put("key", values, cost_s=1.0)
    first.flush()
    for cache in (first, ResultCache(tmp_path)):
        found = cache.get("key")
        assert found is not None
        assert _same(found[0], values[0])
        assert found[1:4] == values[1:4]
        assert np.isnan(found[4])


def test_nobody_can_change_what_is_kept(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path)
    numbers = [1, 2]
    cache.put("key", (numbers, _array(1)), cost_s=1.0)
    numbers.append(3)
    found = cache.get("key")
    assert found is not None
    found[0].append(4)
    with pytest.raises(ValueError, match="read-only"):
        found[1][0] = 5
    again = cache.get("key")
    assert again is not None
    assert again[0] == [1, 2]


def test_memory_stays_under_its_limit_and_the_disk_has_the_rest(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, memory_bytes=300_000)
    for number in range(10):
        cache.put(f"k{number}", (_array(number),), cost_s=1.0)
    facts = cache.statistics()
    assert facts.memory_bytes <= 300_000
    assert facts.evicted >= 7
    assert facts.disk_entries == 10
    for number in range(10):
        found = cache.get(f"k{number}")
        assert found is not None
        assert _same(found[0], _array(number))


def test_disk_stays_under_its_limit(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, memory_bytes=0, disk_bytes=500_000)
    for number in range(20):
        cache.put(f"k{number}", (_array(number),), cost_s=1.0)
        cache.flush()
        files = sum(path.stat().st_size for path in (tmp_path / "blobs").rglob("*") if path.is_file())
        assert files <= 500_000
        assert cache.statistics().disk_bytes <= 500_000
    assert 4 <= cache.statistics().disk_entries <= 6


def test_one_that_is_larger_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, memory_bytes=1000, disk_bytes=1000)
    cache.put("key", (_array(1),), cost_s=1.0)
    cache.flush()
    assert cache.get("key") is None


@pytest.mark.parametrize(
    ("policy", "gone"),
    [(Policy.COST, "cheap"), (Policy.LRU, "unused"), (Policy.LFU, "rare"), (Policy.TTL, "old")],
)
def test_policies_differ_in_who_goes_first(tmp_path: Path, policy: Policy, gone: str) -> None:
    """Four of one size; each is the worst by one measure and no other."""
    clock = Clock()
    cache = ResultCache(tmp_path, memory_bytes=0, disk_bytes=4 * 81_000, policy=policy, clock=clock)
    for number, (key, cost_s) in enumerate({"old": 9.0, "unused": 9.0, "rare": 9.0, "cheap": 0.1}.items()):
        cache.put(key, (_array(number),), cost_s=cost_s)
    for key in ["unused", "unused", "cheap", "cheap", "old", "old", "rare", "cheap", "old"]:
        assert cache.get(key) is not None
        cache.close()  # writes down the use, with its time
    cache.put("new", (_array(9),), cost_s=5.0)
    left = {entry.key for entry in cache.entries()}
    assert {"old", "unused", "rare", "cheap"} - left == {gone}


def test_expensive_entries_that_nobody_uses_age(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, memory_bytes=0, disk_bytes=5 * 81_000)
    cache.put("once", (_array(0),), cost_s=3.0)
    for number in range(1, 60):
        cache.put(f"k{number}", (_array(number),), cost_s=1.0)
        cache.flush()
    assert "once" not in cache


def test_entries_are_gone_after_their_time(tmp_path: Path) -> None:
    clock = Clock()
    cache = ResultCache(tmp_path, ttl_s=60.0, clock=clock)
    cache.put("key", (1,), cost_s=1.0)
    assert cache.get("key") == (1,)
    clock.now_s += 61
    assert cache.get("key") is None
    assert "key" not in cache


def test_equal_pieces_lie_on_disk_once(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path)
    for number in range(5):
        cache.put(f"k{number}", (_array(1), number), cost_s=1.0)
    cache.flush()
    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert cache.statistics().disk_bytes < 2 * 80_000
    for number in range(5):
        assert cache.remove(f"k{number}")
        assert files[0].exists() == (number < 4)
    assert cache.statistics().disk_bytes == 0


def test_what_cannot_be_written_as_data_stays_in_memory(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path)
    value = object()
    cache.put("key", (value,), cost_s=1.0)
    assert cache.get("key") == (value,)
    assert ResultCache(tmp_path).get("key") is None


def test_entries_are_let_go_by_what_they_are_of(tmp_path: Path) -> None:
    clock = Clock()
    cache = ResultCache(tmp_path, clock=clock)
    cache.put("a", (1,), cost_s=1.0, origin=Origin("image.blur", "blur", "coins"))
    cache.put("b", (2,), cost_s=1.0, origin=Origin("image.open", "open", "coins"))
    clock.now_s += 100
    cache.put("c", (3,), cost_s=1.0, origin=Origin("text.upper", "upper", "words"))
    assert cache.invalidate(block="image.*", node="blur") == 1
    assert cache.get("a") is None
    assert cache.invalidate(older_than_s=50) == 1
    assert (cache.get("b"), cache.get("c")) == (None, (3,))
    assert cache.clear() == 1


def test_child_sees_its_parent_and_keeps_its_own(tmp_path: Path) -> None:
    parent = ResultCache(tmp_path)
    parent.put("ours", (1,), cost_s=1.0)
    child = parent.child()
    child.put("theirs", (2,), cost_s=1.0)
    assert (child.get("ours"), child.get("theirs")) == ((1,), (2,))
    assert parent.get("theirs") is None


def test_statistics_tell_what_was_saved(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path)
    cache.put("key", (_array(1),), cost_s=2.5)
    cache.get("key")
    cache.get("nothing")
    facts = cache.statistics()
    assert (facts.hits, facts.misses, facts.saved_s) == (1, 1, 2.5)
    assert facts.saved_bytes >= 80_000
    cache.close()
    other = ResultCache(tmp_path).statistics()
    assert (other.hits, other.all_hits, other.all_misses, other.all_saved_s) == (0, 1, 1, 2.5)


def test_verify_drops_what_is_damaged_and_what_nobody_refers_to(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, memory_bytes=0)
    for number in range(3):
        cache.put(f"k{number}", (_array(number),), cost_s=1.0)
    cache.flush()
    first = next(path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    first.write_bytes(first.read_bytes()[:-1] + b"!")
    stray = tmp_path / "blobs" / "ab" / ("ab" * 16)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"nobody's")
    assert cache.verify() == (3, 1)
    assert not stray.exists()
    assert cache.verify() == (2, 0)


def test_damaged_index_is_set_aside_and_the_cache_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = ResultCache(tmp_path, memory_bytes=0)
    cache.put("key", (_array(1),), cost_s=1.0)
    cache.close()
    index = tmp_path / "index.sqlite"
    index.write_bytes(b"this is no database at all" * 100)
    again = ResultCache(tmp_path, memory_bytes=0)
    assert again.get("key") is None
    assert "begins anew" in caplog.text
    again.put("key", (2,), cost_s=1.0)
    assert again.get("key") == (2,)
    assert (tmp_path / "index.sqlite.damaged").exists()


def test_planted_entry_is_not_believed(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, memory_bytes=0)
    cache.put("key", ("honest",), cost_s=1.0)
    cache.close()
    with sqlite3.connect(tmp_path / "index.sqlite") as connection:
        connection.execute("update entries set form = replace(form, 'honest', 'planted')")
    connection.close()
    again = ResultCache(tmp_path, memory_bytes=0)
    assert again.get("key") is None
    assert again.statistics().damaged == 1
    assert again.statistics().disk_entries == 0


_KEYS = st.sampled_from("abcd")
_STEPS = st.lists(st.tuples(st.sampled_from(["put", "get", "remove"]), _KEYS, st.integers(0, 3)), max_size=40)


@given(_STEPS)
def test_cache_is_a_dictionary_that_forgets(steps: list[tuple[str, str, int]]) -> None:
    cache = ResultCache(memory_bytes=2000)
    known: dict[str, int] = {}
    for action, key, value in steps:
        if action == "put":
            cache.put(key, ("x" * 200 * (value + 1), value), cost_s=1.0 + value)
            known[key] = value
        elif action == "remove":
            cache.remove(key)
            known.pop(key, None)
        else:
            found = cache.get(key)
            assert found is None or found[1] == known[key]
        assert cache.statistics().memory_bytes <= 2000


def test_what_is_held_goes_last(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path, memory_bytes=20_000, disk_bytes=20_000)
    cache.put("held", [np.zeros(500)], cost_s=0.001)
    cache.flush()
    cache.hold("somebody", ["held"])
    for number in range(20):
        cache.put(f"k{number}", [np.full(500, number)], cost_s=10.0)
    cache.flush()
    assert "held" in cache
    assert cache.statistics().disk_bytes <= 20_000
    assert cache.statistics().memory_bytes <= 20_000
    cache.hold("somebody", [])
    for number in range(20, 40):
        cache.put(f"k{number}", [np.full(500, number)], cost_s=10.0)
    cache.flush()
    assert "held" not in cache
    cache.close()


def test_limit_holds_though_all_is_held() -> None:
    cache = ResultCache(memory_bytes=10_000)
    cache.hold("somebody", [f"k{number}" for number in range(10)])
    for number in range(10):
        cache.put(f"k{number}", [np.full(500, number)], cost_s=1.0)
    assert cache.statistics().memory_bytes <= 10_000


def test_folder_that_is_removed_while_the_program_runs_begins_anew(tmp_path: Path) -> None:
    folder = tmp_path / "removed"
    cache = ResultCache(folder)
    cache.put("a", [1.5], cost_s=1.0)
    cache.flush()
    shutil.rmtree(folder)
    for key in ("b", "c"):
        cache.put(key, [np.arange(50_000.0)], cost_s=1.0)
        cache.flush()
    found = ResultCache(folder).get("c")
    assert found is not None
    assert found[0][-1] == 49_999.0
