"""One iteration of a loop, run again by itself, with all values kept: to see what happened in it.

The inputs of a loop are let go with the run, like all values. Those that are small are noted with its record; of the
others, whoever wants to look at iterations keeps the outputs that feed the loop: ``keep=["load.out"]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import MISSING, InputPort
from shtairir.block.types import ANY
from shtairir.block.values import nbytes_of
from shtairir.errors import ExecutionError
from shtairir.events import Instrument
from shtairir.execute.loop_items import Source, fitting
from shtairir.execute.options import RunOptions
from shtairir.flow.loop_shape import INDEX
from shtairir.ids import PortName, PortRef
from shtairir.planning.plan import ExecutionPlan, Lineage, Task

if TYPE_CHECKING:
    from shtairir.planning.bodies import BodyPlan
    from shtairir.results.result import RunResult

_NOTED_BYTES = 1_000_000
_VALUE = PortName("value")


@dataclass(slots=True)
class LoopInputs:
    """What a loop was given.

    Attributes
    ----------
    values
        By the body's inputs.
    options
        The loop's own.
    too_large
        Where those inputs come from that were not noted.
    """

    values: dict[str, Any]
    options: Mapping[str, Any]
    too_large: dict[str, PortRef] = field(default_factory=dict)


def inputs_of(task: Task, given: Mapping[str, Any], options: Mapping[str, Any]) -> LoopInputs:
    """Return what is noted of what a loop was given."""
    assert task.body is not None  # or it would be no loop
    ports = task.body.shape.ports
    linked = {item.port: item.source for item in task.inputs}
    noted = LoopInputs(dict(given), options)
    for name, value in given.items():
        source = linked.get(PortName(ports[name]))
        if source is not None and nbytes_of(value) > _NOTED_BYTES:
            del noted.values[name]
            noted.too_large[name] = source
    return noted


def replayed(
    result: RunResult, task: Task, noted: LoopInputs, index: int, instruments: Sequence[Instrument]
) -> RunResult:
    """Return the result of one iteration, run again with all values kept.

    Raises
    ------
    KeyError
        When what the loop was given is not there any more.
    """
    body = task.body
    assert body is not None  # or it would be no loop
    given = {**noted.values, **_kept(result, task, noted)}
    shape = body.shape
    if shape.kind == "for_each":
        options = noted.options
        source = Source(
            options["items"], options["by"], options["pattern"], options["axis"], base_dir=result.plan.base_dir
        )
        for name in shape.iterated:
            given[name] = fitting(source.taken_from(given[name], body.types[name])[index], body.types[name])
        return _run(body, _numbered(body, given, index), None, instruments)
    items: Sequence[Any] = ()
    if shape.kind == "reduce":
        (item,) = shape.iterated
        items = Source(base_dir=result.plan.base_dir).taken_from(given[item], body.types[item])
    for turn in range(index + 1):
        if shape.kind == "reduce":
            given[item] = fitting(items[turn], body.types[item])
        last = turn == index
        made = _run(body, _numbered(body, given, turn), None if last else (), instruments if last else ())
        if not last:
            given.update(_carried(body, made.raise_for_status()))
    return made


def _kept(result: RunResult, task: Task, noted: LoopInputs) -> dict[str, Any]:
    found = {}
    for name, source in noted.too_large.items():
        if source not in result:
            raise KeyError(
                f"What '{task.node}' was given for '{name}' was let go with the run. To look at its iterations, "
                f"run with keep=['{source}']."
            )
        item = next(item for item in task.inputs if item.source == source)
        value = result[source]
        found[name] = value if item.conversion is None else item.conversion.apply(value)
    return found


def _numbered(body: BodyPlan, given: Mapping[str, Any], index: int) -> dict[str, Any]:
    if body.shape.numbered and given.get(INDEX) is None:
        return {**given, INDEX: fitting(index, body.types[INDEX])}
    return dict(given)


def _carried(body: BodyPlan, made: RunResult) -> dict[str, Any]:
    """Return what a turn hands on to the next."""
    carried = {}
    for name in body.shape.carried:
        output = body.shape.accumulated if body.shape.kind == "reduce" else name
        value = made[body.plan.tasks[body.outputs[output]].outputs[0]]
        step = body.carry.get(name)
        carried[name] = value if step is None else step.apply(value)
    return carried


def _run(
    body: BodyPlan, given: Mapping[str, Any], keep: tuple[PortRef, ...] | None, instruments: Sequence[Instrument]
) -> RunResult:
    from shtairir.execute.run import Run

    run = Run(_filled(body, given), RunOptions(keep=keep, instruments=instruments))
    run.start()
    result = run.wait()
    if result is None:
        raise ExecutionError("The iteration did not end.")
    return result


def _filled(body: BodyPlan, given: Mapping[str, Any]) -> ExecutionPlan:
    """Return the plan of a body with values for its inputs."""
    names = {number: name for name, number in body.inputs.items()}
    tasks = tuple(
        task._replace(definition=_handing_on(task.definition), values={_VALUE: given[names[task.number]]})
        if task.number in names
        else task
        for task in body.plan.tasks
    )
    return replace(body.plan, tasks=tasks, lineage=Lineage())


def _handing_on(given: BlockDefinition) -> BlockDefinition:
    return replace(given, function=_same, inputs=(InputPort(_VALUE, ANY, True, MISSING),))


def _same(value: Any) -> Any:
    return value
