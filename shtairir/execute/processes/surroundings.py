"""What holds for all calls in a process, and may change between them."""

from __future__ import annotations

import logging
import os
import sys

from shtairir.execute.processes.messages import Surroundings


def current() -> Surroundings:
    """Return what holds here now."""
    return Surroundings(_folder(), tuple(sys.path), dict(os.environ), logging.getLogger().level)


def take_up(surroundings: Surroundings) -> None:
    """Make this process find files, modules and variables as the program does."""
    if surroundings.folder is not None and _folder() != surroundings.folder:
        os.chdir(surroundings.folder)
    sys.path[:] = surroundings.path
    if dict(os.environ) != surroundings.environment:
        for name in os.environ.keys() - surroundings.environment.keys():
            del os.environ[name]
        os.environ.update(surroundings.environment)
    logging.getLogger().setLevel(surroundings.log_level)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it has been removed
        return None
