"""A program that is killed in the middle of a run, and goes on with it when it is started again.

``python killed_program.py FOLDER run|resume|undo [FAILING]``; what happens is written into files of the folder, and the
result is printed as JSON. It is no test itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import shtairir
from shtairir.block import Context, block
from shtairir.block.annotations import Array
from shtairir.events import Event, NodeFinished
from shtairir.session import resume

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
NODES = 300
BOOKINGS = 6


def note(line: str) -> None:
    """Add a line to the log, in one call: a kill leaves all of it or nothing."""
    with open(FOLDER / "log", "ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


@block(id="torture.work", category="Torture")
def work(context: Context, x: Array, y: Array, number: int = 0) -> Array:
    """Compute a little, for about a millisecond."""
    note(f"S {context.node}")
    time.sleep(0.001)
    return (np.sqrt(x * x + number) + y) % 1000.0


@block(id="torture.source", category="Torture")
def source(size: int = 32) -> Array:
    """Make numbers."""
    return np.arange(size, dtype=float)


@block(id="torture.row", category="Torture", pure=False, idempotent=True)
def row(context: Context, x: Array) -> Array:
    """Write a row that is there once, however often it is written."""
    note(f"S {context.node}")
    with sqlite3.connect(FOLDER / "rows.sqlite", timeout=30) as base:
        base.execute("INSERT OR IGNORE INTO rows VALUES (?, ?)", (context.idempotency_key, float(x.sum())))
    base.close()
    return x


def cancel_booking(context: Context, step: int, result: str, pause_s: float) -> None:
    """Undo a booking."""
    note(f"u {step}")
    time.sleep(pause_s)
    note(f"U {step} {result}")


@block(id="torture.book", category="Torture", pure=False, compensate=cancel_booking)
def book(context: Context, after: str = "", step: int = 0, failing: int = -1, pause_s: float = 0.0) -> str:
    """Book something; fail at one step."""
    if step == failing:
        raise ValueError("No room is left.")
    note(f"B {step}")
    return f"{after}{step}"


class Finished:
    """Writes down what an observer hears to be finished."""

    def on_event(self, event: Event) -> None:
        """Note a node that is finished."""
        if isinstance(event, NodeFinished):
            note(f"F {event.node}")


def computing(nodes: int = NODES) -> shtairir.Graph:
    """Return a graph of chains that meet now and then; every tenth node has an effect."""
    graph = shtairir.Graph("torture")
    made = [graph.add(source, id="start")["out"]]
    for number in range(nodes):
        before = made[max(0, len(made) - 1 - number % 5)]
        if number % 10 == 9:
            added = graph.add(row, id=f"n{number}", x=before)
        else:
            added = graph.add(work, id=f"n{number}", values={"number": number}, x=before, y=made[len(made) // 2])
        made.append(added["out"])
    return graph


def booking(failing: int, pause_s: float = 0.0) -> shtairir.Graph:
    """Return a graph of bookings, one after the other, of which one fails."""
    graph = shtairir.Graph("trip")
    before = None
    for step in range(BOOKINGS):
        values = {"step": step, "failing": failing, "pause_s": pause_s}
        linked = {"after": before["out"]} if before is not None else {}
        before = graph.add(book, id=f"b{step}", values=values, **linked)
    return graph


def digest(values: dict[str, Any]) -> str:
    """Return a hash of results."""
    parts = [name.encode() + np.asarray(value).tobytes() for name, value in sorted(values.items())]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def main() -> None:
    """Do what the arguments say."""
    os.environ["SHTAIRIR_STATE_PATH"] = str(FOLDER / "state")
    what = sys.argv[2]
    graph = booking(int(sys.argv[3]), float(sys.argv[4])) if len(sys.argv) > 3 else computing()
    if what == "run":
        with sqlite3.connect(FOLDER / "rows.sqlite") as base:
            base.execute("CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, total REAL)")
        base.close()
        result = shtairir.run(graph, workers=2, instruments=[Finished()])
    else:
        result = resume("last", graph=graph, undo=what == "undo", instruments=[Finished()])
    statuses: dict[str, int] = {}
    for node in result.nodes.values():
        statuses[str(node.status)] = statuses.get(str(node.status), 0) + 1
    sys.stdout.write(json.dumps({"status": result.status, "hash": digest(dict(result.results)), "nodes": statuses}))


if __name__ == "__main__":
    main()
