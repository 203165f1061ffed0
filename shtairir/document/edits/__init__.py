"""Every way to change a graph.

An edit looks at the state and says what shall be different; `State.exchange` does it and returns the inverse. An edit
that does not fit raises `EditError` before anything has changed.
"""

from shtairir.document.edits.base import Batch, DeltaEdit, Edit, Restore, count_of, node_in
from shtairir.document.edits.code import AddCode, RemoveCode, SetCode
from shtairir.document.edits.header import (
    Publish,
    PublishResult,
    PutFrame,
    RemoveFrame,
    SetMeta,
    SetPublished,
    Unpublish,
    UnpublishResult,
    first_step,
)
from shtairir.document.edits.links import AddLinks, RemoveLinks
from shtairir.document.edits.nodes import (
    AddNodes,
    MoveNodes,
    RemoveNodes,
    RenameNode,
    SetBlock,
    SetExposed,
    SetPolicy,
    SetTitle,
    SetValue,
    UnsetValue,
    point,
)
from shtairir.document.edits.subgraphs import (
    AddSubgraph,
    InScope,
    RemoveSubgraph,
    RenameSubgraph,
    state_of,
    taken_names,
)

__all__ = [
    "AddCode",
    "AddLinks",
    "AddNodes",
    "AddSubgraph",
    "Batch",
    "DeltaEdit",
    "Edit",
    "InScope",
    "MoveNodes",
    "Publish",
    "PublishResult",
    "PutFrame",
    "RemoveCode",
    "RemoveFrame",
    "RemoveLinks",
    "RemoveNodes",
    "RemoveSubgraph",
    "RenameNode",
    "RenameSubgraph",
    "Restore",
    "SetBlock",
    "SetCode",
    "SetExposed",
    "SetMeta",
    "SetPolicy",
    "SetPublished",
    "SetTitle",
    "SetValue",
    "Unpublish",
    "UnpublishResult",
    "UnsetValue",
    "count_of",
    "first_step",
    "node_in",
    "point",
    "state_of",
    "taken_names",
]
