"""Resources that blocks share: capacities, locks and rates, who waits for them, and who is in whose way."""

from shtairir.resources.breaker import BreakerReport, Breakers, CircuitBreaker, breakers
from shtairir.resources.capacity import Rate, parse_capacity
from shtairir.resources.manager import ResourceManager
from shtairir.resources.owner import Owner, Wait
from shtairir.resources.shared import shared_resources
from shtairir.resources.usage import Holding, Queued, ResourceUsage

__all__ = [
    "BreakerReport",
    "Breakers",
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
