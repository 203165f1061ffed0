"""Programs with nested subgraphs, branches and loops, exported as Python, give what a plain reading of them gives.

So they give what the engine gives, which `test_programs` holds against the same reading.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from hypothesis import given

import shtairir
from shtairir.block.registry import default_registry
from shtairir.export.program import to_python
from tests.engine.properties.outcome import bits
from tests.engine.properties.programs import programs
from tests.engine.properties.reference import Failed, Reference
from tests.engine.properties.test_equivalence import DEEP, thorough

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning"), pytest.mark.timeout(0 if DEEP else 600)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for all of the programs."""
    return tmp_path_factory.mktemp("programs")


def test_an_exported_program_gives_what_a_plain_reading_gives(folder: Path) -> None:
    @thorough(150)
    @given(programs())
    def check(program: shtairir.Graph) -> None:
        expected = Reference(program.snapshot(), {}).results()
        file = folder / "program.py"
        file.write_text(to_python(program.snapshot(), default_registry(), folder), encoding="utf-8")
        main = runpy.run_path(str(file))["main"]
        failed = {name for name, value in expected.items() if isinstance(value, Failed)}
        try:
            returned = main()
        except Exception:
            if failed:
                return  # it stops at the first error that nothing catches
            raise
        assert not failed & returned.keys()
        for name, value in expected.items():
            if name not in failed and not name.endswith((".error", ".errors")):  # in words of their own
                assert bits(returned[name]) == bits(value), name

    check()
