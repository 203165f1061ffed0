"""A block as the rest of the house sees it: a frozen description around a function."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shtairir.block.elementwise import Reduction
from shtairir.block.lazy import Lazy
from shtairir.block.ports import InputPort, OutputPort
from shtairir.errors import BlockDefinitionError
from shtairir.ids import BlockId, PortName

if TYPE_CHECKING:
    from shtairir.block.interface import Adapt

Migration: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From the values of a node, as its file holds them, to those of the next version of its block."""

RunsOn = Literal["thread", "process", "async"]
ATTRIBUTE = "__shtairir_block__"


@dataclass(frozen=True, slots=True)
class Traits:
    """What the planner and the executor may assume of a block.

    Attributes
    ----------
    pure
        Same inputs, same outputs, no effect. An impure block is never cached or merged.
    deterministic
        Whether a pure block gives the same result each time.
    runs_on
        Which kind of worker.
    resources
        Names of resources held while it runs; one that is named twice is held twice. ``cpu``, ``gpu`` and ``process``
        stand for processors (one is held anyway), GPUs and processes.
    splits
        Axis along which the work may be divided; ``None`` when it may not.
    elementwise, kernel
        It may be fused with its neighbours; the function that writes into a given buffer, if there is one.
    reduction
        For a block that makes one value of all elements of its first input: how that is put together from pieces.
    inplace
        Inputs that it may write into when it is their only reader.
    compensate
        Undoes the block's effect, see `shtairir.block.compensating`.
    timeout_s, retries
        Defaults for the node's policy. A block with an effect is tried once, unless it says here that to try it again
        does no harm.
    depends_on
        Names of what it needs outside, such as ``"api.example.com"``; each has a circuit breaker.
    idempotent
        Of an impure block, that to run it twice does no more than to run it once: it only looks at the world, or it
        hands on `Context.idempotency_key`. When a program is killed in the middle of another impure block, nobody can
        tell whether that has had its effect, and a person is asked before it runs again; of this one, nobody is.
    infer
        Tells the outputs' shapes and sizes from those of the inputs, see `shtairir.block.infer`.
    cost
        The seconds that a call takes, or a function of the same arguments as ``infer`` that tells them.
    needs_trust
        It runs what its values say (a command, a program), so only in a graph that the user trusts.
    lazy
        Inputs of which only a chosen one is computed and handed on, see `shtairir.block.lazy`.
    preview
        A cheap variant: takes the same arguments and makes outputs of the same types and shapes, only rougher. While a
        person drags a slider it is called instead, see ``shtairir.start(..., preview=True)``.
    reads_environment
        Names of environment variables that the result depends on, such as ``"LANG"``: if one has another value, what is
        kept of earlier runs is not taken.
    """

    pure: bool = True
    deterministic: bool = True
    runs_on: RunsOn = "thread"
    resources: tuple[str, ...] = ()
    splits: int | None = None
    elementwise: bool = False
    kernel: Callable[..., Any] | None = None
    inplace: tuple[str, ...] = ()
    compensate: Callable[..., Any] | None = None
    timeout_s: float | None = None
    retries: int | None = None
    infer: Callable[..., Any] | None = None
    cost: Callable[..., float] | float | None = None
    reduction: Reduction | None = None
    needs_trust: bool = False
    lazy: Lazy | None = None
    depends_on: tuple[str, ...] = ()
    idempotent: bool = False
    preview: Callable[..., Any] | None = None
    reads_environment: tuple[str, ...] = ()

    @property
    def repeatable(self) -> bool:
        """Whether it may run again without asking, when nobody knows whether it has."""
        return self.pure or self.idempotent


@dataclass(frozen=True, slots=True)
class MissingLibrary:
    """Which libraries a block lacks and which extra brings them."""

    modules: tuple[str, ...]
    extra: str | None

    @property
    def message(self) -> str:
        """What to do, in a sentence."""
        names = ", ".join(self.modules)
        how = f'pip install "shtairir[{self.extra}]"' if self.extra else f"pip install {' '.join(self.modules)}"
        return f"Needs {names}, which is not installed. Install it with: {how}"


@dataclass(frozen=True, slots=True, eq=False)
class BlockDefinition:
    """All that is known of a block.

    Attributes
    ----------
    name
        For people: ``Gaussian blur``.
    category
        Where it stands in the palette: ``Image/Filter``.
    context_argument
        The argument that receives the run's `Context`, if there is one.
    pack
        The distribution or file that it came from.
    adapt
        For a block whose ports depend on its values: returns the definition with the ports of a node. It gets the
        node's values and the `Scope` around it, is pure and cheap, and may raise a `ShtairirError` whose sentence says
        what is wrong with the values.
    version
        Goes up when values of older nodes mean something else, or when the result is another.
    migrations
        Version → function that brings the values of a node of that version to the next; pure.
    renamed
        Old name of a port → its name now; values and links follow.
    aliases
        Ids that the block had before; nodes that name them are of this block.
    """

    id: BlockId
    function: Callable[..., Any]
    name: str
    category: str
    summary: str
    doc: str
    inputs: tuple[InputPort, ...]
    outputs: tuple[OutputPort, ...]
    tags: tuple[str, ...] = ()
    version: int = 1
    context_argument: str | None = None
    traits: Traits = field(default_factory=Traits)
    requires: tuple[str, ...] = ()
    extra: str | None = None
    pack: str = ""
    file: str = ""
    line: int = 0
    adapt: Adapt | None = None
    migrations: Mapping[int, Migration] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    _inputs_by_name: Mapping[str, InputPort] = field(init=False, repr=False)
    _outputs_by_name: Mapping[str, OutputPort] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_inputs_by_name", {port.name: port for port in self.inputs})
        object.__setattr__(self, "_outputs_by_name", {port.name: port for port in self.outputs})

    @property
    def family(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    def input(self, name: PortName | str) -> InputPort | None:
        """Return the input of that name, or ``None``."""
        return self._inputs_by_name.get(name)

    def output(self, name: PortName | str) -> OutputPort | None:
        """Return the output of that name, or ``None``."""
        return self._outputs_by_name.get(name)

    def missing(self) -> MissingLibrary | None:
        """Return what the block lacks to run here, or ``None`` when it lacks nothing."""
        absent = tuple(module for module in self.requires if not _is_installed(module))
        return MissingLibrary(absent, self.extra) if absent else None

    def source(self) -> str:
        """Return the block's source code; empty when it cannot be had."""
        written = getattr(self.function, "source", None)
        if isinstance(written, str):  # a code block, whose function is compiled only when it is called
            return written
        try:
            return inspect.getsource(self.function)
        except (OSError, TypeError):
            return ""


_installed: dict[str, bool] = {}


def _is_installed(module: str) -> bool:
    # Only good news is remembered: a library may be installed while the window is open.
    if not _installed.get(module):
        try:
            _installed[module] = importlib.util.find_spec(module) is not None
        except (ImportError, ValueError):
            return False
    return _installed[module]


def definition_of(function: object) -> BlockDefinition:
    """Return the definition that ``@block`` attached to a function.

    Raises
    ------
    BlockDefinitionError
        When the function is not a block.
    """
    found = function if isinstance(function, BlockDefinition) else getattr(function, ATTRIBUTE, None)
    if not isinstance(found, BlockDefinition):
        name = getattr(function, "__name__", repr(function))
        raise BlockDefinitionError(f"{name} is not a block.", block=name, hint="Decorate the function with @block.")
    return found
