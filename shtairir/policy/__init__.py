"""How a node is to be run when things go wrong: retries, timeouts, conditions, what a failure leads to."""

from shtairir.policy.model import Backoff, GraphPolicy, NodePolicy

__all__ = ["Backoff", "GraphPolicy", "NodePolicy"]
