"""What the last run of each graph was made of, in files beside the results."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FORMAT, _VERSION = "shtairir-ingredients", 2

Ingredients = dict[str, Any]
"""Of one node: ``block``, ``stamp``, ``values`` in words, ``files`` by path, ``variables``, ``inputs``, ``condition``,
``body``, and the ``key``."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """What is known of the last run of a graph.

    Attributes
    ----------
    home
        What tells the graph from others of the same name.
    """

    nodes: Mapping[str, Ingredients]
    environment: str = ""
    home: str = ""


_PATIENCE_S = 0.2
"""How long to wait for a newer run of the same graph before one is written down."""


class LastRuns:
    """Keeps what the last run of each graph was made of, in a folder. Any thread may use it.

    Runs are written down a moment later, on a thread of its own that ends when there is nothing to do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed = threading.Condition()
        self._waiting: dict[str, LastRun] = {}
        self._in_hand: dict[str, LastRun] = {}
        self._is_at_work = False
        atexit.register(self.flush)

    def read(self, graph: str) -> LastRun | None:
        """Return the last run of a graph, which is known by its file or its name."""
        with self._changed:
            waiting = self._waiting.get(graph) or self._in_hand.get(graph)
        if waiting is not None:
            return waiting
        try:
            document = json.loads(self._path(graph).read_bytes())
            if (document["format"], document["version"]) != (_FORMAT, _VERSION):
                return None
            return LastRun(dict(document["nodes"]), str(document["environment"]), str(document["home"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def note(self, graph: str, run: LastRun) -> None:
        """Remember a run; it is written down soon, see `flush`."""
        with self._changed:
            self._waiting[graph] = run
            if not self._is_at_work:
                self._is_at_work = True
                threading.Thread(target=self._work, name="shtairir last runs", daemon=True).start()

    def flush(self) -> None:
        """Write down what is not written yet, and wait for what is being written."""
        while self._write_next():
            pass
        with self._changed:
            while self._in_hand:
                self._changed.wait()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(_PATIENCE_S)
                if not self._waiting:
                    self._is_at_work = False
                    return
            while self._write_next():
                pass

    def _write_next(self) -> bool:
        with self._changed:
            if not self._waiting:
                return False
            graph = next(iter(self._waiting))
            run = self._in_hand[graph] = self._waiting.pop(graph)
        try:
            self._write(graph, run)
        finally:
            with self._changed:
                if self._in_hand.get(graph) is run:
                    del self._in_hand[graph]
                self._changed.notify_all()
        return True

    def _write(self, graph: str, run: LastRun) -> None:
        """Write a run down; that it cannot be written costs no more than a reason."""
        document = {
            "format": _FORMAT,
            "version": _VERSION,
            "environment": run.environment,
            "home": run.home,
            "nodes": dict(run.nodes),
        }
        path = self._path(graph)
        passing = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            passing.write_text(json.dumps(document), encoding="utf-8")
            passing.replace(path)

    def _path(self, graph: str) -> Path:
        return self._folder / f"{_name_of(graph)}.json"


def _name_of(graph: str) -> str:
    return hashlib.blake2b(graph.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
