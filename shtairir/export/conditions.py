"""Expressions of the safe language as Python's own, where both mean the same."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shtairir.block.expression import compile_expression
from shtairir.block.types import AnyType, ScalarType
from shtairir.document.model import Node
from shtairir.export.text import quoted
from shtairir.ids import PortName, PortRef

if TYPE_CHECKING:
    from shtairir.export.body import Body

_SAME = frozenset({"abs", "min", "max", "len"})
"""Functions that are Python's own, and mean the same."""

_PLAIN = frozenset({"bool", "int", "float", "text"})


def formula(body: Body, node: Node, text: str, names: Sequence[str]) -> str:
    """Return the Python for an expression over a node's inputs."""
    given = {name: body.value(node, name) for name in names}
    plain = all(_is_plain(body, node, name) for name in names)
    return written(body, text, given, plain)


def written(body: Body, text: str, given: Mapping[str, str], plain: bool = True) -> str:
    """Return the Python for an expression over names that stand for other expressions.

    Parameters
    ----------
    plain
        Whether all that is given are numbers, truth values and texts, which mean the same to Python.
    """
    compile_expression(text)  # so that nothing but an expression gets into a program
    tree = ast.parse(text.strip(), mode="eval")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    same = all(isinstance(call.func, ast.Name) and call.func.id in _SAME for call in calls)
    if plain and same:
        return ast.unparse(_Substituted(given).visit(tree))
    reader = body.functions.imports.name("shtairir.block.expression", "compile_expression")
    listed = ", ".join(f"{quoted(name)}: {expression}" for name, expression in given.items())
    return f"{reader}({quoted(text)}).evaluate({{{listed}}})"


def _is_plain(body: Body, node: Node, name: str) -> bool:
    port = body.definitions[node.id].input(name)
    link = body.snapshot.links.get(PortRef(node.id, PortName(name)))
    kind = port.type if port is not None else None
    if link is not None and isinstance(kind, AnyType):
        output = body.definitions[link.source.node].output(link.source.port)
        kind = output.type if output is not None else None
    return isinstance(kind, ScalarType) and kind.kind in _PLAIN


class _Substituted(ast.NodeTransformer):
    """Puts expressions in the place of names."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        expression = self._given.get(node.id)
        return node if expression is None else ast.parse(expression, mode="eval").body
