"""Control flow as blocks: branches and loops (the family ``flow``), inputs and outputs of graphs (``graph``)."""

from shtairir.flow.branches import gate, if_, switch, try_
from shtairir.flow.loops import for_each, reduce, repeat, while_

__all__ = ["for_each", "gate", "if_", "reduce", "repeat", "switch", "try_", "while_"]
