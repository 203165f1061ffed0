"""Every way to change a graph.

An edit looks at the state and says what shall be different; `State.exchange` does it and returns the inverse. An edit
that does not fit raises `EditError` before anything has changed.
"""

from shtairir.document.edits.base import Batch, DeltaEdit, Edit, Restore, count_of, node_in
from shtairir.document.edits.code import AddCode, RemoveCode, RenameCode, SetCode
from shtairir.document.edits.header import (
    Publish,
    PublishResult,
    PutFrame,
    PutTest,
    RemoveFrame,
    RemoveTest,
    SetGraphPolicy,
    SetMeta,
    SetPublished,
    Unpublish,
    UnpublishResult,
)
from shtairir.document.edits.links import AddLinks, RemoveLinks
from shtairir.document.edits.nodes import (
    AddNodes,
    MoveNodes,
    RemoveNodes,
    RenameNode,
    SetBlock,
    SetExposed,
    SetPolicies,
    SetPolicy,
    SetTitle,
    SetValue,
    UnsetValue,
    point,
)
from shtairir.document.edits.published import first_step, followed
from shtairir.document.edits.subgraphs import (
    AddSubgraph,
    InScope,
    RemoveSubgraph,
    RenameSubgraph,
    definition_in,
    state_of,
    taken_names,
    users_of,
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
    "PutTest",
    "RemoveCode",
    "RemoveFrame",
    "RemoveLinks",
    "RemoveNodes",
    "RemoveSubgraph",
    "RemoveTest",
    "RenameCode",
    "RenameNode",
    "RenameSubgraph",
    "Restore",
    "SetBlock",
    "SetCode",
    "SetExposed",
    "SetGraphPolicy",
    "SetMeta",
    "SetPolicies",
    "SetPolicy",
    "SetPublished",
    "SetTitle",
    "SetValue",
    "Unpublish",
    "UnpublishResult",
    "UnsetValue",
    "count_of",
    "definition_in",
    "first_step",
    "followed",
    "node_in",
    "point",
    "state_of",
    "taken_names",
    "users_of",
]
