"""Runs plans: a scheduler without threads, workers that walk it, and a controller that tells observers."""

from shtairir.execute.cancel import CancelToken
from shtairir.execute.handle import RunHandle

__all__ = ["CancelToken", "RunHandle"]
