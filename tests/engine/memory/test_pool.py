"""Leases: memory goes back when, and only when, nothing can see it any more."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.memory import MemoryPool
from shtairir.memory.pool import ALIGNMENT, Lease, size_class

MEGABYTE = 1 << 20


def is_lent(array: object) -> bool:
    while array is not None and not isinstance(array, Lease):
        array = getattr(array, "base", None)
    return array is not None


def test_a_buffer_returns_when_the_last_view_of_it_is_gone() -> None:
    pool = MemoryPool()
    array = pool.empty((512, 512))
    every_other, turned = array[::2], array.T
    del array
    assert pool.lent_bytes == size_class(512 * 512 * 8)
    del every_other
    assert pool.lent_bytes > 0
    del turned
    assert pool.lent_bytes == 0
    assert pool.idle_bytes == size_class(512 * 512 * 8)


def test_a_returned_buffer_is_lent_again() -> None:
    pool = MemoryPool()
    first = pool.empty(MEGABYTE, np.uint8)
    address = first.ctypes.data
    del first
    assert pool.empty(MEGABYTE, np.uint8).ctypes.data == address
    assert (pool.hits, pool.misses) == (1, 1)


def test_a_buffer_that_is_seen_is_never_lent_again() -> None:
    pool = MemoryPool()
    view = pool.empty(MEGABYTE, np.uint8)[10:20]
    view[:] = 7
    pool.empty(MEGABYTE, np.uint8).fill(1)
    pool.empty(MEGABYTE, np.uint8).fill(2)
    assert view.tolist() == [7] * 10


@pytest.mark.parametrize("dtype", ["f4", "i8", "c16", "?", "M8[s]", [("a", "i4"), ("b", "f8")], "S5", "U3"])
def test_arrays_of_any_plain_type_are_lent_aligned_and_writable(dtype: Any) -> None:
    array = MemoryPool().empty((100, 1000), dtype)
    assert is_lent(array)
    assert array.ctypes.data % ALIGNMENT == 0
    assert array.dtype == np.dtype(dtype)
    assert array.flags.writeable
    assert array.flags.c_contiguous


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 5), (2, 2)])
def test_small_and_empty_shapes_are_ordinary_arrays(shape: tuple[int, ...]) -> None:
    pool = MemoryPool()
    assert pool.empty(shape).shape == shape
    assert pool.lent_bytes == 0


def test_arrays_of_objects_never_lie_in_lent_memory() -> None:
    array = MemoryPool().empty(100_000, object)
    assert not is_lent(array)
    assert array[99_999] is None


def test_a_limit_is_never_passed_and_idle_memory_makes_room() -> None:
    pool = MemoryPool(limit_bytes=4 * MEGABYTE)
    del_me = pool.empty(3 * MEGABYTE, np.uint8)
    del del_me
    kept = pool.empty(2 * MEGABYTE, np.uint8)
    assert pool.lent_bytes + pool.idle_bytes <= 4 * MEGABYTE
    with pytest.raises(MemoryError, match="limit"):
        pool.empty(3 * MEGABYTE, np.uint8)
    assert kept.nbytes == 2 * MEGABYTE


def test_trimming_gives_idle_memory_to_the_system_and_nothing_else() -> None:
    pool = MemoryPool()
    kept = pool.empty(MEGABYTE, np.uint8)
    pool.empty(2 * MEGABYTE, np.uint8)
    assert pool.trim() == 2 * MEGABYTE
    assert pool.idle_bytes == 0
    assert pool.lent_bytes == kept.nbytes


def test_every_lent_byte_has_an_owner() -> None:
    pool = MemoryPool()
    held = [pool.empty(MEGABYTE, np.uint8, owner=("run", name)) for name in ("blur", "blur", "sum")]
    assert pool.lent_to("run") == {"blur": 2 * MEGABYTE, "sum": MEGABYTE}
    assert pool.lent_to("other run") == {}
    del held[0]
    assert pool.lent_by("run") == 2 * MEGABYTE
    assert pool.lent_by("run", "blur") == MEGABYTE


def test_poison_marks_what_was_never_written() -> None:
    pool = MemoryPool(poison=True)
    first = pool.empty(MEGABYTE, np.uint8)
    assert (first == 0xA5).all()
    first.fill(0)
    del first
    assert (pool.empty(MEGABYTE, np.uint8) == 0xA5).all()


def test_an_array_may_outlive_its_pool() -> None:
    array = MemoryPool().empty(MEGABYTE, np.uint8)
    gc.collect()
    array.fill(3)
    assert int(array[::4096].sum()) == 3 * 256


def test_threads_that_borrow_and_return_never_see_each_others_memory() -> None:
    pool = MemoryPool()
    wrong: list[int] = []

    def work(mark: int) -> None:
        for _ in range(200):
            array = pool.empty(1 << 17, np.uint8)
            array.fill(mark)
            if not (array == mark).all():
                wrong.append(mark)

    threads = [threading.Thread(target=work, args=(mark,)) for mark in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert pool.lent_bytes == 0


@given(st.integers(1, 1 << 40))
def test_a_size_class_holds_its_request_and_wastes_at_most_a_quarter(nbytes: int) -> None:
    taken = size_class(nbytes)
    assert taken >= nbytes
    assert taken <= max(1 << 16, nbytes * 1.25)
    assert size_class(taken) == taken


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), max_size=40))
def test_each_buffer_is_given_back_once_and_only_when_unseen(steps: list[tuple[bool, int]]) -> None:
    pool = MemoryPool(poison=True)
    held: list[tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], int]] = []
    for number, (borrow, size) in enumerate(steps):
        if borrow or not held:
            array = pool.empty(size << 16, np.uint8)
            array.fill(number % 200)
            held.append((array[1:-1], number % 200))
            del array
        else:
            held.pop(size % len(held))
        assert all((view == mark).all() for view, mark in held)
        assert pool.lent_bytes == sum(size_class(view.nbytes + 2) for view, _ in held)
