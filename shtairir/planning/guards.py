"""Under which choices each node runs.

A node whose block is lazy (If, Switch, Try) is parted in two: the *decider* has the inputs that the choice depends on,
the node itself hands the chosen value on. What a node is needed for follows from its readers: a reader that needs its
inputs needs it whenever it is needed itself; a lazy input needs it only if it is chosen. So the *guard* of a node is a
set of literals, each a chooser and one of its inputs: the node runs as soon as one of them comes true. A chooser that
is not needed does not choose, and none of its literals ever comes true; so there are no conjunctions, and a set is all
there is to a guard.

Guards are exact, and no run waits for a choice in vain: as long as anything that is needed is not done, something that
is needed and not done has all its inputs. (What is needed waits for inputs, or for a decider and then for the chosen
input; all of these are needed, and links go round in no circle.) Two simplifications let nodes begin earlier and keep
them exact: a literal goes where the guard of its chooser is in the set as well, and if all inputs of a chooser are in
it, they give way to the chooser's own guard.

So that the plan can say which task comes after which, a node has control edges from the deciders of its guard. Where a
node is needed for a choice and for what it chooses, these would go round in circles; they are left out then, and the
node is *late*: it may be told to run when its place in the order is past.

Sets are the bits of integers, and a node that always runs has all of them (`ALWAYS`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from shtairir.ids import NodeId, PortRef
from shtairir.planning.deciders import DECIDER, Chooser, parted
from shtairir.planning.working import Reason, WorkingGraph

ALWAYS = -1

_LISTED = 4


@dataclass(frozen=True, slots=True)
class Branches:
    """What is chosen in a graph, and what depends on it.

    Attributes
    ----------
    guards
        Of the nodes that need not run, by number.
    roots
        Nodes that are wanted for themselves.
    controls
        For guarded nodes, what they come after in the order.
    late
        Nodes that may be told to run when their place in the order is past.
    """

    choosers: tuple[Chooser, ...]
    guards: Mapping[int, int]
    roots: frozenset[int]
    controls: Mapping[int, Sequence[int]] = field(default_factory=dict)
    late: frozenset[int] = frozenset()
    _meanings: dict[int, tuple[int, int]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _literals: dict[int, list[tuple[int, int]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def literals(self, number: int) -> Sequence[tuple[int, int]]:
        """Return the guard of a node as pairs: the place of a chooser here, and of one of its inputs."""
        guard = self.guards.get(number, 0)
        found = self._literals.get(guard)
        if found is None:
            if not self._meanings:
                for place, chooser in enumerate(self.choosers):
                    for port in range(len(chooser.ports)):
                        self._meanings[chooser.first_bit + port] = place, port
            found = self._literals[guard] = [self._meanings[bit] for bit in _bits(guard)]
        return found

    def condition(self, number: int) -> str:
        """Return in words when a node runs; empty if it always does.

        Examples
        --------
        ``"if 'is_big' chooses 'then'"``
        """
        words = [_words(self.choosers[place], port) for place, port in self.literals(number)]
        return f"if {' or '.join(words)}" if words else ""


def _bits(number: int) -> Iterator[int]:
    """Yield the places of the bits that are set, lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _words(chooser: Chooser, port: int) -> str:
    if chooser.decider is None:
        return f"'{chooser.id}' needs its {chooser.ports[port]}"
    return f"'{chooser.id}' chooses '{chooser.ports[port]}'"


class Wants(NamedTuple):
    """What of a graph runs for more than its readers' sake, by the numbers that nodes have before the passes.

    Attributes
    ----------
    roots
        Nodes that are wanted for themselves.
    companions
        Nodes that run together with others, as the parts of an instance do: for each, the inputs for whose sake it
        runs, too, as the numbers of nodes and the names of ports.
    """

    roots: frozenset[int]
    companions: Mapping[int, Collection[tuple[int, str]]] = {}


def wants_of(
    graph: WorkingGraph,
    wanted: Collection[NodeId],
    companions: Mapping[NodeId, Collection[PortRef]],
) -> Wants:
    """Return what a graph runs for: the nodes that nobody reads, unless they are companions of others, and some more.

    Parameters
    ----------
    wanted
        Nodes that are wanted even if they are read: targets, named results.
    """
    numbers = {node.id: number for number, node in graph.nodes.items()}
    together = {
        numbers[node]: [(numbers[port.node], port.port) for port in ports if port.node in numbers]
        for node, ports in companions.items()
        if node in numbers
    }
    read = {feed.source for node in graph.nodes.values() for feed in node.feeds}
    roots = {number for number in graph.nodes if number not in read and not together.get(number)}
    roots |= {numbers[node] for node in wanted if node in numbers}
    return Wants(frozenset(roots), together)


def conditional_results(graph: WorkingGraph, wants: Wants) -> dict[int, int]:
    """Return the nodes that make results but need not run, each with what it is needed for.

    Two of these that are needed for different things are not one, whatever they compute: else one would have a result
    because the other one runs.
    """
    whole, choosers = parted(graph)
    found = _Needs(whole, choosers, wants).found()
    return {number: found[number] for number, _ in graph.wanted if found[number] != ALWAYS}


def guard_branches(graph: WorkingGraph, wants: Wants) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph with its choosers parted, and with a guard for each node that need not run."""
    graph, choosers = parted(graph)
    needs = _Needs(graph, choosers, wants)
    found = needs.found()
    never = [number for number, need in found.items() if not need]
    why = "Not run: nothing that runs needs it."
    reasons = [Reason(graph.nodes[number].id, "guard_branches", why) for number in never]
    if never:
        graph = _without(graph, never)
        choosers = tuple(chooser for chooser in choosers if chooser.number in graph.nodes)
    guards = {number: needs.simplified(need) for number, need in found.items() if need and need != ALWAYS}
    guards = {number: guard for number, guard in guards.items() if guard != ALWAYS}
    branches = Branches(choosers, guards, needs.roots)
    return replace(graph, branches=branches), reasons + _reasons(graph, branches)


def _without(graph: WorkingGraph, numbers: Collection[int]) -> WorkingGraph:
    gone = set(numbers)
    nodes = {number: node for number, node in graph.nodes.items() if number not in gone}
    wanted = frozenset(port for port in graph.wanted if graph.maker(*port)[0] not in gone)
    dropped = [number for number in numbers if graph.nodes[number].definition.id != DECIDER]
    return replace(graph, nodes=nodes, wanted=wanted, dropped=(*graph.dropped, *dropped))


def _reasons(graph: WorkingGraph, branches: Branches) -> list[Reason]:
    """Return a sentence for each set of nodes that run under the same choices."""
    together: dict[int, list[int]] = {}
    for number, guard in branches.guards.items():
        if graph.nodes[number].definition.id != DECIDER:
            together.setdefault(guard, []).append(number)
    reasons = []
    for numbers in together.values():
        chooser = branches.choosers[branches.literals(numbers[0])[0][0]]
        listed = _listed([graph.nodes[number].id for number in numbers])
        why = f"{listed} {'runs' if len(numbers) == 1 else 'run'} only {branches.condition(numbers[0])}."
        reasons.append(Reason(chooser.id, "guard_branches", why))
    return reasons


def _listed(names: Sequence[NodeId]) -> str:
    shown = [f"'{name}'" for name in names[:_LISTED]]
    if len(names) > _LISTED:
        return f"{', '.join(shown)} and {len(names) - _LISTED} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


# --- needs --------------------------------------------------------------------------------------------------------


class _Needs:
    """What each node is needed for.

    Attributes
    ----------
    roots
        Nodes that are wanted for themselves.
    """

    def __init__(self, graph: WorkingGraph, choosers: Sequence[Chooser], wants: Wants) -> None:
        self._nodes = graph.nodes
        self._order = graph.links().order
        self._choosers = choosers
        self._chooser_of = {chooser.number: chooser for chooser in choosers}
        self.roots = frozenset(graph.merged.get(number, number) for number in wants.roots) & graph.nodes.keys()
        self._readers: dict[int, list[tuple[int, str]]] = {}
        for number, node in graph.nodes.items():
            for feed in node.feeds:
                self._readers.setdefault(feed.source, []).append((number, feed.port))
        for companion, ports in wants.companions.items():
            number = graph.merged.get(companion, companion)
            self._readers.setdefault(number, []).extend((graph.merged.get(other, other), port) for other, port in ports)
        self._found: dict[int, int] = dict.fromkeys(graph.nodes, 0)
        self._simplified: dict[int, int] = {}
        self._chooser_at = {
            chooser.first_bit + port: chooser for chooser in choosers for port in range(len(chooser.ports))
        }

    def found(self) -> dict[int, int]:
        """Return the literals for which each node is needed; none for those that never are."""
        # Once through is enough, but for companions: their readers need not come after them.
        while self._go_through():
            pass
        possible = self._possible()
        return {number: need if need == ALWAYS else need & possible for number, need in self._found.items()}

    def _go_through(self) -> bool:
        """Work the needs out from the readers', and say whether anything changed."""
        found, changed = self._found, False
        for number in reversed(self._order):
            if number not in found:
                continue
            need = ALWAYS if number in self.roots else self._need(number)
            if need != found[number]:
                found[number] = need
                changed = True
        return changed

    def _need(self, number: int) -> int:
        need = 0
        for reader, port in self._readers.get(number, ()):
            chooser = self._chooser_of.get(reader)
            literal = None if chooser is None else _literal(chooser, port)
            need |= self._found.get(reader, 0) if literal is None else literal
        return need

    def _possible(self) -> int:
        """Return the literals that can come true: those of choosers that may be needed."""
        possible, before = 0, -1
        while possible != before:
            before = possible
            for chooser in self._choosers:
                need = self._found[chooser.number]
                if need == ALWAYS or need & possible:
                    possible |= chooser.bits
        return possible

    def simplified(self, need: int) -> int:
        """Return fewer literals of which one comes true when one of all does."""
        found = self._simplified.get(need)
        if found is None:
            found = self._simplified[need] = self._simplify(need)
        return found

    def _simplify(self, need: int) -> int:
        before = None
        while need not in (before, ALWAYS):
            before = need
            for chooser in dict.fromkeys(self._chooser_at[bit] for bit in _bits(need)):
                if need == ALWAYS or not need & chooser.bits:
                    continue
                own = self._found[chooser.number]
                if need & chooser.bits == chooser.bits and chooser.decider is not None:
                    need = need & ~chooser.bits | own
                if own != ALWAYS and not own & ~need:
                    need &= ~chooser.bits
        return need


def _literal(chooser: Chooser, port: str) -> int | None:
    """Return the literal of an input, or ``None`` for one that a chooser needs whenever it is needed itself."""
    if port not in chooser.ports:
        return None
    place = chooser.ports.index(port)
    return None if chooser.decider is None and not place else 1 << chooser.first_bit + place
