"""Requests to web servers, with limits on time, size, redirects and schemes.

Redirects are followed here, not by the library, so that each new address is looked at, and so that a secret is sent
to the server it is meant for only. Bytes are counted as they come out of decompression.
"""

import contextlib
import functools
import socket
import ssl
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from .addresses import address, place
from .file_content import fingerprint
from .io_atomic import replacing
from .json_text import parsed, written
from .watching import Cancellable, Watch, watched

_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be others the next time."""
_SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization")
_AGENT = "Shtairir"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, and what it may take."""

    url: str
    method: str = "GET"
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout_s: float = 30.0
    limit: int = 16 << 20
    redirects: int = 5
    errors_are_fine: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    url: str
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The content as text, by the encoding that the server names, else UTF-8."""
        kind = httpx.Response(self.status, headers=self.headers)
        try:
            return self.content.decode(kind.charset_encoding or "utf-8", errors="replace")
        except LookupError:
            return self.content.decode("utf-8", errors="replace")


def body_of(value: object) -> tuple[bytes | None, dict[str, str]]:
    """Return a value as the body of a request, with the header that names its kind: text as it is, others as JSON."""
    if value is None:
        return None, {}
    if isinstance(value, str):
        return value.encode("utf-8"), {"Content-Type": "text/plain; charset=utf-8"}
    return written(value, 0, False).encode("utf-8"), {"Content-Type": "application/json"}


def fetched(request: Request, run: Cancellable) -> Answer:
    """Return what a server answers."""
    pieces: list[bytes] = []
    answer = _received(request, run, lambda piece, _: pieces.append(piece))
    return Answer(answer.status, answer.url, answer.headers, b"".join(pieces))


def fetched_json(request: Request, run: Cancellable) -> Any:
    """Return the JSON value that a server answers."""
    answer = fetched(request, run)
    return parsed(answer.text, f"The answer of {place(answer.url)}")


def downloaded(
    request: Request, run: Cancellable, path: Path, sha256: str, tell: Callable[[float | None, int], None]
) -> Path:
    """Write what a server answers to a file, and return its path; the file is whole, or not there at all.

    ``tell`` is given the fraction that has come, where the server says how much there is, and the bytes.
    """
    done = 0
    with replacing(path) as temporary:
        with temporary.open("wb") as file:

            def keep(piece: bytes, expected: int | None) -> None:
                nonlocal done
                file.write(piece)
                done += len(piece)
                tell(min(done / expected, 1.0) if expected else None, done)

            _received(request, run, keep)
        verified(temporary, sha256, place(request.url))
    return path


def verified(path: Path, sha256: str, what: str = "") -> Path:
    """Return the path of a file if it has a fingerprint, or if none is asked for."""
    found = fingerprint(path, "sha256", lambda _: None) if sha256 else ""
    if found != sha256.strip().lower():
        raise ValueError(f"{what or path} has the fingerprint {found}, not {sha256}. It is not what was expected.")
    return path


def _received(request: Request, run: Cancellable, keep: Callable[[bytes, int | None], None]) -> Answer:
    sockets: list[socket.socket] = []

    def hang_up() -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    url = address(request.url, request.query)
    with watched(hang_up, run, request.timeout_s) as watch:
        try:
            return _followed(request, url, keep, sockets, watch)
        except httpx.HTTPError as error:
            raise _worded(error, url, request, watch) from None


def _followed(
    request: Request,
    url: str,
    keep: Callable[[bytes, int | None], None],
    sockets: list[socket.socket],
    watch: Watch,
) -> Answer:
    method, body, headers = request.method, request.body, {"User-Agent": _AGENT, **request.headers}
    for _ in range(request.redirects + 1):
        with _client(request) as client, _sent(client, method, url, headers, body, sockets) as response:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return _taken(request, response, keep, watch)
            url, before = _next(url, response.headers["location"]), url
            if response.status_code == 303 or (response.status_code < 303 and method == "POST"):
                method, body = "GET", None
            if urllib.parse.urlsplit(url)[:2] != urllib.parse.urlsplit(before)[:2]:
                headers = {name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}
    raise _refused(f"{place(request.url)} sends on and on: {request.redirects} redirects were followed.")


def _client(request: Request) -> httpx.Client:
    return httpx.Client(verify=_trusted(), follow_redirects=False, timeout=request.timeout_s)


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Return which certificates are believed; reading them takes longer than many a request."""
    return httpx.create_ssl_context()


@contextlib.contextmanager
def _sent(
    client: httpx.Client,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    sockets: list[socket.socket],
) -> Iterator[httpx.Response]:
    def note(event: str, info: Mapping[str, Any]) -> None:
        # Whoever wishes to end the request needs its socket, which the library shows only while it is made.
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            sockets.append(info["return_value"].get_extra_info("socket"))

    with client.stream(method, url, headers=dict(headers), content=body, extensions={"trace": note}) as response:
        yield response


def _next(url: str, location: str) -> str:
    following = urllib.parse.urljoin(url, location)
    if urllib.parse.urlsplit(following).scheme not in ("http", "https"):
        raise _refused(f"{place(url)} sends on to {following!r}, which is no web address. It is not followed.")
    return following


def _taken(
    request: Request, response: httpx.Response, keep: Callable[[bytes, int | None], None], watch: Watch
) -> Answer:
    answer = Answer(response.status_code, str(response.url), dict(response.headers), b"")
    if response.is_error and not request.errors_are_fine:
        raise _refused(_refusal(response), later=response.status_code in _LATER)
    expected = _announced(response)
    if expected is not None and expected > request.limit:
        raise ValueError(_too_large(answer.url, request))
    received = 0
    for piece in response.iter_bytes():
        received += len(piece)
        if received > request.limit:
            raise ValueError(_too_large(answer.url, request))
        keep(piece, expected)
    # An answer that ends with the connection looks whole when the connection was ended from here.
    if watch.cancelled or watch.timed_out:
        raise httpx.ReadError("ended")
    return answer


def _refused(sentence: str, *, later: bool = False) -> ConnectionError:
    """Return the error that tells what a server does not do, and whether it may ``later``: a run may try again."""
    error = ConnectionError(sentence)
    error.retryable = later  # type: ignore[attr-defined]  # what runs look at, whatever the error is
    return error


def _announced(response: httpx.Response) -> int | None:
    length = response.headers.get("content-length", "")
    # Of compressed content, the length says nothing about what comes out.
    return int(length) if length.isdigit() and "content-encoding" not in response.headers else None


def _refusal(response: httpx.Response) -> str:
    said = ""
    with contextlib.suppress(httpx.HTTPError):
        for piece in response.iter_bytes(400):
            said = piece.decode("utf-8", errors="replace")
            break
    line = " ".join(said.split())
    told = f" It says: {line[:200]}" if line and not line.startswith("<") else ""
    meaning = response.reason_phrase or "no reason given"
    return f"{place(str(response.url))} answered {response.status_code} ({meaning}).{told}"


def _too_large(url: str, request: Request) -> str:
    return f"{place(url)} sends more than {request.limit / 2**20:g} MB. Raise the limit, or ask for less."


def _worded(error: httpx.HTTPError, url: str, request: Request, watch: Watch) -> Exception:
    server = place(url)
    if watch.timed_out or isinstance(error, httpx.TimeoutException):
        return TimeoutError(
            f"{server} had not answered in full after {request.timeout_s:g} seconds. Allow it more time."
        )
    if isinstance(error, httpx.ConnectError):
        return ConnectionError(f"{server} cannot be reached: {error}. Check the address and the network.")
    if isinstance(error, httpx.DecodingError):
        return ConnectionError(f"{server} sent something that cannot be unpacked: {error}.")
    return ConnectionError(f"The connection to {server} broke off: {error or type(error).__name__}.")
