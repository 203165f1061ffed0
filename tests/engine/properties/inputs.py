"""Arrays of every sort that a block may be handed: what they hold, of which type, shape and layout."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

NUMBERS = (
    "float64", "float64", "float32", "float16", "int64", "int32", "int8", "uint8", "uint64", "bool", "complex128",
)  # fmt: skip
LAYOUTS = (
    "C", "F", "transposed", "every second", "reversed", "repeated", "offset", "swapped bytes", "read-only", "mapped",
)  # fmt: skip
SHAPES: tuple[tuple[int, ...], ...] = (
    (7,), (1,), (0,), (), (5, 4), (1, 4), (5, 1), (0, 4), (2, 3, 4), (300, 40), (40_000,), (120, 300), (150_001,),
)  # fmt: skip
"""From nothing to several tiles; from a few of these, broadcasting makes yet others."""

_SPECIAL = (0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e-300, 1e300, 0.5, 2.5)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="shtairir-mapped-")


@cache
def array(seed: int, kind: str, shape: tuple[int, ...], layout: str) -> Any:
    """Return an array; the same arguments give the same object."""
    random = np.random.default_rng(seed)
    plain = _filled(random, kind, shape)
    return _laid_out(plain, layout)


def _filled(random: np.random.Generator, kind: str, shape: tuple[int, ...]) -> Any:
    if kind == "object":
        values = np.empty(shape, dtype=object)
        values[...] = random.integers(-5, 5, shape).astype(object)
        return values
    if kind == "record":
        values = np.zeros(shape, dtype=[("x", "f8"), ("n", "i4")])
        values["x"] = random.normal(size=shape)
        return values
    numbers = np.asarray(random.normal(scale=3.0, size=shape))
    if np.dtype(kind).kind in "fc":
        special = random.random(shape) < 0.1 * (random.random() < 0.5)
        numbers = np.where(special, random.choice(_SPECIAL, shape), numbers)
    elif np.dtype(kind).kind == "u":
        numbers = np.abs(numbers) * 20
    elif kind == "bool":
        numbers = numbers > 0
    with np.errstate(all="ignore"):
        return np.asarray(numbers).astype(kind)


def _laid_out(plain: Any, layout: str) -> Any:
    """Return the same elements, or some of them, lying otherwise in memory."""
    if layout == "F":
        return np.asfortranarray(plain)
    if layout == "transposed":
        return np.ascontiguousarray(plain.T).T
    if layout == "every second" and plain.ndim:
        return np.repeat(plain, 2, axis=0)[::2]
    if layout == "reversed" and plain.ndim:
        return np.ascontiguousarray(plain[::-1])[::-1]
    if layout == "repeated" and plain.ndim and len(plain):
        return np.broadcast_to(plain[:1], plain.shape)
    if layout == "offset" and plain.dtype.kind in "biufc":
        room = np.zeros(plain.nbytes + 1, np.uint8)
        shifted = room[1:].view(plain.dtype).reshape(plain.shape)
        shifted[...] = plain
        return shifted
    if layout == "swapped bytes" and plain.dtype.kind in "iufc":
        return plain.astype(plain.dtype.newbyteorder())
    if layout == "read-only":
        plain.flags.writeable = False
    if layout == "mapped" and plain.size and not plain.dtype.hasobject:
        return _mapped(plain)
    return plain


def _mapped(plain: Any) -> Any:
    handle, path = tempfile.mkstemp(suffix=".npy", dir=_folder().name)
    os.close(handle)
    np.save(path, plain)
    return np.load(Path(path), mmap_mode="r")


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Draw an array; plain ones of numbers more often than others."""
    kind = draw(st.sampled_from((*NUMBERS, "object", "record")))
    shape = draw(st.sampled_from(SHAPES))
    layout = draw(st.sampled_from(("C", "C", "C", *LAYOUTS)))
    if kind in ("object", "record") and np.prod(shape) > 1000:
        shape = (7,)
    return array(draw(st.integers(0, 3)), kind, shape, layout)
