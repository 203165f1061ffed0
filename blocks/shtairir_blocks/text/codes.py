"""Blocks that write texts in codes, and read them again."""

from typing import Annotated, Literal

from shtairir.block import Param, block

Code = Literal["base64", "base64 for addresses", "hexadecimal", "web address", "HTML", "JSON"]
Hash = Literal["sha256", "sha512", "sha1", "md5", "blake2b", "crc32"]
Encoding = Annotated[Literal["utf-8", "utf-16", "windows-1252", "latin-1"], Param(advanced=True)]


@block(name="Encode text", category="Text/Codes", tags=("base64", "hex", "url", "escape", "quote", "html"))
def encode(text: str, code: Code = "base64", encoding: Encoding = "utf-8") -> str:
    """Write a text in a code in which it can pass where not every character may.

    Parameters
    ----------
    text
        The text.
    code
        The code: base64 and hexadecimal write bytes, the others replace the characters that have a meaning there.
    encoding
        How characters become bytes, for base64 and hexadecimal.
    """
    from shtairir_blocks.kernels import text_codes as kernels

    return kernels.encoded(text, code, encoding)


@block(name="Decode text", category="Text/Codes", tags=("base64", "hex", "url", "unescape", "unquote", "html"))
def decode(text: str, code: Code = "base64", encoding: Encoding = "utf-8") -> str:
    """Read a text that is written in a code.

    Parameters
    ----------
    text
        The text in code.
    code
        The code.
    encoding
        How bytes become characters, for base64 and hexadecimal.
    """
    from shtairir_blocks.kernels import text_codes as kernels

    return kernels.decoded(text, code, encoding)


@block(
    name="Hash text", id="text.hash", category="Text/Codes", tags=("checksum", "digest", "fingerprint", "sha", "md5")
)
def hash_(text: str, method: Hash = "sha256") -> str:
    """Make a short fingerprint of a text: equal texts have equal ones.

    Parameters
    ----------
    text
        The text, taken as UTF-8.
    method
        How to make it; md5, sha1 and crc32 are no protection against somebody who wants to deceive.
    """
    from shtairir_blocks.kernels import text_codes as kernels

    return kernels.fingerprint(text.encode("utf-8"), method)
