"""What is chosen in a plan, by the numbers of its tasks: what the executor needs to know of branches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from shtairir.ids import NodeId, PortName
from shtairir.planning.guards import Branches

if TYPE_CHECKING:
    from shtairir.planning.plan import Task
    from shtairir.planning.working import WorkingGraph


class Choice(NamedTuple):
    """A task that hands on one of several inputs.

    Attributes
    ----------
    task
        Its number.
    title
        What a person has called the node, else its id.
    decider
        The task that decides; ``None`` for one that tries the first input, and takes the second if that fails.
    ports
        The inputs to choose from.
    slots
        Where their values come from; ``None`` for one without a link.
    """

    task: int
    node: NodeId
    title: str
    decider: int | None
    ports: tuple[PortName, ...]
    slots: tuple[int | None, ...]


class Literal(NamedTuple):
    """That a choice, by its place among all, falls on an input, by its place among the choice's."""

    choice: int
    port: int


@dataclass(frozen=True, slots=True)
class Branching:
    """The choices of a plan, and what depends on them.

    Attributes
    ----------
    guards
        For tasks that need not run, the literals of which one must come true.
    late
        Tasks that may be told to run when their place in the order is past.
    roots, wanted
        Tasks that are wanted for themselves, and the slots that these write. Of a task that does the work of several
        nodes, it may be some of them only, so it is not among the roots.
    """

    choices: tuple[Choice, ...]
    guards: Mapping[int, tuple[Literal, ...]]
    late: frozenset[int]
    roots: frozenset[int]
    wanted: frozenset[int]

    @property
    def places(self) -> dict[int, int]:
        """The place of each choice, by the task that hands on."""
        return {choice.task: place for place, choice in enumerate(self.choices)}

    @property
    def deciders(self) -> dict[int, int]:
        """The tasks that decide, by the task that hands on."""
        return {choice.task: choice.decider for choice in self.choices if choice.decider is not None}


def branching_of(graph: WorkingGraph, tasks: Sequence[Task], task_of: Sequence[int]) -> Branching | None:
    """Return what is chosen in a plan, or ``None`` if nothing is.

    Parameters
    ----------
    task_of
        The task of each node, by its working number.
    """
    branches = graph.branches
    if branches is None:
        return None
    choices = []
    for chooser in branches.choosers:
        task = tasks[task_of[chooser.number]]
        slots = {item.port: item.slot for item in task.inputs}
        choices.append(
            Choice(
                task.number,
                task.node,
                task.title if task.title != task.definition.name else task.node,
                None if chooser.decider is None else task_of[chooser.decider],
                tuple(map(PortName, chooser.ports)),
                tuple(slots.get(PortName(port)) for port in chooser.ports),
            )
        )
    runs = {number: task_of[number] for number in branches.guards if _is_task(task_of, number)}
    return Branching(
        tuple(choices),
        {task: tuple(Literal(*pair) for pair in branches.literals(number)) for number, task in runs.items()},
        frozenset(task_of[number] for number in branches.late),
        frozenset(task_of[number] for number in branches.roots if number not in graph.composites),
        frozenset(_wanted(graph, branches, tasks, task_of)),
    )


def _wanted(graph: WorkingGraph, branches: Branches, tasks: Sequence[Task], task_of: Sequence[int]) -> Iterator[int]:
    for number in branches.roots:
        whole = graph.nodes[graph.composites.get(number, number)]
        own = next((part.node for part in whole.parts if part.number == number), whole)
        for output in range(len(own.definition.outputs)):
            maker, place = graph.maker(number, output)
            yield tasks[task_of[maker]].first_slot + place


def _is_task(task_of: Sequence[int], number: int) -> bool:
    return number < len(task_of) and task_of[number] >= 0
