"""What a graph consists of, as a list with a search."""

from shtairir_ui.outline.panel import OutlinePanel

__all__ = ["OutlinePanel"]
