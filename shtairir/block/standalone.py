"""A context for calling a block by hand: in a test, in a notebook, in an exported program."""

from __future__ import annotations

import logging
import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shtairir.block.context import Context, Held
from shtairir.errors import ResourceError
from shtairir.ids import NodeId, RunId

if TYPE_CHECKING:
    import numpy

_log = logging.getLogger("shtairir.blocks")


def secret_variable(name: str) -> str:
    """Return the environment variable that holds a secret.

    Examples
    --------
    >>> secret_variable("openai key")
    'SHTAIRIR_SECRET_OPENAI_KEY'
    """
    return "SHTAIRIR_SECRET_" + "".join(letter if letter.isalnum() else "_" for letter in name).upper()


def secret(name: str) -> str:
    """Return a secret from the environment.

    Raises
    ------
    ResourceError
        When it is not there.
    """
    value = os.environ.get(secret_variable(name))
    if value is None:
        raise ResourceError(
            f"There is no secret '{name}'.",
            hint=f"Set the environment variable {secret_variable(name)} before starting.",
        )
    return value


class StandaloneContext(Context):
    """Stands for a run where there is none: plain arrays, nobody who cancels, messages to the log.

    Parameters
    ----------
    base_dir
        The folder that relative paths start from; the current one when left out.
    """

    def __init__(self, base_dir: Path | None = None) -> None:
        self.node = NodeId("standalone")
        self.run = RunId(0)
        self.base_dir = base_dir if base_dir is not None else Path.cwd()

    def empty(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Return an uninitialised array."""
        import numpy as np

        return np.empty(shape, dtype)

    def zeros(self, shape: int | tuple[int, ...], dtype: Any = float) -> numpy.ndarray[Any, Any]:
        """Return an array of zeros."""
        import numpy as np

        return np.zeros(shape, dtype)

    def progress(self, fraction: float | None, message: str = "") -> None:
        """Do nothing: nobody looks."""

    @property
    def cancelled(self) -> bool:
        """Nobody cancels."""
        return False

    def check_cancelled(self) -> None:
        """Nobody cancels."""

    def log(self, message: str, level: Literal["debug", "info", "warning", "error"] = "info") -> None:
        """Write a line to the log ``shtairir.blocks``."""
        _log.log(logging.getLevelNamesMapping()[level.upper()], "%s", message)

    def preview(self, value: object) -> None:
        """Do nothing: nobody looks."""

    def acquire(self, name: str, amount: int = 1, timeout_s: float | None = None) -> Held:
        """Nobody else wants it."""
        return nullcontext()

    def secret(self, name: str) -> str:
        """Return a secret from the environment; see `secret_variable` for where."""
        return secret(name)
