"""The optimisation passes, each a pure function: graph in; graph, and a sentence for each change, out."""

from shtairir.planning.passes.dead import drop_dead
from shtairir.planning.passes.fold import fold_constants
from shtairir.planning.passes.fuse import fuse_elementwise
from shtairir.planning.passes.inplace import reuse_inputs
from shtairir.planning.passes.merge import merge_equal
from shtairir.planning.passes.redundant import drop_redundant_edges
from shtairir.planning.passes.split import split_large

__all__ = [
    "drop_dead",
    "drop_redundant_edges",
    "fold_constants",
    "fuse_elementwise",
    "merge_equal",
    "reuse_inputs",
    "split_large",
]
