"""When a result was made, as people say it."""

from __future__ import annotations

from datetime import datetime

ORIGIN = "Restored from the cache"

_JUST_NOW_S = 60.0
_DAYS = 7


def origin_text(created_s: float, now_s: float) -> str:
    """Return where a result of the cache comes from; times are those of the clock on the wall.

    Examples
    --------
    >>> now = datetime(2026, 11, 20, 16, 0).timestamp()
    >>> origin_text(now - 10, now)
    'Restored from the cache of the run a moment ago.'
    >>> origin_text(now - 7200, now), origin_text(now - 86400, now)
    ("Restored from the cache of today's run at 14:00.", "Restored from the cache of yesterday's run.")
    >>> origin_text(now - 3 * 86400, now), origin_text(now - 30 * 86400, now)
    ("Restored from the cache of Tuesday's run.", 'Restored from the cache of the run of 21 October.')
    """
    if 0 <= now_s - created_s < _JUST_NOW_S:
        return f"{ORIGIN} of the run a moment ago."
    made, now = datetime.fromtimestamp(created_s), datetime.fromtimestamp(now_s)
    days = (now.date() - made.date()).days
    if days == 0:
        return f"{ORIGIN} of today's run at {made:%H:%M}."
    if days == 1:
        return f"{ORIGIN} of yesterday's run."
    if 1 < days < _DAYS:
        return f"{ORIGIN} of {made:%A}'s run."
    year = f" {made.year}" if made.year != now.year else ""
    return f"{ORIGIN} of the run of {made.day} {made:%B}{year}."


def frozen_text(created_s: float, now_s: float) -> str:
    """Return why a frozen node does not run.

    Examples
    --------
    >>> now = datetime(2026, 11, 20, 16, 0).timestamp()
    >>> frozen_text(now - 7080, now)
    'Frozen: result of 20 Nov 14:02.'
    """
    made, now = datetime.fromtimestamp(created_s), datetime.fromtimestamp(now_s)
    year = f" {made.year}" if made.year != now.year else ""
    return f"Frozen: result of {made.day} {made:%b}{year} {made:%H:%M}."
