"""File blocks: look at files and folders, copy, move and delete them, pack and unpack them."""

from shtairir_blocks.file.archives import unzip, zip_
from shtairir_blocks.file.content import append_text, hash_, read_bytes, write_bytes
from shtairir_blocks.file.facts import info, join, list_, parts
from shtairir_blocks.file.places import copy, delete, make_folder, move, temporary

__all__ = [
    "append_text",
    "copy",
    "delete",
    "hash_",
    "info",
    "join",
    "list_",
    "make_folder",
    "move",
    "parts",
    "read_bytes",
    "temporary",
    "unzip",
    "write_bytes",
    "zip_",
]
