"""How a node is to be run when things go wrong: retries, timeouts, conditions, what a failure leads to."""

from shtairir.policy.classify import classify
from shtairir.policy.delays import delays
from shtairir.policy.effective import difference, effective_policy, graph_policy, origin_of, setting
from shtairir.policy.model import Backoff, GraphPolicy, NodePolicy
from shtairir.policy.taking import fallback_values, holds

__all__ = [
    "Backoff",
    "GraphPolicy",
    "NodePolicy",
    "classify",
    "delays",
    "difference",
    "effective_policy",
    "fallback_values",
    "graph_policy",
    "holds",
    "origin_of",
    "setting",
]
