"""Which field a setting gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from shtairir.block import InputPort, Param
from shtairir.block.types import PortType, ScalarType
from shtairir.ids import PortName
from shtairir.policy.model import Caching, Checkpoints, Criticality, OnFailure, Priority, WorkerKind
from shtairir_ui.inspector.fields import Field
from shtairir_ui.inspector.fields.choice import ChoiceField
from shtairir_ui.inspector.fields.duration import DurationField
from shtairir_ui.inspector.fields.line import LineField, list_text, read_list
from shtairir_ui.inspector.fields.number import NumberField
from shtairir_ui.inspector.policy.fallback import FallbackField
from shtairir_ui.inspector.policy.subject import Subject
from shtairir_ui.inspector.policy.words import Words

_NUMBERS: dict[str, tuple[PortType, Param]] = {
    "retries": (ScalarType("int"), Param(ge=0, step=1)),
    "backoff_factor": (ScalarType("float"), Param(ge=1, step=0.5)),
    "jitter": (ScalarType("float"), Param(ge=0, le=1, step=0.05)),
}
_NAMES = ("retry_on", "never_retry_on", "depends_on")
_TIMES = ("backoff_s", "backoff_cap_s", "timeout_s")
_CHOICES: dict[str, tuple[str, ...]] = {
    "on_failure": get_args(OnFailure),
    "priority": get_args(Priority),
    "criticality": get_args(Criticality),
    "worker": get_args(WorkerKind),
    "cache": get_args(Caching),
    "checkpoints": get_args(Checkpoints),
}


def make_setting_field(subject: Subject, key: str, words: Words) -> Field:
    """Return the field that edits a setting."""
    if key == "fallback":
        return FallbackField(subject.definition())
    if key in _CHOICES:
        return ChoiceField(_offered(subject, key), words={one: one.capitalize() for one in _CHOICES[key]})
    if key in _TIMES:
        return DurationField(endless=key == "timeout_s")
    if key in _NAMES:
        return LineField(list_text, _read_names, words.placeholder)
    if key == "condition":
        return LineField(str, _read_condition, words.placeholder)
    kind, param = _NUMBERS[key]
    port = InputPort(PortName(key), kind, False, subject.shown(key).inherited, param)
    return NumberField(port, integer=kind.family == "int")


def say_several(field: Field, text: str) -> None:
    """Show a text where a field shows no value."""
    match field:
        case ChoiceField():
            field.combo.setPlaceholderText(text or "choose")
        case LineField():
            field.line.setPlaceholderText(text)
        case NumberField():
            field.box.lineEdit().setPlaceholderText(text)
        case _:
            pass  # a time says it itself


def _offered(subject: Subject, key: str) -> Sequence[str]:
    """Return the choices that make sense for what is edited."""
    definition, choices = subject.definition(), _CHOICES[key]
    if key == "on_failure" and ("fallback" not in subject.keys or (definition is not None and not definition.outputs)):
        return [one for one in choices if one != "fallback"]
    if key == "worker" and definition is not None:
        is_async = definition.traits.runs_on == "async"
        return ["auto", "async"] if is_async else [one for one in choices if one != "async"]
    return choices


def _read_names(text: str) -> list[Any]:
    return read_list(text, ScalarType("text"))


def _read_condition(text: str) -> str | None:
    return text.strip() or None
