"""Observers that tell people how a run goes."""

from shtairir.monitor.progress import ExecutionProgress, Progress
from shtairir.monitor.recorder import EventRecorder

__all__ = ["EventRecorder", "ExecutionProgress", "Progress"]
