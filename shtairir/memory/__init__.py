"""Memory: the pool of buffers, the account of a run, who holds what, and how to have it back."""

from shtairir.memory.allocator import Released, release, tune
from shtairir.memory.collector import GarbageCollector, Pressure
from shtairir.memory.manager import MemoryManager
from shtairir.memory.owners import Owned, process_stats, retained
from shtairir.memory.pool import MemoryPool, shared_pool
from shtairir.memory.profiler import MemoryProfiler, NodeProfile, Profile
from shtairir.memory.stats import MemoryStats

__all__ = [
    "GarbageCollector",
    "MemoryManager",
    "MemoryPool",
    "MemoryProfiler",
    "MemoryStats",
    "NodeProfile",
    "Owned",
    "Pressure",
    "Profile",
    "Released",
    "process_stats",
    "release",
    "retained",
    "shared_pool",
    "tune",
]
