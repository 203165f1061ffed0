"""What follows from a person's word, and what a person must be asked, when a run goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shtairir.errors import RecoveryError, UndecidedError
from shtairir.execute.program import program_of
from shtairir.execute.restoring import GivenValue, KnownValue
from shtairir.ids import NodeId, PortRef, RunKey
from shtairir.recovery.folder import RunFolder
from shtairir.recovery.store import KeptValue

if TYPE_CHECKING:
    from shtairir.planning import ExecutionPlan

_LISTED = 5


def given_outputs(plan: ExecutionPlan, node: NodeId, value: Any) -> dict[PortRef, KnownValue]:
    """Return the outputs of a node that a person has told."""
    call = plan.call(node)
    assert call is not None  # its name has been checked
    ports = call.definition.outputs
    if len(ports) != 1:
        raise RecoveryError(f"'{node}' has {len(ports)} outputs: its value cannot be told in one.")
    try:
        parsed = ports[0].type.parse(value) if ports[0].type.editable else value
    except (ValueError, TypeError) as error:
        raise RecoveryError(f"'{node}' cannot have made {value!r}: {error}") from None
    return {PortRef(node, ports[0].name): GivenValue(parsed)}


def downstream(plan: ExecutionPlan, nodes: Iterable[NodeId]) -> set[NodeId]:
    """Return the nodes that depend on what others make."""
    shape = program_of(plan).plain
    pending = [task.number for task in map(plan.task, nodes) if task is not None]
    readers: dict[int, list[int]] = {}
    for task, slots in enumerate(shape.reads):
        for slot in slots:
            readers.setdefault(shape.writer[slot], []).append(task)
    seen = set(pending)
    below: set[NodeId] = set()
    while pending:
        for reader in readers.get(pending.pop(), ()):
            if reader not in seen:
                seen.add(reader)
                pending.append(reader)
                for call in plan.tasks[reader].calls:
                    below |= {call.node, *call.aliases}
    return below


def undecided(key: RunKey, questions: Mapping[str, str]) -> UndecidedError:
    """Return the error that asks about nodes."""
    listed = " ".join(f"'{node}': {why}" for node, why in list(questions.items())[:_LISTED])
    more = f" And {len(questions) - _LISTED} more." if len(questions) > _LISTED else ""
    first = next(iter(questions))
    return UndecidedError(
        f"Run {key} cannot go on before it is clear what has happened. {listed}{more}",
        nodes=questions,
        hint=f"Look whether it has, and say so: --rerun {first} to run it again, --done {first} if it is done "
        "(--done NODE=VALUE, if what it made is needed).",
    )


def loaded_inputs(folder: RunFolder, node: NodeId, references: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a compensation asks for of a block's inputs."""
    return {name: _loaded(folder, node, f"its input '{name}'", one) for name, one in references.items()}


def loaded_outputs(folder: RunFolder, node: NodeId, references: Iterable[Any]) -> list[Any]:
    """Return what a block has made that is to be undone."""
    return [_loaded(folder, node, "what it made", reference) for reference in references]


def _loaded(folder: RunFolder, node: NodeId, what: str, reference: Any) -> Any:
    if reference is None:
        raise RecoveryError(f"'{node}' cannot be undone: {what} was not kept.")
    return KeptValue(folder, reference).load()
