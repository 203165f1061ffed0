"""The optimisation passes, each a pure function: graph in; graph, and a sentence for each change, out."""

from shtairir.planning.passes.dead import drop_dead
from shtairir.planning.passes.fold import fold_constants
from shtairir.planning.passes.merge import merge_equal
from shtairir.planning.passes.redundant import drop_redundant_edges

__all__ = ["drop_dead", "drop_redundant_edges", "fold_constants", "merge_equal"]
