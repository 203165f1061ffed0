"""What stands in keys for values that a run is given, instead of the keys of the nodes that would have made them.

A value that is the very one which the cache has of its node is known by that node's key: so who runs a graph from the
middle on, with what is there, finds the same results as who runs all of it. Any other counts by its content.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from shtairir.memory.manager import root_of
from shtairir.recovery.encoding import NotKeepable, encoded

if TYPE_CHECKING:
    from shtairir.cache.result_cache import ResultCache
    from shtairir.ids import NodeId, PortRef
    from shtairir.planning.plan import ExecutionPlan

_PLAIN = (bool, int, float, str, type(None))


def tokens(
    plan: ExecutionPlan, given: Mapping[PortRef, Any], keys: Mapping[NodeId, str], cache: ResultCache
) -> dict[PortRef, str | None]:
    """Return what stands for given values; ``None`` for what cannot be told from another."""
    return {port: _token(plan, port, value, keys, cache) for port, value in given.items()}


def _token(
    plan: ExecutionPlan, port: PortRef, value: Any, keys: Mapping[NodeId, str], cache: ResultCache
) -> str | None:
    call, key = plan.call(port.node), keys.get(port.node)
    found = cache.look(key) if key is not None else None
    if call is not None and found is not None:
        places = [output.name for output in call.definition.outputs]
        if port.port in places and _is_same(found.values[places.index(port.port)], value):
            return f"{key}.{port.port}"
    return _content(value)


def _is_same(kept: Any, value: Any) -> bool:
    if type(kept) is not type(value):
        return False
    if isinstance(value, _PLAIN):
        return repr(kept) == repr(value)
    if hasattr(value, "__array_interface__"):
        mine, other = kept.__array_interface__, value.__array_interface__
        return root_of(kept) is root_of(value) and mine == {**other, "data": (other["data"][0], mine["data"][1])}
    return kept is value


def _content(value: Any) -> str | None:
    """Return a hash of a value; ``None`` if it cannot be written as data."""
    try:
        form, parts = encoded(value)
        digest = blake3(json.dumps(form, allow_nan=False).encode())
        for part in parts:
            pieces = _Digest(digest)
            part.write(pieces)
    except (NotKeepable, ValueError, OSError):
        return None
    return f"given {digest.hexdigest(length=16)}"


class _Digest(io.BytesIO):
    """Hashes what is written, and keeps none of it."""

    def __init__(self, digest: Any) -> None:
        super().__init__()
        self._digest = digest

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._digest.update(view)
        return len(view)
