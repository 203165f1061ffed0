"""Code as it is in the program: what a function does, with all that it reaches, whatever that is kept in.

From a function it goes to the functions, classes and constants that it speaks of, into containers, wrappers, partial
calls, instances and their classes. So what has no text of its own, as in a notebook, is known by what it is, and what
was changed in a module after it was imported is noticed. What cannot be told from another of its kind is named.
"""

from __future__ import annotations

import functools
import hashlib
import pickle
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dis import opmap
from enum import Enum
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, NamedTuple

from shtairir.block.values import Audio, Color, loaded_class
from shtairir.cache.modules import has_text, is_installed, texts_by_name, texts_of, top_of, version_of
from shtairir.recovery.identity import add, add_code, content_of

_DEEPEST = 40
_ENGINE = ("shtairir", "shtairir_blocks", "shtairir_ui")
_MAIN = ("__main__", "__mp_main__")
_IMPORT = opmap["IMPORT_NAME"]
_REACHES_ANYTHING = frozenset({"globals", "eval", "exec", "vars", "locals", "__import__", "import_module", "modules"})
_MISSING = NotImplemented
_OF_NO_ACCOUNT = frozenset(
    {
        "__dict__",
        "__weakref__",
        "__doc__",
        "__module__",
        "__firstlineno__",
        "__static_attributes__",
        "__annotations__",
        "__annotate__",
        "__annotate_func__",
        "__annotations_cache__",
        "__abc_impl__",
        "_abc_impl",
        "__shtairir_block__",
        "__dataclass_fields__",
        "__dataclass_params__",
    }
)
_SAID_WHOLLY = ("datetime", "decimal", "fractions", "uuid", "typing", "zoneinfo", "ipaddress", "string")
_INSIDE = ("__wrapped__", "py_func", "func", "fget", "fset", "fdel", "__func__", "__self__", "args", "keywords")


class Watch(NamedTuple):
    """Something that code reaches by a name, and that may become something else while the program runs.

    Attributes
    ----------
    owner
        What has it: the names of a module, a cell, a function.
    digest
        What stood for it.
    """

    owner: Any
    name: str
    digest: bytes


_states: dict[tuple[int, str], Watch] = {}
"""What changes when blocks run: a counter, a memory of their own. It stands for what it was at first."""


class Live:
    """What stands for a function with all that it reaches.

    Parameters
    ----------
    package
        The top package of the block.

    Attributes
    ----------
    unsure
        What cannot be told from another of its kind, and is not made by the text of a module either.
    """

    def __init__(self, function: Any, package: str) -> None:
        self.unsure: list[str] = []
        self._package = package
        self._function = function
        self._digest: Any = None
        self._seen: dict[int, int] = {}
        self._alive: list[Any] = []
        self._texts: dict[str, str] = {}
        self._main: Mapping[str, Any] | None = None
        self._reached_anything = ""
        self._pending: list[tuple[Any, str, bool]] = [(function, "", not _is_of_module(function))]
        self._watched: dict[tuple[int, str], Watch] = {}
        self._visited: set[tuple[int, str]] = set()
        self._lines: list[str] = []
        self._is_made_here = False
        """Whether what is looked at was made while the program ran, and not by the text of a module."""
        self._is_root_made_here = False
        while self._pending:
            self._visit(*self._pending.pop())
        self._settle()

    @property
    def stamp(self) -> str:
        """What stands for it; where something in a script is not told from another, for the whole text of that."""
        lines = sorted(self._lines) + sorted(f"{name} {text}" for name, text in self._texts.items())
        return hashlib.blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    def note_states(self) -> None:
        """After a run: what is another now than it was is a state of the block, not a part of its code."""
        now = Live(self._function, self._package)
        for place, watch in self._watched.items():
            other = now._watched.get(place)
            if other is not None and other.owner is watch.owner and other.digest != watch.digest:
                _states.setdefault(place, watch)

    def _visit(self, owner: Any, name: str, is_made_here: bool) -> None:
        """Take up one thing that is reached by a name."""
        place = id(owner), name
        if place in self._visited:
            return
        self._visited.add(place)
        self._alive.append(owner)
        self._digest, self._seen = hashlib.blake2b(digest_size=16), {}
        self._is_made_here = is_made_here and bool(name)
        self._is_root_made_here = is_made_here and not name
        try:
            self._take(name, _content(owner, name), _DEEPEST)
        except Exception:  # noqa: BLE001 - what is foreign may raise anything when it is looked at
            self._doubt_unread(name)
        watch = Watch(owner, name, self._digest.digest())
        self._watched[place] = watch
        known = _states.get(place)
        if known is not None and known.owner is owner:
            watch = known
        where = str(owner.get("__name__")) if isinstance(owner, dict) else ""
        self._lines.append(f"{where} {name} {watch.digest.hex()}")

    def _settle(self) -> None:
        """Let the text of the script stand for what is not told from another, if there is one."""
        if self._main is not None and (self.unsure or self._reached_anything) and has_text(self._main):
            self._texts["__main__"] = texts_of(self._main, self._package)
            self._reached_anything = ""
            self.unsure = [one for one in self.unsure if one.startswith("~")]
        self.unsure = [one.removeprefix("~") for one in self.unsure]
        if self._reached_anything and self._main is not None:
            self.unsure.append(self._reached_anything)

    # --- values -----------------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        add(self._digest.update, text)

    def _take(self, name: str, value: Any, depth: int) -> None:
        kind = type(value)
        if kind in _PLAIN:
            add(self._digest.update, value)
            return
        if id(value) in self._seen:
            self._say(f"again {self._seen[id(value)]}")
            return
        self._seen[id(value)] = len(self._seen)
        self._alive.append(value)  # so that nothing else gets its place in memory
        if not depth:
            self._doubt(name, value)
            return
        self._take_object(name, value, depth - 1)

    def _take_object(self, name: str, value: Any, depth: int) -> None:
        if isinstance(value, FunctionType):
            self._take_function(value, depth)
        elif isinstance(value, ModuleType):
            self._take_module(vars(value))
        elif isinstance(value, type):
            self._take_class(value, depth)
        elif isinstance(value, MethodType):
            self._say("method")
            self._take(name, value.__func__, depth)
            self._take(name, value.__self__, depth)
        elif isinstance(value, Enum):
            self._say(f"enum {type(value).__qualname__}.{value.name}")
            self._take(name, type(value), depth)
        elif isinstance(value, (dict, MappingProxyType)):
            self._take_parts(name, value, [part for pair in value.items() for part in pair], depth)
        elif isinstance(value, (list, tuple, deque)):
            self._take_parts(name, value, list(value), depth)
        elif isinstance(value, (set, frozenset)):
            self._take_parts(name, value, sorted(value, key=repr), depth)
        else:
            self._take_other(name, value, depth)

    def _take_parts(self, name: str, value: Any, parts: list[Any], depth: int) -> None:
        self._say(f"{type(value).__qualname__} {len(parts)}")
        for part in parts:
            self._take(name, part, depth)
        if type(value).__module__ != "builtins":
            self._take(name, type(value), depth)
            self._take_state(name, value, depth)
            self._take(name, getattr(value, "default_factory", None), depth)

    def _take_other(self, name: str, value: Any, depth: int) -> None:
        kind = type(value)
        if isinstance(value, loaded_class("numpy", "ndarray")) and not value.dtype.hasobject:
            import numpy as np

            self._say(f"array {value.dtype.str} {value.shape}")
            if kind is not np.ndarray:
                self._take(name, kind, depth)
            self._digest.update(np.ascontiguousarray(value).data if value.size else b"")
        elif isinstance(value, loaded_class("numpy", "ndarray")):
            self._take_parts(name, value, value.ravel().tolist(), depth)
        elif isinstance(value, (Color, Audio, loaded_class("numpy", "generic"), loaded_class("numpy", "dtype"))):
            add(self._digest.update, value)
        elif _is_wrapper(value):
            self._take_wrapper(name, value, depth)
        elif isinstance(value, (BuiltinFunctionType, MemberDescriptorType, GetSetDescriptorType)) or _is_slot(value):
            self._say(f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}")
        elif isinstance(value, re.Pattern):
            self._say(f"pattern {value.flags}")
            self._take(name, value.pattern, depth)
        elif kind.__module__ in _SAID_WHOLLY or kind in _SAID_BY_REPR or kind.__module__.startswith("pathlib"):
            self._say(f"{kind.__qualname__} {value!r}")
        elif _is_own(kind):
            self._take(name, kind, depth)
            self._take_state(name, value, depth)
        else:
            self._doubt(name, value)

    def _take_wrapper(self, name: str, value: Any, depth: int) -> None:
        self._say(f"{type(value).__module__}.{type(value).__qualname__}")
        for inside in _INSIDE:
            with suppress(Exception):  # what is foreign may raise anything
                self._take(name, getattr(value, inside, None), depth)
        if isinstance(value, functools.partial):
            return
        code = getattr(value, "__code__", None)
        if isinstance(code, CodeType):
            self._say(_code_hash(code))

    def _take_state(self, name: str, value: Any, depth: int) -> None:
        state = getattr(value, "__dict__", None)
        if isinstance(state, Mapping):
            for key in sorted(state, key=str):
                self._say(str(key))
                self._take(f"{name}.{key}", state[key], depth)
        for kind in type(value).__mro__:
            slots = vars(kind).get("__slots__", ())
            for slot in (slots,) if isinstance(slots, str) else tuple(slots):
                hidden = slot if not slot.startswith("__") or slot.endswith("__") else f"_{kind.__name__}{slot}"
                self._say(slot)
                self._take(f"{name}.{slot}", getattr(value, hidden, None), depth)
        if not _is_plain_object(type(value)):
            self._doubt(name, value)  # there is more in it than its attributes

    def _doubt(self, name: str, value: Any) -> None:
        """Take up something foreign as it would be written down, if it was not made by the text of a module."""
        self._say(f"{type(value).__module__}.{type(value).__qualname__}")
        if not self._is_made_here and self._main is None:
            return
        try:
            self._digest.update(pickle.dumps(value, protocol=4))
        except Exception:  # noqa: BLE001 - what is foreign may raise anything
            self._doubt_unread(name or type(value).__name__)

    def _doubt_unread(self, name: str) -> None:
        self._say("unread")
        if self._is_made_here or self._main is not None:
            self.unsure.append(f"{'~' if self._is_made_here else ''}{name or 'something'}")

    # --- code -------------------------------------------------------------------------------------------------

    def _take_function(self, function: FunctionType, depth: int) -> None:
        names = function.__globals__
        self._say(f"{function.__module__}.{function.__qualname__} {_code_hash(function.__code__, function.__doc__)}")
        is_own = self._take_module(names)
        if function.__defaults__ or function.__kwdefaults__:
            self._reach(function, "its defaults", is_own)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
            self._reach(cell, name, is_own)
        for name, value in sorted(vars(function).items()):
            if name not in _OF_NO_ACCOUNT:
                self._say(name)
                self._take(name, value, depth)
        if is_own:
            self._take_spoken_of(function)

    def _reach(self, owner: Any, name: str, is_own: bool) -> None:
        if is_own:
            self._pending.append((owner, name, self._is_made_here or self._is_root_made_here))
        else:
            with suppress(Exception):  # what is foreign may raise anything
                self._take(name, _content(owner, name), _DEEPEST // 2)

    def _take_spoken_of(self, function: FunctionType) -> None:
        names = function.__globals__
        spoken = sorted(set(_names(function.__code__)))
        self._pending += [(names, name, False) for name in spoken if name in names]
        if str(names.get("__name__")) not in _MAIN:
            return
        if _imports(function.__code__):
            for name in spoken:
                if top_of(name) not in _ENGINE and name not in names:
                    self._texts.setdefault(name, texts_by_name(name, self._package))
        anything = next((name for name in spoken if name in _REACHES_ANYTHING and name not in names), None)
        if anything is not None:
            self._reached_anything = self._reached_anything or anything

    def _take_class(self, kind: type, depth: int) -> None:
        for one in kind.__mro__:
            self._say(f"class {one.__module__}.{one.__qualname__}")
            if not _is_own(one):
                self._take_foreign(one.__module__)
                continue
            self._take_module(vars(sys.modules[one.__module__]) if one.__module__ in sys.modules else {})
            for name, value in sorted(vars(one).items()):
                if name not in _OF_NO_ACCOUNT:
                    self._say(name)
                    self._take(f"{one.__name__}.{name}", value, depth)
        if type(kind) is not type:
            self._take("", type(kind), depth)

    def _take_module(self, names: Mapping[str, Any]) -> bool:
        """Take up the text of a module; say whether it is a person's own, or of the block's package."""
        name, file = str(names.get("__name__", "")), names.get("__file__")
        if name in _MAIN or not name:
            if name:
                self._main = names
            return True
        if top_of(name) in _ENGINE and top_of(name) != self._package:
            return False
        if file is None and "__path__" not in names and _is_builtin(name):
            return False
        if is_installed(file) and file is not None and top_of(name) != self._package:
            self._take_foreign(name)
            return False
        if file is None:
            if "__path__" not in names:
                self._main = names  # there is no text of it
            return True
        if name not in self._texts:
            self._texts[name] = texts_of(names, self._package) if has_text(names) else ""
            if not has_text(names):
                self._main = names
        return top_of(name) not in _ENGINE

    def _take_foreign(self, module: str) -> None:
        top = top_of(module)
        if top not in _ENGINE and top not in sys.stdlib_module_names:
            self._texts.setdefault(f"={top}", version_of(top, None))


def _is_of_module(function: Any) -> bool:
    """Whether a function is what its module names so: then the text of that has made it."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    return getattr(module, getattr(function, "__name__", ""), None) is function


def _content(owner: Any, name: str) -> Any:
    if isinstance(owner, dict):
        return owner.get(name, _MISSING)
    if isinstance(owner, CellType):
        return content_of(owner)
    return (owner.__defaults__, owner.__kwdefaults__) if name else owner


_PLAIN = (str, bytes, bool, int, float, complex, type(None))
_SAID_BY_REPR: tuple[Any, ...] = (range, slice, type(Ellipsis), type(NotImplemented), type(int | str), type(list[int]))


def _is_own(kind: type) -> bool:
    """Whether a class was written by a person, and is not installed."""
    module = kind.__module__
    if top_of(module) in _ENGINE or module == "builtins":
        return False
    if module in _MAIN:
        return True
    loaded = sys.modules.get(module)
    if loaded is None:
        return True
    file = getattr(loaded, "__file__", None)
    return not is_installed(file) if file is not None else not _is_builtin(module)


def _is_builtin(module: str) -> bool:
    return top_of(module) in sys.stdlib_module_names or module in sys.builtin_module_names


def _is_plain_object(kind: type) -> bool:
    """Whether instances hold nothing but attributes, or what has been looked at."""
    known = (object, dict, list, tuple, set, frozenset, deque)
    return all(_is_own(one) or one in known or one.__module__ in _HOLDING_NOTHING for one in kind.__mro__)


_HOLDING_NOTHING = ("abc", "typing", "collections.abc", "collections", "enum", "contextlib", "builtins")


def _is_wrapper(value: Any) -> bool:
    known = isinstance(value, (staticmethod, classmethod, property)) or type(value).__module__ == "functools"
    return known or hasattr(value, "__wrapped__") or hasattr(value, "py_func")


def _is_slot(value: Any) -> bool:
    return type(value).__name__ in ("wrapper_descriptor", "method_descriptor", "method-wrapper", "builtin_method")


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@functools.lru_cache(maxsize=4096)
def _imports(code: CodeType) -> bool:
    inner = any(_imports(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return inner or _IMPORT in code.co_code[::2]


@functools.lru_cache(maxsize=4096)
def _code_hash(code: CodeType, documentation: str | None = None) -> str:
    digest = hashlib.blake2b(digest_size=8)
    update: Callable[[bytes], object] = digest.update
    add_code(update, code, documentation)
    return digest.hexdigest()
