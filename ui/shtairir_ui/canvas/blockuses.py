"""Which blocks a person places: those of late and those of often come first in the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

LATE = 6
_MOST = 200
_FADES = 0.95


class BlockUses:
    """Counts that fade: what was used often last year gives way to what is used now.

    Attributes
    ----------
    changed
        Is called with all counts after each use; who remembers them between sessions listens.
    """

    def __init__(self, counts: Mapping[str, float] | None = None, late: Iterable[str] = ()) -> None:
        self._counts = dict(counts or {})
        self._late = list(late)
        self.changed: Callable[[], None] = lambda: None

    @property
    def late(self) -> tuple[str, ...]:
        """The blocks placed last, the latest first."""
        return tuple(self._late)

    @property
    def counts(self) -> Mapping[str, float]:
        """How often each block was placed, of late more than before."""
        return self._counts

    def note(self, block: str) -> None:
        """Remember that a block was placed."""
        self._late = [block, *(other for other in self._late if other != block)][:LATE]
        faded = {name: count * _FADES for name, count in self._counts.items()}
        faded[block] = faded.get(block, 0.0) + 1.0
        kept = sorted(faded.items(), key=lambda entry: -entry[1])[:_MOST]
        self._counts = {name: round(count, 3) for name, count in kept}
        self.changed()

    def read(self, counts: Mapping[str, float], late: Iterable[str]) -> None:
        """Take over what was remembered."""
        self._counts, self._late = dict(counts), list(late)[:LATE]

    def sorted(self, blocks: Iterable[str], *, searching: bool) -> list[str]:
        """Return blocks in the order of a search that found them so, with those that are used moved forward.

        Without a word to search for, those of late come first, then those of often. Else a block moves before
        others by up to as many places as it is used often, so that a good match stays one.
        """
        names = list(blocks)
        if searching:
            places = {name: place - min(self._counts.get(name, 0.0) * 2, 8.0) for place, name in enumerate(names)}
            return sorted(names, key=lambda name: places[name])
        late = {name: place for place, name in enumerate(self._late)}
        return sorted(names, key=lambda name: (late.get(name, LATE), -self._counts.get(name, 0.0)))
