"""Values on their way to another process, and back."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy

    from shtairir.memory.shared import Reference

Array: TypeAlias = "numpy.ndarray[Any, Any]"

SHARED_FROM_BYTES = 1 << 16
"""What is smaller goes through the pipe."""

_PLAIN = frozenset({float, int, bool, str, bytes, complex, type(None)})


class Memory(Protocol):
    """Shared memory, as one of the two sides sees it."""

    def find(self, array: Array) -> Reference | None:
        """Return how the other side finds an array, or ``None`` if it does not lie in shared memory."""

    def lend(self, nbytes: int) -> Array:
        """Return so many bytes of shared memory, or more."""

    def array(self, reference: Reference) -> Array:
        """Return the array that the other side means."""


class Packed(NamedTuple):
    """A value on its way.

    Attributes
    ----------
    body
        The pickle, or where it lies in shared memory.
    buffers
        Where the memory lies that the value has handed out.
    is_plain
        Whether it is a number or a short text, or a dictionary of them.
    """

    body: bytes | tuple[Any, ...]
    buffers: tuple[tuple[Any, ...], ...] = ()
    is_plain: bool = True


def pack(value: Any, memory: Memory) -> Packed:
    """Return a value as it travels.

    Raises
    ------
    Exception
        When it cannot be pickled: whatever its class raises then.
    """
    if _is_plain(value):
        return Packed(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    from shtairir.execute.processes.sharing import (
        pack_shared,  # imports NumPy, which numbers need not wait for
    )

    return pack_shared(value, memory)


def unpack(packed: Packed, memory: Memory) -> Any:
    """Return the value that has travelled."""
    if packed.is_plain:
        assert isinstance(packed.body, bytes)
        return pickle.loads(packed.body)
    from shtairir.execute.processes.sharing import unpack_shared

    return unpack_shared(packed, memory)


def _is_plain(value: Any) -> bool:
    return all(map(_is_short, value.values() if type(value) is dict else (value,)))


def _is_short(value: Any) -> bool:
    return type(value) in _PLAIN and (type(value) not in (str, bytes) or len(value) < SHARED_FROM_BYTES)
