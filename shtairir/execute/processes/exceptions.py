"""Exceptions on their way from a worker to the program.

The exception itself goes, so that what looks at its class, its words and its attributes finds them. What says where it
was raised stays behind with the traceback, so that is written down in the worker and goes along as text. An exception
that cannot go is replaced by one of the same name, which says the same and is of the nearest class that can.
"""

from __future__ import annotations

import builtins
import pickle
from typing import Any, NamedTuple

from shtairir import errors
from shtairir.execute.elsewhere import Whereabouts, mark


class PackedError(NamedTuple):
    """An exception on its way.

    Attributes
    ----------
    pickled
        The exception, or nothing when it cannot go.
    name, base, message
        What a stand-in for it is made of.
    attributes
        What it bears that is plain.
    """

    pickled: bytes
    name: str
    base: str
    message: str
    attributes: dict[str, Any]
    whereabouts: Whereabouts


def pack_error(error: BaseException, whereabouts: Whereabouts) -> PackedError:
    """Return an exception as it travels. Never raises."""
    attributes = {
        name: value
        for name, value in getattr(error, "__dict__", {}).items()
        if type(value) in (bool, int, float, str, type(None))
    }
    return PackedError(
        _pickled(error), type(error).__name__, _nearest(type(error)), _said(error), attributes, whereabouts
    )


def unpack_error(packed: PackedError) -> BaseException:
    """Return the exception that has travelled, or one that stands for it."""
    try:
        error = _revived(packed.pickled) if packed.pickled else _stand_in(packed)
    except Exception:  # noqa: BLE001 - its class is foreign code, and may not be here
        error = _stand_in(packed)
    if packed.whereabouts.traceback:
        mark(error, packed.whereabouts)
    return error


def _pickled(error: BaseException) -> bytes:
    import cloudpickle

    said = _said(error)
    for form in (error, (type(error), error.args, getattr(error, "__dict__", {}))):
        try:
            pickled: bytes = cloudpickle.dumps(form)
            revived = _revived(pickled)
            if type(revived) is type(error) and _said(revived) == said:
                return pickled
        except Exception:  # noqa: BLE001 - foreign code: it may raise what it likes when it is looked at
            continue
    return b""


def _revived(pickled: bytes) -> BaseException:
    found = pickle.loads(pickled)
    if isinstance(found, BaseException):
        return found
    # Of a class whose own way of making it wants more than it has kept.
    kind, arguments, attributes = found
    error: BaseException = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(attributes)
    return error


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the error is foreign code as well
        return f"{type(error).__name__}, which cannot say more: its own text raises an error."


def _nearest(kind: type[BaseException]) -> str:
    """Return the name of the nearest class that Python or Shtairir has, and that a text is enough for."""
    usual = (base for base in kind.__mro__ if getattr(builtins, base.__name__, None) is base)
    return next((str(base.__name__) for base in usual if not issubclass(base, UnicodeError)), "Exception")


def _stand_in(packed: PackedError) -> BaseException:
    base = getattr(builtins, packed.base, Exception)
    kind: Any = getattr(errors, packed.name, None)
    if not isinstance(kind, type):
        kind = type(packed.name, (base,), {"__str__": lambda self: packed.message})
    error: BaseException = kind.__new__(kind, packed.message)
    error.args = (packed.message,)
    for name, value in packed.attributes.items():
        setattr(error, name, value)
    return error
