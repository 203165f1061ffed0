"""What happens in a run, in a sentence each: for the log, and for those who watch a rehearsal."""

from __future__ import annotations

from shtairir.events import (
    BreakerChanged,
    Event,
    NodeCancelled,
    NodeCompensated,
    NodeFailed,
    NodeFinished,
    NodeHeld,
    NodeRestored,
    NodeRetrying,
    NodeSkipped,
    NodeStarted,
    RunExtended,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    RunStatus,
    WorkerReplaced,
)
from shtairir_ui.quantities import count, duration

_ENDS = {
    RunStatus.DONE: "is done",
    RunStatus.PARTIAL: "is done in part",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "was stopped",
    RunStatus.TIMED_OUT: "timed out",
}
_CIRCUITS = {
    "open": "failed again and again: nobody asks it for a while",
    "half_open": "is being tried",
    "closed": "works again",
}


def happening(event: Event) -> str:
    """The sentence; empty for what is seen on the nodes only."""
    match event:
        case NodeStarted(attempt=1):
            return f"'{event.node}' begins."
        case NodeStarted():
            return f"'{event.node}' begins again, attempt {event.attempt}."
        case NodeFinished():
            return f"'{event.node}' is done after {duration(event.elapsed_s)}."
        case NodeFailed():
            return f"'{event.node}' failed: {event.failure.message}"
        case NodeCancelled():
            return f"'{event.node}' was stopped."
        case _:
            return weighty(event)


def weighty(event: Event) -> str:
    """The sentence about what is out of the ordinary; empty for the rest."""
    match event:
        case NodeRetrying():
            attempt = f"Attempt {event.attempt} of {event.attempts} of '{event.node}' failed: {event.failure.message}"
            return f"{attempt} The next begins in {duration(event.delay_s)}."
        case NodeHeld():
            return f"'{event.node}' waits. {event.reason}"
        case NodeRestored():
            return f"'{event.node}' need not run. {event.origin}"
        case NodeCompensated(failure=None):
            return f"What '{event.node}' had done was undone."
        case NodeCompensated():
            said = event.failure.message if event.failure is not None else ""
            return f"What '{event.node}' had done could not be undone. {said}"
        case NodeSkipped():
            return f"'{event.node}' is skipped. {event.reason}"
        case WorkerReplaced():
            having = f" It had '{event.node}' in hand." if event.node is not None else ""
            return f"{event.worker} was replaced: {event.reason.rstrip('.')}.{having}"
        case BreakerChanged():
            return f"'{event.dependency}' {_CIRCUITS.get(event.state, event.state)}."
        case _:
            return of_the_run(event)


def of_the_run(event: Event) -> str:
    """The sentence about the run as a whole; empty for what is about nodes."""
    match event:
        case RunStarted():
            return f"Run {event.run} begins: {count(len(event.nodes), 'node')}, {count(event.workers, 'worker')}."
        case RunPaused():
            return "The run is paused."
        case RunResumed():
            return "The run goes on."
        case RunExtended():
            return f"The run may take {duration(event.timeout_s)} in all."
        case RunFinished():
            return f"Run {event.run} {_ENDS[event.status]} after {duration(event.elapsed_s)}."
        case _:
            return ""
