"""Every error that Shtairir raises on purpose.

::

    ShtairirError
    ├── DocumentError                the graph file or an edit of it
    │   ├── DocumentFormatError      not a graph file, or damaged
    │   ├── DocumentVersionError     written by a newer program
    │   ├── DocumentTooLargeError    absurd size or nesting
    │   ├── ChangedOnDiskError       somebody else has written the file since it was read
    │   ├── EditError                an edit that does not fit the graph
    │   └── UntrustedCodeError       the graph carries code that nobody has allowed
    ├── BlockError
    │   ├── BlockDefinitionError     signature and declaration disagree
    │   ├── UnknownBlockError        no such block
    │   └── BlockUnavailableError    a library it needs is not installed
    ├── ExpressionError              a condition or formula cannot be read or worked out
    ├── ProblemsError                carries the list of problems
    │   ├── ValidationError          the graph cannot be used as it is
    │   └── PlanningError            no plan fits the graph and the limits
    ├── ExecutionError
    │   ├── NodeExecutionError       a block failed; carries the NodeFailure
    │   ├── RunCancelledError        the run was cancelled
    │   ├── RunTimeoutError          the run took longer than allowed
    │   ├── AttemptTimeoutError      one attempt of a node took longer than its policy allows
    │   └── WorkerLostError          the worker process died under a block
    │       └── PoisonError          the block has killed so many workers that it is not tried again
    ├── ExportError                  the graph cannot be written in another form
    ├── MemoryBudgetError            more memory asked for than the budget holds
    ├── ResourceError
    │   ├── ResourceTimeoutError     waited too long for a resource
    │   └── DeadlockError            waits for what another holds that waits for what this one holds
    ├── CacheError
    ├── RecoveryError                a run cannot be resumed or undone
    │   └── UndecidedError           a person must say whether nodes are to run again
    ├── HistoryError                 the history of runs cannot be used, or has no such run
    ├── CircuitOpenError             a dependency has failed so often that nobody asks it for a while
    └── ProviderError

A message is one or more sentences for a person: what is wrong and where. The hint says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shtairir.events import NodeFailure


class ShtairirError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    message
        What is wrong and where, in a sentence.
    hint
        What to do about it; empty when there is nothing to add.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class DocumentError(ShtairirError):
    """A graph file, or an edit of a graph, is wrong.

    Parameters
    ----------
    path
        The file, if there is one.
    where
        The place inside it, for people: ``nodes[3] 'blur', values.sigma``.
    """

    def __init__(self, message: str, *, path: Path | None = None, where: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.where = where

    def __str__(self) -> str:
        place = ": ".join(part for part in (str(self.path or ""), self.where) if part)
        return f"{place}: {super().__str__()}" if place else super().__str__()


class DocumentFormatError(DocumentError):
    """The file is not a graph file, or it is damaged."""


class DocumentVersionError(DocumentError):
    """The file was written by a newer program than this one."""


class DocumentTooLargeError(DocumentError):
    """The file is larger or more deeply nested than any graph can sensibly be."""


class ChangedOnDiskError(DocumentError):
    """Somebody else has written, or removed, the file since it was read: to save would write over their work."""


class EditError(DocumentError):
    """An edit does not fit the graph it is applied to."""


class UntrustedCodeError(DocumentError):
    """The graph carries code that the person who runs it has not allowed."""


class BlockError(ShtairirError):
    """Something is wrong with a block."""


class BlockDefinitionError(BlockError):
    """A function cannot be a block as it is declared.

    Parameters
    ----------
    block
        The block's id, or the function's name.
    argument
        The argument at fault, if it is one argument.
    """

    def __init__(self, message: str, *, block: str, argument: str | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.block = block
        self.argument = argument


class UnknownBlockError(BlockError):
    """No installed pack has this block."""


class BlockUnavailableError(BlockError):
    """The block exists, but a library that it needs is not installed.

    Parameters
    ----------
    extra
        The extra of this distribution that brings the library, if one does.
    """

    def __init__(self, message: str, *, extra: str | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.extra = extra


class ExpressionError(ShtairirError):
    """A condition or formula cannot be read, or not be worked out with the values given.

    Parameters
    ----------
    column
        Where, in characters from 1; 0 while it is not known.

    Attributes
    ----------
    source
        The expression, once it is known.
    """

    def __init__(self, message: str, *, column: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.column = column
        self.source = ""

    def at(self, column: int) -> ExpressionError:
        """Return itself, with its place if it had none yet."""
        self.column = self.column or column
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.message, self.column, self.hint, self.source)


def _again(message: str, column: int, hint: str, source: str) -> ExpressionError:
    error = ExpressionError(message, column=column, hint=hint)
    error.source = source
    return error


class ProblemsError(ShtairirError):
    """Base of the errors that carry every problem found, not just the first."""

    def __init__(self, message: str, *, problems: Sequence[Any] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class ValidationError(ProblemsError):
    """The graph has errors; ``problems`` lists all of them."""


class PlanningError(ProblemsError):
    """No plan can be made; ``problems`` lists the reasons."""


class ExecutionError(ShtairirError):
    """A run did not end well."""


class NodeExecutionError(ExecutionError):
    """A node failed; ``failure`` holds the facts."""

    def __init__(self, message: str, *, failure: NodeFailure, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.failure = failure


class RunCancelledError(ExecutionError):
    """The run was cancelled. Raised inside a block by ``Context.check_cancelled``."""


class RunTimeoutError(ExecutionError):
    """The run took longer than it was allowed."""


class AttemptTimeoutError(ExecutionError):
    """One attempt of a node took longer than its policy allows."""


class WorkerLostError(ExecutionError):
    """The worker process died while a block ran in it.

    Parameters
    ----------
    cause
        How it died: ``"signal 11"``, ``"exit status 3"``, ``"out of memory"``.
    """

    def __init__(self, message: str, *, cause: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


class PoisonError(WorkerLostError):
    """The block has killed so many workers that it is not tried again."""


class ExportError(ShtairirError):
    """A graph cannot be written as a program or a picture."""


class MemoryBudgetError(ShtairirError):
    """A block asked the pool for more memory than the budget holds.

    Parameters
    ----------
    requested_bytes, limit_bytes
        What was asked for and what the budget is.
    """

    def __init__(self, message: str, *, requested_bytes: int, limit_bytes: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.requested_bytes = requested_bytes
        self.limit_bytes = limit_bytes


class ResourceError(ShtairirError):
    """A resource cannot be had."""


class ResourceTimeoutError(ResourceError):
    """A resource did not become free in time."""


class DeadlockError(ResourceError):
    """Several wait for each other in a ring; this one was chosen to give way.

    ``retryable`` is false for one that waits for what it holds itself: that is a fault of the block.
    """

    retryable = True


class CacheError(ShtairirError):
    """The result cache cannot be read or written."""


class RecoveryError(ShtairirError):
    """A run cannot be resumed or undone."""


class HistoryError(ShtairirError):
    """The history of runs cannot be used, or there is no such run or node in it."""


class UndecidedError(RecoveryError):
    """Nodes with an effect may have had it: a person must say whether they are to run again.

    Parameters
    ----------
    nodes
        For each of them why it is asked, in a sentence.
    """

    def __init__(self, message: str, *, nodes: Mapping[str, str], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.nodes = dict(nodes)


class CircuitOpenError(ShtairirError):
    """A dependency has failed so often that nobody asks it for a while.

    Parameters
    ----------
    dependency
        Its name.
    retry_in_s
        When the next trial is allowed, in seconds from now.
    """

    def __init__(self, message: str, *, dependency: str, retry_in_s: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.dependency = dependency
        self.retry_in_s = retry_in_s


class ProviderError(ShtairirError):
    """A provider of models failed."""
