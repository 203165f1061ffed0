"""Times and passes in the words of a plan."""

from __future__ import annotations

from collections.abc import Mapping

PASSES: Mapping[str, str] = {
    "expand": "Subgraphs put in their places",
    "drop_dead": "Nodes that nobody asked for, left out",
    "merge_equal": "Equal nodes, run once",
    "fold_constants": "Computed while planning",
    "guard_branches": "Run only when chosen",
    "loop_invariants": "Done once, before the loop",
    "fuse_elementwise": "Done together, tile by tile",
    "split_large": "Divided among workers",
    "reuse_inputs": "Written over their inputs",
    "drop_redundant_edges": "Waits that others imply",
    "coarsen": "Small neighbours, one task",
    "critical_path": "First where there is a choice",
    "priority": "First by their priority",
    "order": "Kept within the memory",
    "workers": "Where they run",
}
"""What a pass does, by its name; one that is not here goes by its own."""


def pass_title(name: str) -> str:
    """Return what a pass does, in a few words.

    Examples
    --------
    >>> pass_title("merge_equal"), pass_title("some_pass")
    ('Equal nodes, run once', 'Some pass')
    """
    return PASSES.get(name) or name.replace("_", " ").capitalize()


def duration_words(seconds: float) -> str:
    """Return a time with the precision that a person reads.

    Examples
    --------
    >>> [duration_words(s) for s in (0, 0.00042, 0.25, 3.14159, 75, 7325)]
    ['0 s', '0.42 ms', '250 ms', '3.14 s', '1 min 15 s', '2 h 2 min']
    """
    if seconds <= 0:
        return "0 s"
    if seconds < 1e-4:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
