"""What is looked for in the outline: words, each anywhere or in one field, ``status:failed``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shtairir.events import NodeStatus
from shtairir_ui.outline.entries import Entry
from shtairir_ui.runtime import NodeRuntime

FIELDS: Final = ("name", "block", "value", "status")


@dataclass(frozen=True, slots=True)
class Query:
    """A search, taken apart.

    Attributes
    ----------
    words
        Each with the field that it must be in, or none: then any will do.
    """

    words: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, text: str) -> Query:
        """Take a text apart.

        Examples
        --------
        >>> Query.of("blur status:failed").words
        (('', 'blur'), ('status', 'failed'))
        """
        found = []
        for word in text.lower().split():
            name, colon, rest = word.partition(":")
            found.append((name, rest) if colon and name in FIELDS else ("", word))
        return cls(tuple(one for one in found if one[1]))

    def __bool__(self) -> bool:
        return bool(self.words)

    def matches(self, entry: Entry, runtime: NodeRuntime) -> bool:
        """Whether all words are found; who has no status is found by name only."""
        texts = {
            "name": f"{entry.title} {entry.id}".lower(),
            "block": entry.block.lower(),
            "value": " ".join((*entry.values, *values_of(runtime))).lower(),
            "status": status_words(runtime) if entry.kind == "node" else "",
        }
        return all(self._found(field, word, texts) for field, word in self.words)

    def _found(self, field: str, word: str, texts: dict[str, str]) -> bool:
        if field == "block":
            # A whole id means that block and no other whose id is longer.
            return word == texts["block"] if "." in word else word in texts["block"]
        return word in texts[field] if field else any(word in text for text in texts.values())


def values_of(runtime: NodeRuntime) -> tuple[str, ...]:
    """What the outputs of a node held last, in words."""
    return tuple(summary.text for summary in runtime.summaries.values())


def status_words(runtime: NodeRuntime) -> str:
    """The state of a node as one would look for it."""
    if runtime.status is None:
        return "not run"
    words = runtime.status.value.replace("_", " ")
    if runtime.status is NodeStatus.FAILED:
        words += " error"
    return f"{words} outdated" if runtime.stale else words
