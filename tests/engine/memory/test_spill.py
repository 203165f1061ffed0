"""Values on disk: what comes back is bit for bit what went, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars
import pytest

from shtairir.block.values import Audio
from shtairir.memory import spill
from shtairir.memory.spill import SMALLEST_SPILLED, SpillFolder, can_spill

GRID = np.arange(90_000, dtype=np.float64).reshape(300, 300)

ARRAYS = [
    GRID,
    np.asfortranarray(GRID),
    GRID.T,
    GRID[::2, ::-1],
    GRID.astype(">i4"),
    (GRID % 100).astype("f2"),
    GRID + 1j,
    GRID > 7,
    GRID.astype("M8[s]"),
    np.full(20_000, "längs", "U8"),
    np.zeros(20_000, [("a", "i4"), ("b", "f8", (2,))]),
    np.zeros(20_000, np.dtype([("a", "i1"), ("b", "f8")], align=True)),
    np.array([np.nan, -0.0, np.inf] * 10_000),
]


@pytest.fixture
def folder(tmp_path: Path) -> SpillFolder:
    return SpillFolder(tmp_path)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype} {array.flags.f_contiguous}")
def test_an_array_comes_back_bit_for_bit(folder: SpillFolder, array: np.ndarray, mapped: bool) -> None:
    assert can_spill(array)
    back = folder.write(array).value(mapped=mapped)
    assert type(back) is np.ndarray
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(2),
        np.full(100_000, None),
        np.zeros(20_000, [("a", object), ("b", "f8")]),
        np.ma.masked_array(np.zeros(100_000)),
        [np.zeros(100_000)],
        "x" * 1_000_000,
        polars.DataFrame({"a": [1, 2]}),
        polars.DataFrame({"a": [object()] * 20_000}, schema={"a": polars.Object}),
    ],
    ids=repr,
)
def test_what_is_small_or_would_not_come_back_as_it_is_stays(value: object) -> None:
    assert not can_spill(value)


def test_tables_come_back_with_their_types(folder: SpillFolder) -> None:
    table = polars.DataFrame(
        {"n": range(20_000), "word": ["ü", None] * 10_000, "list": [[1], []] * 10_000}
    ).with_columns(day=polars.date(2024, 2, 29), kind=polars.col("word").cast(polars.Categorical))
    assert can_spill(table)
    back = folder.write(table).value()
    assert back.equals(table)
    assert back.schema == table.schema


def test_sound_comes_back_with_its_rate(folder: SpillFolder) -> None:
    sound = Audio(np.linspace(-1, 1, 100_000, dtype=np.float32).reshape(-1, 2), 44_100)
    back = folder.write(sound).value()
    assert back.rate_hz == 44_100
    assert np.array_equal(back.samples, sound.samples)


def test_a_file_goes_with_what_stands_for_it_and_the_folder_with_the_run(tmp_path: Path) -> None:
    folder = SpillFolder(tmp_path)
    first, second = folder.write(GRID), folder.write(GRID)
    assert len(list(tmp_path.glob("run-*/*"))) == 2
    del first
    assert len(list(tmp_path.glob("run-*/*"))) == 1
    mapped = second.value(mapped=True)
    folder.remove()
    assert list(tmp_path.iterdir()) == []
    assert np.array_equal(mapped, GRID)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permissions of this kind")
def test_nobody_else_can_read_what_is_spilled(tmp_path: Path) -> None:
    folder = SpillFolder(tmp_path)
    folder.write(GRID)
    assert folder.path is not None
    assert folder.path.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "_SPARE_DISK_BYTES", 1 << 60)
    with pytest.raises(OSError, match="too little space"):
        SpillFolder(tmp_path).write(GRID)
    assert list(tmp_path.glob("run-*/*")) == []


CRASHING = """
import os, sys, numpy
from pathlib import Path
from shtairir.memory.spill import SpillFolder
folder = SpillFolder(Path(sys.argv[1]))
kept = folder.write(numpy.zeros(100_000))
print(folder.path, flush=True)
END
"""


def spilling(base: Path, end: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CRASHING.replace("END", end), str(base)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_what_a_program_leaves_that_is_killed_is_removed_by_the_next_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    with spilling(tmp_path, "os.kill(os.getpid(), 9)") as killed:
        left = Path(killed.communicate()[0].strip())
    with spilling(tmp_path, "sys.stdin.read()") as alive:
        assert alive.stdout is not None
        used = Path(alive.stdout.readline().strip())
        assert not left.exists()  # the second has swept
        folder = SpillFolder(tmp_path)
        folder.write(GRID)
        assert used.exists()
        alive.communicate("")
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_ends_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with spilling(tmp_path, "sys.exit(1)") as ended:
        ended.communicate()
    assert list(tmp_path.iterdir()) == []


def test_the_smallest_value_that_is_spilled_has_a_limit() -> None:
    assert can_spill(np.zeros(SMALLEST_SPILLED, np.uint8))
    assert not can_spill(np.zeros(SMALLEST_SPILLED - 1, np.uint8))
