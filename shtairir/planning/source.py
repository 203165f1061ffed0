"""What a plan was made of. A run that is kept needs it again: to be gone on with after the program has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir.document.snapshot import Snapshot
    from shtairir.planning.plan import ExecutionPlan

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PlanSource:
    """A graph, and what else was given to plan it.

    Attributes
    ----------
    given
        The graph as it was given.
    snapshot
        The graph with the parameters in it.
    parameters
        Values for this plan only.
    targets
        The nodes that were asked for; ``None`` for all.
    file
        The graph's file, if that says the same as `given`.
    """

    given: Snapshot
    snapshot: Snapshot
    parameters: Mapping[str, Any] = field(default_factory=lambda: _NONE)
    targets: tuple[NodeId, ...] | None = None
    file: Path | None = None


# Beside the plan and not in it: plans that are repaired must not take over what they were repaired from.
_sources: WeakKeyDictionary[ExecutionPlan, PlanSource] = WeakKeyDictionary()
_texts: WeakKeyDictionary[ExecutionPlan, bytes] = WeakKeyDictionary()


def note_source(plan: ExecutionPlan, source: PlanSource) -> ExecutionPlan:
    """Remember what a plan was made of, as long as it lives, and return the plan."""
    _sources[plan] = source
    return plan


def text_of(plan: ExecutionPlan) -> bytes | None:
    """Return the file of the graph that a plan was made of, as it was given; ``None`` if it was made of none.

    To write it takes a while, so that is done once for a plan; what is on disk already is only read.
    """
    source = _sources.get(plan)
    if source is None:
        return None
    if source.file is not None:
        try:
            return source.file.read_bytes()
        except OSError:
            pass
    text = _texts.get(plan)
    if text is None:
        text = _texts[plan] = source.given.to_bytes()
    return text


def source_of(plan: ExecutionPlan) -> PlanSource | None:
    """Return what a plan was made of, if it was made of a graph."""
    return _sources.get(plan)
