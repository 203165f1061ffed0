"""Which tasks of a run a breakpoint holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shtairir.errors import ExecutionError
from shtairir.ids import NodeId, PortRef

if TYPE_CHECKING:
    from shtairir.execute.state import RunState
    from shtairir.planning.plan import ExecutionPlan, Task

_ON_NODE = "There is a breakpoint on it."


def stops_of(state: RunState, name: str) -> Mapping[int, str]:
    """Return the tasks that a breakpoint holds, each with the reason in words.

    Parameters
    ----------
    name
        A node, which is held itself; an output, all readers of which are held; or an input, whose node is held. Of an
        instance, what begins in it is held, and of a loop's body the loop.

    Raises
    ------
    ExecutionError
        When there is no such node or port in the run, or nothing to hold, with the reason.
    """
    plan = state.plan
    task = plan.task(name)
    if task is not None:
        return {task.number: _on_node(task, name)}
    if NodeId(name) in plan.instances:
        return dict.fromkeys(_entries(plan, name), f"There is a breakpoint on '{name}', and this begins in it.")
    loop = _loop_around(plan, name)
    if loop is not None:
        return {loop.number: f"There is a breakpoint on '{name}', which is in it."}
    if NodeId(name) in plan.nodes:
        raise ExecutionError(f"'{name}' cannot be held: it does not run.", hint=_why_not(plan, NodeId(name)))
    return _at_port(state, name)


def _on_node(task: Task, name: str) -> str:
    if not task.parts:
        return _ON_NODE
    return f"There is a breakpoint on '{name}', which is done together with others: {task.label}."


def _entries(plan: ExecutionPlan, instance: str) -> Iterator[int]:
    """Yield the tasks of an instance that wait for none in it."""
    inside = {task.number for task in plan.tasks if any(call.node.startswith(f"{instance}/") for call in task.calls)}
    for number in sorted(inside):
        if inside.isdisjoint(plan.tasks[number].waits_for):
            yield number


def _loop_around(plan: ExecutionPlan, name: str) -> Task | None:
    """Return the loop in whose body a node is, or an instance."""
    while "/" in name:
        name = name.rpartition("/")[0]
        task = plan.task(name)
        if task is not None and task.body is not None:
            return task
    return None


def _why_not(plan: ExecutionPlan, node: NodeId) -> str:
    if node in plan.folded:
        return "Its result was known when the plan was made."
    if node in plan.silent:
        return plan.silent[node]
    return "Nothing that was asked for needs it." if node in plan.dropped else ""


def _at_port(state: RunState, name: str) -> Mapping[int, str]:
    plan = state.plan
    try:
        port = PortRef.parse(name)
    except ValueError:
        raise ExecutionError(f"There is no node '{name}' in this run.") from None
    slot = plan.slots.get(plan.aliases.get(port, port))
    if slot is not None:
        readers = [task for task, slots in enumerate(state.shape.reads) if slot in slots]
        if not readers:
            raise ExecutionError(f"Nothing can be held at '{name}': nothing reads it.")
        return dict.fromkeys(readers, f"There is a breakpoint on '{name}', which it reads.")
    call, whole = plan.call(port.node), plan.task(port.node)
    if call is None or whole is None or all(port.port != each.name for each in call.definition.inputs):
        raise ExecutionError(f"There is no port '{name}' in this run.")
    return {whole.number: f"There is a breakpoint on its input '{port.port}'."}
