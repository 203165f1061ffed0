"""Asks blocks what their outputs will be, and never trusts the answer further than it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shtairir.block.definition import BlockDefinition
from shtairir.block.infer import Spec, elementwise
from shtairir.block.values import nbytes_of
from shtairir.planning.config import Estimate
from shtairir.planning.working import Feed

_NUMBER_BYTES = {"bool": 28, "int": 28, "float": 24}
_USUAL_BYTES = {**_NUMBER_BYTES, "text": 100, "path": 100, "color": 72, "enum": 72, "figure": 56}

UNKNOWN = Estimate()


class Rule(NamedTuple):
    """What of a block can be looked up once for all its nodes.

    Attributes
    ----------
    fixed
        The flows of the outputs where these are plain numbers, of which nothing more can be said.
    remembered
        Whether earlier runs say anything of the block.
    estimate
        That of a node with fixed flows of which nothing else is known.
    """

    families: tuple[str, ...]
    fixed: tuple[Spec, ...] | None
    infer: Callable[..., Any] | None
    cost: Callable[..., float] | float | None
    remembered: bool
    estimate: Estimate

    @property
    def is_simple(self) -> bool:
        """Whether all there is to say is in the rule itself."""
        return self.fixed is not None and not self.remembered and self.cost is None


def rule_of(definition: BlockDefinition, *, remembered: bool) -> Rule:
    """Return the rule of a block."""
    traits = definition.traits
    families = tuple(port.type.family for port in definition.outputs)
    infer = traits.infer
    if infer is None and traits.elementwise and traits.kernel is not None and families == ("array",):
        infer = _by_kernel(definition, traits.kernel)
    if infer is None and all(family in _NUMBER_BYTES for family in families):
        fixed = tuple(Spec(family, nbytes=_NUMBER_BYTES[family]) for family in families)
        estimate = Estimate(None, tuple(spec.nbytes for spec in fixed), None, "inferred")
        return Rule(families, fixed, None, traits.cost, remembered, estimate)
    return Rule(families, None, infer, traits.cost, remembered, UNKNOWN)


def _by_kernel(definition: BlockDefinition, kernel: Callable[..., Any]) -> Callable[..., Spec]:
    names = [port.name for port in definition.inputs]

    def infer(**arguments: object) -> Spec:
        return elementwise(kernel, [arguments[name] for name in names])

    return infer


def flows_of(rule: Rule, arguments: Mapping[str, object]) -> tuple[object, ...]:
    """Return what the block says of its outputs; where it says nothing that can be used, what is usual."""
    if rule.fixed is not None:
        return rule.fixed
    return _said(rule, arguments) or tuple(map(_unsaid, rule.families))


def _said(rule: Rule, arguments: Mapping[str, object]) -> tuple[object, ...] | None:
    if rule.infer is None:
        return None
    try:
        said = rule.infer(**arguments)
    except Exception:  # noqa: BLE001 - block code that need not be careful: what it cannot tell is not known
        return None
    several = isinstance(said, tuple) and len(rule.families) != 1
    items = said if several else (said,)
    if len(items) != len(rule.families):
        return None
    return tuple(_unsaid(family) if item is None else item for item, family in zip(items, rule.families, strict=True))


def _unsaid(family: str) -> Spec:
    """Return the spec of an output of which the block says nothing."""
    return Spec(family, nbytes=_USUAL_BYTES.get(family), exact=family in _NUMBER_BYTES)


def cost_of(rule: Rule, arguments: Mapping[str, object]) -> float | None:
    """Return the seconds that the block declares, or ``None``."""
    if rule.cost is None or not callable(rule.cost):
        return rule.cost
    try:
        return float(rule.cost(**arguments))
    except Exception:  # noqa: BLE001 - as for infer
        return None


def converted(flow: object, feed: Feed) -> object:
    """Return a flow as it arrives behind the conversion of a link."""
    if feed.conversion is None:
        return flow
    target = feed.conversion.target
    if not isinstance(flow, Spec):
        try:
            return feed.conversion.apply(flow)
        except Exception:  # noqa: BLE001 - a conversion is foreign code; it fails again, and is reported, in the run
            return Spec(target)
    if target in _NUMBER_BYTES:
        return Spec(target, nbytes=_NUMBER_BYTES[target])
    same = (flow.kind, target) == ("image", "array") or (
        (flow.kind, target) == ("array", "image") and flow.dtype == "float32"
    )
    return Spec(target, flow.shape, flow.dtype, flow.nbytes, flow.length, exact=flow.exact) if same else Spec(target)


def bytes_of(flow: object) -> int | None:
    """Return the size of a flow, or ``None``."""
    return flow.nbytes if isinstance(flow, Spec) else nbytes_of(flow)
