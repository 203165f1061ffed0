"""Signals and closed pipes, with real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.cli.conftest import WriteGraph

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
Start = Callable[..., "subprocess.Popen[str]"]


def until(process: subprocess.Popen[str], words: str) -> None:
    """Read standard error up to the line that holds the words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"The process ended before it said {words!r}.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_the_run_cleanly(
    start_process: Start, write_graph: WriteGraph, trial_blocks: Path, number: signal.Signals
) -> None:
    process = start_process("run", write_graph({"wait": ("trial.sleep", {})}), "--json")
    until(process, "asleep")
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 3
    assert json.loads(out)["status"] == "cancelled"
    assert "Traceback" not in err


STUBBORN = '''
import time
from shtairir.block import Context, block

@block(category="Stubborn", pure=False)
def sleep(context: Context) -> int:
    """Listen to nobody."""
    context.log("deaf")
    time.sleep(60)
    return 1
'''


def test_a_second_signal_ends_a_run_that_does_not_listen(
    start_process: Start, write_graph: WriteGraph, trial_blocks: Path
) -> None:
    (trial_blocks / "stubborn.py").write_text(STUBBORN, encoding="utf-8")
    process = start_process("run", write_graph({"deaf": ("stubborn.sleep", {})}))
    until(process, "deaf: deaf")
    process.send_signal(signal.SIGINT)
    until(process, "once more ends the process at once")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 3


def test_a_reader_that_goes_away_is_no_error(start_process: Start) -> None:
    process = start_process("blocks")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.wait(timeout=30)
    assert "Traceback" not in err
    assert "Exception ignored" not in err
