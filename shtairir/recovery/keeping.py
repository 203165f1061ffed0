"""From a plan that is about to run to the journal of its run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.ids import NodeId, PortRef, RunKey
from shtairir.recovery.folder import RunFolder, runs_folder
from shtairir.recovery.keys import new_run_key

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan
    from shtairir.planning.source import PlanSource
    from shtairir.recovery.recorder import Recorder
    from shtairir.results.result import RunResult

_COPY_S = 20e-6
"""What it takes to write the graph of a run, for each of its nodes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """How a run was started, as far as it takes that to start it again.

    Attributes
    ----------
    keep
        ``results``, ``all``, or outputs by name.
    """

    keep: str | tuple[str, ...] = "results"
    memory_limit: int | None = None
    timeout_s: float | None = None
    backend: str = "threads"


class KeptRun:
    """A run of which something is kept, once it is worth that.

    Attributes
    ----------
    hook
        Told of each attempt (`shtairir.execute.attempt.AttemptHook`).
    """

    def __init__(self, key: RunKey, hook: Recorder) -> None:
        self.key = key
        self.hook = hook

    def close(self, result: RunResult) -> None:
        """Take note of how the run ended; nothing is written after that."""
        self.hook.close(str(result.status), result.elapsed_s)


def kept_run(
    plan: ExecutionPlan,
    started: Started | None = None,
    *,
    given: Mapping[PortRef, Any] | None = None,
    home: Path | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> KeptRun | None:
    """Return what keeps a run of a plan, or ``None`` when nothing is to be kept of runs.

    Parameters
    ----------
    given
        Values of outputs that the run is given; who goes on with it needs them, too.
    home
        The folder of the runs, if it is not the user's own.
    """
    runs = home if home is not None else runs_folder()
    if runs is None:
        return None
    from shtairir.recovery.recorder import LAZY_S, Recorder

    key = new_run_key()
    folder = RunFolder(runs / key)
    how = started if started is not None else Started()
    hook = Recorder(
        folder,
        lambda: _describe(folder, plan, how),
        checkpoints=plan.policy.checkpoints,
        # A large graph takes a while to write: its run must be worth that.
        lazy_s=max(LAZY_S, len(plan.nodes) * _COPY_S * 5),
        given=lambda: _by_node(plan, given or {}),
        clock=clock,
    )
    return KeptRun(key, hook)


def _by_node(plan: ExecutionPlan, given: Mapping[PortRef, Any]) -> dict[NodeId, list[Any]]:
    """Return the outputs of nodes as far as they are given, and `MISSING` for the others."""
    from shtairir.recovery.recorder import MISSING

    nodes: dict[NodeId, list[Any]] = {}
    for name, value in given.items():
        port = plan.aliases.get(name, name)
        call = plan.call(port.node)
        if call is not None:
            names = [output.name for output in call.definition.outputs]
            outputs = nodes.setdefault(call.node, [MISSING] * len(names))
            outputs[names.index(port.port)] = value
    return nodes


def _describe(folder: RunFolder, plan: ExecutionPlan, how: Started) -> None:
    from shtairir.planning.source import source_of, text_of
    from shtairir.recovery.tidying import tidy_sometimes

    folder.write(facts_of(folder.key, plan, source_of(plan), how), text_of(plan))
    tidy_sometimes(folder.path.parent)


def facts_of(key: RunKey, plan: ExecutionPlan, source: PlanSource | None, how: Started) -> Any:
    """Return what ``run.json`` says of a run that begins now."""
    from shtairir.recovery.facts import RunFacts, here_and_now
    from shtairir.recovery.files import files_of
    from shtairir.recovery.identity import stamps_of

    path = source.given.path if source is not None else None
    return RunFacts(
        key=key,
        graph_name=plan.graph_name,
        graph_path=str(path) if path is not None else None,
        base_dir=str(plan.base_dir),
        file_hash=file_hash(path),
        parameters=parameters_of(source),
        targets=source.targets if source is not None else None,
        nodes=len(plan.nodes),
        level=str(plan.level),
        workers=plan.workers,
        keep=how.keep,
        memory_limit=how.memory_limit,
        timeout_s=how.timeout_s,
        backend=how.backend,
        checkpoints=plan.policy.checkpoints,
        blocks=stamps_of(plan),
        files=files_of(plan),
        **here_and_now(),
    )


def parameters_of(source: PlanSource | None) -> Mapping[str, Any]:
    """Return the parameters of a run as JSON can hold them; those that it cannot hold are left out."""
    from shtairir.document.jsonable import to_json
    from shtairir.errors import EditError

    kept = {}
    for name, value in (source.parameters if source is not None else {}).items():
        try:
            kept[name] = to_json(value)
        except EditError:
            _log.info("The parameter '%s' cannot be kept: give it again when the run is resumed.", name)
    return kept


def file_hash(path: Path | None) -> str:
    """Return a hash of a file; empty if it cannot be read."""
    if path is None:
        return ""
    import hashlib  # which brings OpenSSL with it

    try:
        return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""
