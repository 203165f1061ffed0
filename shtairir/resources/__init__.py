"""Resources that blocks share: capacities, locks and rates, who waits for them, and who is in whose way.

And circuit breakers, for what blocks depend on outside. Each name is imported when it is first used: most runs hold
nothing, and ask nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shtairir.resources.breaker import BreakerReport, Breakers, CircuitBreaker, breakers
    from shtairir.resources.capacity import Capacity, Rate, parse_capacity
    from shtairir.resources.manager import ResourceManager
    from shtairir.resources.owner import Owner, Wait
    from shtairir.resources.shared import shared_resources
    from shtairir.resources.usage import Holding, Queued, ResourceUsage

_HOMES = {
    "BreakerReport": "breaker",
    "Breakers": "breaker",
    "Capacity": "capacity",
    "CircuitBreaker": "breaker",
    "Holding": "usage",
    "Owner": "owner",
    "Queued": "usage",
    "Rate": "capacity",
    "ResourceManager": "manager",
    "ResourceUsage": "usage",
    "Wait": "owner",
    "breakers": "breaker",
    "parse_capacity": "capacity",
    "shared_resources": "shared",
}

__all__ = [
    "BreakerReport",
    "Breakers",
    "Capacity",
    "CircuitBreaker",
    "Holding",
    "Owner",
    "Queued",
    "Rate",
    "ResourceManager",
    "ResourceUsage",
    "Wait",
    "breakers",
    "parse_capacity",
    "shared_resources",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'shtairir.resources' has no attribute '{name}'")
    import importlib

    value = getattr(importlib.import_module(f"shtairir.resources.{home}"), name)
    globals()[name] = value
    return value
