"""What the settings of a policy are called, and what each choice means, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Words(NamedTuple):
    """A setting for people: its name, what it is for, and what its choices mean."""

    label: str
    help: str
    choices: Mapping[str, str] = MappingProxyType({})
    placeholder: str = ""


_ON_FAILURE = {
    "finish": "What does not need it is finished; the run has failed.",
    "stop": "Nothing starts any more; the run has failed.",
    "continue": "What does not need it is finished. That the rest is missing is accepted: the run is partial.",
    "fallback": "A value that you set here takes the place of its result, and the run goes on.",
    "compensate": "Nothing starts any more, and what was done is undone, the last first.",
}
_PRIORITY = {
    "high": "Goes first where several could start or wait for the same.",
    "low": "Lets others go first.",
}
_CRITICALITY = {
    "low": "Its failure makes the run no worse than partial.",
    "high": "Its result is always kept on disk, and it never gives way to end a deadlock.",
    "critical": "As high, and its failure stops the run.",
}
_WORKER = {
    "auto": "As the block says, or as earlier runs have shown to be best.",
    "thread": "In this program: the quickest to hand data to, but it cannot be ended by force.",
    "process": "In a process of its own: it is ended at its timeout, and a crash harms nothing else.",
    "async": "On the event loop, together with many others that wait.",
}
_CACHE = {
    "auto": "Yes, unless it may be another next time.",
    "always": "Yes, also if its block does not give the same result each time.",
    "never": "No, it runs each time.",
}
_CHECKPOINTS = {
    "none": "A run that was interrupted begins anew.",
    "expensive": "What took long to compute is kept on disk while the run lasts.",
    "all": "Every result is kept on disk while the run lasts.",
}

WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "retries": Words("Retries", "How often it is tried again after a failure that may pass."),
        "backoff_s": Words("Backoff", "The wait before the first retry. No worker is held meanwhile."),
        "backoff_factor": Words("Backoff factor", "Each further wait is so many times as long."),
        "backoff_cap_s": Words("Backoff cap", "No wait is longer than this."),
        "jitter": Words("Jitter", "The share of each wait that is left to chance, so that not all come back at once."),
        "retry_on": Words(
            "Retry on",
            "Names of errors that are worth another try too. Connections, timeouts and lost workers always are.",
            placeholder="such as ValueError",
        ),
        "never_retry_on": Words(
            "Never retry on", "Names of errors that are not worth another try.", placeholder="such as KeyError"
        ),
        "timeout_s": Words("Timeout", "An attempt that takes longer has failed, and may be tried again."),
        "condition": Words(
            "Condition", "An expression over the inputs; when it is false the node is skipped.", placeholder="always"
        ),
        "on_failure": Words("On failure", "What happens when no try is left.", MappingProxyType(_ON_FAILURE)),
        "fallback": Words("Fallback", "What takes the place of its outputs."),
        "priority": Words("Priority", "Who goes first.", MappingProxyType(_PRIORITY)),
        "criticality": Words("Criticality", "How much depends on it.", MappingProxyType(_CRITICALITY)),
        "worker": Words("Worker", "What runs it.", MappingProxyType(_WORKER)),
        "depends_on": Words(
            "Depends on",
            "Names of what it needs outside. After many failures in a row nobody asks there for a while.",
            placeholder="such as weather.api",
        ),
        "cache": Words("Keep result", "Whether a later run may take its result.", MappingProxyType(_CACHE)),
        "checkpoints": Words(
            "Checkpoints",
            "Which results are kept, so that an interrupted run can go on.",
            MappingProxyType(_CHECKPOINTS),
        ),
    }
)
"""By the key in the file."""

RUN_TIMEOUT = Words("Run timeout", "A run that takes longer is ended. It can be given more time while it runs.")

ORIGINS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "graph": ("graph", "Said by the graph, for all its nodes. Select nothing to change it there."),
        "block": ("block", "Said by the block."),
        "default": ("default", "Nobody says anything else."),
        "mixed": ("mixed", "The selected nodes have this from different places."),
    }
)
"""Where a value comes from that is not set here: in a word, and in a sentence."""
