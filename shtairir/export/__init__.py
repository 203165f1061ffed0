"""A graph in other forms: a Python program, a Mermaid flowchart, a picture.

Nothing here runs a block. `program` writes what a person would have written by hand; `picture` says what the canvas
shows, once, and `svg` and `png` write that down.
"""

from __future__ import annotations

from shtairir.export.mermaid import to_mermaid
from shtairir.export.picture import Picture, picture_of
from shtairir.export.svg import to_svg

__all__ = ["Picture", "picture_of", "to_mermaid", "to_svg"]
