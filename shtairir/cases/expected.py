"""Whether a value is what is expected, and if not, what is different, in a sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shtairir.block.values import describe, loaded_class
from shtairir.errors import DocumentError

USUAL_TOLERANCE = 1e-9
"""Of a number, relative to it: sums may be taken in another order."""

FACTS = ("shape", "dtype", "minimum", "maximum", "mean", "length", "columns")

_LARGEST_FILE_BYTES = 1 << 30
_SHOWN = 60


def difference(expected: Any, value: Any, base_dir: Path) -> str | None:
    """Return in which way a value is not what is expected, as a sentence; ``None`` if it is.

    Raises
    ------
    DocumentError
        When what is expected makes no sense: an unknown key, a file that cannot be read.
    """
    if not isinstance(expected, Mapping):
        return _differs(expected, value, None)
    known = {"value", "file", "tolerance", *FACTS}
    unknown = [key for key in expected if key not in known]
    if unknown or not expected.keys() - {"tolerance"}:
        raise DocumentError(
            f"What is expected has the key '{unknown[0]}'." if unknown else "Nothing is expected but a tolerance.",
            hint=f"There are: {', '.join(('value', 'file', 'error', 'tolerance', *FACTS))}. "
            'An object itself is expected as {"value": {...}}.',
        )
    tolerance = expected.get("tolerance")
    if "value" in expected:
        return _differs(expected["value"], value, tolerance)
    if "file" in expected:
        path = base_dir / str(expected["file"])
        return _differs(_held_by(path), value if path.suffix != ".csv" else _rows(value), tolerance)
    return _differs_in_facts(expected, value, tolerance)


def facts_of(value: Any) -> dict[str, Any]:
    """Return what can be expected of a value too large to be written down."""
    array = loaded_class("numpy", "ndarray")
    table = loaded_class("polars", "DataFrame")
    if isinstance(value, array):
        found: dict[str, Any] = {"shape": list(value.shape), "dtype": str(value.dtype)}
        if value.size and value.dtype.kind in "iufb":
            found |= {"minimum": value.min().item(), "maximum": value.max().item(), "mean": float(value.mean())}
        return found
    if isinstance(value, table):
        return {"length": value.height, "columns": list(value.columns)}
    return {"length": len(value)} if isinstance(value, Sequence | Mapping) else {}


def _differs_in_facts(expected: Mapping[str, Any], value: Any, tolerance: float | None) -> str | None:
    facts = facts_of(value)
    for name in FACTS:
        if name not in expected:
            continue
        if name not in facts:
            return f"it has no {name}: it is {describe(value)}"
        why = _differs(expected[name], facts[name], tolerance)
        if why is not None:
            return f"its {name} {why.removeprefix('it ')}"
    return None


def _differs(expected: Any, value: Any, tolerance: float | None) -> str | None:
    """Compare two values; arrays and lists item by item."""
    if isinstance(expected, loaded_class("numpy", "ndarray")):
        return _differs_as_array(expected, value, tolerance)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(expected, bool) or isinstance(value, bool) or expected is None or isinstance(expected, str):
        value = str(value) if isinstance(expected, str) and value is not None else value
        same = expected == value and isinstance(expected, bool) == isinstance(value, bool)
        return None if same else f"it is {_shown(value)}, not {_shown(expected)}"
    if isinstance(expected, int | float):
        return _differs_as_number(expected, value, tolerance)
    if isinstance(expected, Mapping):
        return _differs_as_object(expected, value, tolerance)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return f"it is {describe(value)}, not a list"
    if len(expected) != len(value):
        return f"it has {len(value)} items, not {len(expected)}"
    for number, (one, other) in enumerate(zip(expected, value, strict=True)):
        why = _differs(one, other, tolerance)
        if why is not None:
            return f"item {number}: {why}"
    return None


def _differs_as_number(expected: float, value: Any, tolerance: float | None) -> str | None:
    if not isinstance(value, int | float):
        return f"it is {describe(value)}, not a number"
    if tolerance is not None:
        near = abs(value - expected) <= tolerance
    else:
        near = value == expected or math.isclose(value, expected, rel_tol=USUAL_TOLERANCE, abs_tol=1e-12)
    if near or (math.isnan(expected) and math.isnan(value)):
        return None
    give = f" ± {tolerance:g}" if tolerance is not None else ""
    return f"it is {value!r}, not {expected!r}{give}"


def _differs_as_object(expected: Mapping[str, Any], value: Any, tolerance: float | None) -> str | None:
    if not isinstance(value, Mapping):
        return f"it is {describe(value)}, not an object"
    for name in dict.fromkeys([*expected, *value]):
        if name not in value or name not in expected:
            return f"'{name}' is {'missing' if name not in value else 'too much'}"
        why = _differs(expected[name], value[name], tolerance)
        if why is not None:
            return f"'{name}': {why}"
    return None


def _differs_as_array(expected: Any, value: Any, tolerance: float | None) -> str | None:
    import numpy

    found = numpy.asarray(value)
    if found.shape != expected.shape:
        return f"its shape is {found.shape}, not {expected.shape}"
    if not expected.size:
        return None
    if expected.dtype.kind not in "iufcb" or found.dtype.kind not in "iufcb":
        off = found != expected
    elif tolerance is not None:
        off = ~numpy.isclose(found, expected, rtol=0, atol=tolerance, equal_nan=True)
    else:
        off = ~numpy.isclose(found, expected, rtol=USUAL_TOLERANCE, atol=1e-12, equal_nan=True)
    if not off.any():
        return None
    where = tuple(int(index) for index in numpy.argwhere(off)[0])
    share = f"{int(off.sum()):,} of {off.size:,} numbers differ"
    return f"{share}; at {list(where)} it is {found[where].item()!r}, not {expected[where].item()!r}"


def _held_by(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            raise DocumentError(f"{path} is too large to compare with.", hint="Expect facts instead: shape, mean.")
        if path.suffix == ".npy":
            import numpy

            return numpy.load(path, allow_pickle=False)
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            import csv

            return list(csv.reader(text.splitlines()))
        return json.loads(text) if path.suffix == ".json" else text
    except (OSError, ValueError) as error:
        raise DocumentError(f"What is expected cannot be read: {error}", path=path) from error


def _rows(value: Any) -> Any:
    """Return a table as a CSV file holds it."""
    if not isinstance(value, loaded_class("polars", "DataFrame")):
        return value
    import csv

    return list(csv.reader(value.write_csv().splitlines()))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
