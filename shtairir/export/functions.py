"""The functions of a program besides ``main``: a definition each, and the code blocks as they were written."""

from __future__ import annotations

from shtairir.block.definition import BlockDefinition
from shtairir.block.registry import Registry
from shtairir.document.model import Node
from shtairir.document.snapshot import Snapshot
from shtairir.errors import ExportError
from shtairir.export.flows import WRITERS
from shtairir.export.imports import Imports
from shtairir.export.literals import Literals
from shtairir.export.names import Names


class Functions:
    """Knows how every block is called, and writes the functions that no module has."""

    def __init__(
        self, snapshot: Snapshot, registry: Registry, imports: Imports, literals: Literals, names: Names
    ) -> None:
        self.snapshot = snapshot
        self.registry = registry
        self.imports = imports
        self.literals = literals
        self.names = names
        self._context = ""
        self._written: list[list[str]] = []
        self._prepare(snapshot)

    def _prepare(self, snapshot: Snapshot) -> None:
        """Name all modules before any variable has a name: none may hide a module."""
        for node in snapshot.nodes.values():
            definition = self.definition(snapshot, node)
            if definition.id not in WRITERS:
                self.called(node, definition)

    def definition(self, snapshot: Snapshot, node: Node) -> BlockDefinition:
        """Return the definition of a node.

        Raises
        ------
        ExportError
            When its block is not installed.
        """
        found = snapshot.definition(node, self.registry)
        if found is None:
            raise ExportError(f"Node '{node.id}' uses the block '{node.block}', which is not installed.")
        return found

    def called(self, node: Node, definition: BlockDefinition) -> str:
        """Return the function that a node calls."""
        return self.imports.block(definition)

    def context(self) -> str:
        """Return what blocks are given that ask for the run's context."""
        if not self._context:
            self.imports.name("shtairir.block.standalone", "StandaloneContext")
            self.literals.uses_folder = True
            self._context = "CONTEXT"
        return self._context

    def has_named_outputs(self, definition: BlockDefinition) -> bool:
        """Whether a block returns a named tuple, and not a plain one."""
        import typing

        returned = typing.get_type_hints(definition.function).get("return")
        return isinstance(returned, type) and hasattr(returned, "_fields")

    def lines(self) -> list[str]:
        """Return what stands before ``main``."""
        context = [f"{self._context} = StandaloneContext({self.literals.folder})", ""] if self._context else []
        return [*context, *(line for function in self._written for line in ("", *function, ""))]
