"""Whatever code a block reaches, in whatever way, counts: an edit of it is never missed."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import shtairir
from shtairir.block.definition import definition_of
from shtairir.block.userfiles import import_file
from shtairir.cache.sources import source_of, source_stamp

_HEAD = """
import collections, dataclasses, enum, functools
import numpy as np
from shtairir.block import block
"""
_BLOCK = '''

@block(id="reached.f", category="Reached")
def f(x: float = 1.0) -> float:
    """Do it."""
    return {}
'''
_WAYS = {
    "dict": ("T = {{'a': {0}}}", "x * T['a']"),
    "list in dict": ("T = {{'a': [1, ({0},)]}}", "x * T['a'][1][0]"),
    "set": ("T = {{{0}}}", "x * max(T)"),
    "array": ("T = np.array([{0}])", "float(x * T[0])"),
    "array of objects": ("T = np.array([{0}, 'a'], dtype=object)", "x * T[0]"),
    "cached function": ("@functools.lru_cache\ndef h():\n    return {0}", "x * h()"),
    "partial call": ("def h(a):\n    return a\nP = functools.partial(h, {0})", "x * P()"),
    "partial call of another": ("def h(a):\n    return a * {0}\nP = functools.partial(h, 1)", "x * P()"),
    "class attribute": ("class C:\n    K = {0}", "x * C.K"),
    "class method": ("class C:\n    @classmethod\n    def k(cls):\n        return {0}", "x * C.k()"),
    "static method": ("class C:\n    @staticmethod\n    def k():\n        return {0}", "x * C.k()"),
    "property": ("class C:\n    @property\n    def k(self):\n        return {0}", "x * C().k"),
    "cached property": ("class C:\n    @functools.cached_property\n    def k(self):\n        return {0}", "x * C().k"),
    "base class": ("class B:\n    def k(self):\n        return {0}\nclass C(B):\n    pass", "x * C().k()"),
    "instance": ("class C:\n    def __init__(self, k):\n        self.k = k\nI = C({0})", "x * I.k"),
    "slots": ("class C:\n    __slots__ = ('k',)\nI = C()\nI.k = {0}", "x * I.k"),
    "method of an instance": ("class C:\n    def k(self):\n        return {0}\nm = C().k", "x * m()"),
    "data class": ("@dataclasses.dataclass\nclass C:\n    k: float = {0}", "x * C().k"),
    "instance of a data class": ("@dataclasses.dataclass\nclass C:\n    k: float\nI = C({0})", "x * I.k"),
    "lock in a wrapper": (
        "import threading\ndef deco(f):\n    lock = threading.local()\n    def inner(*a):\n        with_it = lock\n"
        "        return f(*a) * {0}\n    return inner\n@deco\ndef h(x):\n    return x",
        "h(x)",
    ),
    "enum": ("class E(enum.Enum):\n    A = {0}", "x * E.A.value"),
    "dispatch": ("def g(x):\n    return x * {0}\ndef h(x):\n    return g(x)\nD = {{'h': (h,)}}", "D['h'][0](x)"),
    "ordered dict": ("T = collections.OrderedDict(a={0})", "x * T['a']"),
    "factory": ("T = collections.defaultdict(lambda: {0})", "x * T['a']"),
    "named tuple": ("N = collections.namedtuple('N', 'a')\nT = N({0})", "x * T.a"),
    "lambda": ("g = lambda: {0}", "x * g()"),
    "default": ("def h(x, k={0}):\n    return x * k", "h(x)"),
    "default in a dict": ("def h(x, *, k={{'a': {0}}}):\n    return x * k['a']", "h(x)"),
    "attribute of a function": ("def h():\n    return h.k\nh.k = {0}", "x * h()"),
    "constant behind two calls": ("K = {0}\ndef h(x):\n    return x * K\ndef g(x):\n    return h(x)", "g(x)"),
    "wrapper": (
        "def deco(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f(*a) * {0}\n    return inner\n"
        "@deco\ndef h(x):\n    return x",
        "h(x)",
    ),
}


def _text(way: str, value: int) -> str:
    said, used = _WAYS[way]
    return f"{_HEAD}{said.format(value)}{_BLOCK.format(used)}"


def _function(module: ModuleType) -> Callable[..., Any]:
    found: Callable[..., Any] = module.f
    return found


def _stamp(function: Callable[..., Any]) -> str:
    return source_stamp(definition_of(function))


@pytest.mark.parametrize("way", _WAYS)
def test_edit_of_what_a_block_reaches_counts(way: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    stamps = []
    for value in (2, 2, 3):
        file.write_text(_text(way, value), encoding="utf-8")
        function = _function(import_file(file))
        assert function(1.0) == value
        source = source_of(definition_of(function))
        assert not source.unsure
        stamps.append(source.stamp)
    assert stamps[0] == stamps[1] != stamps[2]


@pytest.mark.parametrize("way", _WAYS)
def test_what_has_no_text_counts_as_it_is_in_the_program(way: str) -> None:
    stamps = []
    for value in (2, 2, 3):
        names: dict[str, Any] = {"__name__": "__main__"}
        exec(_text(way, value), names)
        assert names["f"](1.0) == value
        source = source_of(definition_of(names["f"]))
        if way == "lock in a wrapper":
            assert source.unsure == "lock"
            return
        assert not source.unsure
        stamps.append(source.stamp)
    assert stamps[0] == stamps[1] != stamps[2]


def test_name_that_is_looked_up_by_hand_counts_by_the_text(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    block = _BLOCK.format("x * globals()['K']")
    stamps = set()
    for value in (2, 3):
        file.write_text(f"{_HEAD}K = {value}{block}", encoding="utf-8")
        stamps.add(_stamp(_function(import_file(file))))
    assert len(stamps) == 2


def test_file_beside_a_module_that_names_it_counts(tmp_path: Path) -> None:
    file, data = tmp_path / "mine.py", tmp_path / "factor.txt"
    used = "x * float(open(__file__.replace('mine.py', 'factor.txt')).read())"
    file.write_text(f"{_HEAD}{_BLOCK.format(used)}", encoding="utf-8")
    stamps = set()
    for value in ("2", "3"):
        data.write_text(value, encoding="utf-8")
        stamps.add(_stamp(_function(import_file(file))))
    assert len(stamps) == 2


@pytest.mark.parametrize("importing", ["import reached_beside as h", "from reached_beside import K as k"])
def test_module_of_ones_own_that_is_imported_counts_before_it_is_loaded(
    importing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    file, beside = tmp_path / "mine.py", tmp_path / "reached_beside.py"
    file.write_text(f"{_HEAD}def h():\n    {importing}\n{_BLOCK.format('h()')}", encoding="utf-8")
    beside.write_text("K = 2\n", encoding="utf-8")
    function = _function(import_file(file))
    before = _stamp(function)
    assert _stamp(function) == before
    beside.write_text("K = 3\n", encoding="utf-8")
    assert _stamp(function) != before
    assert "reached_beside" not in sys.modules


def test_module_that_is_younger_than_the_program_is_never_taken_for_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "reached_young.py"
    file.write_text(f"{_HEAD}{_BLOCK.format('x * 2')}", encoding="utf-8")
    import importlib

    module = importlib.import_module("reached_young")
    try:
        file.write_text(f"{_HEAD}{_BLOCK.format('x * 3')}", encoding="utf-8")
        first = _stamp(_function(module))
        assert _stamp(_function(module)) == first
        os.utime(file, (0, 0))
        importlib.reload(module)
        assert _stamp(_function(module)) != first
    finally:
        del sys.modules["reached_young"]


_OTHER = '''

@block(id="reached.g", category="Reached")
def g(x: float = 1.0) -> float:
    """Do something else."""
    return x + {}
'''


@pytest.mark.parametrize(
    "other",
    [
        f"{_HEAD}# A word to people.{_BLOCK.format('x')}",
        f"{_HEAD}{_BLOCK.format('x').replace('Do it.', 'Do it well.')}",
        f'"""What is in here."""{_HEAD}{_BLOCK.format("x")}',
        f"{_HEAD}{_BLOCK.format('x')}{_OTHER.format(2)}",
    ],
    ids=["comment", "docstring", "docstring of the module", "another block"],
)
def test_what_does_nothing_to_a_block_does_not_count(other: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    stamps = []
    for text in (f"{_HEAD}{_BLOCK.format('x')}", other):
        file.write_text(text, encoding="utf-8")
        stamps.append(_stamp(_function(import_file(file))))
    assert stamps[0] == stamps[1]


@pytest.mark.parametrize("used", ["g(x)", "globals()['g'](x)"])
def test_block_that_another_calls_counts(used: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    stamps = set()
    for value in (2, 3):
        file.write_text(f"{_HEAD}{_BLOCK.format(used)}{_OTHER.format(value)}", encoding="utf-8")
        stamps.add(_stamp(_function(import_file(file))))
    assert len(stamps) == 2


# --- what cannot be told, and what is a state ---------------------------------------------------------------------


def test_what_cannot_be_told_from_another_is_not_kept_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    import threading

    def made(lock: Any) -> Any:
        @shtairir.block(id="reached.locked", category="Reached")
        def locked(x: float = 1.0) -> float:
            """Use what is foreign."""
            return x + bool(lock)

        return locked

    graph = shtairir.Graph("locked")
    graph.add(made(threading.local()), id="a")
    for _ in range(2):
        result = shtairir.run(graph, cache="smart")
        assert str(result.nodes["a"].status) == "done"
    assert result.nodes["a"].reason == ("Its block uses 'lock', of which nobody can say whether it is what it was.")


_calls: list[float] = []
_table = {"factor": 2.0}


@shtairir.block(id="reached.counting", category="Reached")
def counting(x: float = 1.0) -> float:
    """Note that it was called."""
    time.sleep(0.002)
    _calls.append(x)
    return x * _table["factor"]


@pytest.fixture
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))


@pytest.mark.usefixtures("_cache")
def test_what_a_block_notes_for_itself_does_not_let_it_run_again() -> None:
    graph = shtairir.Graph("counting")
    graph.add(counting, id="a")
    for _ in range(3):
        shtairir.run(graph, cache="smart")
    assert _calls == [1.0]


@pytest.mark.usefixtures("_cache")
def test_table_that_a_person_changes_in_the_program_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = shtairir.Graph("table")
    graph.add(counting, id="a", x=5.0)
    assert shtairir.run(graph, cache="smart")["a"] == 10.0
    monkeypatch.setitem(_table, "factor", 3.0)
    assert shtairir.run(graph, cache="smart")["a"] == 15.0


def test_partial_call_as_a_block_counts() -> None:
    def scaled(x: float = 1.0, factor: float = 1.0) -> float:
        """Scale."""
        return x * factor

    def made(factor: float) -> Any:
        call = functools.partial(scaled, factor=factor)

        @shtairir.block(id="reached.partial", category="Reached")
        def whole(x: float = 1.0) -> float:
            """Scale."""
            return call(x)

        return whole

    assert _stamp(made(2.0)) != _stamp(made(3.0))
