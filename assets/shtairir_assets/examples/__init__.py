"""The example graphs, each with small real data beside it.

Importable without Qt and without the engine. Where the data come from is told in ``DATA.md``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

# The order in which they are offered: from the one that explains most to the most special.
_NAMES = (
    "coins",
    "penguins",
    "three_times",
    "flights",
    "bake_off",
    "parameter_sweep",
    "restoration",
    "log_triage",
    "contact_sheet",
    "ecg",
    "elementwise",
)


@dataclass(frozen=True, slots=True)
class Example:
    """An example graph.

    Attributes
    ----------
    name
        The file's name without its ending.
    title
        What the graph is called.
    summary
        One line about what it shows.
    """

    name: str
    title: str
    summary: str
    path: Path


def list_examples() -> list[Example]:
    """Return the examples in the order in which they are best looked at.

    Examples
    --------
    >>> [example.name for example in list_examples()][:3]
    ['coins', 'penguins', 'three_times']
    """
    return [_read(FOLDER / f"{name}.shtairir") for name in _NAMES]


def _read(path: Path) -> Example:
    text = json.loads(path.read_text(encoding="utf-8"))
    return Example(path.stem, text["name"], text["description"], path)
