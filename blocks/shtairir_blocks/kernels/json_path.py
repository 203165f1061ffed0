"""JSONPath (RFC 9535): finding and changing what lies deep in lists and dictionaries.

The searching is `python-jsonpath`'s, held to the standard. Its two functions with regular expressions are replaced by
ones that end, since a path may come from anywhere.
"""

import functools
import re
from typing import Any

import jsonpath
from jsonpath.function_extensions import ExpressionType, FilterFunction

from . import patterns

_STEP = re.compile(
    r"""\.(?P<name>[^\W\d]\w*) | \[(?P<index>-?\d+)\] | \['(?P<single>[^'\\]*)'\] | \["(?P<double>[^"\\]*)"\]""", re.X
)
_DEEPEST = 100


class _Regular(FilterFunction):
    """``match`` and ``search`` of the standard: whether a text matches, wholly or anywhere."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012  # as the library wants it
    return_type = ExpressionType.LOGICAL

    def __init__(self, whole: bool) -> None:
        self._whole = whole

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        return patterns.search(patterns.compiled(pattern), value, self._whole) is not None


@functools.cache
def _environment() -> jsonpath.JSONPathEnvironment:
    made = jsonpath.JSONPathEnvironment(strict=True)
    made.function_extensions["match"] = _Regular(whole=True)
    made.function_extensions["search"] = _Regular(whole=False)
    return made


def found(value: Any, path: str) -> list[Any]:
    """Return the values that a path leads to, in the order of the document.

    >>> found({"a": [{"b": 1}, {"b": 2}]}, "$.a[*].b")
    [1, 2]
    """
    return [match.value for match in _matches(value, path)]


def _matches(value: Any, path: str) -> list[Any]:
    try:
        return list(_environment().finditer(path, value))
    except jsonpath.JSONPathError as error:
        reason = str(error).splitlines()[0].partition(", line ")[0]
        raise ValueError(
            f"{path!r} is not a JSONPath: {reason}. Write for example $.users[0].name, or $..price."
        ) from None
    except RecursionError:
        raise ValueError(f"{path!r}, or the value, is nested too deeply.") from None
    except TypeError:
        raise ValueError("A JSONPath looks into dictionaries and lists. Parse the JSON text first.") from None


def nowhere(value: Any, path: str) -> str:
    """Return a sentence about a path that leads nowhere: how far it goes, and what there is."""
    steps = simple_steps(path) or []
    here, walked = value, "$"
    for step in steps:
        if isinstance(here, dict) and step in here:
            here, walked = here[step], f"{walked}.{step}"
        elif isinstance(here, list) and isinstance(step, int) and -len(here) <= step < len(here):
            here, walked = here[step], f"{walked}[{step}]"
        else:
            break
    return f"The path {path} leads nowhere. {_what(here, walked)} Correct the path, or set a fallback."


def _what(here: Any, walked: str) -> str:
    if isinstance(here, dict):
        names = ", ".join(map(str, list(here)[:8]))
        return f"At {walked} there {'are' if len(here) != 1 else 'is'} {names or 'no entries'}."
    return f"At {walked} there is a list of {len(here)} items." if isinstance(here, list) else f"It ends at {walked}."


def simple_steps(path: str) -> list[str | int] | None:
    """Return the names and numbers of a path that has nothing else; ``None`` for any other path.

    >>> simple_steps("$.users[0]['first name']"), simple_steps("$..price")
    (['users', 0, 'first name'], None)
    """
    steps: list[str | int] = []
    place = 1 if path.startswith("$") else len(path) + 1
    while place < len(path):
        step = _STEP.match(path, place)
        if step is None:
            return None
        index = step["index"]
        name = next((step[key] for key in ("name", "single", "double") if step[key] is not None), "")
        steps.append(int(index) if index is not None else name)
        place = step.end()
    return steps if place == len(path) and len(steps) <= _DEEPEST else None


def changed(value: Any, path: str, new: Any) -> Any:
    """Return a copy of the value with ``new`` at each place that the path leads to.

    A path of names and numbers makes what is not there: a dictionary for a name, one more item for the number after
    the last of a list.
    """
    places = [list(match.parts) for match in _matches(value, path)]
    steps = simple_steps(path)
    if not places and steps is None:
        raise LookupError(nowhere(value, path))
    # Only dictionaries and lists are copied: arrays and tables in them are shared, as everywhere.
    result = _copied(value)
    for place in places or [steps or []]:
        if not place:
            return new
        _put(result, place, new, path)
    return result


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _put(root: Any, place: list[Any], new: Any, path: str) -> None:
    here = root
    for step, following in zip(place, [*place[1:], None], strict=True):
        fresh: Any = new if following is None else [] if isinstance(following, int) else {}
        if isinstance(here, dict) and isinstance(step, str):
            here[step] = new if following is None else here.get(step, fresh)
        elif isinstance(here, list) and isinstance(step, int) and -len(here) <= step < len(here):
            here[step] = new if following is None else here[step]
        elif isinstance(here, list) and step == len(here):
            here.append(fresh)
        else:
            raise LookupError(f"The path {path} cannot be made: there is no place for {step!r} in the value.")
        here = here[step]
