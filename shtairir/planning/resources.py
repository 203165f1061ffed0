"""What tasks need and what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ResourceRequirements:
    """What a task, or a stage of tasks, needs while it runs.

    Attributes
    ----------
    cpu, processes, gpu
        How many it keeps busy.
    memory_bytes
        What its outputs are expected to take; 0 when that is not known.
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
    """What there is; ``None`` means as much as is asked for, and a resource that is not named is there once."""

    cpu: int | None = None
    memory_bytes: int | None = None
    processes: int | None = None
    gpu: int | None = None
    named: Mapping[str, int] = field(default_factory=dict)

    def refusal(self, needs: ResourceRequirements) -> str | None:
        """Return why the requirements can never be met, as a sentence, or ``None`` when they can."""
        for unit, need, limit in (
            ("processors", needs.cpu, self.cpu),
            ("bytes of memory", needs.memory_bytes, self.memory_bytes),
            ("processes", needs.processes, self.processes),
            ("GPUs", needs.gpu, self.gpu),
            *((f"of '{name}'", need, self.named.get(name, 1)) for name, need in needs.named.items()),
        ):
            if limit is not None and need > limit:
                return f"It needs {need:,} {unit}, and the limit is {limit:,}."
        return None


def together(requirements: Iterable[ResourceRequirements], workers: int) -> ResourceRequirements:
    """Return what tasks need that run side by side on so many workers.

    Processors, processes and GPUs are in use by at most ``workers`` tasks at a time; memory adds up over all
    of them, since outputs stay after their task is done; a named resource is passed on from task to task.
    """
    needs = list(requirements)

    def busiest(amounts: Iterable[int]) -> int:
        return sum(sorted(amounts, reverse=True)[:workers])

    named: dict[str, int] = {}
    for need in needs:
        for name, amount in need.named.items():
            named[name] = max(named.get(name, 0), amount)
    return ResourceRequirements(
        cpu=busiest(need.cpu for need in needs),
        memory_bytes=sum(need.memory_bytes for need in needs),
        processes=busiest(need.processes for need in needs),
        gpu=busiest(need.gpu for need in needs),
        named=named,
    )
