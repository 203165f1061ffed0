"""What tasks need and what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shtairir.block.definition import Traits
from shtairir.memory.sizes import in_words

if TYPE_CHECKING:
    from shtairir.resources.capacity import Capacity, Rate

_UNITS = ("cpu", "process", "gpu")
"""Names among a block's ``resources`` that count what every machine has; all others are resources of their own."""


@dataclass(frozen=True, slots=True)
class ResourceRequirements:
    """What a task, or a stage of tasks, needs while it runs.

    Attributes
    ----------
    cpu, processes, gpu
        How many it keeps busy.
    memory_bytes
        What its outputs and its working memory are expected to take, its inputs not; 0 when that is not known.
    named
        How much it takes of each resource that has a name.
    """

    cpu: int = 1
    memory_bytes: int = 0
    processes: int = 0
    gpu: int = 0
    named: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the requirements as JSON can hold them."""
        return {
            "cpu": self.cpu,
            "memory_bytes": self.memory_bytes,
            "processes": self.processes,
            "gpu": self.gpu,
            "named": dict(self.named),
        }


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What there is; ``None`` means as much as is asked for, and a resource that is not named is there once.

    Attributes
    ----------
    named
        How much of each resource the run may have in use, whatever the program has of it.
    shared
        What the program has of resources, as far as somebody has said so: of a rate, so much in a period.
    """

    cpu: int | None = None
    memory_bytes: int | None = None
    processes: int | None = None
    gpu: int | None = None
    named: Mapping[str, int] = field(default_factory=dict)
    shared: Mapping[str, Capacity] = field(default_factory=dict)

    def refusal(self, needs: ResourceRequirements) -> str | None:
        """Return why the requirements can never be met, as a sentence, or ``None`` when they can."""
        for what, need, limit in self._amounts(needs):
            if limit is not None and need > limit:
                return f"It needs {need:,} {what}, and the limit is {limit:,}."
        for name, need in needs.named.items():
            rate = self._shared_rate(name)
            if rate is not None and need > rate.amount:
                return f"It needs {need:,} of '{name}' at a time, and the limit is {rate}."
        return None

    def hold(self, needs: ResourceRequirements) -> bool:
        """Whether the requirements can be met."""
        return all(limit is None or need <= limit for _, need, limit in self._amounts(needs))

    def _amounts(self, needs: ResourceRequirements) -> Iterator[tuple[str, int, int | None]]:
        yield "processors", needs.cpu, self.most_cpu
        yield "bytes of memory", needs.memory_bytes, self.memory_bytes
        yield "processes", needs.processes, self.most_processes
        yield "GPUs", needs.gpu, self._most("gpu", self.gpu, 1)
        for name, need in needs.named.items():
            if self._shared_rate(name) is None:
                yield f"of '{name}'", need, self._most(name, self.named.get(name), 1)

    @property
    def most_cpu(self) -> int | None:
        """How many processors may be busy, if that is limited."""
        return self._most("cpu", self.cpu, None)

    @property
    def most_processes(self) -> int | None:
        """How many processes there may be, if that is limited."""
        return self._most("process", self.processes, None)

    def _most(self, name: str, own: int | None, usual: int | None) -> int | None:
        shared = self.shared.get(name)
        return own if own is not None else shared if isinstance(shared, int) else usual

    def _shared_rate(self, name: str) -> Rate | None:
        """Return the rate of a resource that has one, and no limit in this run."""
        shared = self.shared.get(name)
        return None if shared is None or isinstance(shared, int) or name in self.named else shared

    def capacity(self) -> dict[str, int]:
        """Return how often each resource is there, by the names that blocks use, where it is limited."""
        units = {"cpu": self.cpu, "process": self.processes, "gpu": self.gpu}
        return {**self.named, **{name: amount for name, amount in units.items() if amount is not None}}


def required(traits: Traits, memory_bytes: int = 0) -> ResourceRequirements:
    """Return what a block needs: itself a processor, and what it names; a name that comes twice counts twice.

    Examples
    --------
    >>> needs = required(Traits(resources=("gpu", "camera", "camera")))
    >>> needs.gpu, needs.named
    (1, {'camera': 2})
    """
    if not traits.resources and traits.runs_on != "process":
        return ResourceRequirements(memory_bytes=memory_bytes) if memory_bytes else ONE_PROCESSOR
    count = Counter(traits.resources)
    return ResourceRequirements(
        cpu=max(count["cpu"], 1),
        memory_bytes=memory_bytes,
        processes=max(count["process"], int(traits.runs_on == "process")),
        gpu=count["gpu"],
        named={name: amount for name, amount in count.items() if name not in _UNITS},
    )


ONE_PROCESSOR = ResourceRequirements()


def held_names(requirements: Sequence[ResourceRequirements], limits: ResourceLimits) -> list[tuple[str, ...]]:
    """Return for each task what it must hold while it runs, so that the run keeps within the limits.

    Processors are counted only if some task keeps several busy; otherwise the number of workers sees to them.
    """
    if all(needs is ONE_PROCESSOR for needs in requirements):
        return [()] * len(requirements)
    counts_processors = limits.most_cpu is not None and any(needs.cpu > 1 for needs in requirements)
    counts_processes = limits.most_processes is not None
    return [
        (
            *(("cpu",) * needs.cpu if counts_processors else ()),
            *(("process",) * needs.processes if counts_processes else ()),
            *("gpu",) * needs.gpu,
            *(name for name, amount in needs.named.items() for _ in range(amount)),
        )
        for needs in requirements
    ]


def together(requirements: Iterable[ResourceRequirements], workers: int) -> ResourceRequirements:
    """Return what tasks need that run side by side on so many workers.

    At most ``workers`` tasks are at work at a time, so only the largest needs of so many count; but memory adds up
    over all of them, since outputs stay after their task is done.
    """
    needs = list(requirements)

    def busiest(amounts: Iterable[int]) -> int:
        return sum(sorted(amounts, reverse=True)[:workers])

    names = dict.fromkeys(name for need in needs for name in need.named)
    return ResourceRequirements(
        cpu=busiest(need.cpu for need in needs),
        memory_bytes=sum(need.memory_bytes for need in needs),
        processes=busiest(need.processes for need in needs),
        gpu=busiest(need.gpu for need in needs),
        named={name: busiest(need.named.get(name, 0) for need in needs) for name in names},
    )


def beyond(parts: Sequence[tuple[str, int]], limit_bytes: int) -> str:
    """Return what takes the memory that is not there, in words.

    Examples
    --------
    >>> beyond([("what it reads", 8_000_000), ("what it makes", 0)], 4_000_000)
    'It needs 8,000,000 bytes of memory (8.0 MB for what it reads), and the limit is 4,000,000 (4.0 MB).'
    """
    total = sum(nbytes for _, nbytes in parts)
    split = ", ".join(f"{in_words(nbytes)} for {what}" for what, nbytes in parts if nbytes)
    return f"It needs {total:,} bytes of memory ({split}), and the limit is {limit_bytes:,} ({in_words(limit_bytes)})."
