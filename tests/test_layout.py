"""What is shipped: a wheel holds all code and data, and nothing of the workshop."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "shtairir": ROOT / "shtairir",
    "shtairir_blocks": ROOT / "blocks" / "shtairir_blocks",
    "shtairir_ui": ROOT / "ui" / "shtairir_ui",
    "shtairir_assets": ROOT / "assets" / "shtairir_assets",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Build the wheel as `pip install .` does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as opened:
        yield opened


@pytest.fixture
def project() -> dict[str, object]:
    """Return the project table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]  # type: ignore[no-any-return]


def tracked_files(folder: Path) -> set[Path]:
    """Return the files of a folder that belong to the project."""
    ignored = {"__pycache__"}
    return {file for file in folder.rglob("*") if file.is_file() and not ignored & set(file.parts)}


def test_the_wheel_holds_every_file_of_every_package(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    expected = {
        f"{name}/{file.relative_to(folder).as_posix()}"
        for name, folder in PACKAGES.items()
        for file in tracked_files(folder)
    }
    assert expected - inside == set()


def test_the_wheel_holds_nothing_but_the_packages(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_each_package_with_an_interface_is_typed(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    assert {f"{name}/py.typed" for name in ("shtairir", "shtairir_blocks", "shtairir_ui")} <= inside


def test_a_bare_install_asks_for_no_window_and_no_block_library(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    wanted = Parser().parsestr(wheel.read(name).decode()).get_all("Requires-Dist", [])
    bare = {line.split(">")[0].split("=")[0].strip().lower() for line in wanted if "extra ==" not in line}
    engine = {"numpy", "networkx", "pydantic", "typer", "rich", "platformdirs", "psutil", "cloudpickle", "blake3"}
    assert bare == engine


def test_all_brings_every_extra_that_a_person_may_want(project: dict[str, object]) -> None:
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    (line,) = extras["all"]
    named = set(line.removeprefix("shtairir[").removesuffix("]").split(","))
    assert named == set(extras) - {"all", "test", "dev", "bench"}


def test_each_family_that_is_announced_can_be_imported(project: dict[str, object]) -> None:
    from importlib import import_module

    points = project["entry-points"]["shtairir.blocks"]  # type: ignore[index]
    for module in points.values():
        import_module(module)


def test_every_extra_that_a_block_names_exists(project: dict[str, object]) -> None:
    from shtairir.block.registry import default_registry

    named = {definition.extra for definition in default_registry().all() if definition.extra}
    assert named <= set(project["optional-dependencies"])  # type: ignore[call-overload]


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.sh")), ids=lambda script: script.name)
def test_a_shell_script_can_be_read_by_bash(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True, capture_output=True)


def test_the_gate_can_be_run() -> None:
    import os

    assert os.access(ROOT / ".ci" / "run", os.X_OK)
