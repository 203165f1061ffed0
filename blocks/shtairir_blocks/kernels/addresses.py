"""Web addresses: nothing but the standard library."""

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any


def address(base: str, query: Mapping[str, Any]) -> str:
    """Return an address with a query; lists give a name several times, nothing leaves it out.

    >>> address("https://example.org/find?a=1", {"q": "blue & green", "n": [1, 2], "x": None})
    'https://example.org/find?a=1&q=blue+%26+green&n=1&n=2'
    """
    parts = urllib.parse.urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{base!r} is not a web address. It begins with https:// or http://.")
    asked = [(name, _plain(item)) for name, value in query.items() for item in _items(value)]
    whole = "&".join(part for part in (parts.query, urllib.parse.urlencode(asked)) if part)
    return urllib.parse.urlunsplit(parts._replace(query=whole))


def server(url: str) -> str:
    """Return who is asked at an address: the host, and the port where the address has one.

    >>> server("https://user:word@Example.org:8443/find?q=1")
    'example.org:8443'
    """
    parts = urllib.parse.urlsplit(address(url, {}))
    return f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"


def _items(value: Any) -> list[Any]:
    return [item for item in (value if isinstance(value, list | tuple) else [value]) if item is not None]


def _plain(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def place(url: str) -> str:
    """Return an address without its query."""
    # A query, or a name before the @, may hold secrets: neither belongs into an error.
    parts = urllib.parse.urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
