"""How loops are written: ``for`` and ``while`` around a call of the function that is their body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shtairir.block.types import ListType, ScalarType
from shtairir.document.model import Node
from shtairir.document.references import body_of
from shtairir.errors import ExportError
from shtairir.export.conditions import written
from shtairir.export.conversions import converted
from shtairir.export.text import call, indented, quoted
from shtairir.flow.loop_shape import INDEX, KEEP, STOP, Kind, LoopShape
from shtairir.flow.loops import shape_of
from shtairir.ids import PortName, PortRef

if TYPE_CHECKING:
    from shtairir.export.body import Body
    from shtairir.export.functions import Written


_KINDS: Mapping[str, Kind] = {
    "flow.for_each": "for_each",
    "flow.repeat": "repeat",
    "flow.while": "while",
    "flow.reduce": "reduce",
}


class _Loop:
    """A loop being written: its body as a function, and what each of the body's inputs gets."""

    def __init__(self, body: Body, node: Node) -> None:
        self.body = body
        self.node = node
        self.definition = body.definitions[node.id]
        name = body_of(node)
        if name is None:
            raise ExportError(f"Node '{node.id}' has no body to repeat.", hint="Choose a subgraph for 'body'.")
        self.function: Written = body.functions.written(body.snapshot, name)
        self.shape: LoopShape = shape_of(_KINDS[self.definition.id], node.values, self.function.interface)
        self.given: dict[str, str] = {}
        self.number = ""
        for port in self.function.interface.inputs:
            if port.name not in self.shape.iterated and port.name not in self.shape.carried:
                self._pass_on(port.name)

    def _pass_on(self, name: str) -> None:
        port = self.definition.input(self.shape.ports[name])
        expression = self.body.argument(self.node, port) if port is not None else None
        if expression is not None:
            self.given[name] = expression

    @property
    def is_counted(self) -> bool:
        """Whether the body gets the number of the turn."""
        return self.shape.numbered and "index" not in self.given

    def give_number(self, name: str) -> None:
        """Hand the number of the turn to the body, as the type that it wants."""
        port = self.function.interface.input(INDEX)
        assert port is not None  # it is counted
        imports = self.body.functions.imports
        self.given[INDEX] = converted(imports, name, ScalarType("int"), port.type)

    def carry(self, output: str, name: str, expression: str) -> None:
        """Hand an output to the input that it becomes in the next turn, as the type that this wants."""
        source, target = self.function.interface.output(output), self.function.interface.input(name)
        assert source is not None  # the loop was checked
        assert target is not None
        self.given[name] = converted(self.body.functions.imports, expression, source.type, target.type)

    def source(self, name: str) -> str:
        """Return the expression for what arrives at the loop for an input of the body."""
        return self.body.value(self.node, self.shape.ports[name])

    def called(self) -> list[str]:
        """Return the arguments of a call of the body."""
        arguments, first = self.function.arguments, next(iter(self.function.arguments), "")
        by_place = [self.given[first]] if first in self.given else []
        named = {name: expression for name, expression in self.given.items() if name != first}
        return [*by_place, *(f"{arguments[name]}={expression}" for name, expression in named.items())]

    def call(self, before: str = "") -> list[str]:
        """Return the call of the body."""
        return call(self.function.name, self.called(), before)

    def result(self, done: str, output: str) -> str:
        """Return the expression for an output of the body, after a call whose result has a name."""
        return self.function.result(done, output)

    def value(self, name: str, default: Any) -> Any:
        """Return a setting of the loop."""
        return self.node.values.get(name, default)


# --- For each -----------------------------------------------------------------------------------------------------


def for_each(body: Body, node: Node) -> list[str]:
    """Write a loop over items."""
    loop = _Loop(body, node)
    sources = [_items(loop, name) for name in loop.shape.iterated]
    on_error, concat = loop.value("on_error", "stop"), loop.value("gather", "list") == "concat"
    names = {port.name: body.named(node, loop.definition, port.name) for port in loop.definition.outputs}
    gathered = {output: names[PortName(output)] for output in loop.shape.outputs}
    for name in loop.shape.iterated:
        loop.given[name] = body.names.take(name, "item")
    header = _header(loop, sources)
    simple = on_error == "stop" and not loop.shape.controls and len(gathered) == 1 == len(loop.function.outputs)
    if simple:
        (name,) = gathered.values()
        lines = _comprehension(loop, name, header)
    else:
        lines = _statements(loop, gathered, header, names.get(PortName("errors"), "") if on_error == "collect" else "")
    return [*lines, *(_joined(loop, output, name) for output, name in gathered.items() if concat)]


def _header(loop: _Loop, sources: list[str]) -> str:
    items = [loop.given[name] for name in loop.shape.iterated]
    variables = ", ".join(items)
    through = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)}, strict=True)"
    if not loop.is_counted and loop.value("on_error", "stop") != "collect":
        return f"for {variables} in {through}"
    loop.number = loop.body.names.take("index")
    if loop.is_counted:
        loop.give_number(loop.number)
    inner = variables if len(items) == 1 else f"({variables})"
    return f"for {loop.number}, {inner} in enumerate({through})"


def _comprehension(loop: _Loop, name: str, header: str) -> list[str]:
    line = f"{name} = [{loop.function.name}({', '.join(loop.called())}) {header}]"
    if len(line) < 104:
        return [line]
    return [f"{name} = [", *indented(call(loop.function.name, loop.called())), f"    {header}", "]"]


def _statements(loop: _Loop, gathered: Mapping[str, str], header: str, errors: str) -> list[str]:
    done = loop.body.names.take("done")
    tried = loop.call(f"{done} = ")
    if loop.value("on_error", "stop") == "skip":
        tried = ["try:", *indented(tried), "except Exception:", "    continue"]
    elif errors:
        problem = loop.body.names.take("problem")
        told = f'{{"index": {loop.number}, "error": str({problem})}}'
        caught = [f"{errors}.append({told})", "continue"]
        tried = ["try:", *indented(tried), f"except Exception as {problem}:", *indented(caught)]
    lines = list(tried)
    adding = [f"{name}.append({loop.result(done, output)})" for output, name in gathered.items()]
    if KEEP in loop.shape.controls:
        adding = [f"if {loop.result(done, KEEP)}:", *indented(adding or ["pass"])]
    lines += adding
    if STOP in loop.shape.controls:
        lines += [f"if {loop.result(done, STOP)}:", "    break"]
    lists = [*gathered.values(), *([errors] if errors else [])]
    return [*(f"{name} = []" for name in lists), f"{header}:", *indented(lines)]


def _items(loop: _Loop, name: str) -> str:
    """Return the expression for the items; what is known to be a list stands for itself."""
    expression = loop.source(name)
    port = PortName(loop.shape.ports[name])
    link = loop.body.snapshot.links.get(PortRef(loop.node.id, port))
    output = loop.body.definitions[link.source.node].output(link.source.port) if link is not None else None
    kind = output.type if output is not None else None
    items = str(loop.value("items", "auto"))
    wanted = loop.function.interface.input(name)
    item_family = wanted.type.family if wanted is not None else "any"
    if isinstance(kind, ListType) and items in ("auto", "list"):
        return expression
    if link is None and isinstance(loop.node.values.get(port), list):
        return expression
    helper = loop.body.functions.imports.name("shtairir.export.running", "items_of")
    settings = [quoted(items)] if items != "auto" else []
    settings += [f"{key}={loop.body.functions.literals.write(loop.node.values[key])}"
                 for key in ("by", "pattern", "axis") if key in loop.node.values]  # fmt: skip
    if item_family != "any":
        settings.append(f"family={quoted(item_family)}")
    if items == "files":
        loop.body.functions.literals.uses_folder = True
        settings.append(f"folder={loop.body.functions.literals.folder}")
    return f"{helper}({', '.join([expression, *settings])})"


def _joined(loop: _Loop, output: str, name: str) -> str:
    port = loop.function.interface.output(output)
    family = port.type.family if port is not None else "any"
    helper = loop.body.functions.imports.name("shtairir.export.running", "joined")
    return f"{name} = {helper}({name}, {quoted(family)})"


# --- Repeat, While, Reduce ----------------------------------------------------------------------------------------


def repeat(body: Body, node: Node) -> list[str]:
    """Write a loop of so many turns."""
    loop = _Loop(body, node)
    names = _states(loop)
    begin = [f"{names[name]} = {loop.source(name)}" for name in loop.shape.carried]
    begin += [f"{names[name]} = None" for name in loop.shape.outputs if name not in loop.shape.carried]
    turns = body.named(node, loop.definition, loop.definition.outputs[-1].name)
    index = body.names.take("index")
    if loop.is_counted:
        loop.give_number(index)
    lines = _turn(loop, names)
    lines.insert(len(lines), f"{turns} = {index} + 1")
    times = body.value(node, "times")
    until = str(loop.value("until", "")).strip()
    stops = [loop.result("done", STOP)] if STOP in loop.shape.controls else []
    if until:
        given = {**{name: names[name] for name in loop.shape.outputs}, "turn": turns}
        stops.append(_condition(body, until, given))
    ends = [f"if {' or '.join(stops)}:", "    break"] if stops else []
    return [*begin, f"{turns} = 0", f"for {index} in range({times}):", *indented([*lines, *ends])]


def while_(body: Body, node: Node) -> list[str]:
    """Write a loop with a condition."""
    loop = _Loop(body, node)
    names = _states(loop)
    begin = [f"{names[name]} = {loop.source(name)}" for name in loop.shape.carried]
    begin += [f"{names[name]} = None" for name in loop.shape.outputs if name not in loop.shape.carried]
    turns = body.named(node, loop.definition, loop.definition.outputs[-1].name)
    if loop.is_counted:
        loop.give_number(turns)
    given = {**loop.given, **{name: names[name] for name in loop.shape.carried}, "turn": turns}
    condition = _condition(body, str(loop.value("condition", "")), given)
    limit = body.value(node, "limit")
    refused = [f"if {turns} == {limit}:", '    raise RuntimeError("The condition still holds after so many turns.")']
    stops = [f"if {loop.result('done', STOP)}:", "    break"] if STOP in loop.shape.controls else []
    lines = [*refused, *_turn(loop, names), f"{turns} += 1", *stops]
    return [*begin, f"{turns} = 0", f"while {condition}:", *indented(lines)]


def reduce(body: Body, node: Node) -> list[str]:
    """Write a loop that combines items into one result."""
    loop = _Loop(body, node)
    (carried,), (iterated,) = loop.shape.carried, loop.shape.iterated
    source = _items(loop, iterated)
    name = body.named(node, loop.definition, loop.definition.outputs[0].name)
    begin = f"{name} = {loop.source(carried)}"
    loop.given[iterated] = body.names.take(iterated, "item")
    header = _header(loop, [source])
    loop.carry(loop.shape.accumulated, carried, name)
    if len(loop.function.outputs) == 1:
        return [begin, f"{header}:", *indented(loop.call(f"{name} = "))]
    done = body.names.take("done")
    lines = [*loop.call(f"{done} = "), f"{name} = {loop.result(done, loop.shape.accumulated)}"]
    return [begin, f"{header}:", *indented(lines)]


def _states(loop: _Loop) -> dict[str, str]:
    """Name the outputs, and have the carried inputs get what they hold."""
    body, node = loop.body, loop.node
    names = {output: body.named(node, loop.definition, output) for output in loop.shape.outputs}
    for name in loop.shape.carried:
        loop.carry(name, name, names[name])
    return names


def _turn(loop: _Loop, names: Mapping[str, str]) -> list[str]:
    """Return the statements of one turn, up to where the outputs have their names."""
    if len(loop.function.outputs) == 1 and len(names) == 1:
        (name,) = names.values()
        return loop.call(f"{name} = ")
    lines = loop.call("done = ")
    return [*lines, *(f"{name} = {loop.result('done', output)}" for output, name in names.items())]


def _condition(body: Body, text: str, given: Mapping[str, str]) -> str:
    return written(body, text, given, plain=False)
