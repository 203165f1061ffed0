"""Values as JSON and files that hold nothing but data, and back, bit for bit.

| value | becomes |
|---|---|
| number, text, truth value, nothing, list of such | itself, in JSON |
| dictionary, tuple, set, bytes, path, colour, date, enum member, complex number | an object with one key that tells |
| array | a ``.npy`` without pickles |
| audio | the ``.npy`` of its samples, and its rate |
| table | an Arrow file |

Nothing else is kept: no pickles, no classes of packs, no figures. What refers to itself is not kept either. Reading
imports nothing and runs no code: the class of an enum member must be there already.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from shtairir.block.values import Audio, Color, loaded_class
from shtairir.errors import RecoveryError

if TYPE_CHECKING:
    import numpy

_DEEPEST = 100
_LARGEST_INT_BITS = 4000  # Python refuses to write out much longer ones
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class NotKeepable(Exception):
    """Says what it is that cannot be kept: ``a Figure``."""


class Part(Protocol):
    """A part of a value that goes into a file."""

    suffix: str
    nbytes: int

    def write(self, file: BinaryIO) -> None:
        """Write it."""


Load = Callable[[int], bytes | memoryview]
"""Returns what `Part.write` had written, by the place of the part."""


def encoded(value: object) -> tuple[Any, list[Part]]:
    """Return a value as JSON can hold it, and the parts of it that go into files.

    Raises
    ------
    NotKeepable
        When it cannot be read back as it is.

    Examples
    --------
    >>> encoded([1, (2.5, "a"), float("inf"), {"x": None}])[0]
    [1, {'tuple': [2.5, 'a']}, {'float': 'inf'}, {'dict': [['x', None]]}]
    """
    parts: list[Part] = []
    return _form(value, parts, _DEEPEST), parts


def decoded(form: Any, load: Load) -> Any:
    """Return the value that `encoded` was given.

    Raises
    ------
    RecoveryError
        When it cannot be made of this.
    """
    try:
        return _value(form, load)
    except Exception as error:  # what is damaged makes NumPy and polars raise anything
        raise RecoveryError(f"A kept value cannot be read: {error}.") from error


def _form(value: Any, parts: list[Part], depth: int) -> Any:
    kind = type(value)
    if kind in (str, bool, type(None)):
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if kind is int:
        return value if value.bit_length() < _LARGEST_INT_BITS else {"int": hex(value)}
    if not depth:
        raise NotKeepable("something nested very deeply, or in itself")
    if kind is list:
        return [_form(item, parts, depth - 1) for item in value]
    if kind is dict:
        return {"dict": [[_form(key, parts, depth - 1), _form(item, parts, depth - 1)] for key, item in value.items()]}
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(value, parts, depth)
    if kind is loaded_class("numpy", "ndarray"):
        return {"array": _added(parts, _ArrayPart(value))}
    if isinstance(value, loaded_class("numpy", "generic")):
        return _numpy_scalar(value)
    if kind is loaded_class("polars", "DataFrame"):
        return {"table": _added(parts, _TablePart(value))}
    if isinstance(value, Enum):
        return {"enum": [kind.__module__, kind.__qualname__, value.name]}
    if kind is type(Path()):
        return {"path": str(value)}
    raise NotKeepable(f"a {kind.__name__}")


def _items(name: str) -> Callable[[Iterable[Any], list[Part], int], Any]:
    return lambda value, parts, depth: {name: [_form(item, parts, depth - 1) for item in value]}


def _moment(value: datetime | time, parts: list[Part], depth: int) -> Any:
    if value.tzinfo is not None and not isinstance(value.tzinfo, timezone):
        raise NotKeepable("a time with a time zone of its own kind")
    if isinstance(value.tzinfo, timezone) and value.tzname() != timezone(value.tzinfo.utcoffset(None)).tzname(None):
        raise NotKeepable("a time with a time zone that has a name")
    return {type(value).__name__: value.isoformat(), "fold": value.fold}


_WRITERS: dict[type, Callable[[Any, list[Part], int], Any]] = {
    tuple: _items("tuple"),
    set: _items("set"),
    frozenset: _items("frozenset"),
    bytes: lambda value, parts, depth: {"bytes": _added(parts, _BytesPart(value))},
    complex: lambda value, parts, depth: {"complex": [_form(each, parts, depth) for each in (value.real, value.imag)]},
    Color: lambda value, parts, depth: {"color": [value.r, value.g, value.b, value.a]},
    Audio: lambda value, parts, depth: {"audio": [_added(parts, _ArrayPart(value.samples)), value.rate_hz]},
    datetime: _moment,
    time: _moment,
    date: lambda value, parts, depth: {"date": value.isoformat()},
    timedelta: lambda value, parts, depth: {"timedelta": [value.days, value.seconds, value.microseconds]},
}


def _numpy_scalar(value: Any) -> Any:
    if value.dtype.hasobject or value.dtype.names is not None:
        raise NotKeepable(f"a {type(value).__name__}")
    return {"scalar": [value.dtype.str, value.tobytes().hex()]}


def _added(parts: list[Part], part: Part) -> int:
    parts.append(part)
    return len(parts) - 1


# --- what goes into files -------------------------------------------------------------------------------------


class _BytesPart:
    suffix = ".bin"

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.nbytes = len(data)

    def write(self, file: BinaryIO) -> None:
        file.write(self._data)


class _ArrayPart:
    suffix = ".npy"

    def __init__(self, array: Any) -> None:
        if type(array) is not loaded_class("numpy", "ndarray"):
            raise NotKeepable(f"a {type(array).__name__}")
        if array.dtype.hasobject:
            raise NotKeepable("an array of Python objects")
        if array.dtype.metadata is not None:
            raise NotKeepable("an array whose type has notes")
        self._array = array
        self.nbytes = int(array.nbytes)

    def write(self, file: BinaryIO) -> None:
        from numpy.lib import format as npy

        array = self._array
        columns = array.flags.f_contiguous and not array.flags.c_contiguous
        header = {"descr": npy.dtype_to_descr(array.dtype), "fortran_order": bool(columns), "shape": array.shape}
        npy.write_array_header_1_0(file, header)
        file.write(_bytes_of(array.T if columns else array))


class _TablePart:
    suffix = ".arrow"

    def __init__(self, table: Any) -> None:
        if sys.modules["polars"].Object in table.dtypes:
            raise NotKeepable("a table with Python objects in it")
        self._table = table
        self.nbytes = int(table.estimated_size())

    def write(self, file: BinaryIO) -> None:
        self._table.write_ipc(file, compression="uncompressed")


def _bytes_of(array: numpy.ndarray[Any, Any]) -> Any:
    import numpy as np

    # Dates have no buffer to look at, but their bytes have.
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _array(data: bytes | memoryview) -> Any:
    """Return an array of its own memory."""
    import io

    import numpy as np
    from numpy.lib import format as npy

    file = io.BytesIO(data[: min(len(data), 1 << 16)])
    npy.read_magic(file)
    shape, fortran_order, dtype = npy.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects")
    start = file.tell()
    if math.prod(shape) * dtype.itemsize != len(data) - start:
        raise ValueError("its size does not fit its header")
    array = np.empty(shape, dtype, "F" if fortran_order else "C")
    if array.nbytes:
        flat = (array.T if fortran_order else array).reshape(-1)
        flat.view(np.uint8)[:] = np.frombuffer(data, np.uint8, offset=start)
    return array


def _table(data: bytes | memoryview) -> Any:
    import io

    import polars

    return polars.read_ipc(io.BytesIO(data))


# --- back -----------------------------------------------------------------------------------------------------


def _value(form: Any, load: Load) -> Any:
    if isinstance(form, list):
        return [_value(item, load) for item in form]
    if not isinstance(form, dict):
        return form
    kind = next(iter(form))
    return _READERS[kind](form[kind], load, form)


def _items_of(make: Callable[[list[Any]], Any]) -> Callable[[Any, Load, Any], Any]:
    return lambda items, load, form: make([_value(item, load) for item in items])


def _enum_member(named: Sequence[str], load: Load, form: Any) -> Any:
    module, qualname, member = named
    found: Any = sys.modules.get(module)
    for step in qualname.split("."):
        found = getattr(found, step, None)
    if not (isinstance(found, type) and issubclass(found, Enum)):
        raise ValueError(f"there is no choice {qualname} in {module} any more")
    return found[member]


def _scalar(written: Sequence[str], load: Load, form: Any) -> Any:
    import numpy as np

    dtype, data = written
    return np.frombuffer(bytes.fromhex(data), np.dtype(dtype))[0]


_READERS: dict[str, Callable[[Any, Load, Any], Any]] = {
    "float": lambda text, load, form: _NOT_FINITE[text],
    "int": lambda text, load, form: int(text, 16),
    "dict": lambda items, load, form: {_value(key, load): _value(item, load) for key, item in items},
    "tuple": _items_of(tuple),
    "set": _items_of(set),
    "frozenset": _items_of(frozenset),
    "bytes": lambda place, load, form: bytes(load(place)),
    "complex": lambda both, load, form: complex(*(_value(each, load) for each in both)),
    "color": lambda parts, load, form: Color(*parts),
    "audio": lambda facts, load, form: Audio(_array(load(facts[0])), facts[1]),
    "datetime": lambda text, load, form: datetime.fromisoformat(text).replace(fold=form["fold"]),
    "time": lambda text, load, form: time.fromisoformat(text).replace(fold=form["fold"]),
    "date": lambda text, load, form: date.fromisoformat(text),
    "timedelta": lambda parts, load, form: timedelta(*parts),
    "path": lambda text, load, form: Path(text),
    "enum": _enum_member,
    "scalar": _scalar,
    "array": lambda place, load, form: _array(load(place)),
    "table": lambda place, load, form: _table(load(place)),
}
