"""What a node computes, as a key: equal keys, equal results.

A key is made from structure: the block with its version and code, the values that are set, and for each linked input
the key of what feeds it, the output, and what the link does on the way. No value of a run is looked at. So a key is
there before anything runs, and costs microseconds; and if something changes anywhere above a node, its key changes.

Nodes that a plan does together, merges or takes out of instances have each their own key, under each of their names.

Glossary
--------
stamp
    Stands for a block: its id, its version, and a hash of its code, with the constants in it and the functions that are
    written inside of it. What it calls elsewhere is not in it: for that, blocks have versions.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from operator import attrgetter
from pathlib import PurePath
from types import CellType, CodeType, FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any

from shtairir.block.values import Audio, Color, loaded_class

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.ids import NodeId, PortRef
    from shtairir.planning.plan import ExecutionPlan, Task

_BYTES = 16
_DEEPEST = 8
"""Of functions that are wrapped around others."""

_LONGEST_BITS = 1 << 12
"""Of whole numbers that are taken up by their digits; Python refuses to write out very long ones."""

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_SCALARS = (str, bytes, bool, int, float, complex, type(None))


def identities(
    plan: ExecutionPlan,
    stamps: Mapping[str, str] | None = None,
    outside: Callable[[Task], str] | None = None,
    replaced: Mapping[PortRef, str] = MappingProxyType({}),
) -> dict[NodeId, str]:
    """Return the key of each node that runs in a plan, also of those that share the result of another.

    Parameters
    ----------
    stamps
        Stamps of blocks by id, instead of those that the blocks have now.
    outside
        What stands for all that a node depends on outside of the graph.
    replaced
        What stands for outputs that are not made by their nodes.
    """
    keys: dict[NodeId, str] = {}
    found = dict(stamps) if stamps is not None else {}
    for whole in plan.tasks:
        for task in whole.calls:
            key = identity_of(task, keys, found, outside(task) if outside is not None else "", outside, replaced)
            for node in (task.node, *task.aliases):
                keys[node] = key
    return keys


def stamps_of(plan: ExecutionPlan) -> dict[str, str]:
    """Return the stamp of each block that a plan calls, by its id."""
    definitions = {id(definition): definition for definition in _definitions(plan)}
    return {definition.id: stamp(definition) for definition in definitions.values()}


def _definitions(plan: ExecutionPlan) -> Iterator[BlockDefinition]:
    for whole in plan.tasks:
        for task in whole.calls:
            yield task.definition
            if task.body is not None:
                yield from _definitions(task.body.plan)


def identity_of(
    task: Task,
    keys: Mapping[NodeId, str],
    stamps: dict[str, str],
    around: str = "",
    outside: Callable[[Task], str] | None = None,
    replaced: Mapping[PortRef, str] = MappingProxyType({}),
) -> str:
    """Return the key of a node by the keys of what feeds it.

    Parameters
    ----------
    around
        What stands for all that it depends on outside of the graph.
    outside
        Tells that of the nodes in its body, if it is a loop.
    """
    known = stamps.get(task.definition.id)
    if known is None:
        known = stamps[task.definition.id] = stamp(task.definition)
    digest = hashlib.blake2b(known.encode(), digest_size=_BYTES)
    update = digest.update
    if around:
        add(update, around)
    if task.policy.condition is not None:
        add(update, f"if {task.policy.condition}")
    for name, value in sorted(task.values.items()):
        add(update, name)
        add(update, value)
    for item in sorted(task.inputs, key=_port) if len(task.inputs) > 1 else task.inputs:
        conversion = item.conversion
        through = (conversion.source, conversion.target) if conversion is not None else ""
        source = replaced.get(item.source) or f"{keys.get(item.source.node, item.source.node)}.{item.source.port}"
        add(update, f"{item.port}<{source}|{through}")
    if task.body is not None:
        inside = identities(task.body.plan, stamps, outside)
        for node in sorted(inside):
            add(update, f"{node}={inside[node]}")
    return digest.hexdigest()


_port = attrgetter("port")


@functools.lru_cache(maxsize=4096)
def stamp(definition: BlockDefinition) -> str:
    """Return what stands for a block; two stamps of different versions of Python are compared by `same_block`."""
    start = f"{definition.id}@{definition.version}"
    code = getattr(definition.function, "__code__", None)
    written = getattr(definition.function, "source", None)
    if isinstance(written, str):  # a code block, whose function is compiled when it is called
        return f"{start}:text:{hashlib.blake2b(written.encode(), digest_size=8).hexdigest()}"
    if code is None:
        return f"{start}::"
    digest = hashlib.blake2b(digest_size=8)
    if isinstance(definition.function, FunctionType):
        add_function(digest.update, definition.function)
    else:
        add_code(digest.update, code, getattr(definition.function, "__doc__", None))
    return f"{start}:{_PYTHON}:{digest.hexdigest()}"


def same_block(before: str, now: str) -> bool:
    """Whether two stamps stand for the same; code of another Python says nothing, so only id and version count.

    Examples
    --------
    >>> same_block("math.add@1:3.11:ab", "math.add@1:3.12:cd"), same_block("math.add@1:3.11:ab", "math.add@1:3.11:cd")
    (True, False)
    """
    if before == now:
        return True
    (start, python, _), (start_now, python_now, _) = before.rsplit(":", 2), now.rsplit(":", 2)
    return start == start_now and python != python_now and "text" not in (python, python_now)


def content_of(cell: CellType) -> Any:
    """Return what a function has taken from around it."""
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def add_function(update: Callable[[bytes], object], function: FunctionType, depth: int = _DEEPEST) -> None:
    """Take up the code of a function with its defaults, and what it is wrapped around."""
    add_code(update, function.__code__, function.__doc__)
    add(update, function.__defaults__)
    add(update, function.__kwdefaults__)
    for cell in function.__closure__ or ():
        content = content_of(cell)
        if not isinstance(content, FunctionType):
            add(update, content)
        elif depth:  # one that calls itself has itself in a cell
            add_function(update, content, depth - 1)


def add_code(update: Callable[[bytes], object], code: CodeType, documentation: str | None = None) -> None:
    """Take up what code does, and none of what is said of it."""
    update(code.co_code)
    for name in (*code.co_names, *code.co_varnames, *code.co_freevars):
        add(update, name)
    for constant in code.co_consts:
        if constant is not None and constant == documentation:
            continue
        if isinstance(constant, CodeType):
            add_code(update, constant)
        else:
            add(update, constant)


def add(update: Callable[[bytes], object], value: Any) -> None:
    """Take up a value: what kind it is, and what is in it, with a length before each, so that nothing runs together."""
    kind = type(value)
    if kind in _SCALARS:
        said = hex(value) if kind is int and value.bit_length() > _LONGEST_BITS else repr(value)
        text = said.encode("utf-8", "backslashreplace")
        update(b"%s %d:" % (kind.__name__.encode(), len(text)))
        update(text)
    elif isinstance(value, list | tuple):
        update(b"%s %d:" % (kind.__name__.encode(), len(value)))
        for item in value:
            add(update, item)
    elif isinstance(value, dict):
        update(b"dict %d:" % len(value))
        for key, item in value.items():
            add(update, key)
            add(update, item)
    elif isinstance(value, FunctionType):
        add_function(update, value)
    elif isinstance(value, set | frozenset):
        update(b"set %d:" % len(value))
        for item in sorted(value, key=repr):
            add(update, item)
    else:
        _add_object(update, value)


def _add_object(update: Callable[[bytes], object], value: Any) -> None:
    if isinstance(value, loaded_class("numpy", "ndarray") | loaded_class("numpy", "generic")):
        import numpy as np

        add(update, f"{value.dtype.str} {value.shape}")
        update(np.ascontiguousarray(value).tobytes() if not value.dtype.hasobject else repr(value).encode())
    elif isinstance(value, Audio):
        add(update, value.rate_hz)
        add(update, value.samples)
    elif isinstance(value, Enum):
        add(update, f"{type(value).__qualname__}.{value.name}")
    elif isinstance(value, Color):
        add(update, (value.r, value.g, value.b, value.a))
    elif isinstance(value, PurePath):
        add(update, os.fspath(value))
    else:
        said = repr(value)
        # What says nothing but where it lies would be another thing in each program.
        add(update, f"{type(value).__qualname__} {'' if ' at 0x' in said else said}")
