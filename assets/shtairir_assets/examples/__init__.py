"""The example graphs, each with small real data beside it.

Importable without Qt and without the engine. Where the data come from is told in ``DATA.md``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PICTURES = FOLDER / "pictures"

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


# The ones that a person sees first, with about how long each takes on a small machine, libraries and all.
_SHOWN_S = {"coins": 4.0, "penguins": 1.0, "flights": 2.0, "bake_off": 4.0, "contact_sheet": 1.0, "ecg": 2.0}


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
    typical_s
        About how long it runs the first time, in seconds; 0 where nobody has measured it.
    """

    name: str
    title: str
    summary: str
    path: Path
    typical_s: float = 0.0

    @property
    def picture(self) -> Path:
        """What comes out of it, as a picture; there is one of each that `shown_examples` returns."""
        return PICTURES / f"{self.name}.png"


def list_examples() -> list[Example]:
    """Return the examples in the order in which they are best looked at.

    Examples
    --------
    >>> [example.name for example in list_examples()][:3]
    ['coins', 'penguins', 'three_times']
    """
    return [_read(FOLDER / f"{name}.shtairir") for name in _NAMES]


def shown_examples() -> list[Example]:
    """Return the examples that are shown to whoever sees the program for the first time.

    Examples
    --------
    >>> [example.name for example in shown_examples()]
    ['coins', 'penguins', 'flights', 'bake_off', 'contact_sheet', 'ecg']
    """
    return [_read(FOLDER / f"{name}.shtairir") for name in _SHOWN_S]


def _read(path: Path) -> Example:
    text = json.loads(path.read_text(encoding="utf-8"))
    return Example(path.stem, text["name"], text["description"], path, _SHOWN_S.get(path.stem, 0.0))
