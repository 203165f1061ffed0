"""Results that were made once and need not be made again: by key, in memory and on disk, under hard limits."""

from shtairir.cache.eviction import Policy
from shtairir.cache.result_cache import CacheEntry, CacheStatistics, ResultCache

__all__ = ["CacheEntry", "CacheStatistics", "Policy", "ResultCache"]
