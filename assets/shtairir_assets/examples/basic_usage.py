"""The engine without a window: compose blocks, plan under limits, run as you like, and see where memory goes.

python -m shtairir_assets.examples.basic_usage
"""

from __future__ import annotations

import sys

import shtairir
from shtairir.block import Array, Context, block
from shtairir.errors import PlanningError
from shtairir.memory import MemoryManager, MemoryPool, MemoryProfiler, release
from shtairir.planning import ResourceLimits

say = sys.stdout.write
MB = 1e6


@block(category="Custom", version=1)
def running_mean(ctx: Context, signal: Array, width: int = 25) -> Array:
    """Average each sample with those before it; the buffer for it is borrowed from the pool."""
    import numpy as np

    out = ctx.empty(signal.shape, signal.dtype)
    np.cumsum(signal, out=out)
    out[width:] -= out[:-width].copy()
    out /= width
    return out


def compose() -> shtairir.Graph:
    """Build a graph of library blocks and of one of our own.

    noise ─ running_mean ─ subtract ─ square ─ mean
      └───────────────────────┘
    """
    graph = shtairir.Graph("Roughness of noise")
    noise = graph.add("array.random", id="noise", shape=[1_000_000], seed=1)
    smooth = graph.add(running_mean, signal=noise["out"], width=50)
    rough = graph.add("array.subtract", id="rough", x1=noise["out"], x2=smooth["out"])
    squared = graph.add("array.square", id="squared", x=rough["out"])
    graph.add("array.mean", id="roughness", a=squared["out"])
    return graph


def make_plan(graph: shtairir.Graph) -> shtairir.ExecutionPlan:
    """Plan for two processors and 100 MB, and show what the planner decided."""
    limits = ResourceLimits(cpu=2, memory_bytes=100_000_000)
    plan = shtairir.plan(graph, level="aggressive", limits=limits)
    say(f"{len(graph.nodes)} nodes become {len(plan.tasks)} tasks in {len(plan.stages)} stages.\n")
    say(f"The longest row of nodes is {' → '.join(plan.critical_path)}.\n")
    for reason in plan.reasons:
        say(f"  {reason.node or 'all'}: {reason.sentence}\n")
    try:
        shtairir.plan(graph, limits=ResourceLimits(memory_bytes=5_000_000))
    except PlanningError as error:
        say(f"With 5 MB it is refused before it starts:\n  {error}\n")
    return plan


def run_it(plan: shtairir.ExecutionPlan) -> None:
    """Run a plan under a budget and a deadline, watched by a profiler, in the background."""
    profiler = MemoryProfiler()
    handle = shtairir.start(plan, memory_limit=100_000_000, timeout_s=60, instruments=[profiler])
    result = handle.wait()  # handle.cancel() would stop it
    assert result is not None
    result.raise_for_status()
    say(f"The roughness is {result['roughness']:.4f}; that took {result.elapsed_s * 1000:.0f} ms.\n")
    say(f"At most {result.memory.peak_bytes / MB:.1f} MB were in use. By node:\n")
    for node in profiler.largest(5):
        say(f"  {node.node:14} {node.elapsed_s * 1000:7.1f} ms {node.peak_bytes / MB:7.1f} MB\n")


def borrow() -> None:
    """Borrow memory as a run does: a pool to lend it, and an account that tracks who has it, under a budget."""
    pool = MemoryPool()
    account = MemoryManager(pool, limit_bytes=50_000_000)
    array = account.empty((1000, 1000), float, owner="blur")
    view = array[::2].T
    del array
    say(f"A view of it is left, so 'blur' still holds {account.stats().owners['blur'] / MB:.1f} MB.\n")
    del view
    say(f"Now nobody sees it: {pool.lent_bytes} bytes are lent, {pool.idle_bytes / MB:.1f} MB wait for the next.\n")
    again = account.empty((1000, 1000), float, owner="sharpen")
    say(f"The next has the same memory again: {pool.hits} of {pool.hits + pool.misses} requests found a buffer.\n")
    del again
    pool.trim()
    say(f"Trimmed: {pool.idle_bytes} bytes are kept.\n")


def main() -> None:
    """Do all of it, and say what happens."""
    say("Composing blocks and planning\n")
    plan = make_plan(compose())
    say("\nRunning\n")
    run_it(plan)
    say("\nMemory, step by step\n")
    borrow()
    released = release()
    before, after = released.before_bytes / MB, released.after_bytes / MB
    say(f"\nReleased: the process had {before:.0f} MB, and has {after:.0f} MB now.\n")


if __name__ == "__main__":
    main()
