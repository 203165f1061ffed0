"""What the journal of a run comes to: how each node stands, whatever the run has been through.

Records are gone through in their order. One that says that nodes are *void* takes back what was said of them: they ran
with something that has been changed since, or are to run again by a person's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shtairir.ids import NodeId
from shtairir.recovery.journal import read_journal
from shtairir.recovery.store import KeptValue

if TYPE_CHECKING:
    from shtairir.recovery.folder import RunFolder

Standing: TypeAlias = Literal["begun", "done", "failed", "undone"]
"""``begun``: and nobody knows whether it has had its effect. ``undone``: its compensation has been called."""


@dataclass(slots=True)
class NodeAccount:
    """How one node stands.

    Attributes
    ----------
    values
        References of its outputs.
    inputs
        Those of what its compensation asks for.
    times
        How often it has been begun anew, since what it had done was void or undone.
    undoing
        Whether its compensation has begun, and has not ended well.
    partly
        Of a loop that failed or was stopped: some of its items may have had their effects.
    """

    standing: Standing
    values: list[Any] = field(default_factory=list)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    elapsed_s: float = 0.0
    times: int = 0
    undoing: bool = False
    is_effect: bool = False
    partly: bool = False


@dataclass(slots=True)
class Account:
    """How the nodes of a run stand, those that are done in the order in which they were.

    Attributes
    ----------
    sessions
        In how many programs the run has been going on.
    status
        How it ended; ``None`` if it did not.
    elapsed_s
        How long it took, in all programs in which it ended.
    undoing
        Whether what it had done was to be undone, and that has not come to an end.
    undone_for
        How the run had ended when that began.
    is_unclear
        Whether at some time nothing could be written any more: of effects of which nothing is known, nobody knows
        whether they have happened.
    cleared
        The nodes of which is known how they stand all the same.
    """

    nodes: dict[NodeId, NodeAccount] = field(default_factory=dict)
    sessions: int = 0
    status: str | None = None
    elapsed_s: float = 0.0
    undoing: bool = False
    undone_for: str = ""
    is_unclear: bool = False
    cleared: set[NodeId] = field(default_factory=set)

    @property
    def done(self) -> list[NodeId]:
        """The nodes that are done."""
        return [node for node, account in self.nodes.items() if account.standing == "done"]

    @property
    def unknown(self) -> list[NodeId]:
        """The nodes of which nobody knows whether they have had their effect."""
        return [node for node, account in self.nodes.items() if account.standing == "begun"]

    def is_lost(self, node: NodeId) -> bool:
        """Whether a node may have done something that nobody could write down."""
        account = self.nodes.get(node)
        known = account is not None and account.standing in ("done", "begun")
        return self.is_unclear and not known and node not in self.cleared

    def take(self, record: Mapping[str, Any]) -> None:
        """Take note of the next record."""
        taker = _TAKERS.get(str(record.get("what")))
        if taker is not None:
            taker(self, record)

    def void(self, node: NodeId) -> None:
        """Take back what was said of a node."""
        account = self.nodes.pop(node, None)
        if account is not None:
            # What it does from now on is another effect, which nobody must take for the one that it has had.
            had = account.is_effect and account.standing in ("done", "undone")
            self.nodes[node] = NodeAccount("failed", times=account.times + int(had), is_effect=account.is_effect)


def account_of(folder: RunFolder) -> Account:
    """Return what the journal of a run comes to."""
    return account_from(read_journal(folder.journal))


def account_from(records: Iterable[Mapping[str, Any]]) -> Account:
    """Return what records come to."""
    account = Account()
    for record in records:
        account.take(record)
    return account


def value_of(folder: RunFolder, reference: Any) -> KeptValue | None:
    """Return a kept value, or ``None`` if it was not kept."""
    return None if reference is None else KeptValue(folder, reference)


def _session(account: Account, record: Mapping[str, Any]) -> None:
    account.sessions += 1
    account.status = None


def _begun(account: Account, record: Mapping[str, Any]) -> None:
    node = NodeId(record["node"])
    account.cleared.add(node)
    before = account.nodes.pop(node, None)
    times = before.times + int(before.standing == "undone") if before is not None else 0
    account.nodes[node] = NodeAccount("begun", inputs=record.get("inputs") or {}, times=times, is_effect=True)


def _done(account: Account, record: Mapping[str, Any]) -> None:
    node = NodeId(record["node"])
    before = account.nodes.pop(node, None)  # last in the order of the dictionary is who was done last
    after = NodeAccount("done", list(record.get("values") or ()), elapsed_s=record.get("s", 0.0))
    if before is not None:
        after.inputs, after.times, after.is_effect = before.inputs, before.times, before.is_effect
    account.nodes[node] = after


def _failed(account: Account, record: Mapping[str, Any]) -> None:
    found = account.nodes.get(NodeId(record["node"]))
    if found is not None:
        found.standing, found.partly = "failed", bool(record.get("partly"))


def _void(account: Account, record: Mapping[str, Any]) -> None:
    for node in record.get("nodes") or ():
        account.void(NodeId(node))


def _unknown(account: Account, record: Mapping[str, Any]) -> None:
    account.is_unclear = True
    account.cleared.clear()


def _cleared(account: Account, record: Mapping[str, Any]) -> None:
    account.cleared.update(map(NodeId, record.get("nodes") or ()))


def _undo(account: Account, record: Mapping[str, Any]) -> None:
    account.undoing, account.undone_for = True, str(record.get("status", ""))


def _undo_begun(account: Account, record: Mapping[str, Any]) -> None:
    found = account.nodes.get(NodeId(record.get("node", "")))
    if found is not None:
        found.undoing = True


def _undone(account: Account, record: Mapping[str, Any]) -> None:
    node = NodeId(record["node"])
    found = account.nodes.get(node)
    if found is not None:
        found.standing, found.undoing, found.values = "undone", False, []
        account.cleared.add(node)


def _finished(account: Account, record: Mapping[str, Any]) -> None:
    account.status, account.undoing = record.get("status"), False
    account.elapsed_s += record.get("elapsed_s", 0.0)


def _nothing(account: Account, record: Mapping[str, Any]) -> None:
    """Of an attempt that was lost, no more is known than that it began."""


_TAKERS = {
    "session": _session,
    "begun": _begun,
    "done": _done,
    "failed": _failed,
    "lost": _nothing,
    "void": _void,
    "unknown": _unknown,
    "cleared": _cleared,
    "undo": _undo,
    "undo_begun": _undo_begun,
    "undone": _undone,
    "finished": _finished,
}
