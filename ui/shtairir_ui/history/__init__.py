"""The runs of the past: a list of them, one on the canvas, two side by side."""

from .panel import HistoryPanel

__all__ = ["HistoryPanel"]
