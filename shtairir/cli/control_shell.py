"""Controls a run from the shell that it runs in: a command a line, on standard input, while it goes on."""

from __future__ import annotations

import os
import select
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from shtairir.block.values import summarize
from shtairir.cli.quantities import parse_duration
from shtairir.cli.terminal import duration_text, plural
from shtairir.errors import ShtairirError
from shtairir.execute.handle import RunHandle

HELP = """\
pause           start no more nodes               break NAME   hold a node, or the readers of a port
resume          go on after a pause               clear NAME   take a breakpoint away
step            start one node that is held       watch PORT   tell a value when it is made
go [NODE]       let a node go on, or all          value PORT   show a value that is there
status          how far it is                     extend TIME  let it take longer: extend 10m
held            what could start, but is held     cancel       stop the run
wait            read on when something is held"""

_LOOKS_APART_S = 0.1


class ControlShell:
    """Does what is typed to a run, until it is over. When there is no more to read, the run goes on by itself.

    Parameters
    ----------
    lines
        What is typed; each is taken when it is there.
    """

    def __init__(self, handle: RunHandle, lines: Iterator[str], stream: TextIO) -> None:
        self._handle = handle
        self._lines = lines
        self._stream = stream

    def start(self) -> None:
        """Read in a thread of its own."""
        threading.Thread(target=self.read, name="shtairir control", daemon=True).start()

    def read(self) -> None:
        """Do what is typed, line by line."""
        for line in self._lines:
            answer = self.do(line)
            if answer:
                self._stream.write(f"{answer}\n")
                self._stream.flush()
        if self._handle.running:  # nobody is there any more who could let it go on
            for name in self._handle.breakpoints:
                self._handle.break_at(name, on=False)
            self._handle.go_on()

    def do(self, line: str) -> str:
        """Do one thing, and return what there is to say."""
        try:
            verb, *names = shlex.split(line) or [""]
        except ValueError as error:
            return f"That cannot be read: {error}."
        if not verb:
            return ""
        known = _VERBS.get(verb)
        if known is None:
            return f"'{verb}' is no command. There are:\n{HELP}" if verb != "help" else HELP
        try:
            return known(self._handle, *names)
        except ShtairirError as error:
            return str(error)
        except KeyError as error:
            return str(error.args[0])
        except TypeError:
            return f"'{verb}' goes otherwise:\n{HELP}"


def typed_lines(running: Callable[[], bool]) -> Iterator[str]:
    """Yield what is typed on standard input, until it ends or the run does.

    It is read without Python's buffer: a thread that waits in there when the program ends would end it with an error.
    """
    descriptor, rest = sys.stdin.fileno(), b""
    while running():
        # Windows cannot wait for a console: there the thread waits for the line, and goes with the program.
        if os.name != "nt" and not select.select([descriptor], [], [], _LOOKS_APART_S)[0]:
            continue
        piece = os.read(descriptor, 4096)
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.decode(errors="replace")
        if not piece:
            break
    if rest:
        yield rest.decode(errors="replace")


def _pause(handle: RunHandle) -> str:
    handle.pause()
    return ""


def _resume(handle: RunHandle) -> str:
    handle.resume()
    return ""


def _step(handle: RunHandle) -> str:
    held = handle.held
    handle.step()
    return "" if held else "Nothing is held."


def _go(handle: RunHandle, node: str | None = None) -> str:
    if node is not None and node not in handle.held:
        return f"'{node}' is not held."
    handle.go_on(node)
    return ""


def _break(handle: RunHandle, name: str) -> str:
    handle.break_at(name)
    return ""


def _clear(handle: RunHandle, name: str) -> str:
    if name not in handle.breakpoints:
        return f"There is no breakpoint on '{name}'."
    handle.break_at(name, on=False)
    return ""


def _watch(handle: RunHandle, port: str) -> str:
    handle.watch(port)
    return ""


def _value(handle: RunHandle, port: str) -> str:
    return summarize(handle.value(port)).text


def _extend(handle: RunHandle, time: str) -> str:
    if handle.timeout_s is None:
        return "The run has no limit."
    handle.extend(parse_duration(time))
    return ""


def _held(handle: RunHandle) -> str:
    return ", ".join(handle.held) or "Nothing is held."


def _wait(handle: RunHandle) -> str:
    while handle.running and not handle.held:
        time.sleep(_LOOKS_APART_S)
    return ""


def _cancel(handle: RunHandle) -> str:
    handle.cancel()
    return ""


def _status(handle: RunHandle) -> str:
    progress = handle.progress
    state = "paused" if handle.paused else "running"
    words = f"{state}, {progress.over} of {plural(progress.total, 'node')} over, {duration_text(handle.elapsed_s)}"
    if progress.remaining_low_s is not None and progress.remaining_high_s is not None:
        low, high = duration_text(progress.remaining_low_s), duration_text(progress.remaining_high_s)
        words += f"; {low} to {high} left"
    return f"{words}; held: {', '.join(handle.held)}" if handle.held else words


_VERBS: dict[str, Callable[..., str]] = {
    "pause": _pause,
    "resume": _resume,
    "step": _step,
    "go": _go,
    "break": _break,
    "clear": _clear,
    "watch": _watch,
    "value": _value,
    "extend": _extend,
    "held": _held,
    "status": _status,
    "wait": _wait,
    "cancel": _cancel,
}
