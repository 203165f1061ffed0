"""``shtairir new-pack``: what it writes can be tested, verified and installed, and its blocks are there at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from shtairir.cli.entry import run_command_line

WATCH = """
import sys, time
from shtairir.block.registry import default_registry

registry = default_registry()
registry.refresh()
assert registry.get("astro.moving_average") is None
print("watching", flush=True)
ends = time.monotonic() + 60
while registry.get("astro.moving_average") is None and time.monotonic() < ends:
    registry.refresh()
    time.sleep(0.1)
print(registry.get("astro.moving_average").summary)
"""


@pytest.fixture
def pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A pack as the command makes it."""
    assert run_command_line(["new-pack", "astro", "--directory", str(tmp_path)]) == 0
    assert "pip install -e" in capsys.readouterr().out
    return tmp_path / "astro-blocks"


def called(*arguments: object, python: Path | str = sys.executable, **more: str) -> str:
    """Run a command of a fresh Python, which must end well."""
    command = [str(python), *map(str, arguments)]
    environment = {**os.environ, **more}
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_passes_the_check_without_being_installed(pack: Path) -> None:
    told = called("-m", "shtairir.cli", "blocks", "--check", pack, "--json")
    document = json.loads(told)
    assert document["findings"] == []
    assert document["blocks"] == {
        "astro.moving_average": dict.fromkeys(("declared", "documented", "example", "pure", "outputs"), "ok")
    }


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The Python of an environment that sees this one's packages and may be written to."""
    folder = tmp_path / "environment"
    called("-m", "venv", "--without-pip", folder)
    bin_folder = "Scripts" if os.name == "nt" else "bin"
    python = folder / bin_folder / Path(sys.executable).name
    site = Path(called("-c", "import sysconfig; print(sysconfig.get_path('purelib'))", python=python).strip())
    ours = sysconfig.get_path("purelib")
    (site / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
    return python


def test_installed_it_appears_in_a_program_that_runs_and_passes_its_own_test(pack: Path, elsewhere: Path) -> None:
    pytest.importorskip("hatchling", reason="nothing is fetched for a test")
    with subprocess.Popen([elsewhere, "-c", WATCH], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "watching\n"
        called("-m", "pip", "--python", elsewhere, "install", "--no-build-isolation", "--no-deps", "-q", "-e", pack)
        seen = program.stdout.readline()
        assert seen == "Smooth a series of numbers by the mean of each and its neighbours.\n"
        assert program.wait(60) == 0
    example = pack / "src" / "astro_blocks" / "examples" / "astro.shtairir"
    told = called("-m", "shtairir.cli", "run", example, "--json", python=elsewhere)
    assert json.loads(told)["results"]["moving_average.out"]
    assert "6 passed" in called("-m", "pytest", "-q", pack, "-p", "no:cacheprovider", python=elsewhere)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Astro", "Or did you mean astro?"),
        ("my-pack", "Or did you mean my_pack?"),
        ("3d", "Or did you mean d?"),
        ("a" * 41, "at most 40"),
        ("", "cannot be the name of a pack"),
        ("ä", "cannot be the name of a pack"),
        ("class", "is a word of Python"),
        ("image", "The family “image” is taken: shtairir (shtairir_blocks.image) brings it"),
        ("subgraph", "the program uses it itself"),
        ("shtairir", "the program uses it itself"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    assert run_command_line(["new-pack", name, "--directory", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["new-pack", "astro", "--directory", str(pack.parent)]) == 2
    assert "is there already" in capsys.readouterr().err
