"""How blocks of the family ``flow`` are written: branches as ``if`` and ``try``, loops as loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from shtairir.document.model import Node

if TYPE_CHECKING:
    from shtairir.export.body import Body

WRITERS: Mapping[str, Callable[[Body, Node], list[str]]] = {}
