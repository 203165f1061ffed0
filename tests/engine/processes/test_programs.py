"""Workers belong to any kind of program, and end with it, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.engine.processes.test_deaths import until

SHARED = Path("/dev/shm")

SCRIPT = """
import os
import shtairir
from shtairir.block import block

class Pair:
    def __init__(self, first, second):
        self.first, self.second = first, second

FACTOR = 2
PROGRAM = os.getpid()

def helped(x):
    return x * FACTOR

@block
def work(x: float = 1.0) -> float:
    pair = Pair(helped(x), os.getpid())
    return pair.first if pair.second != PROGRAM else -1.0

graph = shtairir.Graph("script")
for number in range(3):
    graph.add(work, id=f"n{number}", values={"x": number})
result = shtairir.run(graph, backend="processes").raise_for_status()
print("started", sorted(result.results.values()))
"""

STUCK = """
import ctypes, os, signal, time
import shtairir
from shtairir.block import block

@block
def stuck(how: str = "", folder: str = "") -> float:
    open(os.path.join(folder, f"{how}-{os.getpid()}"), "w").close()
    if how == "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    if how == "locked":
        ctypes.PyDLL(None).sleep(600)
    time.sleep(600)
    return 1.0

graph = shtairir.Graph("stuck")
for how in ("sleep", "stopped", "locked"):
    graph.add(stuck, id=how, values={"how": how, "folder": FOLDER})
shtairir.run(graph, backend="processes", workers=3)
"""


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "SHTAIRIR_STATE_PATH": "", "TMPDIR": str(folder)}


def from_a_file(source: str, folder: Path) -> list[str]:
    path = folder / "script.py"
    path.write_text(source)
    return [sys.executable, str(path)]


def from_a_text(source: str, folder: Path) -> list[str]:
    return [sys.executable, "-c", source]


@pytest.mark.parametrize("form", [from_a_file, from_a_text])
def test_a_program_without_a_guard_is_not_run_again(form: Callable[[str, Path], list[str]], tmp_path: Path) -> None:
    done = subprocess.run(form(SCRIPT, tmp_path), capture_output=True, text=True, timeout=60, env=environment(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "started [0.0, 2.0, 4.0]\n"
    assert done.stderr == ""


def test_an_interactive_session_has_workers(tmp_path: Path) -> None:
    lines = (
        "import os, shtairir",
        "from shtairir.block import block",
        "@block",
        "def work(x: float = 1.0) -> int:",
        "    return os.getpid()",
        "",
        "graph = shtairir.Graph('typed')",
        "node = graph.add(work, id='a')",
        "print(shtairir.run(graph, backend='processes')['a'] != os.getpid())",
    )
    done = subprocess.run(
        [sys.executable, "-i", "-q"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(tmp_path),
    )
    assert done.stdout == "True\n", done.stderr


def test_a_file_is_run_in_processes_from_the_command_line(tmp_path: Path) -> None:
    import shtairir

    graph = shtairir.Graph("command")
    graph.add_code("pids", "import os\ndef pids(x: float = 0.0) -> int:\n    return os.getppid()")
    graph.add("code.pids", id="a")
    shtairir.save(graph, tmp_path / "graph.shtairir")
    path = str(tmp_path / "graph.shtairir")
    shtairir.trust(path)
    program = subprocess.Popen(
        [sys.executable, "-m", "shtairir.cli", "run", path, "--backend", "processes", "--quiet"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    said, _ = program.communicate(timeout=60)
    assert said.split() == ["a.out", str(program.pid)]


def test_after_the_program_is_killed_no_worker_lives_on(tmp_path: Path) -> None:
    before = set(os.listdir(SHARED)) if SHARED.exists() else set()
    source = STUCK.replace("FOLDER", repr(str(tmp_path)))
    program = subprocess.Popen([sys.executable, "-c", source], env=environment(tmp_path))
    until(lambda: len(list(tmp_path.glob("*-*"))) == 3)
    pids = [int(file.name.partition("-")[2]) for file in tmp_path.glob("*-*")]
    assert all(map(psutil.pid_exists, pids))
    program.kill()
    program.wait()
    began = time.monotonic()
    until(lambda: not any(map(lives, pids)), within_s=5.0)
    assert time.monotonic() - began < 5
    if SHARED.exists():
        assert set(os.listdir(SHARED)) <= before


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_program_that_ends_takes_its_workers_along(tmp_path: Path) -> None:
    source = "\n".join(
        (
            "import shtairir.execute.processes as processes",
            "processes.warm_up(2)",
            "print(*(worker.pid for worker in processes.workers() if worker.pid))",
            "import time; time.sleep(0.5)",
            "print(*(worker.pid for worker in processes.workers() if worker.pid))",
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=60, env=environment(tmp_path)
    )
    assert done.stderr == ""
    pids = list(map(int, done.stdout.split()))
    assert pids
    assert not any(map(lives, pids))


EDITED = """
import os
from pathlib import Path
import shtairir
from shtairir.block.registry import default_registry

FILE = Path(os.environ["SHTAIRIR_BLOCKS_PATH"]) / "mine.py"
SOURCE = '''
from shtairir.block import block
def helped(x):
    return x {how}
@block(id="mine.change")
def change(x: float = 5.0) -> float:
    return helped(x)
@block(id="mine.second")
def second(x: float = 5.0) -> float:
    return x {how}
'''

def results():
    graph = shtairir.Graph("mine")
    graph.add("mine.change", id="a")
    graph.add("mine.second", id="b")
    result = shtairir.run(graph, backend="processes", workers=1).raise_for_status()
    return result["a"], result["b"]

FILE.write_text(SOURCE.format(how="+ 1"))
print(*results())
FILE.write_text(SOURCE.format(how="* 10"))
default_registry().reload_user_blocks()
print(*results())
FILE.write_text(SOURCE.format(how="- 3"))  # nobody has read it yet
print(*results())
"""


def test_blocks_of_the_person_s_own_are_called_as_the_program_has_read_them(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EDITED],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment(tmp_path), "SHTAIRIR_BLOCKS_PATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["6.0 6.0", "50.0 50.0", "50.0 50.0"]
