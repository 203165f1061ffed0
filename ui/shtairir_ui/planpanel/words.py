"""What the plan panel says in words: tips, and the line above each chart."""

from __future__ import annotations

from html import escape

from shtairir.planning.schedule import Holding, Schedule, Span
from shtairir_ui.planpanel.scene import Item
from shtairir_ui.quantities import count, duration, size


def item_lines(item: Item, is_timed: bool) -> list[str]:
    """Return what there is to say of a task, or of what is held, line by line."""
    return _span_lines(item, is_timed) if isinstance(item, Span) else _holding_lines(item, is_timed)


def item_name(item: Item) -> str:
    """Return what something is called."""
    return item.label if isinstance(item, Span) else item.name


def item_tip(item: Item, is_timed: bool) -> str:
    """Return a tip as rich text."""
    return "<br>".join([f"<b>{escape(item_name(item))}</b>", *map(escape, item_lines(item, is_timed))])


def _span_lines(span: Span, is_timed: bool) -> list[str]:
    if not is_timed:
        lines = [f"on worker {span.worker + 1}", "How long it takes is not known before its first run."]
    else:
        guess = "" if span.is_known else ", a guess"
        where = f"from {duration(span.from_s)} on worker {span.worker + 1}"
        lines = [f"{duration(span.elapsed_s)}{guess} · {where}"]
    if span.is_bad:
        lines.append("It did not come to a good end.")
    return [*lines, "On the critical path."] if span.critical else lines


def _holding_lines(holding: Holding, is_timed: bool) -> list[str]:
    what = "buffer of the pool" if holding.is_pooled else "needed at work" if holding.port is None else "value"
    if holding.buffer is not None:
        what += f" number {holding.buffer + 1}"
    time = f" · {duration(holding.from_s)} to {duration(holding.to_s)}" if is_timed else ""
    end = "Kept to the end." if holding.released_by is None else f"Released after '{holding.released_by}'."
    return [f"{size(holding.nbytes)} · {what}{time}", f"Owner: '{holding.owner}'. {end}"]


def memory_tip(at_s: float, held_bytes: int) -> str:
    """Return the tip of a moment."""
    return f"<b>{duration(at_s)}</b><br>{size(held_bytes)} held"


def course_words(course: Schedule) -> str:
    """Return a course in a few words: its time, what parallel work gains, its memory."""
    if not course.spans:
        return "nothing runs: every result is there"
    if not course.is_timed:
        return f"{count(len(course.spans), 'task')}, of which no time is known yet"
    words = [duration(course.elapsed_s)]
    if course.peak_bytes:
        words.append(f"peak {size(course.peak_bytes)}")
    if course.gain >= 1.005:
        words.append(f"{duration(course.busy_s)} one by one")
    guessed = sum(not span.is_known for span in course.spans)
    if guessed:
        words.append(f"{count(guessed, 'time')} guessed")
    return " · ".join(words)
