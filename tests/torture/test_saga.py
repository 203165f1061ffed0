"""A row of bookings fails at each step, and is killed while it is undone: undone in reverse order, once each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.torture.killed_program import BOOKINGS
from tests.torture.scale import scaled
from tests.torture.test_kills import begun, killed_after, log, told


def _booked(folder: Path) -> list[int]:
    return [int(line.split()[1]) for line in log(folder) if line.startswith("B ")]


def _undone(folder: Path) -> list[int]:
    return [int(line.split()[1]) for line in log(folder) if line.startswith("U ")]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("failing", range(scaled(BOOKINGS, 2)))
def test_what_was_done_is_undone_in_reverse_order(tmp_path: Path, failing: int) -> None:
    found = told(begun(tmp_path, "run", str(failing), "0"))
    assert found["status"] == "failed"
    assert _booked(tmp_path) == list(range(failing))
    assert _undone(tmp_path) == list(reversed(range(failing)))


@pytest.mark.skipif(os.name == "nt", reason="signal 9 is of POSIX")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("undone_before", range(scaled(BOOKINGS - 1, 1)))
def test_undoing_that_was_killed_is_finished(tmp_path: Path, undone_before: int) -> None:
    last = BOOKINGS - 1
    # Killed while it waits in a compensation, after some of them have ended.
    assert killed_after(tmp_path, last + 2 * undone_before + 1, "run", str(last), "0.25", of="BuU")
    assert _undone(tmp_path) == list(reversed(range(last - undone_before, last)))
    found = told(begun(tmp_path, "resume", str(last), "0.01"))
    assert found["status"] == "failed"
    assert _undone(tmp_path) == list(reversed(range(last)))
    assert _booked(tmp_path) == list(range(last))
