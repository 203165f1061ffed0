"""The account of a run: what counts, what counts once, and what the budget refuses."""

from __future__ import annotations

import numpy as np
import pytest

from shtairir.block.values import Audio
from shtairir.errors import MemoryBudgetError
from shtairir.memory import MemoryManager, MemoryPool

MEGABYTE = 1 << 20


def manager(limit: int | None = None) -> MemoryManager:
    return MemoryManager(MemoryPool(), limit)


def test_values_are_counted_from_hold_to_drop_and_the_peak_remains() -> None:
    account = manager()
    value = np.zeros(MEGABYTE, np.uint8)
    assert account.hold([value], "blur") == (MEGABYTE, MEGABYTE)
    assert account.stats().owners == {"blur": MEGABYTE}
    assert account.drop(value) == MEGABYTE
    assert account.stats().live_bytes == 0
    assert account.stats().peak_bytes == MEGABYTE


def test_a_borrowed_value_counts_once() -> None:
    account = manager()
    value = account.empty(MEGABYTE, np.uint8, "blur")
    assert account.hold([value], "blur") == (MEGABYTE, 0)
    assert account.stats().live_bytes == MEGABYTE
    account.drop(value)
    assert account.stats().live_bytes == MEGABYTE  # still borrowed
    del value
    assert account.stats().live_bytes == 0


def test_a_view_of_a_counted_value_adds_nothing() -> None:
    account = manager()
    value = np.zeros((1024, 1024), np.uint8)
    view = value[::2]
    account.hold([value], "load")
    account.hold([view], "crop")
    assert account.stats().live_bytes == MEGABYTE
    account.drop(value)
    assert account.stats().owners == {"load": MEGABYTE}  # the view still sees it
    account.drop(view)
    assert account.stats().live_bytes == 0


def test_audio_counts_as_its_samples() -> None:
    account = manager()
    sound = Audio(np.zeros((MEGABYTE // 4, 1), np.float32), 44_100)
    account.hold([sound], "record")
    account.hold([sound.samples], "samples")
    assert account.stats().live_bytes == MEGABYTE


def test_borrowing_beyond_the_budget_is_refused_with_the_numbers() -> None:
    account = manager(2 * MEGABYTE)
    held = account.empty(MEGABYTE, np.uint8, "a")
    with pytest.raises(
        MemoryBudgetError, match=r"'b' takes 2\.1 MB, 1\.0 MB are in use, and the limit is 2\.1 MB"
    ) as caught:
        account.empty(2 * MEGABYTE, np.uint8, "b")
    assert caught.value.limit_bytes == 2 * MEGABYTE
    assert caught.value.hint
    assert held.nbytes == MEGABYTE


def test_a_result_beyond_the_budget_is_refused_and_not_counted() -> None:
    account = manager(MEGABYTE)
    with pytest.raises(MemoryBudgetError, match="The result of 'big'"):
        account.hold([np.zeros(2 * MEGABYTE, np.uint8)], "big")
    assert account.stats().live_bytes == 0


def test_what_other_runs_borrowed_does_not_count() -> None:
    pool = MemoryPool()
    one, other = MemoryManager(pool), MemoryManager(pool, MEGABYTE)
    held = one.empty(MEGABYTE, np.uint8, "a")
    assert other.stats().live_bytes == 0
    assert other.empty(MEGABYTE, np.uint8, "b").nbytes == held.nbytes


def test_the_largest_owners_come_first() -> None:
    account = manager()
    values = [np.zeros(size * MEGABYTE, np.uint8) for size in (1, 3, 2)]
    for name, value in zip("abc", values, strict=True):
        account.hold([value], name)
    assert [owner for owner, _ in account.stats().largest_owners(2)] == ["b", "c"]
