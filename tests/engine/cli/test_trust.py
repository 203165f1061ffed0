"""``shtairir trust``, and what ``run`` says of a file that is not trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shtairir.block.registry import default_registry
from shtairir.document import load
from tests.engine.cli.conftest import Call, WriteGraph

SOURCE = 'def greet(name: str = "you") -> str:\n\t"""Greet."""\n\treturn "Hello " + name\n'


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust nothing at first."""
    monkeypatch.setenv("SHTAIRIR_TRUST_PATH", str(tmp_path / "trust.json"))


@pytest.fixture
def coded(write_graph: WriteGraph) -> Path:
    """Return a file with a code block in use and one that is not."""
    return write_graph(
        {"hello": ("code.greet", {"name": "Ada"})},
        name="coded",
        code={"greet": {"source": SOURCE}, "spare": {"source": "def spare() -> int:\n    return 1\n"}},
    )


def test_run_refuses_with_one_clear_line_and_what_to_type(call: Call, coded: Path) -> None:
    said = call("run", coded)
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines() == [
        "shtairir: coded.shtairir carries code that you have not trusted: code block 'greet', code block 'spare'. "
        f"Read it, and if you trust it: shtairir trust {coded}"
    ]
    document = call("run", coded, "--json").json
    assert (document["status"], document["error"]["type"]) == ("error", "UntrustedCodeError")


def test_looking_at_it_needs_no_trust(call: Call, coded: Path, tmp_path: Path) -> None:
    assert call("plan", coded).status == 0
    assert call("run", "--dry-run", coded).status == 0
    assert "carries code that you have not trusted" in call("validate", coded).out
    assert call("export", coded, "--mermaid", tmp_path / "coded.mmd").status == 0


def test_it_shows_what_it_would_run_and_trusts(call: Call, coded: Path) -> None:
    said = call("trust", "--yes", coded)
    assert said.status == 0
    assert "coded carries 2 code blocks:" in said.err
    assert "code block 'greet', used by hello" in said.err
    assert '  3      return "Hello " + name' in said.err
    assert "code block 'spare', used by no node" in said.err
    assert said.out.startswith(f"{coded} is trusted as it is now.")
    assert call("run", coded).out == "hello.out  Hello Ada\n"
    assert call("trust", coded).out == f"{coded} is trusted already.\n"


def test_without_a_terminal_nobody_can_be_asked(call_process: Call, coded: Path) -> None:
    said = call_process("trust", coded)
    assert said.status == 2
    assert "code block 'greet'" in said.err
    assert "shtairir trust --yes" in said.err
    assert not load(coded).trusted


@pytest.mark.parametrize(
    ("answer", "status", "trusted"), [("y", 0, True), ("Yes", 0, True), ("n", 3, False), ("", 3, False)]
)
def test_on_a_terminal_it_asks(answer: str, status: int, trusted: bool, coded: Path) -> None:
    pty = pytest.importorskip("pty", reason="there are no such terminals here")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "shtairir.cli", "trust", str(coded)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.write(ours, f"{answer}\n".encode())
    out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert err.rstrip().endswith("[y/N]")
    assert (process.returncode, load(coded).trusted) == (status, trusted)
    assert ("is trusted as it is now" in out) is trusted


def test_what_is_trusted_can_be_listed_and_taken_back(call: Call, coded: Path) -> None:
    assert call("trust", "--list").out == "No graph file is trusted.\n"
    call("trust", "--yes", coded)
    assert call("trust", "--list").out.rstrip().endswith(str(coded))
    assert call("trust", "--list", "--json").json["trusted"][0]["file"] == str(coded)
    assert call("trust", "--revoke", coded).out == f"{coded} is not trusted any more.\n"
    assert call("run", coded).status == 2
    assert call("trust", "--revoke", coded).out == f"{coded} was not trusted.\n"


def test_a_file_without_code_needs_none(call: Call, sum_graph: Path) -> None:
    assert call("trust", sum_graph).out == f"{sum_graph} carries no code, so there is nothing to trust.\n"
    assert call("trust").status == 2
    assert call("trust", "nowhere.shtairir").status == 2


def test_values_of_blocks_that_run_commands_are_shown(
    call: Call, write_graph: WriteGraph, trial_blocks: Path, tmp_path: Path
) -> None:
    (trial_blocks / "shell.py").write_text(
        "from shtairir.block import block\n"
        "@block(category='Shell', needs_trust=True)\n"
        "def call(command: str = '', after: str = '') -> str:\n"
        "    '''Call a command.'''\n"
        "    return command\n"
    )
    default_registry().reload_user_blocks()
    file = write_graph(
        {"word": ("text.constant", {"value": "x"}), "sh": ("shell.call", {"command": "rm -rf /"})},
        [("word.out", "sh.after")],
    )
    said = call("trust", "--yes", file)
    assert "trial carries 1 node that can run commands:" in said.err
    assert "node 'sh' (shell.call)\n  command =  \"rm -rf /\"\n  after ←    word.out" in said.err
    assert call("run", file).status == 0


def test_nothing_in_the_code_can_hide_any_of_it(call: Call, write_graph: WriteGraph) -> None:
    tricks = "\x1b[2K\x1b[1A\x08\x08\r\u202e\u2066\u200b\x9b31m\u2028\x07"
    source = f"def f() -> int:\n    return 1  # {tricks}\n"
    file = write_graph({"a": ("code.f", {})}, name="tricks", code={"f": {"source": source}})
    said = call("trust", "--yes", file)
    assert [letter for letter in said.err if letter in tricks and not (letter.isascii() and letter.isprintable())] == []
    for written in ("\\x1b[2K", "\\u202e", "\\u200b", "\\x9b31m"):
        assert written in said.err


def test_a_file_cannot_work_the_terminal_of_who_checks_it(call: Call, write_graph: WriteGraph) -> None:
    file = write_graph({"a": ("math.\x1b[2Jx", {})})
    for command in ("validate", "run"):
        said = call(command, file)
        assert "math.\\x1b[2Jx" in said.out + said.err
        assert "\x1b" not in said.out + said.err


def test_json_tells_what_it_carries(call: Call, coded: Path) -> None:
    document = call("trust", "--yes", "--json", coded).json
    assert document["status"] == "trusted"
    assert document["carries"][0] == {
        "name": "greet", "block": "code.greet", "source": SOURCE, "used_by": ["hello"],
    }  # fmt: skip


def test_files_that_it_uses_need_trust_of_their_own(
    call: Call, write_graph: WriteGraph, coded: Path, tmp_path: Path
) -> None:
    outer = write_graph({"inner": (f"file:{coded.name}", {})}, name="outer")
    said = call("run", outer)
    assert said.status == 2
    assert f"shtairir trust {coded}" in said.err
    assert f"shtairir trust {coded}" in call("trust", "--yes", outer).out
