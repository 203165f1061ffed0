"""The inspector: what is selected, its values, its documentation, its source and its last result."""

from shtairir_ui.inspector.panel import InspectorPanel

__all__ = ["InspectorPanel"]
