"""The graph document: the file, the edits with their undo, and the store.

>>> from shtairir.document import Graph, dumps, loads
>>> graph = Graph("demo")
>>> number = graph.add("math.number", value=3)
>>> loads(dumps(graph)).value("number.value")
3
"""

from shtairir.document.change import Change
from shtairir.document.disk import backups_of
from shtairir.document.edits import (
    AddLinks,
    AddNodes,
    Batch,
    Edit,
    MoveNodes,
    Publish,
    PutFrame,
    RemoveFrame,
    RemoveLinks,
    RemoveNodes,
    RenameNode,
    SetBlock,
    SetExposed,
    SetMeta,
    SetPolicy,
    SetTitle,
    SetValue,
    Unpublish,
    UnsetValue,
)
from shtairir.document.graph import Graph
from shtairir.document.handle import NodeHandle
from shtairir.document.model import Frame, JsonValue, Link, Node, Parameter
from shtairir.document.paths import absolute_path, relative_path
from shtairir.document.snapshot import Snapshot
from shtairir.document.store import SUFFIX, dumps, load, loads, save

__all__ = [
    "SUFFIX",
    "AddLinks",
    "AddNodes",
    "Batch",
    "Change",
    "Edit",
    "Frame",
    "Graph",
    "JsonValue",
    "Link",
    "MoveNodes",
    "Node",
    "NodeHandle",
    "Parameter",
    "Publish",
    "PutFrame",
    "RemoveFrame",
    "RemoveLinks",
    "RemoveNodes",
    "RenameNode",
    "SetBlock",
    "SetExposed",
    "SetMeta",
    "SetPolicy",
    "SetTitle",
    "SetValue",
    "Snapshot",
    "Unpublish",
    "UnsetValue",
    "absolute_path",
    "backups_of",
    "dumps",
    "load",
    "loads",
    "relative_path",
    "save",
]
