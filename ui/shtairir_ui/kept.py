"""The values of the last run that the window still holds, under a memory budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import psutil  # type: ignore[import-untyped]  # it comes without types

from shtairir.ids import NodeId, PortRef
from shtairir_ui.places import Place, placed_values


def default_budget_bytes() -> int:
    """An eighth of the machine's memory."""
    return int(psutil.virtual_memory().total) // 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value offered for keeping; `order` is when it was made, `final` that nobody reads it."""

    ref: PortRef
    value: object
    nbytes: int
    order: int
    final: bool


class KeptValues(Mapping[PortRef, object]):
    """A mapping from output port to value that knows what it had to let go.

    Intermediates go first, the largest first and among equals the oldest, until the rest fits.
    """

    def __init__(self, candidates: Iterable[Candidate] = (), budget_bytes: int | None = None) -> None:
        self.budget_bytes = default_budget_bytes() if budget_bytes is None else budget_bytes
        kept, self._freed = within_budget(list(candidates), self.budget_bytes)
        self._candidates = {item.ref: item for item in kept}
        self._values = {item.ref: item.value for item in kept}
        self.nbytes = sum(item.nbytes for item in kept)
        self._shown: tuple[Place, KeptValues] | None = None

    def __getitem__(self, ref: PortRef) -> object:
        return self._values[ref]

    def __iter__(self) -> Iterator[PortRef]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def freed(self) -> frozenset[PortRef]:
        """The outputs that were let go to stay within the budget."""
        return self._freed

    def at(self, place: Place) -> KeptValues:
        """The values of the nodes of a place, under their own names."""
        if not place.path:
            return self
        if self._shown is not None and self._shown[0] == place:
            return self._shown[1]
        shown = KeptValues((), self.budget_bytes)
        shown._values = placed_values(self._values, place)
        shown._freed = frozenset(placed_values(dict.fromkeys(self._freed), place))
        shown.nbytes = self.nbytes
        self._shown = (place, shown)
        return shown

    def over(self, earlier: KeptValues) -> KeptValues:
        """These, and of an earlier run what this one has not made, all together within the budget."""
        before = [
            replace(item, order=-1) for ref, item in earlier._candidates.items() if ref in earlier and ref not in self
        ]
        both = KeptValues([*before, *self._candidates.values()], self.budget_bytes)
        both._freed |= self._freed | {ref for ref in earlier.freed if ref not in both}
        return both

    def put(self, values: Mapping[PortRef, object]) -> None:
        """Keep these too, in the place of older ones of the same ports."""
        self._values = {**self._values, **values}
        self._freed = self._freed - values.keys()
        self._shown = None

    def forget(self, node: NodeId) -> None:
        """Let the values of a node go: another one has its id now."""
        self._values = {ref: value for ref, value in self._values.items() if ref.node != node}
        self._freed = frozenset(ref for ref in self._freed if ref.node != node)
        self._shown = None

    def of_node(self, node: NodeId) -> dict[PortRef, object]:
        """The kept outputs of one node."""
        return {ref: value for ref, value in self._values.items() if ref.node == node}


def within_budget(candidates: list[Candidate], budget_bytes: int) -> tuple[list[Candidate], frozenset[PortRef]]:
    """What may stay, in the order given, and the ports that must go."""
    excess = sum(item.nbytes for item in candidates) - budget_bytes
    freed: set[PortRef] = set()
    for item in sorted(candidates, key=lambda item: (item.final, -item.nbytes, item.order)):
        if excess <= 0:
            break
        if item.nbytes == 0:
            continue
        freed.add(item.ref)
        excess -= item.nbytes
    return [item for item in candidates if item.ref not in freed], frozenset(freed)
