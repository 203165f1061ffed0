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
    AddCode,
    AddLinks,
    AddNodes,
    AddSubgraph,
    Batch,
    Edit,
    InScope,
    MoveNodes,
    Publish,
    PublishResult,
    PutFrame,
    PutTest,
    RemoveCode,
    RemoveFrame,
    RemoveLinks,
    RemoveNodes,
    RemoveSubgraph,
    RemoveTest,
    RenameCode,
    RenameNode,
    RenameSubgraph,
    SetBlock,
    SetCode,
    SetExposed,
    SetGraphPolicy,
    SetMeta,
    SetPolicy,
    SetTitle,
    SetValue,
    Unpublish,
    UnpublishResult,
    UnsetValue,
)
from shtairir.document.graph import Graph
from shtairir.document.handle import NodeHandle
from shtairir.document.model import CodeBlock, Frame, GraphTest, JsonValue, Link, NamedResult, Node, Parameter
from shtairir.document.paths import absolute_path, relative_path
from shtairir.document.snapshot import Snapshot
from shtairir.document.store import SUFFIX, dumps, load, loads, save

__all__ = [
    "SUFFIX",
    "AddCode",
    "AddLinks",
    "AddNodes",
    "AddSubgraph",
    "Batch",
    "Change",
    "CodeBlock",
    "Edit",
    "Frame",
    "Graph",
    "GraphTest",
    "InScope",
    "JsonValue",
    "Link",
    "MoveNodes",
    "NamedResult",
    "Node",
    "NodeHandle",
    "Parameter",
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
    "SetBlock",
    "SetCode",
    "SetExposed",
    "SetGraphPolicy",
    "SetMeta",
    "SetPolicy",
    "SetTitle",
    "SetValue",
    "Snapshot",
    "Unpublish",
    "UnpublishResult",
    "UnsetValue",
    "absolute_path",
    "backups_of",
    "dumps",
    "load",
    "loads",
    "relative_path",
    "save",
]
