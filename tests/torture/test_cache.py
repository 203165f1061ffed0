"""The cache under many programs and on a bad disk: never a wrong value, never beyond its limit."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np

from shtairir.cache import ResultCache
from tests.torture.scale import scaled

_LIMIT_BYTES = 4_000_000
_ITEM_BYTES = 60_000

_PROGRAM = """
import random, sys
import numpy as np
from pathlib import Path
from shtairir.cache import ResultCache

folder, seed, steps, limit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
cache = ResultCache(folder, memory_bytes=0, disk_bytes=limit)
wrong = 0
for step in range(steps):
    name = chance.randrange(200)
    if chance.random() < 0.3:
        cache.put(f"k{name}", (np.full(name * 40, name), name), cost_s=chance.random())
    elif chance.random() < 0.02:
        cache.remove(f"k{name}")
    else:
        found = cache.get(f"k{name}")
        if found is not None:
            array, number = found
            wrong += not (number == name and len(array) == name * 40 and (array == name).all())
    if step % 500 == 0:
        wrong += cache.statistics().disk_bytes > limit
cache.close()
print(wrong)
"""


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "blobs").rglob("*") if path.is_file())


def test_eight_programs_share_a_cache(tmp_path: Path) -> None:
    steps = str(scaled(10_000, 300))
    arguments = [[str(tmp_path), str(seed), steps, str(_LIMIT_BYTES)] for seed in range(8)]
    programs = [
        subprocess.Popen([sys.executable, "-c", _PROGRAM, *one], stdout=subprocess.PIPE, text=True) for one in arguments
    ]
    told = [program.communicate(timeout=1000)[0].strip() for program in programs]
    assert told == ["0"] * 8
    cache = ResultCache(tmp_path, memory_bytes=0, disk_bytes=_LIMIT_BYTES)
    assert cache.statistics().disk_bytes <= _LIMIT_BYTES + _ITEM_BYTES
    assert _size(tmp_path) <= _LIMIT_BYTES + _ITEM_BYTES
    entries, damaged = cache.verify()
    assert entries > 0
    assert damaged == 0
    cache.close()


def test_flipped_bits_never_become_a_value(tmp_path: Path) -> None:
    chance = random.Random(4)
    values = {f"k{one}": (np.random.default_rng(one).random(2000 * (one % 5 + 1)), one) for one in range(20)}
    for flip in range(scaled(1000, 60)):
        if flip % 20 == 0:
            cache = ResultCache(tmp_path, memory_bytes=0)
            for key, value in values.items():
                cache.put(key, value, cost_s=1.0)
            cache.close()
        whole = (path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".damaged")
        files = [path for path in whole if path.stat().st_size]
        index = tmp_path / "index.sqlite"
        path = chance.choice(files) if flip % 3 or index not in files else index
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        cache = ResultCache(tmp_path, memory_bytes=0)
        for key, (array, number) in values.items():
            found = cache.get(key)
            assert found is None or (found[1] == number and np.array_equal(found[0], array))
        cache.close()
