"""A policy in a line, for whoever does not want to open it."""

from __future__ import annotations

from shtairir_ui.inspector.fields.duration import time_text
from shtairir_ui.inspector.policy.subject import Subject
from shtairir_ui.inspector.policy.words import WORDS, Words
from shtairir_ui.quantities import count

_TIMES = ("backoff_s", "backoff_cap_s", "timeout_s")
_ALWAYS = ("retries", "timeout_s", "on_failure")


def summary(subject: Subject) -> str:
    """Return what holds, in few words: the three things that matter most, and what is set beside them."""
    shown = {key: subject.shown(key) for key in subject.keys}
    parts = [
        setting_text(key, one.value) if one.same else f"several {WORDS[key].label.lower()}"
        for key, one in shown.items()
        if key in _ALWAYS or one.is_set
    ]
    return " · ".join(parts)


def setting_text(key: str, value: object) -> str:
    """Return a setting in few words.

    Examples
    --------
    >>> setting_text("retries", 3), setting_text("timeout_s", None), setting_text("on_failure", "stop")
    ('3 retries', 'no timeout', 'on failure: stop')
    """
    if key == "retries" and isinstance(value, int):
        return count(value, "retry", "retries") if value else "no retries"
    if key == "timeout_s":
        return "no timeout" if value is None else f"timeout {value_text(WORDS[key], value)}"
    text = value_text(WORDS[key], value)
    return f"{WORDS[key].label.lower()}: {text}"


def value_text(words: Words, value: object) -> str:
    """Return a value in few words.

    Examples
    --------
    >>> value_text(WORDS["retries"], 3), value_text(WORDS["timeout_s"], 90.0), value_text(WORDS["retry_on"], [])
    ('3', '1.5 min', 'none')
    """
    if any(WORDS.get(name) is words for name in _TIMES) and isinstance(value, int | float):
        return time_text(value)
    if value is None:
        return "no limit" if words is WORDS["timeout_s"] else "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} = {item}" for name, item in value.items()) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
