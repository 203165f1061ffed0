"""Web blocks: ask servers, with limits on time, size and redirects."""

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from shtairir.block import Context, Param, block

Query = dict[str, Any] | None
Headers = Annotated[dict[str, str] | None, Param(advanced=True)]
Secret = Annotated[str, Param(advanced=True)]
Timeout = Annotated[float, Param(gt=0, le=3600, unit="s")]
Limit = Annotated[int, Param(ge=1, le=100_000, unit="MB", advanced=True)]
Redirects = Annotated[int, Param(ge=0, le=20, advanced=True)]


class Response(NamedTuple):
    """What a server answered.

    Attributes
    ----------
    text
        The content, as text.
    status
        Its number: 200 for fine, 404 for not found.
    headers
        What the server says about the content.
    """

    text: str
    status: int
    headers: dict[str, str]


@block(
    name="Web request",
    category="Web",
    tags=("http", "url", "get", "post", "api", "internet"),
    pure=False,
    retries=0,
    requires=("httpx",),
    extra="web",
)
def request(
    context: Context,
    url: str,
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET",
    query: Query = None,
    body: Any = None,
    headers: Headers = None,
    secret: Secret = "",
    timeout_s: Timeout = 30.0,
    limit: Limit = 16,
    redirects: Redirects = 5,
    errors_are_fine: bool = False,
) -> Response:
    """Send a request to a web server and take its answer as text.

    Parameters
    ----------
    url
        The address, which begins with https:// or http://.
    method
        What to do: GET asks, POST sends something.
    query
        Names and values to put behind the address, such as {"page": 2}.
    body
        What to send: a text as it is, anything else as JSON.
    headers
        More to say about the request, such as {"Accept": "text/csv"}.
    secret
        The name of a secret to send as a bearer token; the secret itself never stands in the graph.
    timeout_s
        How long the whole answer may take.
    limit
        The most to receive.
    redirects
        How often the server may send on to another address.
    errors_are_fine
        Whether an answer such as 404 is taken like any other; otherwise it is an error.
    """
    from shtairir_blocks.kernels import web as kernels
    from shtairir_blocks.kernels.addresses import server

    content, kind = kernels.body_of(body)
    asked = kernels.Request(
        url=url,
        method=method,
        query=query or {},
        headers={**kind, **(headers or {}), **_token(context, secret)},
        body=content,
        timeout_s=timeout_s,
        limit=limit << 20,
        redirects=redirects,
        errors_are_fine=errors_are_fine,
    )
    with context.dependency(server(url)):
        answer = kernels.fetched(asked, context)
    return Response(answer.text, answer.status, answer.headers)


@block(
    name="Get JSON from web",
    category="Web",
    tags=("http", "url", "api", "rest", "internet"),
    pure=False,
    idempotent=True,
    requires=("httpx",),
    extra="web",
)
def get_json(
    context: Context,
    url: str,
    query: Query = None,
    headers: Headers = None,
    secret: Secret = "",
    timeout_s: Timeout = 30.0,
    limit: Limit = 16,
) -> Any:
    """Ask a web server for JSON.

    Parameters
    ----------
    url
        The address, which begins with https:// or http://.
    query
        Names and values to put behind the address, such as {"page": 2}.
    headers
        More to say about the request, such as {"Accept-Language": "de"}.
    secret
        The name of a secret to send as a bearer token; the secret itself never stands in the graph.
    timeout_s
        How long the whole answer may take.
    limit
        The most to receive.

    Returns
    -------
    out
        Dictionaries, lists, texts, numbers, true, false and nothing.
    """
    from shtairir_blocks.kernels import web as kernels
    from shtairir_blocks.kernels.addresses import server

    wanted = {"Accept": "application/json", **(headers or {}), **_token(context, secret)}
    asked = kernels.Request(url, query=query or {}, headers=wanted, timeout_s=timeout_s, limit=limit << 20)
    with context.dependency(server(url)):
        return kernels.fetched_json(asked, context)


@block(
    name="Download file",
    category="Web",
    tags=("http", "url", "save", "fetch", "internet"),
    pure=False,
    retries=0,
    requires=("httpx",),
    extra="web",
)
def download(
    context: Context,
    url: str,
    path: Annotated[Path, Param(path="save")],
    overwrite: bool = False,
    sha256: Annotated[str, Param(advanced=True)] = "",
    headers: Headers = None,
    secret: Secret = "",
    timeout_s: Timeout = 600.0,
    limit: Limit = 1024,
) -> Path:
    """Download a file from a web server; the file is whole, or not there at all.

    Parameters
    ----------
    url
        The address, which begins with https:// or http://.
    path
        Where to put the file; missing folders are made.
    overwrite
        Whether to download it again, and replace it, when it is there; otherwise the file is taken as it is.
    sha256
        The fingerprint that the file must have; another one is an error. Not looked at when empty.
    headers
        More to say about the request.
    secret
        The name of a secret to send as a bearer token; the secret itself never stands in the graph.
    timeout_s
        How long the whole download may take.
    limit
        The most to receive.

    Returns
    -------
    out
        The path of the file.
    """
    from shtairir_blocks.kernels import web as kernels
    from shtairir_blocks.kernels.addresses import server

    if path.is_file() and not overwrite:
        return kernels.verified(path, sha256)
    wanted = {**(headers or {}), **_token(context, secret)}
    asked = kernels.Request(url, headers=wanted, timeout_s=timeout_s, limit=limit << 20)
    with context.dependency(server(url)):
        return kernels.downloaded(
            asked, context, path, sha256, lambda share, done: context.progress(share, f"{done / 1e6:.1f} MB")
        )


@block(name="Build web address", category="Web", tags=("url", "query", "parameters", "link"))
def address(base: str, query: dict[str, Any]) -> str:
    """Put names and values behind a web address, written so that every sign in them arrives.

    Parameters
    ----------
    base
        The address, such as https://example.org/search.
    query
        The names and values, such as {"q": "blue & green"}; a list gives a name several times.
    """
    from shtairir_blocks.kernels import addresses as kernels

    return kernels.address(base, query)


def _token(context: Context, secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {context.secret(secret)}"} if secret else {}
