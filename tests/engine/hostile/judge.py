"""Reads expressions in a process of its own, where an attempt to do anything is seen and memory and time are short.

Started as a program: takes the names of kinds of expressions, and writes a line of JSON for each expression.

- An audit hook sees every import, every opened file, every started program, every compilation to be run.
- An expression may take 50 MB more than what the process had before; then there is no more.
- It may take 50 ms of processor time; then a signal ends it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

SECONDS = 0.05
BYTES = 50 * 1024 * 1024

_HARMLESS = frozenset({"compile", "object.__getattr__", "sys._getframe", "builtins.id", "time.sleep"})


class Harm(BaseException):
    """Something was run."""


class Overtime(BaseException):
    """It took too long."""


class Hostile:
    """Does harm as soon as anything of it is called."""

    def __getattribute__(self, name: str) -> Any:
        raise Harm(f"{name} was asked for")

    def _harm(self, *_: object) -> Any:
        raise Harm("a method was called")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __iter__ = __contains__ = _harm  # type: ignore[assignment]
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __floordiv__ = __mod__ = _harm
    __rtruediv__ = __rfloordiv__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = __round__ = _harm
    __getitem__ = __index__ = __int__ = __float__ = __call__ = __str__ = __repr__ = __format__ = _harm  # type: ignore[assignment]
    __hash__ = _harm  # type: ignore[assignment]


class HostileKey:
    """A key of a dictionary that has the same hash as another."""

    def __hash__(self) -> int:
        return hash("b")

    def __eq__(self, other: object) -> bool:
        raise Harm("a key was compared")


class Hashed:
    """A key whose class is foreign."""

    def __eq__(self, other: object) -> bool:
        raise Harm("a key was compared")

    def __hash__(self) -> int:
        return hash("a")


def values() -> dict[str, Any]:
    """Return what the names in expressions stand for."""
    import numpy as np
    import polars as pl

    class Lookalike(float):
        __add__ = __eq__ = __lt__ = __float__ = Hostile._harm  # type: ignore[assignment]
        __len__ = Hostile._harm

    class SubArray(np.ndarray[Any, Any]):
        __getitem__ = __eq__ = __len__ = Hostile._harm  # type: ignore[assignment]
        shape = property(Hostile._harm)  # type: ignore[assignment]

    class Meta(type):
        """Does harm when a class of it is asked for anything."""

        __hash__ = __eq__ = __instancecheck__ = __subclasscheck__ = Hostile._harm  # type: ignore[assignment]
        __name__ = property(Hostile._harm)  # type: ignore[assignment]
        __module__ = property(Hostile._harm)  # type: ignore[assignment]

        def __getattribute__(cls, name: str) -> Any:
            raise Harm(f"{name} of a class was asked for")

    class OfMeta(metaclass=Meta):
        """An object whose class does harm."""

    class Float32(np.float32):
        __module__ = "numpy"
        dtype = property(Hostile._harm)
        __float__ = __add__ = __eq__ = Hostile._harm  # type: ignore[assignment]

    deep: list[Any] = [1]
    for _ in range(60):
        deep = [deep, deep]
    loop: list[Any] = []
    loop.append(loop)
    image = np.zeros((4, 4, 3))
    return {
        "x": 3,
        "y": 2,
        "s": "text",
        "xs": [1, 2, 3],
        "d": {"a": 1},
        "path": Path("/tmp"),
        "image": image,
        "table": pl.DataFrame({"a": [1]}),
        "huge": 1 << 100_000,
        "nan": float("nan"),
        "inf": float("inf"),
        "digits": "9" * 1_000_000,
        "long": "a" * 900_000,
        "half": "ab" * 250_000,
        "many": list(range(2_000_000)),
        "some": list(range(20_000)),
        "wide": {str(number): number for number in range(200_000)},
        "deep": deep,
        "loop": loop,
        "items": [Hostile()],
        "entries": {HostileKey(): 1},
        "lookalike": Lookalike(1.0),
        "meta": object.__new__(OfMeta),
        "metas": [object.__new__(OfMeta)],
        "metakeys": {Hashed(): object.__new__(OfMeta)},
        "float32": Float32(1),
        "subarray": np.zeros((2, 2)).view(SubArray),
    }


CONTROL: dict[str, Callable[[], object]] = {
    "an import is seen": lambda: eval("__import__('wave')"),
    "an opened file is seen": lambda: Path("/dev/null").read_bytes(),
    "a started program is seen": lambda: os.system("true"),
    "a call of the hostile is seen": lambda: Hostile() == 1,
    "memory is short": lambda: bytearray(2 * BYTES),
    "time is short": lambda: [None for _ in range(10**9)],
}
"""What must not get through, so that the judge is known to see."""


def evaluated(text: str, given: dict[str, Any]) -> object:
    """Return the value of an expression."""
    from shtairir.block.expression import compile_expression

    expression = compile_expression(text)
    return expression.evaluate({name: given.get(name, Hostile()) for name in expression.names})


def judge(text: str, attempt: Callable[[], object]) -> dict[str, Any]:
    """Return what came of one attempt."""
    from shtairir.errors import ExpressionError

    began, said, column = time.process_time(), "", -1
    try:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            attempt()
            outcome = "accepted"
        except ExpressionError as error:
            outcome, said, column = "refused", str(error), error.column
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except (Harm, Overtime, MemoryError, RecursionError) as error:
        outcome = f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - whatever else comes out is a fault that the test shows
        outcome = f"{type(error).__name__}: {error}"
    return {
        "text": text[:200],
        "outcome": outcome,
        "said": said,
        "column": column,
        "seconds": time.process_time() - began,
    }


def main(kinds: list[str]) -> None:
    """Judge all expressions of some kinds."""
    sys.path.insert(0, str(Path(__file__).parent))
    from expressions import HOSTILE  # type: ignore[import-not-found]  # this folder is no package

    from shtairir.block.expression import compile_expression

    given = values()
    compile_expression("max(1, 2) > 1 and 'a' in 'abc'").evaluate({})
    lines: list[str] = []
    watching = False

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event not in _HARMLESS:
            raise Harm(f"{event} {arguments!r:.100}")

    def overtime(*_: object) -> None:
        raise Overtime(f"more than {SECONDS} s")

    sys.addaudithook(watch)
    signal.signal(signal.SIGPROF, overtime)
    statm = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (statm + BYTES, statm + BYTES))
    attempts = [("control", text, attempt) for text, attempt in CONTROL.items()]
    attempts += [(kind, text, partial(evaluated, text, given)) for kind in kinds for text in HOSTILE[kind]]
    for kind, text, attempt in attempts:
        watching = True
        found = judge(text, attempt)
        watching = False
        lines.append(json.dumps({"kind": kind, **found}))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
