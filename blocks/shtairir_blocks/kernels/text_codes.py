"""Codes and fingerprints of texts: nothing but the standard library."""

import base64
import hashlib
import html
import json
import urllib.parse
import zlib


def encoded(text: str, code: str, encoding: str) -> str:
    """Return ``text`` in a code.

    >>> encoded("Grüße & Küsse", "web address", "utf-8")
    'Gr%C3%BC%C3%9Fe%20%26%20K%C3%BCsse'
    """
    if code == "web address":
        return urllib.parse.quote(text, safe="")
    if code == "HTML":
        return html.escape(text)
    if code == "JSON":
        return json.dumps(text, ensure_ascii=False)
    content = _bytes_of(text, encoding)
    if code == "hexadecimal":
        return content.hex()
    return (base64.urlsafe_b64encode(content) if code == "base64 for addresses" else base64.b64encode(content)).decode()


def decoded(text: str, code: str, encoding: str) -> str:
    """Return the text that stands in ``text`` in a code.

    Raises
    ------
    ValueError
        When it is not written in that code.
    """
    if code == "web address":
        return urllib.parse.unquote(text, errors="strict") if "%" in text else text
    if code == "HTML":
        return html.unescape(text)
    if code == "JSON":
        return _json_text(text)
    content = _unhexed(text) if code == "hexadecimal" else _unbased(text)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError(
            f"What the code stands for is not {encoding} text: {content[:12].hex(' ')} … Choose another encoding."
        ) from None


def _bytes_of(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{encoding} cannot hold the character {text[error.start]!r}. Choose the encoding utf-8."
        ) from None


def _json_text(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, str):
        raise ValueError('The text is not a JSON text, which stands in quotation marks: "so".')
    return value


def _unhexed(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError("The text is not hexadecimal: pairs of the digits 0 to 9 and a to f.") from None


def _unbased(text: str) -> bytes:
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:  # binascii has one of its own, which is one, too
        raise ValueError("The text is not base64: letters, digits, + and / (or - and _), filled up with =.") from None


def fingerprint(content: bytes, method: str) -> str:
    """Return a digest in hexadecimal digits.

    >>> fingerprint(b"abc", "crc32")
    '352441c2'
    """
    if method == "crc32":
        return f"{zlib.crc32(content):08x}"
    return hashlib.new(method, content, usedforsecurity=False).hexdigest()
