"""What a block does when it is called: twice the same, nothing to its inputs, and what it declares."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shtairir.block.definition import BlockDefinition
from shtairir.block.standalone import StandaloneContext
from shtairir.verification.finding import Finding
from shtairir.verification.kinds import unwritable
from shtairir.verification.sameness import copied, same

DEADLINE_S = 10.0
"""How long one call with sample inputs may take."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Inputs of a block, by argument.

    Attributes
    ----------
    base_dir
        The folder that relative paths start from.
    is_real
        Whether they come from an example, so that the block must take them.
    """

    inputs: Mapping[str, Any]
    base_dir: Path
    is_real: bool = False


class _TookTooLong(Exception):
    pass


def check_behaviour(definition: BlockDefinition, samples: Iterable[Sample]) -> Iterator[Finding]:
    """Call a pure block twice with the same inputs, and compare."""
    refusals = []
    for sample in samples:
        before = copied(sample.inputs)
        given = copied(sample.inputs)
        try:
            first, second = _called(definition, given, sample), _called(definition, given, sample)
        except _TookTooLong:
            yield _finding(definition, "pure", f"it did not come back within {DEADLINE_S:g} s.", remark=True)
            return
        except Exception as error:  # noqa: BLE001 - the block boundary
            if "read-only" in str(error):
                fix = "Work on a copy, or declare the input in inplace=(...)."
                yield _finding(definition, "pure", f"it writes into its input: {error}.", fix)
                return
            refusals.append(f"{type(error).__name__}: {error}")
            continue
        yield from _compared(definition, first, second, before, given)
        return
    said = f": {refusals[0]}" if refusals else ", since none can be made up for its inputs"
    yield _finding(definition, "pure", f"it was not tried with sample inputs{said}.", remark=True)
    yield _finding(definition, "outputs", "it was not tried with sample inputs.", remark=True)


def _compared(
    definition: BlockDefinition, first: Any, second: Any, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Finding]:
    if definition.traits.deterministic:
        alike = same(first, second)
        if alike is False:
            fix = "Declare pure=False or deterministic=False, or take a seed as an input."
            yield _finding(definition, "pure", "called twice with the same inputs, it gives two results.", fix)
        elif alike is None:
            yield _finding(definition, "pure", "its results cannot be compared.", remark=True)
    changed = [name for name in before if same(before[name], after[name]) is False]
    for name in changed:
        yield _finding(definition, "pure", f"it changes its input '{name}'.", "Work on a copy.")
    yield from _outputs(definition, first)


def _outputs(definition: BlockDefinition, returned: Any) -> Iterator[Finding]:
    ports = definition.outputs
    values = (returned,) if len(ports) == 1 else returned if ports else ()
    if not isinstance(values, tuple) or len(values) != len(ports):
        yield _finding(definition, "outputs", f"it declares {len(ports)} outputs and returns something else.")
        return
    for port, value in zip(ports, values, strict=True):
        why = port.type.check(value)
        if why:
            fix = "Return what the annotation says, or change the annotation."
            yield _finding(definition, "outputs", f"the output '{port.name}' is not what it declares: {why}.", fix)
        unkept = unwritable(value)
        if unkept is not None:
            severity, what = unkept
            words = f"the output '{port.name}' {what}."
            yield Finding(
                "outputs", words, definition.id, severity, "Return arrays, tables, texts, lists or dictionaries."
            )


def _called(definition: BlockDefinition, inputs: Mapping[str, Any], sample: Sample) -> Any:
    arguments = dict(inputs)
    if definition.context_argument is not None:
        arguments[definition.context_argument] = StandaloneContext(sample.base_dir)

    def call() -> Any:
        returned = definition.function(**arguments)
        return asyncio.run(_awaited(returned)) if inspect.isawaitable(returned) else returned

    return _within(DEADLINE_S, call)


async def _awaited(returned: Any) -> Any:
    return await returned


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """Return what a call returns or raise what it raises; give it up after some time."""
    outcome: list[tuple[bool, Any]] = []

    def work() -> None:
        try:
            outcome.append((True, call()))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.append((False, error))

    thread = threading.Thread(target=work, name="check", daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise _TookTooLong
    succeeded, value = outcome[0]
    if succeeded:
        return value
    raise value if isinstance(value, Exception) else RuntimeError(f"it ended with {type(value).__name__}")


def _finding(definition: BlockDefinition, check: str, message: str, fix: str = "", *, remark: bool = False) -> Finding:
    return Finding(check, message, definition.id, "remark" if remark else "failure", fix)
