"""Every method that Qt calls is fenced: an error in one must not end the process."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

import shtairir_ui.preview
import shtairir_ui.theme
from shtairir_ui.guard import is_guarded

# Called by Python only: Qt's own method of that name is no virtual.
NOT_VIRTUAL = {"setText", "__init__"}


def overrides() -> Iterator[tuple[str, object]]:
    for package in (shtairir_ui.preview, shtairir_ui.theme):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if kind.__module__ == module.name and issubclass(kind, QObject):
                    foreign = [base for base in kind.__mro__ if not base.__module__.startswith("shtairir")]
                    for name, method in vars(kind).items():
                        if inspect.isfunction(method) and any(hasattr(base, name) for base in foreign):
                            yield f"{kind.__name__}.{name}", method


OVERRIDES = [pytest.param(method, id=name) for name, method in overrides() if name.split(".")[1] not in NOT_VIRTUAL]


def test_there_are_overrides_to_look_at() -> None:
    assert len(OVERRIDES) > 15


@pytest.mark.parametrize("method", OVERRIDES)
def test_an_override_is_fenced(method: object) -> None:
    assert is_guarded(method)
