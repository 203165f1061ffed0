"""The program's own resources, which all of its runs share."""

from __future__ import annotations

import functools

from shtairir.resources.manager import ResourceManager


@functools.cache
def shared_resources() -> ResourceManager:
    """Return the resources of this program."""
    return ResourceManager()
