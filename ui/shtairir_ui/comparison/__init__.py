"""A graph beside another: marked on the canvas, and told in a list that one steps through."""

from shtairir_ui.comparison.comparison import Comparison
from shtairir_ui.comparison.panel import ComparisonPanel

__all__ = ["Comparison", "ComparisonPanel"]
