"""Which function a worker is to call, as the program says it and as the worker finds it.

A block of a pack, or of the user's folder, is found by its id in the worker's own registry. Whatever else is called
is sent: a function of an importable module by its name, any other as code, by value, and the function of a code block
by its source.
"""

from __future__ import annotations

import functools
import hashlib
import io
import pickle
import sys
import types
import zlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from shtairir.block.code_function import CodeFunction
from shtairir.block.registry import default_registry
from shtairir.execute.processes.messages import Callee

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition

_LARGEST_STAMP = 0xFFFFFFFF


class Callees:
    """The functions that a worker has been asked to call."""

    def __init__(self) -> None:
        self._sent: dict[bytes, Callable[..., Any]] = {}
        self._fresh: set[str] = set()

    def function(self, callee: Callee) -> Callable[..., Any] | None:
        """Return the function, or ``None`` when the worker has none, or another version of it.

        Raises
        ------
        Exception
            When a function that was sent cannot be made here: a module that it needs cannot be imported.
        """
        if not callee.block:
            function = self._sent.get(callee.key)
            if function is None and callee.code is not None:
                function = self._sent[callee.key] = pickle.loads(callee.code)
            return function
        definition = default_registry().get(callee.block)
        if definition is None or stamp_of(definition) != callee.stamp:
            default_registry().reload_user_blocks()  # a file of the person's may have changed
            definition = default_registry().get(callee.block)
        found = definition is not None and stamp_of(definition) == callee.stamp
        return definition.function if found and definition is not None else None

    def load(self, blocks: Iterable[str]) -> None:
        """Import what blocks need, before they are called."""
        for block in blocks:
            default_registry().get(block)


class Sender:
    """Says which function the block of a definition is; for the time of a run.

    What a function refers to in its script is sent as it was when it was called for the first time in the run.
    """

    def __init__(self) -> None:
        self._known: dict[BlockDefinition, Callee] = {}

    def callee(self, definition: BlockDefinition) -> Callee:
        """Return how a worker finds the function, with its code where it must be sent.

        Raises
        ------
        Exception
            When the function cannot be pickled.
        """
        callee = self._known.get(definition)
        if callee is None:
            own = default_registry().get(definition.id)
            if own is not None and own.function is definition.function:
                callee = Callee(str(definition.id), stamp_of(definition), file=definition.file)
            else:
                callee = _sent(definition)
            self._known[definition] = callee
        return callee

    def send_code(self, definition: BlockDefinition) -> Callee:
        """Return how a worker finds the function that does not have the block, or has another of its id."""
        callee = self._known[definition] = _sent(definition)
        return callee


def has_kernel(definition: BlockDefinition) -> bool:
    """Whether a block says how each element of its result is made, by a function that can write into an array."""
    traits = definition.traits
    return traits.kernel is not None and traits.elementwise and traits.reduction is None


@functools.lru_cache(4096)
def stamp_of(definition: BlockDefinition) -> int:
    """Return what tells the code of a block from that of an older or newer one, in any process.

    Of a block in a file of the person's own, what stands beside it in the file counts as well: the file may be edited
    at any time.
    """
    code = getattr(definition.function, "__code__", None)
    beside: list[object] = []
    if _is_own(definition.function):
        for name, value in sorted(definition.function.__globals__.items()):
            if isinstance(value, types.FunctionType) and value.__module__ == definition.function.__module__:
                beside.append((name, _essence(value.__code__)))
            elif type(value) in (bool, int, float, str) and not name.startswith("__"):
                beside.append((name, value))
    essence = repr((definition.version, _essence(code), beside))
    return zlib.crc32(essence.encode("utf-8", "replace")) & _LARGEST_STAMP


def _is_own(function: Callable[..., Any]) -> bool:
    return str(getattr(function, "__module__", "")).startswith("shtairir_user_blocks_")


def _essence(code: types.CodeType | None) -> object:
    if code is None:
        return None
    constants = [
        _essence(one) if isinstance(one, types.CodeType) else sorted(map(repr, one)) if type(one) is frozenset else one
        for one in code.co_consts
    ]
    return code.co_code, code.co_names, constants


def _sent(definition: BlockDefinition) -> Callee:
    code = _pickled(definition.function)
    return Callee(key=hashlib.blake2b(code, digest_size=16).digest(), code=code, file=definition.file)


def _pickled(function: Callable[..., Any]) -> bytes:
    if isinstance(function, CodeFunction):
        return pickle.dumps(function, pickle.HIGHEST_PROTOCOL)
    import cloudpickle

    from shtairir.execute.processes.functions import FunctionPickler

    module = sys.modules.get(getattr(function, "__module__", None) or "")
    by_value = module is not None and _is_own(function)
    if by_value:  # it was imported under a name that nobody else knows
        cloudpickle.register_pickle_by_value(module)
    try:
        file = io.BytesIO()
        FunctionPickler(file).dump(function)
        return file.getvalue()
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(module)
