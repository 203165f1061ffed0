"""Which name of a program leads to an object: the global variable, closure or default that keeps it alive."""

from __future__ import annotations

import gc
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from shtairir.memory.manager import root_of

_DEEPEST = 8
_MOST_OBJECTS = 200_000
_CLOSED = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType, str, bytes)


def holders_of(wanted: Collection[int], function: Callable[..., Any]) -> Mapping[int, str]:
    """Return for each object that a function's surroundings keep alive the name under which they do.

    Parameters
    ----------
    wanted
        Ids of objects that own memory, as `root_of` gives them.
    function
        Its closure, defaults and attributes are searched, and the globals that it, or what it calls in its module,
        names.
    """
    found: dict[int, str] = {}
    for name, start in _names(function):
        for reached in _reachable(start):
            key = id(root_of(reached))
            if key in wanted:
                found.setdefault(key, name)
    return found


def _names(function: Callable[..., Any]) -> Iterator[tuple[str, object]]:
    plain = getattr(function, "__wrapped__", function)
    module = getattr(plain, "__module__", "?")
    code = getattr(plain, "__code__", None)
    for name, cell in zip(getattr(code, "co_freevars", ()), getattr(plain, "__closure__", None) or (), strict=False):
        yield f"'{name}', a variable around the block's function,", cell
    for default in getattr(plain, "__defaults__", None) or ():
        yield "a default of the block's function", default
    for name, value in vars(plain).items() if hasattr(plain, "__dict__") else ():
        if name != "__wrapped__":
            yield f"'{name}', an attribute of the block's function,", value
    for name, value in _globals(plain):
        yield f"'{name}' in module {module}", value


def _globals(function: Callable[..., Any]) -> Iterator[tuple[str, object]]:
    """Return the globals that a function names, and those that functions of its module name which it names."""
    everything = getattr(function, "__globals__", {})
    pending, seen = [getattr(function, "__code__", None)], set[str]()
    while pending:
        code = pending.pop()
        if not isinstance(code, types.CodeType):
            continue
        pending += code.co_consts  # functions inside the function
        for name in code.co_names:
            if name not in everything or name in seen:
                continue
            seen.add(name)
            value = everything[name]
            if isinstance(value, types.FunctionType) and value.__globals__ is everything:
                pending.append(value.__code__)
            yield name, value


def _reachable(start: object) -> Iterator[object]:
    """Walk from an object to what it refers to, near ones first."""
    layer, seen = [start], {id(start)}
    for _ in range(_DEEPEST):
        following: list[object] = []
        for each in layer:
            if isinstance(each, _CLOSED) or (isinstance(each, type) and each.__module__ == "builtins"):
                continue
            yield each
            for next_one in gc.get_referents(each):
                if id(next_one) not in seen and len(seen) < _MOST_OBJECTS:
                    seen.add(id(next_one))
                    following.append(next_one)
        layer = following
