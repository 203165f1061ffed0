"""The health of the program in words: cards of facts, made of what the engine reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shtairir_ui.quantities import count, duration, size

if TYPE_CHECKING:
    from shtairir.monitor.health import BreakerHealth, Health
    from shtairir.resources import ResourceUsage

_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card: what it is about, what is to be said, and whether it wants looking after."""

    label: str
    text: str
    role: str = "text"
    breaker: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Some facts under a title; `none` is said when there are no facts."""

    icon: str
    title: str
    facts: tuple[Fact, ...]
    none: str = ""


def cards_of(health: Health, usage: Iterable[ResourceUsage]) -> tuple[Card, ...]:
    """What is shown of the health, card by card."""
    return (_workers(health), _memory(health), _disk(health), _breakers(health.breakers), _resources(usage))


def _workers(health: Health) -> Card:
    found = health.workers
    facts = [
        Fact("Threads", f"{found.threads:,}"),
        Fact("Processes", f"{found.processes:,}"),
        Fact("Runs under way", f"{health.runs.running:,}"),
    ]
    if found.abandoned:
        facts.append(Fact("Given up", f"{count(found.abandoned, 'thread')} still in a block", "warning"))
    return Card("process", "Workers", tuple(facts))


def _memory(health: Health) -> Card:
    found = health.memory
    facts = (
        Fact("This program", size(found.resident_bytes)),
        Fact("Lent to runs", f"{size(found.lent_bytes)}, {size(found.idle_bytes)} held for the next"),
        Fact("Machine", f"{size(found.available_bytes)} of {size(found.total_bytes)} free"),
    )
    return Card("memory", "Memory", facts)


def _disk(health: Health) -> Card:
    found = health.disk
    if found.folder is None:
        return Card("save", "Disk", (), "Nothing is kept of runs: SHTAIRIR_STATE_PATH is set to nothing.")
    facts = [
        Fact("History and journals", size(found.used_bytes)),
        Fact("Free", f"{size(found.free_bytes)} of {size(found.total_bytes)}"),
        Fact("Folder", str(found.folder), "text_dim"),
    ]
    if health.runs.interrupted:
        facts.append(Fact("Cut off", count(health.runs.interrupted, "run"), "warning"))
    return Card("save", "Disk", tuple(facts))


_BREAKER_WORDS: dict[str, tuple[str, str]] = {
    "closed": ("works", "ok"),
    "open": ("is not asked for a while", "error"),
    "half_open": ("is being tried", "warning"),
}


def _breakers(found: Iterable[BreakerHealth]) -> Card:
    facts = []
    for breaker in found:
        words, role = _BREAKER_WORDS.get(breaker.state, (breaker.state, "text"))
        text = f"{words}, after {count(breaker.failures, 'failure')} in a row" if breaker.failures else words
        if breaker.retry_in_s:
            text += f"; again in {duration(round(breaker.retry_in_s))}"
        facts.append(Fact(breaker.name, text, role, "" if breaker.state == "closed" else breaker.name))
    return Card("link", "What blocks depend on", tuple(facts), "No block has named anything that it depends on.")


def _resources(usage: Iterable[ResourceUsage]) -> Card:
    facts = []
    for one in usage:
        taken = f"{one.used:,} of {one.capacity:,}"
        if one.period_s is not None:
            taken += f" in {duration(one.period_s)}"
        lines = [taken]
        if one.holders:
            lines.append(f"held by {_named(f'{holding.node}' for holding in one.holders)}")
        if one.waiting:
            longest_s = max(one.at_s - wait.since_s for wait in one.waiting)
            lines.append(
                f"waited for by {_named(wait.node for wait in one.waiting)}, for {duration(longest_s)} at most"
            )
        facts.append(Fact(one.name, "; ".join(lines), "warning" if one.waiting else "text"))
    return Card("list", "Resources", tuple(facts), "No run has asked for a resource yet.")


def _named(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return ", ".join(listed[:_MOST_NAMED]) + more
