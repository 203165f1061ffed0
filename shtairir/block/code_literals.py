"""Values that are written out in a source, read from its tree without running anything."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

_DEEPEST = 20


class NotLiteral(Exception):
    """The branch is not a value that is written out."""


def literal(node: ast.AST, depth: int = 0) -> Any:
    """Return the value that a branch writes out: numbers, texts, ``None``, lists, dictionaries, ``Path("...")``.

    Raises
    ------
    NotLiteral
        When it would have to be computed.
    """
    if depth > _DEEPEST:
        raise NotLiteral
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = literal(node.operand, depth + 1)
        if type(number) not in (int, float):
            raise NotLiteral
        return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.List | ast.Tuple):
        items = [literal(item, depth + 1) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)
    if isinstance(node, ast.Dict):
        return _dictionary(node, depth)
    if isinstance(node, ast.Call):
        return _path(node)
    raise NotLiteral


def _constant(value: object) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    raise NotLiteral


def _dictionary(node: ast.Dict, depth: int) -> dict[str, Any]:
    entries = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if not (isinstance(key, ast.Constant) and type(key.value) is str):
            raise NotLiteral
        entries[key.value] = literal(value, depth + 1)
    return entries


def _path(node: ast.Call) -> Path:
    named = isinstance(node.func, ast.Name) and node.func.id == "Path"
    if not named or node.keywords or len(node.args) > 1:
        raise NotLiteral
    part = literal(node.args[0]) if node.args else "."
    if type(part) is not str or "\0" in part:
        raise NotLiteral
    return Path(part)
