"""Whether what the graph publishes is there, and what it is set to lies in the range that it names."""

from __future__ import annotations

from shtairir.document.edits import Edit, SetValue, Unpublish, UnpublishResult
from shtairir.document.model import Parameter
from shtairir.ids import PortRef
from shtairir.validation.survey import Survey


def check_published(survey: Survey) -> None:
    """Find published parameters and results whose port does not exist, and values out of a published range."""
    for parameter in survey.graph.parameters:
        what = f"The published parameter '{parameter.name}' stands for {parameter.target},"
        _check_port(survey, parameter.target, what, "input", Unpublish(parameter.name))
    check_ranges(survey)
    for result in survey.graph.results:
        what = f"The published result '{result.name}' stands for {result.source},"
        _check_port(survey, result.source, what, "output", UnpublishResult(result.name))


def check_ranges(survey: Survey) -> None:
    """Find values out of the range that they are published with."""
    for parameter in survey.graph.parameters:
        if parameter.range is not None:
            _check_range(survey, parameter, *parameter.range)


def _check_port(survey: Survey, port: PortRef, what: str, kind: str, edit: Edit) -> None:
    instead = f"Publish another {kind}, or publish this no longer."
    found = survey.graph.find(port.node) if "/" in port.node else None
    if found is not None:
        definition = found[0].definition(found[1], survey.registry)
    elif port.node in survey.graph.nodes:
        definition = survey.definitions.get(port.node)
    else:
        fix = survey.did_you_mean(port.node, survey.graph.nodes) or instead
        survey.error("unknown_node", f"{what} but there is no such node.", None, fix=fix, edit=edit)
        return
    if definition is None:
        return
    ports = definition.inputs if kind == "input" else definition.outputs
    known = [one.name for one in ports]
    if port.port not in known:
        fix = survey.did_you_mean(port.port, known) or instead
        message = f"{what} but there is no such {kind}."
        survey.error("unknown_port", message, port.node, port.port, fix=fix, edit=edit)


def _check_range(survey: Survey, parameter: Parameter, low: float, high: float) -> None:
    target = parameter.target
    node = survey.graph.nodes.get(target.node)
    value = node.values.get(target.port) if node is not None else None
    if isinstance(value, bool) or not isinstance(value, int | float) or low <= value <= high:
        return
    nearest = low if value < low else high
    message = f"'{parameter.name}' is set to {value:g}, but it is published with the range {low:g} to {high:g}."
    edit = SetValue(target.node, target.port, int(nearest) if nearest.is_integer() else nearest)
    survey.error("out_of_range", message, target.node, target.port, fix=f"Set it to {nearest:g}.", edit=edit)
