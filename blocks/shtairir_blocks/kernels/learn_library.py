"""scikit-learn, imported by one thread for all, and kept to the thread that it is called on."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from typing import Any

_IMPORTING = threading.Lock()
_PARTS = ("cluster", "datasets", "ensemble", "linear_model", "metrics", "neighbors", "pipeline", "preprocessing", "svm")


@cache
def library() -> Any:
    """Return the package with all parts that are used here.

    Models learn side by side. Were each thread to import its part, one could come upon a module that another has only
    half imported: the parts import one another.
    """
    with _IMPORTING:
        for part in _PARTS:
            import_module(f"sklearn.{part}")
        return import_module("sklearn")


def one_thread() -> AbstractContextManager[Any]:
    """Let scikit-learn's loops use the thread that they are called on only.

    A run has a thread for each processor already. Threads of threads wait for one another: on a machine with two
    processors that had other work too, boosting took thirty times as long.
    """
    limits: AbstractContextManager[Any] = _thread_pools().limit(limits=1, user_api="openmp")
    return limits


@cache
def _thread_pools() -> Any:
    library()
    from threadpoolctl import ThreadpoolController

    # Looking through all loaded libraries takes longer than many a prediction, so it is done once.
    return ThreadpoolController()
