"""Where time and memory of the last run went."""

from .panel import ProfilerPanel

__all__ = ["ProfilerPanel"]
