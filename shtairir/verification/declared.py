"""What can be seen of a block without calling it: its declaration and its documentation."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from shtairir.block.definition import BlockDefinition
from shtairir.block.docstring import read_docstring
from shtairir.block.ports import MISSING
from shtairir.ids import BlockId
from shtairir.verification.finding import Finding


def check_declaration(
    definition: BlockDefinition, registry_ids: Mapping[BlockId, BlockDefinition]
) -> Iterator[Finding]:
    """Find what the declaration promises and the functions do not keep."""

    def finding(message: str, fix: str = "") -> Finding:
        return Finding("declared", message, definition.id, fix=fix)

    arguments = [port.name for port in definition.inputs]
    for trait in ("infer", "cost"):
        function = getattr(definition.traits, trait)
        why = _misfit(function, arguments) if callable(function) and definition.adapt is None else None
        if why:
            yield finding(f"{trait} does not take the block's arguments: {why}.", "Give it the same argument names.")
    for port in definition.inputs:
        if port.default is not MISSING and port.default is not None and port.editable:
            try:
                kept = port.parse(port.type.dump(port.default))
            except ValueError as error:
                yield finding(f"the default of '{port.name}' cannot be read back from a graph file: {error}")
                continue
            if not _same_default(kept, port.default):
                yield finding(f"the default of '{port.name}' is {port.default!r}, and {kept!r} once it was saved.")
    if any(port.param.path == "save" for port in definition.inputs) and definition.traits.pure:
        yield finding("it writes a file but is declared pure.", "Declare pure=False.")
    for alias in definition.aliases:
        other = registry_ids.get(BlockId(alias))
        if other is not None:
            yield finding(f"its alias '{alias}' is the id of another block, in {other.file}.", "Take the alias out.")


def _misfit(function: Callable[..., Any], arguments: Iterable[str]) -> str | None:
    try:
        inspect.signature(function).bind(**dict.fromkeys(arguments))
    except TypeError as error:
        return str(error)
    except ValueError:  # a function of C that tells no signature
        return None
    return None


def _same_default(one: object, other: object) -> bool:
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - a pack's own class may compare as it likes
        return True


def check_documentation(definition: BlockDefinition) -> Iterator[Finding]:
    """Find what a person who reads the palette and the inspector would miss."""

    def finding(message: str, fix: str) -> Finding:
        return Finding("documented", message, definition.id, fix=fix)

    if not definition.summary:
        yield finding("it has no description.", "Begin the docstring with a sentence that says what it does.")
    elif not definition.summary.endswith((".", "!", "?")):
        yield finding(f"its summary is no sentence: “{definition.summary[:60]}”.", "End it with a full stop.")
    for port in definition.inputs:
        if not port.help:
            yield finding(f"the input '{port.name}' has no description.", "Describe it under Parameters.")
    if len(definition.outputs) > 1:
        for output in definition.outputs:
            if not output.help:
                fix = "Describe it under Returns, or in the docstring of the tuple."
                yield finding(f"the output '{output.name}' has no description.", fix)
    arguments = [str(port.name) for port in definition.inputs]
    # Where ports depend on values, the words tell of what may be there.
    for name in read_docstring(definition.doc).entries.get("Parameters", {}) if definition.adapt is None else ():
        if name not in (*arguments, definition.context_argument):
            fix = f"Its arguments are: {', '.join(arguments) or 'none'}."
            yield finding(f"its docstring describes '{name}', which is no argument.", fix)
    if not re.fullmatch(r"[A-Z].*", definition.category):
        yield finding(f"its category is '{definition.category}'.", "Write it for people: Image/Filter.")
