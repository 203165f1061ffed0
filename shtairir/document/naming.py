"""Readable ids, unique in their graph: ``blur``, ``blur_2``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from shtairir.ids import NodeId

MAX_NAME = 200
NAME_PATTERN = rf"\A[\w-]{{1,{MAX_NAME}}}\Z"
_NAME = re.compile(NAME_PATTERN)
_NUMBERED = re.compile(r"(.*?)_(\d{1,9})")


def is_name(text: str) -> bool:
    """Whether ``text`` may be a node id or a parameter's name: letters, digits, ``_`` and ``-``."""
    return _NAME.match(text) is not None


def stem_of(name: str) -> str:
    """Return the name without its number.

    Examples
    --------
    >>> stem_of("image.gaussian_blur"), stem_of("blur_12")
    ('gaussian_blur', 'blur')
    """
    last = re.sub(r"[^\w-]", "_", name.rpartition(".")[2])[: MAX_NAME - 10] or "node"
    numbered = _NUMBERED.fullmatch(last)
    return numbered[1] if numbered and numbered[1] else last


def free_name(wish: str, taken: Container[str]) -> str:
    """Return the wish itself, or where that is taken, its stem with a number.

    Examples
    --------
    >>> free_name("blur_2", {"blur"}), free_name("blur", {"blur"})
    ('blur_2', 'blur_2')
    """
    return wish if is_name(wish) and wish not in taken else IdSource().next(wish, taken)


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` was probably meant to be."""
    import difflib  # only where something is wrong

    return next(iter(difflib.get_close_matches(name, known, n=1)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint for an error about an unknown name; empty when nothing is close."""
    match = closest(name, known)
    return f"Did you mean '{match}'?" if match else ""


class IdSource:
    """Hands out free ids in constant time: it remembers for each stem which number to try first."""

    def __init__(self) -> None:
        self._first_free: dict[str, int] = {}

    def next(self, wish: str, taken: Container[str], reserved: Container[str] = ()) -> NodeId:
        """Return ``wish``'s stem, numbered from 2 where that is taken or reserved."""
        stem = stem_of(wish)
        number = self._first_free.get(stem, 1)
        while (name := stem if number == 1 else f"{stem}_{number}") in taken or name in reserved:
            number += 1
            if name in taken:
                self._first_free[stem] = number
        return NodeId(name)

    def release(self, name: str) -> None:
        """Let a removed node's number be used again."""
        stem = stem_of(name)
        number = 1 if name == stem else int(name.rpartition("_")[2])
        self._first_free[stem] = min(number, self._first_free.get(stem, 1))
