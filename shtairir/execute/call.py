"""One call of a block: gathering its arguments, calling it, and looking at what it returned.

What a block receives, it may do with as it likes: arrays are views that cannot be written through, lists and
dictionaries are copies, all the way down, so no other reader notices.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from shtairir.block.types import AnyType, PortType, ScalarType
from shtairir.block.values import Audio, describe, loaded_class, read_only
from shtairir.errors import ExecutionError
from shtairir.memory.pool import Lease

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.execute.coroutines import Outcome
    from shtairir.planning.plan import Task

PLAIN = frozenset({float, int, bool, str, bytes, complex, type(None)})
"""Types whose values nobody can change."""

NUMBERS = frozenset({float, int, bool})

DEEPEST = 200
"""How deep lists, dictionaries and tuples may be nested in what a block returns."""
_HOLDERS = (list, dict, tuple)

_EXACT = {"float": float, "int": int, "bool": bool, "text": str}
_CHECKED_ITEMS = 1000

_lone = [object()]
_ALONE = sys.getrefcount(_lone[0])
"""What `sys.getrefcount` says of an item that only its list refers to; the number differs among Pythons."""


class Pace:
    """What is known of how long a block takes.

    Attributes
    ----------
    quick
        Whether its last call gave a number, and at once: the next one likely does too.
    """

    __slots__ = ("quick",)

    def __init__(self) -> None:
        self.quick = False


class Face(NamedTuple):
    """What of a call is the same for all tasks of a block; see `Call`."""

    function: Callable[..., Any]
    context_argument: str | None
    families: tuple[str, ...]
    overwrites: frozenset[str]
    checks: tuple[tuple[type | None, Callable[[object], str | None] | None], ...]
    plain_output: type | None
    coroutine: Callable[..., Any] | None

    @classmethod
    def of(cls, definition: BlockDefinition) -> Face:
        """Return what there is to say of a block."""
        traits = definition.traits
        checks = tuple(_check(port.type) for port in definition.outputs)
        return cls(
            _awaited(definition.function) if traits.runs_on == "async" else definition.function,
            definition.context_argument,
            tuple(port.type.family for port in definition.outputs),
            frozenset(traits.inplace),
            checks,
            checks[0][0] if len(checks) == 1 and checks[0][0] in NUMBERS else None,
            definition.function if traits.runs_on == "async" else None,
        )


class Call:
    """What is needed to call a task's block, looked up once.

    Attributes
    ----------
    plain_output
        The type of the only output if it is a number: a value of just this type needs no check.
    coroutine
        Of an async block, its function as it is.
    condition
        That of the node's policy, if there is one.
    route
        For whoever calls blocks elsewhere (`shtairir.execute.attempt.Invoke`), to note where this one goes.
    pace
        Shared by all calls of the block.
    """

    __slots__ = (
        "_checks",
        "_constants",
        "_copied",
        "_overwrites",
        "condition",
        "context_argument",
        "coroutine",
        "families",
        "first_slot",
        "function",
        "output_count",
        "pace",
        "plain_output",
        "resources",
        "route",
        "task",
    )

    def __init__(self, task: Task, pace: Pace | None = None, face: Face | None = None) -> None:
        face = face if face is not None else Face.of(task.definition)
        self.task = task
        self.pace = pace if pace is not None else Pace()
        self.resources = task.definition.traits.resources
        self.first_slot = task.first_slot
        self.function = face.function
        self.context_argument = face.context_argument
        self.output_count = len(face.families)
        self.families = face.families
        self._overwrites = face.overwrites
        self._checks = face.checks
        self.plain_output = face.plain_output
        self.coroutine = face.coroutine
        self.condition = task.policy.condition
        self.route: Any = None
        self._constants: Mapping[str, Any] = task.values
        self._copied: tuple[str, ...] = ()
        if not PLAIN.issuperset(map(type, task.values.values())):
            self._constants = {name: _protected(value) for name, value in task.values.items()}
            self._copied = tuple(name for name, value in self._constants.items() if self._must_copy(name, value))

    def _must_copy(self, name: str, value: object) -> bool:
        return isinstance(value, list | dict) or (name in self._overwrites and type(value) not in PLAIN)

    def arguments(self, slots: list[Any], is_sole: Callable[[int], bool]) -> dict[str, Any]:
        """Return the arguments, but for the context.

        Parameters
        ----------
        is_sole
            Whether the only reader of a slot is this call, and nobody keeps its value.

        Raises
        ------
        ExecutionError
            When a value arrives that its input cannot take.
        """
        arguments = dict(self._constants)
        for name in self._copied:
            value = arguments[name]
            arguments[name] = _writable_copy(value) if name in self._overwrites else received(value)
        for name, _, slot, conversion, checked in self.task.inputs:
            value = slots[slot]
            if type(value) not in PLAIN:
                if name in self._overwrites:
                    value = value if may_overwrite(slots, slot, 1) and is_sole(slot) else _writable_copy(value)
                else:
                    value = received(value)
            if checked is not None:
                why = checked.check(value)
                if why is not None:
                    raise ExecutionError(f"The input '{name}' cannot take what arrives: {why}.")
            arguments[name] = value if conversion is None else conversion.apply(value)
        return arguments

    def outputs(self, returned: Any) -> Sequence[Any]:
        """Return what the block returned as its outputs.

        Raises
        ------
        ExecutionError
            When they are not as many, or not of the types, that the block declares.
        """
        count = self.output_count
        if count == 1:
            values: Sequence[Any] = (returned,)
        elif count == 0:
            values = ()
            if returned is not None:
                raise ExecutionError(
                    f"The block declares no output but returned {describe(returned)}.",
                    hint="Annotate the function with the type that it returns, or return nothing.",
                )
        else:
            values = self._several(returned)
        for number, (exact, check) in enumerate(self._checks):
            if check is not None and type(values[number]) is not exact:
                self._refuse_unfit(number, values[number], check)
        for number, value in enumerate(values):
            if isinstance(value, _HOLDERS) and _is_too_deep(value):
                raise ExecutionError(
                    f"The output '{self.task.definition.outputs[number].name}' holds itself, or is nested more than "
                    f"{DEEPEST} deep: it cannot be handed on.",
                    hint="Return flat data, such as a table or a list of pairs, or an object of a class of your own.",
                )
        return values

    def _several(self, returned: Any) -> Sequence[Any]:
        definition = self.task.definition
        names = ", ".join(port.name for port in definition.outputs)
        wanted = f"The block declares {self.output_count} outputs ({names})"
        if not isinstance(returned, tuple):
            raise ExecutionError(f"{wanted} but returned {describe(returned)}.", hint="Return a tuple of all of them.")
        if len(returned) != self.output_count:
            raise ExecutionError(f"{wanted} but returned {len(returned)} values.", hint="Return all of them, in order.")
        return returned

    def _refuse_unfit(self, number: int, value: Any, check: Callable[[object], str | None]) -> None:
        if isinstance(value, list) and len(value) > _CHECKED_ITEMS:
            value = value[: _CHECKED_ITEMS // 2] + value[-_CHECKED_ITEMS // 2 :]
        why = check(value)
        if why is not None:
            definition: BlockDefinition = self.task.definition
            raise ExecutionError(
                f"The output '{definition.outputs[number].name}' is not what the block declares: {why}.",
                hint="Return what the annotation says, or change the annotation.",
            )


def _is_too_deep(value: object) -> bool:
    """Whether lists, dictionaries and tuples are nested so deep that to copy them would take more stack than there is.

    Each is looked at once a level, so one that holds itself many times takes no longer.
    """
    level: dict[int, Any] = {id(value): value}
    for _ in range(DEEPEST):
        held = (one.values() if isinstance(one, dict) else one for one in level.values())
        mixed = (items for items in held if not PLAIN.issuperset(map(type, items)))
        level = {id(item): item for items in mixed for item in items if isinstance(item, _HOLDERS)}
        if not level:
            return False
    return True


def received(value: Any) -> Any:
    """Return a value as a reader may have it: nothing the reader does with it reaches another."""
    kind = type(value)
    if kind is list:
        return value.copy() if PLAIN.issuperset(map(type, value)) else [received(item) for item in value]
    if kind is dict:
        return {key: received(item) for key, item in value.items()}
    if kind is tuple:
        return value if PLAIN.issuperset(map(type, value)) else tuple(map(received, value))
    if isinstance(value, Audio):
        samples: Any = read_only(value.samples)
        return value if samples is value.samples else Audio(samples, value.rate_hz)
    if isinstance(value, (list, dict, set, bytearray)):
        return _copied(value)
    if kind is loaded_class("polars", "DataFrame"):
        return value.clone()  # the columns are the same
    return read_only(value)


def is_apart(value: Any) -> bool:
    """Whether a value shares nothing that changes with what was received of it."""
    return type(value) in PLAIN or (type(value) is list and PLAIN.issuperset(map(type, value)))


def _copied(value: Any) -> Any:
    """Return a copy of something that holds others, of the same kind as it is; itself if it cannot be copied."""
    try:
        made = copy.copy(value)
        if isinstance(made, dict):
            for key, item in value.items():
                made[key] = received(item)
        elif isinstance(made, list):
            made[:] = map(received, value)
    except Exception:  # noqa: BLE001 - a class of somebody else's may raise anything
        return value
    return made


def _protected(value: object) -> object:
    return value if type(value) in PLAIN else read_only(value)


def exact_type(kind: PortType) -> type | None:
    """Return the Python type whose values need no check to be of a port's type."""
    return _EXACT.get(kind.kind) if isinstance(kind, ScalarType) else None


def _check(kind: PortType) -> tuple[type | None, Callable[[object], str | None] | None]:
    """Return a Python type that needs no check, and the check for all others; no check for any type."""
    if isinstance(kind, AnyType):
        return None, None
    return exact_type(kind), kind.check


def may_overwrite(slots: list[Any], slot: int, others: int = 0) -> bool:
    """Whether nothing but its slot, and so many others, refer to an array, and it owns its memory or its buffer."""
    if sys.getrefcount(slots[slot]) > _ALONE + others or not hasattr(slots[slot], "flags"):
        return False
    base = [slots[slot].base]
    owned = base[0] is None or (isinstance(getattr(base[0], "base", None), Lease) and _is_lone(base))
    return owned and bool(slots[slot].flags.writeable)


def _is_lone(base: list[Any]) -> bool:
    """Whether only one array shows the memory of a lent buffer: the one whose base this is."""
    return sys.getrefcount(base[0]) <= _ALONE + 1


def _writable_copy(value: Any) -> Any:
    return value.copy() if isinstance(value, loaded_class("numpy", "ndarray")) else copy.deepcopy(value)


def _awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that waits for a coroutine, for those who cannot do without a worker meanwhile."""

    def run(**arguments: Any) -> Any:
        from shtairir.execute.coroutines import coroutines  # a run without coroutines needs none of it

        landed: SimpleQueue[Outcome] = SimpleQueue()
        coroutines.flight().send(function, arguments, lambda *outcome: landed.put(outcome))
        returned, raised = landed.get()
        if raised is not None:
            raise raised
        return returned

    return run
