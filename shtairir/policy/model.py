"""The policy of a node, complete: every setting has a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

OnFailure: TypeAlias = Literal["finish", "stop", "continue", "fallback", "compensate"]
"""What the failure of a node leads to.

``finish``: what does not need it is finished, and the run has failed. ``stop``: nothing starts any more, and the run
has failed. ``continue``: as ``finish``, but what is missing is accepted: the run is partial. ``fallback``: a given
value takes the place of its result. ``compensate``: nothing starts any more, and what was done is undone.
"""

Priority: TypeAlias = Literal["low", "normal", "high"]
Criticality: TypeAlias = Literal["low", "normal", "high", "critical"]
"""``low``: its failure makes a run no worse than partial. ``high``: its result is always checkpointed, and it never has
to give way to resolve a deadlock. ``critical``: that, and its failure stops the run."""

WorkerKind: TypeAlias = Literal["auto", "thread", "process", "async"]
Caching: TypeAlias = Literal["auto", "always", "never"]
Checkpoints: TypeAlias = Literal["none", "expensive", "all"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before the next attempt: ``first_s · factor**n``, at most ``cap_s``, give or take ``jitter``.

    Attributes
    ----------
    jitter
        The share of the wait that is left to chance, 0..1: with 0.5 a wait of 4 s becomes one of 2 to 4 s.
    """

    first_s: float = 2.0
    factor: float = 2.0
    cap_s: float = 60.0
    jitter: float = 0.5


@dataclass(frozen=True, slots=True)
class NodePolicy:
    """How one node is to be run.

    Attributes
    ----------
    retries
        How often it is tried again after a failure that is worth it.
    retry_on, never_retry_on
        Names of error classes that are retried, or not, besides what `shtairir.policy.classify` says.
    timeout_s
        Most seconds for one attempt; ``None`` for no limit.
    condition
        An expression over the inputs; when it is false the node is skipped.
    fallback
        For ``on_failure="fallback"``: values as the file holds them, by output name.
    depends_on
        Names of what it needs outside, each with a circuit breaker.
    cache
        Whether its result is kept for later runs: ``auto``, if it can only be the same again; ``always``, also if its
        block does not give the same result each time; ``never``. What has effects is not kept in any case.
    """

    retries: int = 3
    backoff: Backoff = field(default_factory=Backoff)
    retry_on: tuple[str, ...] = ()
    never_retry_on: tuple[str, ...] = ()
    timeout_s: float | None = 300.0
    condition: str | None = None
    on_failure: OnFailure = "finish"
    fallback: Mapping[str, object] = field(default_factory=dict, hash=False)
    priority: Priority = "normal"
    criticality: Criticality = "normal"
    worker: WorkerKind = "auto"
    depends_on: tuple[str, ...] = ()
    cache: Caching = "auto"

    @property
    def is_plain(self) -> bool:
        """Whether a call of the block is all there is to it, as long as it does not fail."""
        return (
            self.condition is None
            and self.on_failure == "finish"
            and self.worker in ("auto", "thread")
            and self.criticality in ("low", "normal")
            and not self.depends_on
        )


@dataclass(frozen=True, slots=True)
class GraphPolicy:
    """What holds for a whole graph: the defaults of its nodes, and for the run.

    Attributes
    ----------
    node
        The policy of a node of which neither it nor its block says anything.
    timeout_s
        Most seconds for a run; ``None`` for no limit.
    checkpoints
        Which results are kept on disk while the run lasts, so that it can be resumed.
    given
        The settings for nodes that the graph says itself, as its file holds them: these go before what blocks declare.
    """

    node: NodePolicy = field(default_factory=NodePolicy)
    timeout_s: float | None = 7200.0
    checkpoints: Checkpoints = "expensive"
    given: Mapping[str, object] = field(default_factory=dict, hash=False)
