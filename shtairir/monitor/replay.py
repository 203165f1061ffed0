"""A node that failed, run again alone with the inputs that it failed with; and as a script for a debugger."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.document.references import CODE
from shtairir.errors import DocumentError, HistoryError, UntrustedCodeError
from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import NodeId
from shtairir.monitor.failures import SavedFailure, saved_failure, saved_failures
from shtairir.monitor.writable import writable

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.document.snapshot import Snapshot
    from shtairir.monitor.history import History, RunRecord


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a node fared when it was run again.

    Attributes
    ----------
    outputs
        What it returned, by output, if it did.
    """

    saved: SavedFailure
    elapsed_s: float
    outputs: Mapping[str, Any]
    failure: NodeFailure | None


def find_failure(history: History, run: str, node: str) -> SavedFailure:
    """Return the kept inputs of a node that failed.

    Raises
    ------
    HistoryError
        When there are none, with the reason.
    """
    key = history.key(run)
    saved = saved_failure(history.folder, key, node)
    if saved is not None:
        return saved
    others = ", ".join(f"'{one.node}'" for one in saved_failures(history.folder, key))
    hint = f"Inputs were kept of {others}." if others else "Inputs are kept of nodes that fail, for a week."
    known = history.run(key).node(node)
    if known is None:
        raise HistoryError(f"Run {key} has no node '{node}'.", hint=hint)
    if known.status is NodeStatus.FAILED:
        why = "it failed inside of a loop, or was joined with other nodes, or they were too long ago"
        raise HistoryError(f"The inputs of '{node}' in run {key} were not kept: {why}.", hint=hint)
    raise HistoryError(f"Node '{node}' did not fail in run {key}: it is {known.status}.", hint=hint)


def block_of(history: History, saved: SavedFailure) -> BlockDefinition:
    """Return the block of a node that failed, as its graph had it then.

    Raises
    ------
    HistoryError
        When it cannot be had: a function of the program that ran it, or a block that is not there any more.
    UntrustedCodeError
        When it is code of the graph that nobody has trusted.
    """
    from shtairir.block.registry import default_registry

    record = history.run(saved.key)
    graph = record.graph()
    snapshot = graph.snapshot() if graph is not None else None
    if snapshot is not None and saved.block.startswith(CODE) and not snapshot.trusted:
        snapshot = _trusted_file(record, snapshot, saved)
    found = snapshot.find(saved.node) if snapshot is not None else None
    definition = None
    if found is not None:
        scope, node = found
        definition = scope.definition(node)
    if definition is None:
        definition = default_registry().get(saved.block)
    if definition is None:
        raise HistoryError(
            f"Node '{saved.node}' called '{saved.block}', which is not there any more: a function of the program that "
            "ran it, or a block of a pack that is not installed.",
            hint="To replay a function, make it a block: put it into a file in the blocks folder, or into a pack.",
        )
    return definition


def _trusted_file(record: RunRecord, snapshot: Snapshot, saved: SavedFailure) -> Snapshot:
    """Return the graph's file, if that is trusted and has the code that ran; a run may have had other values.

    Raises
    ------
    UntrustedCodeError
        When it is not so.
    """
    from shtairir.document.store import load

    name = saved.block.removeprefix(CODE)
    file = record.summary.file
    try:
        now = load(file).snapshot() if file is not None else None
    except DocumentError:
        now = None
    if now is not None and now.trusted and name in now.code and now.code.get(name) == snapshot.code.get(name):
        return now
    raise UntrustedCodeError(
        f"Node '{saved.node}' is code of a graph that nobody has trusted as it was in run {saved.key}.",
        hint="Open the run in the editor, look at its code, and trust it.",
    )


def replay(history: History, saved: SavedFailure) -> Replayed:
    """Call the block of a node with the inputs that it failed with. What it does to the world, it does again.

    Raises
    ------
    HistoryError
        When the block or its inputs cannot be had.
    """
    definition = block_of(history, saved)
    arguments = arguments_of(definition, saved)
    began_s = time.perf_counter()
    try:
        returned = call(definition, arguments)
        outputs = _outputs(definition, saved, returned)
    except Exception as error:  # noqa: BLE001 - whatever the block raises is what this is about
        return Replayed(saved, time.perf_counter() - began_s, {}, _failure(definition, saved, error, arguments))
    return Replayed(saved, time.perf_counter() - began_s, outputs, None)


def arguments_of(definition: BlockDefinition, saved: SavedFailure) -> dict[str, Any]:
    """Return what the block is to be called with.

    Raises
    ------
    HistoryError
        When an input was not kept, or is damaged.
    """
    for name, why in saved.left_out.items():
        raise HistoryError(f"The input '{name}' of '{saved.node}' was not kept: {why}.")
    arguments = saved.inputs()
    known = {port.name for port in definition.inputs}
    unknown = [name for name in arguments if name not in known]
    if unknown:
        raise HistoryError(
            f"Block '{definition.id}' has no input '{unknown[0]}' any more: it has changed since run {saved.key}."
        )
    return arguments


def call(definition: BlockDefinition, arguments: Mapping[str, Any]) -> Any:
    """Call a block by hand, with a context if it wants one."""
    from shtairir.block.standalone import StandaloneContext

    given = dict(arguments)
    if definition.context_argument is not None:
        given[definition.context_argument] = StandaloneContext()
    function: Callable[..., Any] = definition.function
    if definition.traits.runs_on != "async":
        return function(**given)
    import asyncio

    return asyncio.run(function(**given))


def _outputs(definition: BlockDefinition, saved: SavedFailure, returned: Any) -> dict[str, Any]:
    from shtairir.execute.call import Call

    values = Call(_task(definition, saved)).outputs(returned)
    return {port.name: value for port, value in zip(definition.outputs, values, strict=True)}


def _failure(
    definition: BlockDefinition, saved: SavedFailure, error: BaseException, arguments: Mapping[str, Any]
) -> NodeFailure:
    from shtairir.execute.failure import failure_of

    return failure_of(_task(definition, saved), error, arguments)


def _task(definition: BlockDefinition, saved: SavedFailure) -> Any:
    from shtairir.planning.plan import Task

    return Task(0, NodeId(saved.node), saved.node, definition, {}, (), 0, (), 0)


# --- as a script ----------------------------------------------------------------------------------------------

_SCRIPT = '''"""Node '{node}' of run {key}, alone, with the inputs that it failed with.

{error}

Run this file, or open it in a debugger.
"""

from pathlib import Path

from shtairir.monitor.failures import load_inputs
from shtairir.monitor.history import History
from shtairir.monitor.replay import block_of, call, find_failure

history = History(Path({home!r}))
saved = find_failure(history, {key!r}, {node!r})
block = block_of(history, saved)
inputs = load_inputs(saved.folder)
# {inputs}

# breakpoint()  # without the first "#", the debugger stops here: "s" steps into the call
result = call(block, inputs)
print(result)
'''


def script_of(history: History, saved: SavedFailure) -> str:
    """Return a Python program that calls the block of a node with the inputs that it failed with.

    Raises
    ------
    HistoryError
        When the block or its inputs cannot be had.
    """
    from shtairir.block.values import describe

    definition = block_of(history, saved)
    described = (f"{name}: {describe(value)}" for name, value in arguments_of(definition, saved).items())
    said = writable(f"{saved.error_type}: {saved.message}").replace("\0", "")
    error = said.replace("\\", "\\\\").replace('"""', "'''")
    text = _SCRIPT.format(
        node=saved.node,
        key=str(saved.key),
        error=error,
        home=str(history.folder),
        inputs=ascii("; ".join(described))[1:-1] or "It has no inputs.",
    )
    ast.parse(text)  # whatever a node is called, this must be a program
    return text


def write_script(history: History, saved: SavedFailure, path: Path) -> Path:
    """Write the program of `script_of`, and return its file.

    Raises
    ------
    HistoryError
        When the block or its inputs cannot be had.
    OSError
        When the file cannot be written.
    """
    path.write_text(script_of(history, saved), encoding="utf-8")
    return path
