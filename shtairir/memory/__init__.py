"""Memory: the pool of buffers, the account of a run, and what can be told of both."""

from shtairir.memory.manager import MemoryManager
from shtairir.memory.pool import MemoryPool
from shtairir.memory.profiler import MemoryProfiler
from shtairir.memory.stats import MemoryStats

__all__ = ["MemoryManager", "MemoryPool", "MemoryProfiler", "MemoryStats"]
