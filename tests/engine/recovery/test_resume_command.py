"""``shtairir resume``, as a person types it: after a signal, after a kill, with other values, and when it must ask."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import shtairir

_BLOCKS = '''
import os, time
from shtairir.block import block, Context

@block(category="Slow")
def step(context: Context, x: float = 1.0, plus: float = 1.0) -> float:
    """Take a moment."""
    with open(os.environ["NOTES"], "a") as file:
        file.write(f"{context.node}\\n")
    time.sleep(0.01)
    return x + plus

@block(category="Slow", pure=False)
def post(context: Context, x: float = 1.0, wait_s: float = 0.0) -> float:
    """Have an effect."""
    with open(os.environ["NOTES"], "a") as file:
        file.write(f"{context.idempotency_key.partition('/')[2]}\\n")
    time.sleep(wait_s)
    return x
'''
_STEPS = 40


class Shell:
    """A folder with a graph of slow steps, and what it takes to run it in programs of their own."""

    def __init__(self, folder: Path, wait_s: float) -> None:
        (folder / "blocks").mkdir()
        (folder / "blocks" / "slow.py").write_text(_BLOCKS)
        self.notes = folder / "notes"
        self.graph = folder / "steps.shtairir"
        self.environment = {
            **os.environ,
            "SHTAIRIR_STATE_PATH": str(folder / "state"),
            "SHTAIRIR_BLOCKS_PATH": str(folder / "blocks"),
            "SHTAIRIR_LEARNED_PATH": "",
            "NOTES": str(self.notes),
        }
        graph = shtairir.Graph("steps")
        before = None
        for number in range(_STEPS):
            before = graph.add("slow.step", id=f"n{number}", **({} if before is None else {"x": before["out"]}))
        assert before is not None
        post = graph.add("slow.post", id="post", x=before["out"], values={"wait_s": wait_s})
        graph.add("slow.step", id="end", x=post["out"])
        shtairir.save(graph, self.graph)

    def begun(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "shtairir.cli", *arguments]
        return subprocess.Popen(
            command, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def told(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        program = self.begun(*arguments, "--json")
        out, err = program.communicate(timeout=60)
        return program.returncode, json.loads(out), err

    def ended_after(self, line: str, by: int) -> int:
        """Run the graph, send a signal when a node has begun, and return the exit status."""
        program = self.begun("run", str(self.graph), "--workers", "1")
        until_s = time.monotonic() + 60
        while line not in self.began() and program.poll() is None and time.monotonic() < until_s:
            time.sleep(0.005)
        program.send_signal(by)
        program.communicate(timeout=30)
        return program.returncode

    def began(self) -> list[str]:
        return self.notes.read_text().split() if self.notes.exists() else []


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Shell:
    made = Shell(tmp_path, getattr(request, "param", 0.0))
    return made


pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are of POSIX")


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=["term", "interrupt", "kill"])
def test_a_run_that_was_ended_goes_on(shell: Shell, by: int) -> None:
    status = shell.ended_after("n15", by)
    assert status == (-9 if by == signal.SIGKILL else 3)
    code, document, said = shell.told("resume")
    assert code == 0
    assert document["status"] == "done"
    assert document["results"]["end.out"] == _STEPS + 2
    assert document["nodes"]["n10"]["status"] == "cached"
    assert "cut off" in said if by == signal.SIGKILL else "cancelled" in said
    again = {node for node, count in Counter(shell.began()).items() if count > 1}
    assert again <= {"n15", "n16"}  # what was under way
    code, document, _ = shell.told("resume", document["key"], "--set", "end.plus=5")
    assert (code, document["results"]["end.out"]) == (0, _STEPS + 6)
    assert shell.began()[-1] == "end"


@pytest.mark.parametrize("shell", [30.0], indirect=True)
def test_a_person_is_asked_about_an_effect(shell: Shell) -> None:
    shell.ended_after("post", signal.SIGKILL)
    code, document, said = shell.told("resume")
    assert code == 2
    assert list(document["error"]["nodes"]) == ["post"]
    assert "--rerun post" in said
    assert shell.began().count("post") == 1
    code, document, _ = shell.told("resume", "last", "--done", "post=7")
    assert (code, document["results"]["end.out"]) == (0, 8.0)
    assert shell.began().count("post") == 1


def test_what_cannot_be_gone_on_with_is_said(shell: Shell) -> None:
    code, document, _ = shell.told("resume")
    assert code == 2
    assert "No run has been kept" in document["error"]["message"]
    assert shell.told("run", str(shell.graph))[0] == 0
    code, document, _ = shell.told("resume", "--undo")
    assert code == 2
    assert "nothing that can be undone" in document["error"]["message"]
    code, document, _ = shell.told("resume")
    assert (code, document["results"]["end.out"]) == (0, _STEPS + 2)


def test_what_was_typed_is_kept_when_the_file_is_changed(shell: Shell) -> None:
    program = shell.begun("run", str(shell.graph), "--set", "n0.plus=100", "--workers", "1")
    until_s = time.monotonic() + 60
    while "n20" not in shell.began() and time.monotonic() < until_s:
        time.sleep(0.005)
    program.kill()
    program.communicate()
    graph = shtairir.load(shell.graph)
    graph.set("n30.plus", 11.0)
    shtairir.save(graph, shell.graph)
    code, document, said = shell.told("resume")
    assert (code, document["results"]["end.out"]) == (0, _STEPS + 2 + 99 + 10)
    assert "the graph was changed since" in said
    assert shell.began().count("n10") == 1
