"""What a worker process sees of the program's shared memory.

Pieces that were mapped once stay mapped: the buffers in them come again and again, and the first touch of a mapping
takes longer than most of what is done with it.

The program lends a buffer anew once nothing of its own refers to it any more, so it must know what a worker still
sees after a call, a block that keeps its input in a variable of its module for instance. Therefore every array here
stands on an `Anchor`, and `alive` names the buffers whose anchors there still are.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from shtairir.memory.shared import Reference, Slab, array_on, named

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


_MOST_SLABS = 256
"""Those that were not used for the longest time are let go; what still stands on one keeps it."""


class Anchor:
    """What the arrays in one buffer stand on."""

    __slots__ = ("__array_interface__", "__weakref__", "buffer", "nbytes", "slab")

    def __init__(self, slab: Slab, buffer: int, nbytes: int) -> None:
        self.slab = slab
        self.buffer = buffer
        self.nbytes = nbytes
        self.__array_interface__ = slab.interface(buffer, nbytes)


class SharedViews:
    """Makes arrays of references, and references of arrays.

    Parameters
    ----------
    descriptor
        The file, see `shtairir.memory.shared`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._slabs: dict[int, Slab] = {}
        self._anchors: weakref.WeakValueDictionary[int, Anchor] = weakref.WeakValueDictionary()

    def array(self, reference: Reference) -> Array:
        """Return the array that a reference means."""
        import numpy as np

        anchor = self._anchors.get(reference.buffer)
        if anchor is None:
            anchor = self._anchors[reference.buffer] = self._anchor(reference)
        return array_on(np.asarray(anchor), reference)

    def _anchor(self, reference: Reference) -> Anchor:
        slab = self._slabs.pop(reference.slab, None)
        if slab is None:
            slab = Slab(self._descriptor, reference.slab, reference.slab_bytes)
            if len(self._slabs) >= _MOST_SLABS:
                del self._slabs[next(iter(self._slabs))]
        self._slabs[reference.slab] = slab  # the last in the order of use
        if reference.buffer not in slab.touched:
            slab.touch(reference.buffer, reference.buffer_bytes)
            slab.touched.add(reference.buffer)
        return Anchor(slab, reference.buffer, reference.buffer_bytes)

    def reference(self, array: Array) -> Reference | None:
        """Return how the program finds an array, or ``None`` if it does not lie in shared memory."""
        value: Any = array
        base = array.base
        while base is not None and hasattr(base, "__array_interface__"):
            value, base = base, getattr(base, "base", None)
        if not isinstance(value, Anchor):
            return None
        slab = value.slab
        place = array.__array_interface__["data"][0] - slab.address + slab.offset
        return Reference(
            slab.offset,
            slab.nbytes,
            value.buffer,
            value.nbytes,
            place,
            array.shape,
            array.strides,
            named(array.dtype),
            array.flags.writeable,
        )

    def alive(self) -> tuple[int, ...]:
        """Return the buffers that something here still sees."""
        return tuple(self._anchors.keys())
