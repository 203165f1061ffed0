"""Every way to change a graph.

An edit looks at the state and says what shall be different; `State.exchange` does it and returns the inverse. An edit
that does not fit raises `EditError` before anything has changed.
"""

from shtairir.document.edits.base import Batch, DeltaEdit, Edit, Restore, count_of, node_in
from shtairir.document.edits.header import Publish, PutFrame, RemoveFrame, SetMeta, Unpublish
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

__all__ = [
    "AddLinks",
    "AddNodes",
    "Batch",
    "DeltaEdit",
    "Edit",
    "MoveNodes",
    "Publish",
    "PutFrame",
    "RemoveFrame",
    "RemoveLinks",
    "RemoveNodes",
    "RenameNode",
    "Restore",
    "SetBlock",
    "SetExposed",
    "SetMeta",
    "SetPolicy",
    "SetTitle",
    "SetValue",
    "Unpublish",
    "UnsetValue",
    "count_of",
    "node_in",
    "point",
]
