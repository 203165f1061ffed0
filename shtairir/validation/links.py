"""Whether each link joins two ports that exist and fit."""

from __future__ import annotations

from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import InputPort, OutputPort
from shtairir.document.edits import RemoveLinks
from shtairir.document.model import Link
from shtairir.ids import PortRef
from shtairir.validation.survey import Survey
from shtairir.validation.wiring import fits


def check_links(survey: Survey) -> None:
    """Find links to nodes or ports that do not exist, and links whose types do not fit."""
    for link in survey.wiring.faulty:
        if not _both_nodes_exist(survey, link):
            continue
        source, target = _output(survey, link), _input(survey, link)
        if source is None or target is None:
            continue
        message = f"{link.source} cannot feed {link.target}: {fits(source.type, target.type).reason}"
        fix = "Remove the link, or put a block between that converts the value."
        edit = RemoveLinks((link.target,))
        survey.error("type_mismatch", message, link.target.node, link.target.port, fix=fix, edit=edit)


def _both_nodes_exist(survey: Survey, link: Link) -> bool:
    nodes = survey.graph.nodes
    for end in (link.source, link.target):
        if end.node not in nodes:
            fix = survey.did_you_mean(end.node, nodes) or "Remove the link."
            here = link.target.node if link.target.node in nodes else link.source.node
            message = f"The link {link} names a node '{end.node}' that is not in the graph."
            survey.error(
                "unknown_node",
                message,
                here if here in nodes else None,
                link.target.port if here == link.target.node else link.source.port,
                fix=fix,
                edit=RemoveLinks((link.target,)),
            )
            return False
    return True


def _output(survey: Survey, link: Link) -> OutputPort | None:
    definition = survey.definitions.get(link.source.node)
    if definition is None:
        return None
    port = definition.output(link.source.port)
    if port is None:
        _unknown_port(survey, link, link.source, definition, [one.name for one in definition.outputs], "output")
    return port


def _input(survey: Survey, link: Link) -> InputPort | None:
    definition = survey.definitions.get(link.target.node)
    if definition is None:
        return None
    port = definition.input(link.target.port)
    if port is None:
        _unknown_port(survey, link, link.target, definition, [one.name for one in definition.inputs], "input")
    return port


def _unknown_port(
    survey: Survey, link: Link, end: PortRef, definition: BlockDefinition, known: list[str], kind: str
) -> None:
    has = f"It has {', '.join(known)}." if known else f"'{definition.id}' has no {kind}s; remove the link."
    fix = f"{survey.did_you_mean(end.port, known)} {has}".lstrip()
    message = f"'{end.node}' has no {kind} '{end.port}', but the link {link} names it."
    survey.error("unknown_port", message, end.node, end.port, fix=fix, edit=RemoveLinks((link.target,)))
