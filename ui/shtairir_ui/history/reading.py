"""What is read of the history, always on a worker: it lies on disk."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, cast

from shtairir.block.registry import Registry
from shtairir.document import Snapshot
from shtairir.errors import ShtairirError
from shtairir.ids import PortName, PortRef
from shtairir_ui.history.words import title_of
from shtairir_ui.kept import Candidate, KeptValues, within_budget
from shtairir_ui.pastrun import PastRun, past_run

if TYPE_CHECKING:
    from shtairir.monitor.past import Comparison, RunSummary
    from shtairir.recovery.folder import RunFolder
    from shtairir.recovery.store import KeptValue

log = logging.getLogger(__name__)

Comparing: TypeAlias = "Comparison"


def read_runs(graph: str | None, limit: int) -> list[RunSummary] | None:
    """The latest runs, of one graph or of all; None when nothing is kept."""
    from shtairir.monitor.history import history

    found = history()
    return None if found is None else found.runs(graph=graph, limit=limit)


def read_past(key: str, registry: Registry, budget_bytes: int) -> PastRun | str:
    """A run of the past with its graph and values; or a sentence that says why it cannot be shown."""
    from shtairir.monitor.history import history

    found = history()
    if found is None:
        return "Nothing is kept of runs."
    try:
        record = found.run(key)
        graph = record.graph()
    except ShtairirError as error:
        return str(error)
    if graph is None:
        return f"The graph of run {key} was not kept, so there is nothing to show it on."
    title = title_of(record.summary, datetime.now().astimezone())
    values = kept_values(key, graph.snapshot(), registry, budget_bytes)
    return past_run(record, graph, values, title)


def kept_values(key: str, graph: Snapshot, registry: Registry, budget_bytes: int) -> KeptValues:
    """What of a run's values is on disk still, as far as it fits the budget."""
    from shtairir.recovery.folder import folder_of

    folder = folder_of(key)
    if folder is None or not folder.exists:
        return KeptValues((), budget_bytes)
    offered = _candidates(folder, graph, registry)
    kept, _ = within_budget(offered, budget_bytes)
    loaded = [replace(item, value=_loaded(item.value)) for item in kept]
    return KeptValues([item for item in loaded if item.value is not _GONE], budget_bytes)


def _candidates(folder: RunFolder, graph: Snapshot, registry: Registry) -> list[Candidate]:
    from shtairir.recovery.account import account_of, value_of

    found = []
    read = {link.source for link in graph.links.values()}
    for order, (node, account) in enumerate(account_of(folder).nodes.items()):
        placed = graph.find(node)
        definition = placed[0].definition(placed[1], registry) if placed is not None else None
        if account.standing != "done" or definition is None:
            continue
        for port, reference in zip(definition.outputs, account.values, strict=False):
            value = value_of(folder, reference)
            if value is not None:
                ref = PortRef(node, PortName(port.name))
                found.append(Candidate(ref, value, value.nbytes, order, final=ref not in read))
    return found


_GONE = object()


def _loaded(kept: object) -> object:
    """A value from disk; one that is damaged, or gone meanwhile, is not shown."""
    try:
        return cast("KeptValue", kept).load()
    except (ShtairirError, OSError) as error:
        log.info("a kept value cannot be shown: %s", error)
        return _GONE


def read_comparison(first: str, second: str) -> Comparison | str:
    """Two runs side by side; or a sentence that says why they cannot be compared."""
    from shtairir.monitor.history import history

    found = history()
    if found is None:
        return "Nothing is kept of runs."
    try:
        return found.compare(first, second)
    except ShtairirError as error:
        return str(error)
