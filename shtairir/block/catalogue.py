"""The tables of a registry: which blocks there are, which ids they had before, and which module or file owns them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from shtairir.block.definition import ATTRIBUTE, BlockDefinition
from shtairir.errors import BlockDefinitionError
from shtairir.ids import BlockId


class Catalogue:
    """Blocks by id. What it owns is replaced in one step, so that nobody finds a block missing in between.

    Attributes
    ----------
    blocks
        By id; for reading only.
    """

    def __init__(self) -> None:
        self.blocks: dict[BlockId, BlockDefinition] = {}
        self._aliases: dict[BlockId, BlockId] = {}
        self._owned: dict[str, tuple[BlockId, ...]] = {}
        self._lock = threading.RLock()

    def get(self, block: BlockId) -> BlockDefinition | None:
        """Return the block of that id, or that once had it."""
        found = self.blocks.get(block)
        return found if found is not None else self.blocks.get(self._aliases.get(block, block))

    def definitions(self) -> list[BlockDefinition]:
        """Return all blocks."""
        with self._lock:
            return list(self.blocks.values())

    def owned_by(self, owner: str) -> tuple[BlockId, ...]:
        """Return the ids of the blocks that a module or file brought."""
        return self._owned.get(owner, ())

    def add(self, definition: BlockDefinition) -> None:
        """Add one block that nobody owns.

        Raises
        ------
        BlockDefinitionError
            When another block has its id.
        """
        with self._lock:
            twin = self._twin(definition, self.blocks)
            if twin is not None:
                raise twin
            self._put(definition)

    def adopt(
        self, owner: str, definitions: Iterable[BlockDefinition]
    ) -> tuple[tuple[BlockId, ...], list[BlockDefinitionError]]:
        """Put blocks in the place of those that their owner had.

        Returns
        -------
        tuple
            The ids that changed, and why blocks had to be left out: another has their id.
        """
        with self._lock:
            before = self.owned_by(owner)
            others = {key: one for key, one in self.blocks.items() if key not in before}
            taken: list[BlockDefinition] = []
            refused = []
            for definition in definitions:
                twin = self._twin(definition, others)
                if twin is not None:
                    refused.append(twin)
                else:
                    others[definition.id] = definition
                    taken.append(definition)
            ids = tuple(definition.id for definition in taken)
            self._drop(before, kept=ids)
            for definition in taken:
                self._put(definition)
            self._owned[owner] = ids
        return (*before, *ids), refused

    def forget(self, owner: str) -> tuple[BlockId, ...]:
        """Take out all that somebody owned, and return its ids."""
        with self._lock:
            owned = self._owned.pop(owner, ())
            self._drop(owned)
        return owned

    def _put(self, definition: BlockDefinition) -> None:
        self.blocks[definition.id] = definition
        self._aliases.update((BlockId(alias), definition.id) for alias in definition.aliases)

    def _drop(self, blocks: Iterable[BlockId], kept: tuple[BlockId, ...] = ()) -> None:
        gone = set(blocks)
        self._aliases = {alias: meant for alias, meant in self._aliases.items() if meant not in gone}
        for block in gone.difference(kept):
            self.blocks.pop(block, None)

    @staticmethod
    def _twin(definition: BlockDefinition, known: dict[BlockId, BlockDefinition]) -> BlockDefinitionError | None:
        other = known.get(definition.id)
        if other is None or other.function is definition.function:
            return None
        return BlockDefinitionError(
            f"Block {definition.id} is defined twice: in {other.file} and in {definition.file}.",
            block=definition.id,
            hint="Give one of them another id.",
        )


def blocks_of(module: ModuleType) -> list[BlockDefinition]:
    """Return the blocks that a module defines."""
    found = []
    for value in list(vars(module).values()):
        definition = getattr(value, ATTRIBUTE, None)
        # A function imported from another module belongs to that module's family.
        if isinstance(definition, BlockDefinition) and _belongs(value, module):
            found.append(definition)
    return found


def _belongs(value: Any, module: ModuleType) -> bool:
    home = getattr(value, "__module__", "")
    return bool(home == module.__name__ or home.startswith(f"{module.__name__}."))
