"""What there is to say of resources, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shtairir.errors import DeadlockError, ResourceError
from shtairir.resources.capacity import Capacity, Rate
from shtairir.resources.deadlock import Blocked
from shtairir.resources.owner import Owner, Wait
from shtairir.resources.resource import Resource

_NAMED_HOLDERS = 2


def refusal(name: str, amount: int, capacity: Capacity) -> str:
    """Return why so much can never be had.

    Examples
    --------
    >>> refusal("camera", 3, 2)
    "needs 3 of 'camera', and there are 2"
    >>> refusal("api", 9, Rate(5))
    "needs 9 of 'api', and the rate is 5 per second"
    """
    if isinstance(capacity, Rate):
        there = f"the rate is {capacity}"
    else:
        there = f"there {'is' if capacity == 1 else 'are'} {capacity:,}" if capacity else "there is none"
    return f"needs {amount:,} of '{name}', and {there}"


def impossible(owner: Owner, wanted: Mapping[str, int], capacities: Mapping[str, Capacity]) -> ResourceError | None:
    """Return why an owner can never have what it asks for, or ``None`` if it may have it some time."""
    for name, amount in wanted.items():
        capacity = capacities[name]
        most = capacity.amount if isinstance(capacity, Rate) else capacity
        if amount > most:
            return ResourceError(
                f"'{owner.node}' {refusal(name, amount, capacity)}.",
                hint=f"Allow more of it, for instance with --capacity {name}={amount}, or ask for less.",
            )
        held = owner.held.get(name, 0)
        if held + amount > most:
            error = DeadlockError(
                f"'{owner.node}' holds {held:,} of '{name}' and asks for {amount:,} more, and there "
                f"{'is' if most == 1 else 'are'} {most:,}: it would wait for itself.",
                hint="Take it once, and keep it as long as it is needed.",
            )
            error.retryable = False
            return error
    return None


def why_waiting(wait: Wait, now_s: float, resources: Mapping[str, Resource]) -> str:
    """Return what somebody waits for, and who has it."""
    short = [said for name, amount in wait.wanted.items() if (said := _why_short(resources[name], amount, wait, now_s))]
    if short:
        return f"Waits for {' and for '.join(short)}."
    for name in wait.wanted:
        first = resources[name].queue[0]
        if first is not wait:
            return f"Waits for '{name}': {first.owner.named(wait.owner.run)} has waited for it longer, and goes first."
    return "Waits for its turn."


def _why_short(resource: Resource, amount: int, wait: Wait, now_s: float) -> str:
    window = resource.window
    if window is not None:
        left_s = window.free_at(amount, now_s) - now_s
        return f"'{resource.name}', of which {window.rate} may begin: in {left_s:.1f} s" if left_s > 0 else ""
    if resource.used + amount <= resource.limit(wait):
        return ""
    if not resource.holders:
        return f"'{resource.name}', of which there is none now"
    names = [owner.named(wait.owner.run) for owner in resource.holders]
    more = len(names) - _NAMED_HOLDERS
    named = " and ".join(names) if more <= 0 else f"{', '.join(names[:_NAMED_HOLDERS])} and {more} more"
    return f"'{resource.name}', held by {named}"


def too_late(wait: Wait, now_s: float, resources: Mapping[str, Resource]) -> str:
    """Return that somebody has waited as long as it would."""
    why = why_waiting(wait, now_s, resources)
    return f"'{wait.owner.node}' has waited {now_s - wait.since_s:.3g} s, as long as it may. {why}"


def ring(gives_way: Blocked, stuck: Sequence[Blocked]) -> str:
    """Return who waits for whom, beginning and ending with the one that gives way, as far as it can be told."""
    run = gives_way.owner.run
    told, owner, seen = [], gives_way.owner, {gives_way.owner}
    waits = {one.owner: one for one in stuck}
    while True:
        found = _next(waits[owner], waits, gives_way.owner)
        if found is None:
            break
        name, holder = found
        told.append(f"{owner.named(run)} waits for '{name}', which {holder.named(run)} holds")
        if holder in seen:
            break
        seen.add(holder)
        owner = holder
    return f"{'; '.join(told)}. {gives_way.owner.named(run)} gives way."


def _next(one: Blocked, waits: Mapping[Owner, Blocked], wanted: Owner) -> tuple[str, Owner] | None:
    """Return for what, and for whom of those in the deadlock, one of them waits; if it can be, for the wanted one."""
    holders = [(name, owner) for name in one.lacks for owner in waits if name in owner.held and owner is not one.owner]
    return next((found for found in holders if found[1] is wanted), holders[0] if holders else None)
