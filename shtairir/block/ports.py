"""Inputs and outputs of a block, and what an annotation says about them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

from shtairir.block.types import PortType, UnionType
from shtairir.block.values import describe
from shtairir.ids import PortName


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING
"""Stands for "no default", since ``None`` may be one."""


@dataclass(frozen=True, slots=True)
class Param:
    """How an input may be set by hand: ``Annotated[float, Param(ge=0, le=50, step=0.1)]``.

    Attributes
    ----------
    ge, gt, le, lt
        Bounds of a number: at least, more than, at most, less than.
    step
        What one press of an arrow key adds.
    unit
        Shown behind the number: ``px``, ``Hz``.
    choices
        The values to choose from, where ``Literal`` cannot say it.
    multiline, language
        Text of several lines; code of a language (``python``, ``json``), highlighted.
    path, suffixes
        What a path is for, and which endings a file dialog offers: a file to ``open``, one to ``save``, a ``folder``
        that is there, or ``any`` of them, whether it is there or not.
    widget
        A hint for the form: ``slider``, ``color``, ``code``, ``multiline``, ``path``, ``choice``.
    advanced
        Folded away at first.
    port
        Shown as a port on the node from the start, although the input has a default: an operand.
    label
        The name shown to people; made from the argument's name when empty.
    """

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    step: float | None = None
    unit: str = ""
    choices: Sequence[Any] | None = None
    multiline: bool = False
    language: str = ""
    path: Literal["open", "save", "folder", "any", ""] = ""
    suffixes: tuple[str, ...] = ()
    widget: str = ""
    advanced: bool = False
    port: bool = False
    label: str = ""

    @property
    def bounded(self) -> bool:
        """Whether a number is bounded on both sides, so that a slider makes sense."""
        low, high = self.ge if self.ge is not None else self.gt, self.le if self.le is not None else self.lt
        return low is not None and high is not None

    def refusal(self, value: object) -> str | None:
        """Return why a value is out of range or no choice, as a sentence, or ``None`` when it is fine."""
        if isinstance(value, Enum):  # choices are what the file holds
            value = value.value
        if self.choices is not None and value is not None and value not in self.choices:
            return f"{describe(value)} is not one of {', '.join(map(str, self.choices))}."
        if isinstance(value, list):
            return next((why for why in map(self.refusal, value) if why), None)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        for bound, misses, words in (
            (self.ge, operator.lt, "at least"),
            (self.gt, operator.le, "more than"),
            (self.le, operator.gt, "at most"),
            (self.lt, operator.ge, "less than"),
        ):
            if bound is not None and misses(value, bound):
                unit = f" {self.unit}" if self.unit else ""
                return f"{value:g} is out of range: it must be {words} {bound:g}{unit}."
        return None


@dataclass(frozen=True, slots=True)
class Out:
    """Names an output in an annotated tuple: ``tuple[Annotated[float, Out("mean")], ...]``."""

    name: str
    label: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class InputPort:
    """An argument of a block.

    Attributes
    ----------
    required
        Whether the block cannot run without a link or a value.
    default
        What is used otherwise; `MISSING` when required.
    """

    name: PortName
    type: PortType
    required: bool
    default: object
    param: Param = field(default_factory=Param)
    help: str = ""
    label: str = ""

    @property
    def editable(self) -> bool:
        """Whether a person can give a value by hand."""
        return self.type.editable

    @property
    def optional(self) -> bool:
        """Whether ``None`` is a value of it."""
        return isinstance(self.type, UnionType) and self.type.check(None) is None

    def parse(self, value: object) -> Any:
        """Turn a value from a graph file into what the block receives.

        Raises
        ------
        ValueError
            With a sentence that says what would fit.
        """
        return self.type.parse(value)

    def check_range(self, value: object) -> str | None:
        """Return why a parsed value is out of range, as a sentence, or ``None`` when it is not."""
        return self.param.refusal(value)


@dataclass(frozen=True, slots=True)
class OutputPort:
    """A result of a block."""

    name: PortName
    type: PortType
    help: str = ""
    label: str = ""
