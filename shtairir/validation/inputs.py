"""Whether each input of each node has what it needs, and whether what it has fits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import InputPort
from shtairir.block.types import EnumType
from shtairir.document.edits import Edit, SetValue, UnsetValue
from shtairir.document.model import JsonValue, Node
from shtairir.document.paths import absolute_path
from shtairir.ids import PortName, PortRef
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey


def check_inputs(survey: Survey) -> None:
    """Find inputs with nothing in them, and values that do not fit."""
    required: dict[int, tuple[InputPort, ...]] = {}
    nodes, links = survey.graph.nodes, survey.graph.links
    for key, definition in survey.definitions.items():
        node = nodes[key]
        ports = required.get(id(definition))
        if ports is None:
            ports = required[id(definition)] = tuple(port for port in definition.inputs if port.required)
        for port in ports:
            if port.name not in node.values and PortRef(key, port.name) not in links:
                _missing_input(survey, node, port)
        if node.values:
            for name, value in node.values.items():
                if PortRef(key, PortName(name)) not in links:
                    _check_value(survey, node, definition, PortName(name), value)


def _missing_input(survey: Survey, node: Node, port: InputPort) -> None:
    fix = f"Link an output of type {port.type.name} to it{', or set a value' if port.editable else ''}."
    survey.error(
        "missing_input",
        f"The input '{port.name}' of '{node.id}' has no link and no value.",
        node.id,
        port.name,
        fix=fix,
    )


def _check_value(survey: Survey, node: Node, definition: BlockDefinition, name: PortName, value: JsonValue) -> None:
    port = definition.input(name)
    if port is None:
        known = [one.name for one in definition.inputs]
        fix = survey.did_you_mean(name, known) or f"Remove the value; the block has {_listed(known)}."
        message = f"'{node.id}' has a value for '{name}', but its block has no such input"
        edit = UnsetValue(node.id, name)
        if definition.version == 1:
            survey.error("unknown_port", f"{message}.", node.id, name, fix=fix, edit=edit)
        else:  # a block that was another once may have had it; what a person set then is not thrown away
            message = f"{message} in version {definition.version}: the value is kept, and not used."
            survey.problems.append(Problem("warning", "unknown_value", message, node.id, name, fix=fix, edit=edit))
        return
    try:
        parsed = port.parse(value)
        refusal = port.check_range(parsed)
    except Exception as error:  # noqa: BLE001 - a pack's own type may raise anything; validation never does
        _bad_value(survey, node, port, value, str(error) or type(error).__name__)
        return
    if refusal is not None:
        _out_of_range(survey, node, port, parsed, refusal)
    elif port.param.path in ("open", "folder"):
        _check_file(survey, node, port, value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) if names else "no inputs"


def _bad_value(survey: Survey, node: Node, port: InputPort, value: JsonValue, why: str) -> None:
    edit: Edit | None = None if port.required else UnsetValue(node.id, port.name)
    fix = "Set another value." if port.required else "Set another value, or reset it to its default."
    choices = port.type.choices if isinstance(port.type, EnumType) else ()
    match = survey.closest(str(value), [str(choice) for choice in choices])
    if match is not None:
        fix = f"Did you mean '{match}'?"
        edit = SetValue(node.id, port.name, next(choice for choice in choices if str(choice) == match))
    message = f"The value of '{port.name}' of '{node.id}' does not fit: {_as_clause(why)}"
    survey.error("bad_value", message, node.id, port.name, fix=fix, edit=edit)


def _out_of_range(survey: Survey, node: Node, port: InputPort, parsed: object, why: str) -> None:
    param = port.param
    edit, fix = None, "Set a value in range."
    if isinstance(parsed, int | float):
        nearest = param.ge if param.ge is not None and parsed < param.ge else param.le
        if nearest is not None and port.param.refusal(nearest) is None:
            number = int(nearest) if isinstance(parsed, int) and float(nearest).is_integer() else nearest
            edit, fix = SetValue(node.id, port.name, number), f"Set it to {nearest:g}."
    if param.choices is not None:
        fix = "Choose one of them."
    message = f"The value of '{port.name}' of '{node.id}': {_as_clause(why)}"
    survey.error("out_of_range", message, node.id, port.name, fix=fix, edit=edit)


def _as_clause(sentence: str) -> str:
    """A sentence after a colon: its first letter small, unless it is a name in capitals."""
    start = sentence[:2]
    return sentence[:1].lower() + sentence[1:] if start[1:].islower() else sentence


def _check_file(survey: Survey, node: Node, port: InputPort, value: JsonValue) -> None:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, str) or not one:
            continue
        wanted = absolute_path(one, survey.graph.base_dir)
        wants_folder = port.param.path == "folder"
        try:
            there, fits = wanted.exists(), wanted.is_dir() if wants_folder else not wanted.is_dir()
        except (OSError, ValueError):
            there, fits = False, True
        if there and fits:
            continue
        kind, other = ("folder", "file") if wants_folder else ("file", "folder")
        lack = f"There is no {kind} '{one}'" if not there else f"'{one}' is a {other}, not a {kind}"
        match = None if there else _file_like(survey, wanted)
        edit = None
        if match is not None and not isinstance(value, list):
            edit = SetValue(node.id, port.name, Path(one).with_name(match).as_posix())
        survey.error(
            "missing_file",
            f"{lack} for '{port.name}' of '{node.id}' (looked in {wanted.parent}).",
            node.id,
            port.name,
            fix=f"Did you mean '{match}'?" if match else f"Choose a {kind} that exists.",
            edit=edit,
        )


def _file_like(survey: Survey, wanted: Path) -> str | None:
    try:
        return survey.closest(wanted.name, [entry.name for entry in wanted.parent.iterdir()])
    except OSError:
        return None
