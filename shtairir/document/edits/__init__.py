"""Every way to change a graph.

An edit looks at the state and says what shall be different; `State.exchange` does it and returns the inverse. An edit
that does not fit raises `EditError` before anything has changed.
"""

from shtairir.document.edits.base import Batch, DeltaEdit, Edit, Restore, count_of, node_in
from shtairir.document.edits.canvas import PutBookmark, PutFrame, PutNote, RemoveBookmark, RemoveFrame, RemoveNote
from shtairir.document.edits.code import AddCode, RemoveCode, RenameCode, SetCode
from shtairir.document.edits.header import (
    Publish,
    PublishResult,
    PutTest,
    RemoveTest,
    SetGraphPolicy,
    SetMeta,
    SetPublished,
    Unpublish,
    UnpublishResult,
)
from shtairir.document.edits.links import AddLinks, RemoveLinks, SetVia
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
)
from shtairir.document.edits.published import first_step, followed
from shtairir.document.edits.states import SetCollapsed, SetFrozen, SetShown, SetState
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
    "PutBookmark",
    "PutFrame",
    "PutNote",
    "PutTest",
    "RemoveBookmark",
    "RemoveCode",
    "RemoveFrame",
    "RemoveLinks",
    "RemoveNodes",
    "RemoveNote",
    "RemoveSubgraph",
    "RemoveTest",
    "RenameCode",
    "RenameNode",
    "RenameSubgraph",
    "Restore",
    "SetBlock",
    "SetCode",
    "SetCollapsed",
    "SetExposed",
    "SetFrozen",
    "SetGraphPolicy",
    "SetMeta",
    "SetPolicies",
    "SetPolicy",
    "SetPublished",
    "SetShown",
    "SetState",
    "SetTitle",
    "SetValue",
    "SetVia",
    "Unpublish",
    "UnpublishResult",
    "UnsetValue",
    "count_of",
    "definition_in",
    "first_step",
    "followed",
    "node_in",
    "state_of",
    "taken_names",
    "users_of",
]
