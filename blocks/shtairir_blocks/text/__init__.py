"""Text blocks: make texts, take them apart, change them and ask them."""

from shtairir_blocks.text.change import case, pad, replace, strip
from shtairir_blocks.text.codes import decode, encode, hash_
from shtairir_blocks.text.facts import contains, length, to_number
from shtairir_blocks.text.make import concat, constant, format_, join, template
from shtairir_blocks.text.parts import lines, slice_, split

__all__ = [
    "case",
    "concat",
    "constant",
    "contains",
    "decode",
    "encode",
    "format_",
    "hash_",
    "join",
    "length",
    "lines",
    "pad",
    "replace",
    "slice_",
    "split",
    "strip",
    "template",
    "to_number",
]
