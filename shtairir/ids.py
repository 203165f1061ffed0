"""Identifiers that travel through the whole house, each with its own type."""

from __future__ import annotations

from typing import NamedTuple, NewType

NodeId = NewType("NodeId", str)
"""Readable, unique in its graph: ``blur``, ``blur_2``."""

BlockId = NewType("BlockId", str)
"""``family.name``: ``image.gaussian_blur``."""

PortName = NewType("PortName", str)
"""An input or output of a block: an argument's name, or ``out``."""

RunId = NewType("RunId", int)
"""Counts up within one process; stale results are told by it."""

RunKey = NewType("RunKey", str)
"""Names a run for good, on this machine: ``20261120-130512-7f3a``. Later runs come later in the alphabet."""


# A named tuple, because links are looked up by it: it is hashed and compared ten times as fast as a dataclass.
class PortRef(NamedTuple):
    """One port of one node, written ``blur.image``.

    Examples
    --------
    >>> PortRef.parse("blur.image")
    PortRef(node='blur', port='image')
    >>> str(PortRef.parse("blur.image"))
    'blur.image'
    """

    node: NodeId
    port: PortName

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"

    @classmethod
    def parse(cls, text: str) -> PortRef:
        """Read ``node.port``.

        The port is what follows the last dot, so a node id may itself hold dots.

        Raises
        ------
        ValueError
            When a part is missing.
        """
        node, dot, port = text.rpartition(".")
        if not (dot and node and port):
            raise ValueError(f"'{text}' does not name a port: write it as NODE.PORT, for example blur.sigma.")
        return cls(NodeId(node), PortName(port))
