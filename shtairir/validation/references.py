"""Whether the definitions, files and code that nodes stand for or run are there and can be used."""

from __future__ import annotations

from pathlib import Path, PurePath

from shtairir.block.code_function import CodeFunction
from shtairir.document.edits import Edit, SetBlock, SetValue
from shtairir.document.files import file_of, file_snapshot
from shtairir.document.model import Node
from shtairir.document.references import BODY, CODE, FILE, SUBGRAPH, code_block, instance_block
from shtairir.errors import DocumentError, ShtairirError
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.validation.problem import Problem
from shtairir.validation.survey import Survey

_SHOWN = 5
_LOOPS = ("flow.for_each", "flow.repeat", "flow.while", "flow.reduce")


def is_explained(survey: Survey, node: Node) -> bool:
    """Whether a node lacks its block for another reason than that no pack has it; a missing definition is told."""
    if node.id in survey.refused:
        return True  # see `check_refusals`
    if not node.block.startswith((SUBGRAPH, CODE)):
        return False
    _missing(survey, node)
    return True


def _missing(survey: Survey, node: Node) -> None:
    """Say that what a node stands for is not in the file."""
    _, _, name = node.block.partition(".")
    if node.block.startswith(SUBGRAPH):
        known, noun, code, make = list(survey.graph.subgraphs), "definition", "missing_definition", instance_block
    else:
        known, noun, code, make = list(survey.graph.code), "code block", "missing_code", code_block
    match = survey.closest(name, known)
    fix = f"Did you mean '{match}'?" if match else f"Add one of that name, or remove '{node.id}'."
    edit = SetBlock(node.id, make(match)) if match else None
    message = f"'{node.id}' stands for the {noun} '{name}', which is not in the graph."
    survey.error(code, message, node.id, fix=fix, edit=edit)


def check_refusals(survey: Survey) -> None:
    """Find nodes whose block is there but cannot be used as they have it."""
    for key, error in survey.refused.items():
        node = survey.graph.nodes[key]
        if _bad_body(survey, node):
            continue  # told by that
        if node.block.startswith(FILE):
            _bad_file(survey, node, None, node.block, error)
        else:
            message = f"'{key}' cannot be used as it is set: {clause(error.message)}"
            survey.error("bad_ports", message, key, fix=error.hint or None)


def check_bodies(survey: Survey) -> None:
    """Find loops without a body; that is told once, so what other checks said of that input is taken out."""
    bad = set()
    for node in survey.composing:
        if node.block in _LOOPS and node.id not in survey.refused and _bad_body(survey, node):
            bad.add((node.id, PortName(BODY)))
    if bad:
        survey.problems[:] = [
            one for one in survey.problems if one.code == "bad_body" or (one.node, one.port) not in bad
        ]


def _bad_body(survey: Survey, node: Node) -> bool:
    """Report what is wrong with a loop's body, and whether anything is."""
    if node.block not in _LOOPS:
        return False
    body, known = node.values.get(BODY), list(survey.graph.subgraphs)
    choose = f"Choose one of {', '.join(map(repr, known[:8]))}." if known else "Make a definition first."
    if PortRef(node.id, PortName(BODY)) in survey.graph.links:
        message = f"The body of '{node.id}' comes by a link, but it must be known before the run."
        survey.error("bad_body", message, node.id, BODY, fix="Remove the link, and name the body.")
    elif not isinstance(body, str) or not body:
        message = f"'{node.id}' has no body: which definition is to be repeated?"
        survey.error("bad_body", message, node.id, BODY, fix=choose)
    elif body.startswith(FILE):
        try:
            file_snapshot(survey.graph, body)
        except DocumentError as error:
            _bad_file(survey, node, BODY, body, error)
            return True
        return False
    elif body not in survey.graph.subgraphs:
        match = survey.closest(body, known)
        edit: Edit | None = SetValue(node.id, PortName(BODY), match) if match else None
        message = f"The body of '{node.id}' is '{body}', but the graph has no definition of that name."
        survey.error("bad_body", message, node.id, BODY, fix=f"Did you mean '{match}'?" if match else choose, edit=edit)
    else:
        return False
    return True


def _bad_file(survey: Survey, node: Node, port: str | None, block: str, error: ShtairirError) -> None:
    path = file_of(survey.graph, block)
    what = f"The graph file '{block.removeprefix(FILE)}' of '{node.id}'"
    if path.exists():
        message = f"{what} cannot be used: {error}"
        survey.error("bad_graph_file", message, node.id, port, fix="Mend the file, or choose another.")
        return
    match = _file_like(survey, path)
    edit: Edit | None = None
    if match is not None:
        name = FILE + PurePath(block.removeprefix(FILE)).with_name(match).as_posix()
        edit = (
            SetBlock(node.id, node.block.__class__(name)) if port is None else SetValue(node.id, PortName(BODY), name)
        )
    fix = f"Did you mean '{match}'?" if match else "Put the file there, or choose another."
    survey.error("missing_file", f"{what} does not exist (looked in {path.parent}).", node.id, port, fix=fix, edit=edit)


def _file_like(survey: Survey, path: Path) -> str | None:
    try:
        alike = [entry.name for entry in path.parent.iterdir() if entry.suffix == path.suffix]
        return survey.closest(path.name, alike)
    except OSError:
        return None


def check_code(survey: Survey) -> None:
    """Find code blocks that cannot be run as they are written; each is told once, at the first node that runs it."""
    users: dict[str, list[NodeId]] = {}
    for node in survey.composing:
        if node.block.startswith(CODE) and node.id in survey.definitions:
            users.setdefault(node.block, []).append(node.id)
    for block, nodes in users.items():
        function = survey.definitions[nodes[0]].function
        wrong = (
            [one for one in function.problems if one.severity == "error"] if isinstance(function, CodeFunction) else []
        )
        if wrong:
            more = f" {len(wrong) - 1} more are wrong." if len(wrong) > 1 else ""
            message = f"The code of '{nodes[0]}' ({block}), {clause(str(wrong[0]))}{more}"
            survey.error("bad_code", message, nodes[0], fix="Mend the code.", related=tuple(nodes))


def check_foreign(survey: Survey) -> None:
    """Tell what others have put into the sections of the file: it is kept, but means nothing here."""
    for section, entries in survey.graph.header.foreign.items():
        names = (
            ", ".join(repr(name[:60]) for name in list(entries)[:_SHOWN]) if isinstance(entries, dict) else "something"
        )
        message = f"In its '{section}' the file holds {names} that this program does not understand and keeps as it is."
        fix = "Names are made of letters, digits, '_' and '-'; see the guide to the file format."
        survey.problems.append(Problem("info", "foreign_entry", message, fix=fix))


def clause(sentence: str) -> str:
    """Return a sentence as it stands after a colon: its first letter small, unless a name in capitals begins it.

    Examples
    --------
    >>> clause("There is no file."), clause("RGB is meant."), clause("'x' is not there.")
    ('there is no file.', 'RGB is meant.', "'x' is not there.")
    """
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
