"""Names for things in a program, made of what people called them."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

_RESERVED = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)


def identifier(text: str, fallback: str = "value") -> str:
    """Return a text as a Python name in lower case.

    Examples
    --------
    >>> identifier("Even out the light"), identifier("2 × blur"), identifier("Größe"), identifier("…")
    ('even_out_the_light', 'n2_blur', 'grosse', 'value')
    """
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if not name:
        return fallback
    return f"n{name}" if name[0].isdigit() else name


class Names:
    """The names that are taken in one place of a program."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, wish: str, fallback: str = "value") -> str:
        """Return a free name near to a wish, and keep it."""
        stem = identifier(wish, fallback)
        name, number = stem, 2
        while name in self._taken or name in _RESERVED:
            name, number = f"{stem}_{number}", number + 1
        self._taken.add(name)
        return name

    def inner(self) -> Names:
        """Return a place of its own, where these names are taken too."""
        return Names(self._taken)
