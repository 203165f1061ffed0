"""The public names are pinned: outside programs rely on them."""

from __future__ import annotations

import subprocess
import sys

import shtairir
import shtairir.block


def test_public_names_are_pinned() -> None:
    pinned = (
        "Context ExecutionController ExecutionPlan Graph Instrument NodeStatus OptimizationLevel Param PortRef Problem "
        "Rate Registry RunHandle RunResult RunStatus ShtairirError block breakers default_registry forecast history "
        "load plan rehearse resume run save shared_resources start start_again trust validate"
    )
    assert " ".join(sorted(shtairir.__all__)) == pinned
    for name in shtairir.__all__:
        assert getattr(shtairir, name) is not None


def test_importing_the_package_imports_no_library() -> None:
    code = "import sys, shtairir; print([m for m in ('numpy','pydantic','networkx','typer') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_script_that_imports_the_package_has_the_decorator() -> None:
    code = "import shtairir\n@shtairir.block\ndef f(x: float) -> float:\n    'F.'\n    return x\nprint(f(2.0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2.0"


def test_package_of_blocks_is_the_decorator_too() -> None:
    @shtairir.block(category="Math")
    def double(x: float) -> float:
        """Double."""
        return 2 * x

    @shtairir.block
    def triple(x: float) -> float:
        """Triple."""
        return 3 * x

    assert [shtairir.block.definition_of(one).id for one in (double, triple)] == ["math.double", "custom.triple"]
    assert triple(2.0) == 6.0
