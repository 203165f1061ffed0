"""A run in one line: while it goes on, and once it is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shtairir.events import NodeStatus, RunStatus
from shtairir_ui.foreseeing import foreseen_words
from shtairir_ui.quantities import count, duration, size

if TYPE_CHECKING:
    from shtairir.forecasting.review import Review
    from shtairir.monitor.progress import Progress
    from shtairir.results import RunResult

_LEADS = {
    RunStatus.DONE: ("Done in", "ok", "ok"),
    RunStatus.PARTIAL: ("Done in part, in", "warning", "warning"),
    RunStatus.FAILED: ("Failed after", "error", "error"),
    RunStatus.CANCELLED: ("Stopped after", "warning", "cancelled"),
    RunStatus.TIMED_OUT: ("Timed out after", "error", "clock"),
}
_WORDS = (
    ((NodeStatus.FAILED, NodeStatus.TIMED_OUT), "failed"),
    ((NodeStatus.SKIPPED,), "skipped"),
    ((NodeStatus.CACHED,), "cached"),
    ((NodeStatus.COMPENSATED,), "undone"),
)
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last run in one line; `detail` says more, such as what is missing."""

    role: str
    icon: str
    text: str
    detail: str = ""


NOTHING = Outcome("text_dim", "", "")
NOT_RUN = Outcome("text_dim", "", "Not run yet")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands that goes on; `held` is how many nodes wait to be let go on."""

    elapsed_s: float
    stopping: bool = False
    paused: bool = False
    held: int = 0


def running_text(progress: Progress | None, standing: Standing) -> str:
    """One line about a run that goes on."""
    elapsed = duration(standing.elapsed_s)
    if standing.stopping:
        return f"Stopping… {elapsed}"
    if progress is None:
        return f"Planning… {elapsed}"
    parts = [f"{progress.over} of {count(progress.total, 'node')}", elapsed]
    if standing.paused:
        parts.insert(0, "Paused")
    elif standing.held:
        parts.insert(0, f"{count(standing.held, 'node')} held")
    elif left := left_text(progress.remaining_s, progress.remaining_low_s, progress.remaining_high_s):
        parts.append(left)
    return " · ".join(parts)


def left_text(likely_s: float | None, low_s: float | None = None, high_s: float | None = None) -> str:
    """How long a run still takes, as a range where there is one; empty when that is not known or nearly nothing.

    Examples
    --------
    >>> left_text(50, 41.2, 65.0), left_text(50), left_text(0.2), left_text(5, 4.6, 5.3), left_text(2, 0.1, 9)
    ('41 s to 1 min 05 s left', 'about 50 s left', '', 'about 5 s left', 'at most 9 s left')
    """
    if likely_s is None or likely_s < 0.5:
        return ""
    if low_s is not None and high_s is not None:
        low, high = roughly(low_s), roughly(high_s)
        if low_s < 0.5:
            return f"at most {high} left"
        if low != high:
            return f"{low} to {high} left"
    return f"about {roughly(likely_s)} left"


def roughly(seconds: float) -> str:
    """A time in no more digits than one can be sure of: ``29 s``, ``1 min 05 s``, ``12 min 00 s``."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else duration(whole if whole < 600 else round(whole / 60) * 60)


def outcome_of(result: RunResult, statuses: Collection[NodeStatus | None], review: Review | None = None) -> Outcome:
    """One line about a run that is over; `statuses` are those of its nodes, at hand already.

    What was foreseen of it stands beside what it came to.
    """
    number = Counter(statuses)
    facts = [count(len(statuses), "node")]
    for kinds, word in _WORDS:
        if several := sum(number[kind] for kind in kinds):
            facts.append(f"{several} {word}")
    if result.memory.peak_bytes:
        facts.append(f"peak {size(result.memory.peak_bytes)}")
    if review is not None and (foreseen := foreseen_words(review.forecast)):
        facts.append(foreseen)
    lead, role, icon = _LEADS[result.status]
    details = [missing_of(result), review.words if review is not None else ""]
    text = " · ".join([f"{lead} {duration(result.elapsed_s)}", *facts])
    return Outcome(role, icon, text, "\n".join(filter(None, details)))


def missing_of(result: RunResult) -> str:
    """What a run that is done in part has not made, and by whose fault."""
    if result.status is not RunStatus.PARTIAL:
        return ""
    lost = [f"{name} ('{culprit}' failed)" for name, culprit in result.missing.items()]
    more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    return f"Missing: {', '.join(lost[:_NAMED])}{more}." if lost else ""
