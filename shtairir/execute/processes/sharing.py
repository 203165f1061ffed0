"""Values that are more than numbers and short texts, on their way to another process.

Arrays of numbers go as references to shared memory: as they are where they lie there already, else by one copy, with
the same strides, so that whoever adds them up gets the same bits. What can hand out its memory while it is pickled
(protocol 5) has that in shared memory as well, and so has the pickle itself when it is large. Functions and classes
that the other side cannot import, such as those of a script, are sent as code.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

import cloudpickle
import numpy as np

from shtairir.execute.processes.packing import SHARED_FROM_BYTES, Array, Memory, Packed
from shtairir.memory.shared import Reference

_MOST_STRETCHED = 8
"""By how much more than its elements an array may reach over, as a slice of another does, to be copied as it lies."""


def pack_shared(value: Any, memory: Memory) -> Packed:
    """Return a value as it travels; see `shtairir.execute.processes.packing`."""
    buffers: list[tuple[Any, ...]] = []

    def hand_out(buffer: pickle.PickleBuffer) -> bool:
        """Take memory that a value hands out; return whether it stays in the pickle all the same."""
        with memoryview(buffer) as view:
            if view.nbytes < SHARED_FROM_BYTES or not view.contiguous:
                return True
            flat = np.frombuffer(buffer.raw(), np.uint8)
            buffers.append(tuple(_put(flat, memory, writeable=not view.readonly)))
        return False

    file = io.BytesIO()
    _Packer(file, memory, hand_out).dump(value)
    body = file.getbuffer()
    if body.nbytes < SHARED_FROM_BYTES:
        return Packed(body.tobytes(), tuple(buffers), is_plain=False)
    return Packed(tuple(_put(np.frombuffer(body, np.uint8), memory)), tuple(buffers), is_plain=False)


def unpack_shared(packed: Packed, memory: Memory) -> Any:
    """Return the value that has travelled."""
    data: Any = packed.body
    if not isinstance(packed.body, bytes):
        data = memory.array(Reference(*packed.body))
    buffers = [memory.array(Reference(*reference)) for reference in packed.buffers]
    return _Unpacker(data, memory, buffers).load()


def rebuilt(*reference: Any) -> Any:
    """Stand for an array in a pickle; see `_Unpacker`."""
    raise pickle.UnpicklingError("This pickle refers to memory that other processes do not see.")


class _Packer(cloudpickle.Pickler):  # type: ignore[misc]  # it comes without types
    # Neither this nor what unpacks may refer to itself: it refers to all values, which then would stay, with the
    # buffers that they lie in, until garbage is collected.

    def __init__(self, file: io.BytesIO, memory: Memory, hand_out: Callable[[pickle.PickleBuffer], bool]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=hand_out)
        self._memory = memory

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if (kind is np.ndarray or kind is np.memmap) and obj.nbytes >= SHARED_FROM_BYTES and not obj.dtype.hasobject:
            array = obj if kind is np.ndarray else np.asarray(obj)
            reference = self._memory.find(array)
            return rebuilt, tuple(reference if reference is not None else _put(array, self._memory))
        return super().reducer_override(obj)


class _Unpacker(pickle.Unpickler):
    def __init__(self, data: Any, memory: Memory, buffers: list[Array]) -> None:
        super().__init__(io.BytesIO(data), buffers=buffers)
        self._memory = memory

    def find_class(self, module: str, name: str) -> Any:
        if name == "rebuilt" and module == __name__:
            memory = self._memory
            return lambda *reference: memory.array(Reference(*reference))
        return super().find_class(module, name)


def _put(array: Array, memory: Memory, *, writeable: bool | None = None) -> Reference:
    """Copy an array into shared memory, and return where it lies."""
    copy = copied(array, memory)
    copy.flags.writeable = array.flags.writeable if writeable is None else writeable
    reference = memory.find(copy)
    assert reference is not None  # it has just been lent
    return reference


def copied(array: Array, memory: Memory) -> Array:
    """Return a copy of an array in shared memory, with the same strides unless it reaches over too much."""
    shape, dtype, strides = array.shape, array.dtype, array.strides
    low, high = _reach(array)
    if high - low > _MOST_STRETCHED * array.nbytes:  # what lies between would be most of it
        strides, (low, high) = np.empty_like(array, shape=shape, subok=False).strides, (0, array.nbytes)
    base = memory.lend(high - low)
    copy: Array = np.ndarray(shape, dtype, base, -low, strides)
    copy[...] = array
    return copy


def _reach(array: Array) -> tuple[int, int]:
    """Return how many bytes before and after its first element an array reaches; the former are negative."""
    spans = [(count - 1) * stride for count, stride in zip(array.shape, array.strides, strict=True)]
    return sum(span for span in spans if span < 0), sum(span for span in spans if span > 0) + array.itemsize
