"""Worker processes: for blocks that hold Python's lock, and for those that must be killable."""

from __future__ import annotations

from shtairir.execute.processes.choosing import Processes, choose, warm_up, workers
from shtairir.execute.processes.kinds import Backend

__all__ = ["Backend", "Processes", "choose", "warm_up", "workers"]
