"""The settings of a policy as a graph file holds them: their keys, and what fits each.

Whoever reads a policy takes what fits and leaves the rest, so that one wrong setting hides no other; what does not fit
is told by `shtairir.policy.faults`, before anything runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias, get_args

from shtairir.policy.model import Caching, Checkpoints, Criticality, OnFailure, Priority, WorkerKind

Check: TypeAlias = Callable[[object], str]
"""Returns what would fit, as the end of a sentence ("a whole number from 0 to 100"); empty if the value does."""

_LONGEST_S = 366 * 86_400.0
_LONGEST_TEXT = 10_000
_MOST_NAMES = 100


def _whole(low: int, high: int) -> Check:
    wanted = f"a whole number from {low} to {high}"
    return lambda value: "" if type(value) is int and low <= value <= high else wanted


def _number(low: float, high: float, unit: str = "") -> Check:
    wanted = f"a number{unit} from {low:g} to {high:g}"
    return lambda value: "" if _is_number(value) and low <= value <= high else wanted  # type: ignore[operator]


def _limit(value: object) -> str:
    if value is None or (_is_number(value) and 0 < value <= _LONGEST_S):  # type: ignore[operator]
        return ""
    return "a number of seconds above 0, or null for no limit"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _one_of(choices: tuple[str, ...]) -> Check:
    wanted = f"one of {', '.join(choices)}"
    return lambda value: "" if isinstance(value, str) and value in choices else wanted


def _names(value: object) -> str:
    fits = isinstance(value, list | tuple) and len(value) <= _MOST_NAMES
    if fits and all(isinstance(name, str) and name.strip() for name in value):  # type: ignore[attr-defined]
        return ""
    return 'a list of names, such as ["first", "second"]'


def _text(value: object) -> str:
    fits = value is None or (isinstance(value, str) and value.strip() != "" and len(value) <= _LONGEST_TEXT)
    return "" if fits else 'an expression over the inputs, such as "count > 0"'


def _values(value: object) -> str:
    return "" if isinstance(value, Mapping) else 'a value for each output by its name, such as {"out": 0}'


NODE_SETTINGS: Mapping[str, Check] = MappingProxyType(
    {
        "retries": _whole(0, 1000),
        "backoff_s": _number(0, 86_400, " of seconds"),
        "backoff_factor": _number(1, 100),
        "backoff_cap_s": _number(0, 7 * 86_400, " of seconds"),
        "jitter": _number(0, 1),
        "retry_on": _names,
        "never_retry_on": _names,
        "timeout_s": _limit,
        "condition": _text,
        "on_failure": _one_of(get_args(OnFailure)),
        "fallback": _values,
        "priority": _one_of(get_args(Priority)),
        "criticality": _one_of(get_args(Criticality)),
        "worker": _one_of(get_args(WorkerKind)),
        "depends_on": _names,
        "cache": _one_of(get_args(Caching)),
    }
)
"""What fits each setting of a node, in the order in which a file holds them."""

OF_ONE_NODE = frozenset({"condition", "fallback"})
"""Settings that name inputs or outputs, so they have no meaning for all nodes of a graph."""

RUN_SETTINGS: Mapping[str, Check] = MappingProxyType(
    {"timeout_s": _limit, "checkpoints": _one_of(get_args(Checkpoints))}
)
"""What fits each setting of a whole run; beside them stands ``node``, the defaults of the nodes."""

BACKOFF = MappingProxyType(
    {"backoff_s": "first_s", "backoff_factor": "factor", "backoff_cap_s": "cap_s", "jitter": "jitter"}
)
"""The settings that make a `Backoff`, and its fields."""


def fitting(raw: object, checks: Mapping[str, Check]) -> dict[str, object]:
    """Return the settings that fit, in the order in which a file holds them."""
    if not isinstance(raw, Mapping):
        return {}
    return {key: raw[key] for key, check in checks.items() if key in raw and not check(raw[key])}
