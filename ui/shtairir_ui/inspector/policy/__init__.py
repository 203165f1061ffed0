"""The part of the inspector that says how nodes, and the graph, are run when things go wrong."""

from shtairir_ui.inspector.policy.section import PolicySection

__all__ = ["PolicySection"]
