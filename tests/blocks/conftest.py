"""A run for blocks that ask for one, which writes down what they tell it; a web site for those that need one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shtairir.block import Context
from shtairir.errors import RunCancelledError
from shtairir.events import Event, NodeStarted
from shtairir.ids import NodeId, RunId


class RecordingContext(Context):
    """Lends fresh arrays that start as NaN or nonsense, so that a block which leaves a gap is found out."""

    node = NodeId("node")
    run = RunId(1)
    base_dir = Path(".")

    def __init__(self) -> None:
        self.lent: list[np.ndarray[Any, Any]] = []
        self.fractions: list[float | None] = []
        self.logged: list[tuple[str, str]] = []
        self.previewed: list[object] = []
        self.cancel_after: int | None = None

    def empty(self, shape: int | tuple[int, ...], dtype: Any = float) -> np.ndarray[Any, Any]:
        array = np.empty(shape, dtype)
        array.view(np.uint8).fill(255) if array.size and array.ndim else None
        self.lent.append(array)
        return array

    def zeros(self, shape: int | tuple[int, ...], dtype: Any = float) -> np.ndarray[Any, Any]:
        return np.zeros(shape, dtype)

    def progress(self, fraction: float | None, message: str = "") -> None:
        self.fractions.append(fraction)

    @property
    def cancelled(self) -> bool:
        return self.cancel_after is not None and len(self.fractions) >= self.cancel_after

    def check_cancelled(self) -> None:
        if self.cancelled:
            raise RunCancelledError("cancelled")

    def log(self, message: str, level: str = "info") -> None:
        self.logged.append((level, message))

    def preview(self, value: object) -> None:
        self.previewed.append(value)

    def acquire(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def secret(self, name: str) -> str:
        raise NotImplementedError


class Beginning:
    """An instrument that lets a test wait until a node has begun."""

    def __init__(self) -> None:
        self._begun = threading.Event()

    def on_event(self, event: Event) -> None:
        if isinstance(event, NodeStarted):
            self._begun.set()

    def wait(self) -> None:
        assert self._begun.wait(20), "no node has begun"


@pytest.fixture
def beginning() -> Beginning:
    """An instrument that lets a test wait until a node has begun."""
    return Beginning()


@pytest.fixture
def ctx() -> RecordingContext:
    """A run that writes down what a block tells it."""
    return RecordingContext()


class _Site(BaseHTTPRequestHandler):
    """Answers each path in its own way; see `site`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        answer = getattr(self, f"_{path.strip('/').replace('/', '_')}", None)
        if answer is None:
            self._send(404, b"There is no such page.", "text/plain")
        else:
            answer(query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._json({"method": self.command, "body": body.decode(), "type": self.headers.get("Content-Type")})

    do_PUT = do_DELETE = do_PATCH = do_POST

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), "application/json")

    def _weather(self, query: str) -> None:
        self._json({"city": "Riga", "days": [{"day": "Mon", "high": 3.5}, {"day": "Tue", "high": 4.0}], "query": query})

    def _hello(self, query: str) -> None:
        self._send(200, "Grüß Gott".encode("latin-1"), "text/plain; charset=latin-1")

    def _echo(self, query: str) -> None:
        self._json({name.lower(): value for name, value in self.headers.items()})

    def _broken(self, query: str) -> None:
        self._send(200, b"{not json", "application/json")

    def _moved(self, query: str) -> None:
        self._send(302, b"", "text/plain", Location="/hello")

    def _ring(self, query: str) -> None:
        self._send(302, b"", "text/plain", Location="/ring")

    def _to_file(self, query: str) -> None:
        self._send(302, b"", "text/plain", Location="file:///etc/hostname")

    def _failing(self, query: str) -> None:
        self._send(500, b"The server is unwell.", "text/plain")

    def _large(self, query: str) -> None:
        self._send(200, b"x" * 3_000_000, "application/octet-stream")

    def _endless(self, query: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while not self.server.over.wait(0.005):  # type: ignore[attr-defined]
            self.wfile.write(b"y" * 4096)

    def _silent(self, query: str) -> None:
        self.server.over.wait(20)  # type: ignore[attr-defined]
        self.close_connection = True


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Site)
        self.over = threading.Event()

    def handle_error(self, request: Any, address: Any) -> None:
        """A client that hangs up in mid-answer is what some tests are about."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a web site on this machine: /weather (JSON), /hello, /echo (its headers), /moved, /large, ..."""
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()
