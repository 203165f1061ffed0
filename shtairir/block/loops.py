"""Which blocks are loops: known here so that nobody has to import them to tell that a graph has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["for_each", "repeat", "while", "reduce"]

LOOPS: Mapping[str, Kind] = {
    "flow.for_each": "for_each",
    "flow.repeat": "repeat",
    "flow.while": "while",
    "flow.reduce": "reduce",
}
"""The kind of loop by the id of its block."""
