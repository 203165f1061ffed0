"""Any program, exported as Python, gives what a plain reading of it gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, note

import shtairir
from shtairir.block.registry import default_registry
from shtairir.export.program import to_python
from tests.engine.properties.outcome import bits
from tests.engine.properties.programs import programs
from tests.engine.properties.reference import Failed, Reference
from tests.engine.properties.test_equivalence import DEEP, thorough

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning"), pytest.mark.timeout(0 if DEEP else 600)]


@thorough(60)
@given(programs())
def test_an_exported_program_gives_what_a_plain_reading_gives(program: shtairir.Graph) -> None:
    expected = Reference(program.snapshot(), {}).results()
    text = to_python(program.snapshot(), default_registry())
    note(text)
    names: dict[str, Any] = {"__name__": "exported", "__file__": __file__}
    exec(compile(text, "<exported>", "exec"), names)
    # A program stops at the first error, where the engine goes on beside a failed node.
    assume(not any(isinstance(value, Failed) for value in expected.values()))
    try:
        returned = names["main"]()
    except Exception:
        # What a Try and something else read stands before the Try, where nothing catches it.
        assume(not _tries(program))
        raise
    for name, value in expected.items():
        if name.endswith(".error"):
            assert bool(returned[name]) == bool(value), name
        elif name.endswith(".errors"):
            assert [error["index"] for error in returned[name]] == value, name
        else:
            assert bits(returned[name]) == bits(value), name


def _tries(program: shtairir.Graph) -> bool:
    """Whether anything in a program may fail and be made good."""
    scopes = (program, *program.subgraphs.values())
    return any(
        node.block == "flow.try" or node.values.get("on_error") in ("skip", "collect")
        for scope in scopes
        for node in scope.nodes.values()
    )
