"""The ``@block`` decorator: reads a function's signature and makes a definition of it.

Everything that could surprise later is refused here, with a sentence that names the block, the argument
and the fix.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin, overload

from shtairir.block.annotations import port_type
from shtairir.block.compensating import check_compensate
from shtairir.block.context import Context
from shtairir.block.definition import ATTRIBUTE, BlockDefinition, Migration, RunsOn, Traits
from shtairir.block.docstring import Docstring, read_docstring
from shtairir.block.elementwise import Reduction
from shtairir.block.lazy import Lazy
from shtairir.block.past import ID, check_aliases, check_migrations, check_renamed
from shtairir.block.ports import MISSING, InputPort, Out, OutputPort, Param
from shtairir.block.previewing import check_preview
from shtairir.block.returning import unpacked
from shtairir.block.types import EnumType, PortType
from shtairir.errors import BlockDefinitionError
from shtairir.ids import BlockId, PortName

if TYPE_CHECKING:
    from shtairir.block.interface import Adapt

_Function = TypeVar("_Function", bound=Callable[..., Any])
_RUNS_ON = ("thread", "process", "async")


@overload
def block(function: _Function, /) -> _Function: ...


@overload
def block(
    *,
    id: str | None = None,
    category: str = "Custom",
    name: str | None = None,
    tags: Sequence[str] = (),
    version: int = 1,
    pure: bool = True,
    deterministic: bool = True,
    runs_on: RunsOn = "thread",
    resources: Sequence[str] = (),
    splits: int | None = None,
    elementwise: bool = False,
    kernel: Callable[..., Any] | None = None,
    inplace: Sequence[str] = (),
    compensate: Callable[..., Any] | None = None,
    timeout_s: float | None = None,
    retries: int | None = None,
    infer: Callable[..., Any] | None = None,
    cost: Callable[..., float] | float | None = None,
    reduction: Reduction | None = None,
    needs_trust: bool = False,
    lazy: Lazy | None = None,
    depends_on: Sequence[str] = (),
    idempotent: bool = False,
    preview: Callable[..., Any] | None = None,
    reads_environment: Sequence[str] = (),
    requires: Sequence[str] = (),
    extra: str | None = None,
    adapt: Adapt | None = None,
    migrations: Mapping[int, Migration] | None = None,
    renamed: Mapping[str, str] | None = None,
    aliases: Sequence[str] = (),
) -> Callable[[_Function], _Function]: ...


def block(function: _Function | None = None, /, **declared: Any) -> _Function | Callable[[_Function], _Function]:
    """Make a block of a type-hinted function.

    The function is returned as it was and can still be called; its definition hangs on it.

    Parameters
    ----------
    id
        ``family.name``; made from the category's first part and the function's name when left out.
    category
        Place in the palette: ``Image/Filter``.
    name
        The name for people; made from the function's name when left out.
    requires, extra
        Modules that the body imports, and the extra of this distribution that brings them.
    adapt
        For ports that depend on the node's values, see `BlockDefinition`.
    version, migrations, renamed, aliases
        What the block was before, so that graphs of that time still work: ``migrations={1: from_1_to_2}`` brings the
        values of older nodes up, ``renamed={"old": "new"}`` follows a port to its new name, and ``aliases=("old.id",)``
        are ids that the block had.

    Other parameters are the traits, see `Traits`.

    Raises
    ------
    BlockDefinitionError
        When signature and declaration do not fit together.

    Examples
    --------
    >>> @block(category="Math")
    ... def double(x: float) -> float:
    ...     '''Double a number.'''
    ...     return 2 * x
    >>> double(3.0)
    6.0
    """
    if function is not None:
        return _attach(function, {})
    return lambda decorated: _attach(decorated, declared)


def _attach(function: _Function, declared: dict[str, Any]) -> _Function:
    setattr(function, ATTRIBUTE, define(function, **declared))
    return function


def define(
    function: Callable[..., Any],
    *,
    id: str | None = None,
    category: str = "Custom",
    name: str | None = None,
    tags: Sequence[str] = (),
    version: int = 1,
    requires: Sequence[str] = (),
    extra: str | None = None,
    adapt: Adapt | None = None,
    migrations: Mapping[int, Migration] | None = None,
    renamed: Mapping[str, str] | None = None,
    aliases: Sequence[str] = (),
    **traits: Any,
) -> BlockDefinition:
    """Return the definition of a function as a block; see `block` for the parameters."""
    stem = function.__name__.strip("_").lower()
    block_id = id or f"{category.partition('/')[0].strip().lower().replace(' ', '_')}.{stem}"
    signature = _Signature(function, block_id)
    if not ID.fullmatch(block_id):
        raise signature.error(
            f"'{block_id}' is not a block id.",
            hint="Write it as family.name in lower case, such as image.blur.",
        )
    code = inspect.unwrap(function).__code__ if hasattr(inspect.unwrap(function), "__code__") else None
    inputs, context_argument = signature.inputs()
    outputs = signature.outputs()
    ports = {port.name for port in inputs} | {port.name for port in outputs}
    check_migrations(signature.error, version, migrations or {})
    check_aliases(signature.error, block_id, aliases)
    check_renamed(signature.error, renamed or {}, ports, adapted=adapt is not None)
    made = unpacked if signature.returns_tuple and len(outputs) == 1 else _as_it_is
    known = _traits(signature, {port.name for port in inputs}, traits)
    return BlockDefinition(
        id=BlockId(block_id),
        function=made(function),
        name=name or stem.replace("_", " ").capitalize(),
        category=category,
        summary=signature.doc.summary,
        doc=signature.doc.text,
        inputs=inputs,
        outputs=outputs,
        tags=tuple(tags),
        version=version,
        context_argument=context_argument,
        traits=known if known.preview is None else replace(known, preview=made(known.preview)),
        requires=tuple(requires),
        extra=extra,
        pack=function.__module__.partition(".")[0],
        file=code.co_filename if code else "",
        line=code.co_firstlineno if code else 0,
        adapt=adapt,
        migrations=dict(migrations or {}),
        renamed=dict(renamed or {}),
        aliases=tuple(aliases),
    )


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _traits(signature: _Signature, arguments: set[PortName], declared: dict[str, Any]) -> Traits:
    for key in ("resources", "inplace", "depends_on", "reads_environment"):
        if isinstance(declared.get(key), str):
            raise signature.error(f"'{key}' must be a list of names, not a text.", hint=f'Write {key}=("...",).')
        declared[key] = tuple(declared.get(key, ()))
    unknown = [name for name in declared["inplace"] if name not in arguments]
    if unknown:
        raise signature.error(
            f"inplace names '{unknown[0]}', which is not an argument.",
            argument=unknown[0],
            hint=f"Its arguments are: {', '.join(sorted(arguments)) or 'none'}.",
        )
    if declared.get("runs_on", "thread") not in _RUNS_ON:
        raise signature.error(f"runs_on is '{declared['runs_on']}'.", hint=f"Use one of {', '.join(_RUNS_ON)}.")
    if declared.get("runs_on") != "async" and inspect.iscoroutinefunction(signature.function):
        raise signature.error("it is an async function.", hint='Declare runs_on="async".')
    if (declared.get("retries") or 0) < 0:
        raise signature.error("retries is negative.", hint="Use 0 for no retries.")
    if declared.get("timeout_s") is not None and not declared["timeout_s"] > 0:
        raise signature.error(f"timeout_s is {declared['timeout_s']!r}.", hint="Use seconds, or leave it out.")
    check_compensate(signature.error, declared.get("compensate"), arguments, pure=declared.get("pure", True))
    check_preview(signature.error, signature.function, declared.get("preview"), pure=declared.get("pure", True))
    try:
        return Traits(**declared)
    except TypeError:
        wrong = sorted(set(declared) - set(Traits.__slots__))
        raise signature.error(f"@block does not know '{', '.join(wrong)}'.", hint="See Traits for the names.") from None


class _Signature:
    """A function's signature and docstring, read for ports."""

    def __init__(self, function: Callable[..., Any], block_id: str) -> None:
        self.function = function
        self.block_id = block_id
        self.doc: Docstring = read_docstring(function.__doc__)
        try:
            self.hints = typing.get_type_hints(function, include_extras=True)
        except NameError as error:
            raise self.error(
                f"its annotation names '{error.name}', which cannot be found.",
                hint="Import it at the top of the module, not under TYPE_CHECKING.",
            ) from None

    def error(self, message: str, *, argument: str | None = None, hint: str = "") -> BlockDefinitionError:
        return BlockDefinitionError(
            f"Block {self.block_id}: {message}", block=self.block_id, argument=argument, hint=hint
        )

    def inputs(self) -> tuple[tuple[InputPort, ...], str | None]:
        """Return the input ports and the name of the argument that takes the context."""
        ports: list[InputPort] = []
        context = None
        for parameter in inspect.signature(self.function).parameters.values():
            if self.hints.get(parameter.name) is Context:
                context = parameter.name
            else:
                ports.append(self._input(parameter))
        return tuple(ports), context

    def _input(self, parameter: inspect.Parameter) -> InputPort:
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise self.error(
                f"argument '{parameter}' takes any number of values.",
                argument=name,
                hint="A block has a fixed set of inputs: take a list[...] instead.",
            )
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise self.error(f"argument '{name}' is positional only.", argument=name, hint="Remove the '/'.")
        if name not in self.hints:
            raise self.error(
                f"argument '{name}' has no type.",
                argument=name,
                hint=f"Annotate it, for example {name}: float.",
            )
        annotation = self.hints[name]
        kind = self._port_type(annotation, f"argument '{name}'", name)
        param = next((item for item in get_args(annotation)[1:] if isinstance(item, Param)), Param())
        port = InputPort(
            name=PortName(name),
            type=kind,
            required=parameter.default is parameter.empty,
            default=MISSING if parameter.default is parameter.empty else parameter.default,
            param=self._with_choices(param, kind),
            help=self.doc.entries.get("Parameters", {}).get(name, ""),
            label=param.label or _label(name),
        )
        self._check_default(port)
        return port

    def _port_type(self, annotation: Any, what: str, argument: str | None) -> PortType:
        try:
            return port_type(annotation)
        except TypeError as error:
            raise self.error(f"the type of {what} does not fit: {error}", argument=argument) from None

    @staticmethod
    def _with_choices(param: Param, kind: PortType) -> Param:
        if param.choices is None and isinstance(kind, EnumType):
            return replace(param, choices=kind.choices)
        return param

    def _check_default(self, port: InputPort) -> None:
        if port.default is MISSING:
            return
        if port.default is None and not port.optional and port.type.check(None):
            why: str | None = "expected a value, got nothing"
            hint = f"Write {port.name}: ... | None = None, or give a value."
        else:
            why = port.type.check(port.default) or port.check_range(port.type.dump(port.default))
            hint = "Change the default or the annotation."
        if why:
            raise self.error(
                f"the default of argument '{port.name}' does not fit: {why}", argument=port.name, hint=hint
            )

    @property
    def returns_tuple(self) -> bool:
        """Whether the result names its outputs, be it only one."""
        annotation = self.hints.get("return")
        is_named = isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")
        return is_named or get_origin(annotation) is tuple

    def outputs(self) -> tuple[OutputPort, ...]:
        """Return the output ports, from the annotation of the result."""
        if "return" not in self.hints:
            raise self.error(
                "the result has no type.", hint="Annotate it, for example -> float, or -> None for no output."
            )
        annotation = self.hints["return"]
        if annotation is type(None):
            return ()
        if isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
            return self._named_outputs(annotation)
        if get_origin(annotation) is tuple:
            return self._annotated_outputs(get_args(annotation))
        kind = self._port_type(annotation, "the result", None)
        described = self.doc.entries.get("Returns", {})
        text = described.get("out") or next(iter(described.values()), "")
        return (OutputPort(PortName("out"), kind, help=text, label=_label("out")),)

    def _named_outputs(self, annotation: Any) -> tuple[OutputPort, ...]:
        hints = typing.get_type_hints(annotation, include_extras=True)
        described = {
            **read_docstring(annotation.__doc__).entries.get("Attributes", {}),
            **self.doc.entries.get("Returns", {}),
        }
        return tuple(
            OutputPort(
                PortName(name),
                self._port_type(hints[name], f"output '{name}'", name),
                help=described.get(name, ""),
                label=_label(name),
            )
            for name in annotation._fields
        )

    def _annotated_outputs(self, items: tuple[Any, ...]) -> tuple[OutputPort, ...]:
        ports = []
        for index, item in enumerate(items):
            out = next((extra for extra in get_args(item)[1:] if isinstance(extra, Out)), None)
            if get_origin(item) is not Annotated or out is None:
                raise self.error(
                    f"output {index} of the result tuple has no name.",
                    hint='Return a NamedTuple, or annotate each item: Annotated[float, Out("mean")].',
                )
            kind = self._port_type(item, f"output '{out.name}'", out.name)
            ports.append(OutputPort(PortName(out.name), kind, help=out.help, label=out.label or _label(out.name)))
        names = [port.name for port in ports]
        if len(set(names)) != len(names):
            raise self.error("two outputs have the same name.", hint="Give each output a name of its own.")
        return tuple(ports)


def _label(name: str) -> str:
    return name.strip("_").replace("_", " ")
