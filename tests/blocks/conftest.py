"""A run for blocks that ask for one, which writes down what they tell it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shtairir.block import Context
from shtairir.errors import RunCancelledError
from shtairir.ids import NodeId, RunId


class RecordingContext(Context):
    """Lends fresh arrays that start as NaN or nonsense, so that a block which leaves a gap is found out."""

    node = NodeId("node")
    run = RunId(1)
    base_dir = Path(".")

    def __init__(self) -> None:
        self.lent: list[np.ndarray[Any, Any]] = []
        self.fractions: list[float | None] = []
        self.logged: list[tuple[str, str]] = []
        self.previewed: list[object] = []
        self.cancel_after: int | None = None

    def empty(self, shape: int | tuple[int, ...], dtype: Any = float) -> np.ndarray[Any, Any]:
        array = np.empty(shape, dtype)
        array.view(np.uint8).fill(255) if array.size and array.ndim else None
        self.lent.append(array)
        return array

    def zeros(self, shape: int | tuple[int, ...], dtype: Any = float) -> np.ndarray[Any, Any]:
        return np.zeros(shape, dtype)

    def progress(self, fraction: float | None, message: str = "") -> None:
        self.fractions.append(fraction)

    @property
    def cancelled(self) -> bool:
        return self.cancel_after is not None and len(self.fractions) >= self.cancel_after

    def check_cancelled(self) -> None:
        if self.cancelled:
            raise RunCancelledError("cancelled")

    def log(self, message: str, level: str = "info") -> None:
        self.logged.append((level, message))

    def preview(self, value: object) -> None:
        self.previewed.append(value)

    def acquire(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def secret(self, name: str) -> str:
        raise NotImplementedError


@pytest.fixture
def ctx() -> RecordingContext:
    """A run that writes down what a block tells it."""
    return RecordingContext()
