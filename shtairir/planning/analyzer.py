"""What the links of a graph say: order, levels, longest path, parallelism, cycles, dead ends.

`DependencyAnalyzer` is `shtairir.planning.dependency` with names on it. Each answer is computed when it is
first asked for, in time linear in the size of the graph, and kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from shtairir.planning import dependency

_Name = TypeVar("_Name", bound=Hashable)


class DependencyAnalyzer(Generic[_Name]):
    """Answers questions about who waits for whom.

    Parameters
    ----------
    names
        The nodes; their order decides between equals.
    edges
        ``(from, to)`` by name. Repeated edges count once; edges of unknown names are in `missing`.
    costs
        What a node costs, in any unit; one when not given.

    Examples
    --------
    >>> diamond = DependencyAnalyzer("abcd", ["ab", "ac", "bd", "cd"])
    >>> diamond.stages, diamond.critical_path, diamond.parallelism
    ([['a'], ['b', 'c'], ['d']], ['a', 'b', 'd'], 1.3333333333333333)
    """

    def __init__(
        self,
        names: Iterable[_Name],
        edges: Iterable[Sequence[_Name]] = (),
        costs: Mapping[_Name, float] | None = None,
    ) -> None:
        self.names = list(names)
        self._index = {name: index for index, name in enumerate(self.names)}
        self.missing: list[tuple[_Name, _Name]] = []
        after: list[dict[int, None]] = [{} for _ in self.names]
        for source, target in edges:
            if source in self._index and target in self._index:
                after[self._index[source]][self._index[target]] = None
            else:
                self.missing.append((source, target))
        self.successors = [list(others) for others in after]
        self.predecessors = dependency.reversed_edges(self.successors)
        self._costs = [1.0 if costs is None else costs.get(name, 1.0) for name in self.names]

    @classmethod
    def of_lists(
        cls, predecessors: Sequence[Sequence[int]], costs: Sequence[float] | None = None
    ) -> DependencyAnalyzer[int]:
        """Analyse a graph that is already a list of predecessors; the names are the numbers.

        The lists are taken as they are: they must not repeat a number.
        """
        analyzer: DependencyAnalyzer[int] = DependencyAnalyzer(())
        analyzer.names = list(range(len(predecessors)))
        analyzer.predecessors = predecessors if isinstance(predecessors, list) else list(map(list, predecessors))
        analyzer.successors = dependency.reversed_edges(analyzer.predecessors)
        analyzer._costs = [1.0] * len(analyzer.names) if costs is None else list(costs)
        return analyzer

    @cached_property
    def _sorted(self) -> list[int]:
        """The numbers of the nodes in some order that the links allow."""
        known: list[int] | None = self.__dict__.get("indices")
        return known if known is not None else dependency.topological_order(self.predecessors, self.successors)

    def weigh(self, costs: Sequence[float]) -> None:
        """Set what each node costs, by number, before anything that depends on it is asked for."""
        self._costs = list(costs)

    @cached_property
    def indices(self) -> list[int]:
        """The numbers of the nodes in the order that keeps closest to theirs; without what cycles hold back."""
        return dependency.stable_order(self.predecessors, self.successors)

    @property
    def order(self) -> list[_Name]:
        """The nodes, each after all that it needs."""
        return self._named(self.indices)

    @cached_property
    def levels(self) -> list[int]:
        """The level of each node, in the order of `names`."""
        return dependency.levels(self.predecessors, self._sorted)

    @property
    def stages(self) -> list[list[_Name]]:
        """The nodes by level: those of one stage need nothing of each other."""
        stages: list[list[_Name]] = [[] for _ in range(max(self.levels, default=-1) + 1)]
        for index in self.indices:
            stages[self.levels[index]].append(self.names[index])
        return stages

    @cached_property
    def heads(self) -> list[float]:
        """The earliest start of each node, in the order of `names`."""
        return dependency.heads(self.predecessors, self._sorted, self._costs)

    @cached_property
    def tails(self) -> list[float]:
        """The least time from the start of each node to the end of all that needs it."""
        return dependency.tails(self.successors, self._sorted, self._costs)

    @property
    def finishes(self) -> list[float]:
        """The earliest end of each node."""
        return [head + cost for head, cost in zip(self.heads, self._costs, strict=True)]

    @cached_property
    def critical_indices(self) -> list[int]:
        """The numbers of the nodes on the critical path."""
        return dependency.critical_path(self.successors, self._sorted, self.tails)

    @property
    def critical_path(self) -> list[_Name]:
        """The nodes of a longest path: no number of workers makes the whole faster than these in a row."""
        return self._named(self.critical_indices)

    @property
    def critical_cost(self) -> float:
        """The length of the critical path."""
        return max(self.tails, default=0.0)

    @property
    def total_cost(self) -> float:
        """The cost of all nodes one after the other."""
        return sum(self._costs)

    @property
    def parallelism(self) -> float:
        """How many workers could be busy on average: total cost over the length of the critical path."""
        return self.total_cost / self.critical_cost if self.critical_cost else 1.0

    @property
    def slack(self) -> dict[_Name, float]:
        """How much later than possible each node may start without the whole getting later."""
        whole = self.critical_cost
        return {name: whole - self.heads[index] - self.tails[index] for index, name in enumerate(self.names)}

    @cached_property
    def cycle(self) -> list[_Name]:
        """The nodes of one cycle, in its direction; empty when there is none."""
        if len(self._sorted) == len(self.names):
            return []
        return self._named(dependency.find_cycle(self.predecessors, self.successors))

    @property
    def redundant_edges(self) -> list[tuple[_Name, _Name]]:
        """Edges that only repeat what a longer path already says."""
        found = dependency.redundant_edges(self.successors, self.levels)
        return [(self.names[source], self.names[target]) for source, target in found]

    @property
    def isolated(self) -> list[_Name]:
        """Nodes without any link."""
        return [
            name
            for name, before, after in zip(self.names, self.predecessors, self.successors, strict=True)
            if not before and not after
        ]

    def unreachable(self, targets: Iterable[_Name]) -> list[_Name]:
        """Return the nodes that no target needs, directly or through others."""
        needed = dependency.ancestors(self.predecessors, [self._index[target] for target in targets])
        return [name for index, name in enumerate(self.names) if index not in needed]

    def _named(self, indices: Iterable[int]) -> list[_Name]:
        return [self.names[index] for index in indices]
