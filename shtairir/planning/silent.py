"""What a plan tells of nodes that are disabled or bypassed, and what may be wished for in spite of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shtairir.document.acting import Acting
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning.config import PlanningConfig
from shtairir.planning.deferred import Deferred
from shtairir.planning.plan import ExecutionPlan
from shtairir.planning.working import Reason


def wishes_of_acting(acts: Acting, config: PlanningConfig) -> PlanningConfig:
    """Return what is asked for in terms of what acts: of a bypassed node, what it hands on.

    Raises
    ------
    PlanningError
        When a node to run up to does not run.
    """
    keep = (acts.handed.get(port, port) for port in config.keep)
    targets = config.targets
    if targets is not None:
        targets = tuple(dict.fromkeys(node for target in targets for node in _targets(acts, target)))
    return replace(config, keep=frozenset(port for port in keep if port.node not in acts.silent), targets=targets)


def _targets(acts: Acting, target: NodeId) -> list[NodeId]:
    if target not in acts.silent:
        return [target]
    handed = [made.node for port, made in acts.handed.items() if port.node == target]
    if not handed:
        reason = acts.silent[target]
        raise PlanningError(f"'{target}' does not run: {reason[:1].lower()}{reason[1:]}", hint="Activate it first.")
    return handed


def told_of_silent(plan: ExecutionPlan, acts: Acting, prefix: str) -> ExecutionPlan:
    """Return a plan that tells of the nodes that do not run.

    Parameters
    ----------
    prefix
        What stands before the ids of all nodes there.
    """
    silent = {NodeId(prefix + node): reason for node, reason in acts.silent.items()}
    aliases = {_named(prefix, port): _named(prefix, made) for port, made in acts.handed.items()}
    reasons = plan.reasons

    def told() -> Sequence[Reason]:
        return [*(Reason(node, "state", reason) for node, reason in silent.items()), *reasons]

    return replace(
        plan,
        nodes=(*plan.nodes, *silent),
        dropped=(*plan.dropped, *silent),
        silent=silent,
        unmade={name: _named(prefix, port) for name, port in acts.unmade.items()},
        aliases={**plan.aliases, **{port: plan.aliases.get(made, made) for port, made in aliases.items()}},
        reasons=Deferred(told),
    )


def _named(prefix: str, port: PortRef) -> PortRef:
    return PortRef(NodeId(prefix + port.node), port.port)
