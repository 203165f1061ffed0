"""How well a block matches the words that a person types."""

from __future__ import annotations

from collections.abc import Iterable

from shtairir.block.definition import BlockDefinition


def ranked(definitions: Iterable[BlockDefinition], text: str) -> list[BlockDefinition]:
    """Return the blocks that match every word of a query, best first."""
    words = text.lower().split()
    found = []
    for definition in definitions:
        score = _score(definition, words)
        if score is not None:
            found.append((-score, definition.name.lower(), definition.id, definition))
    return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:3])]


def _score(definition: BlockDefinition, words: list[str]) -> int | None:
    """Return how well a block matches all words; ``None`` when one of them is nowhere."""
    name = definition.name.lower()
    total = 0
    for word in words:
        if name == word or definition.id == word:
            total += 100
        elif name.startswith(word):
            total += 60
        elif any(part.startswith(word) for part in name.split()):
            total += 45
        elif any(word == tag.lower() for tag in definition.tags):
            total += 40
        elif word in name or word in definition.id:
            total += 30
        elif any(word in tag.lower() for tag in definition.tags) or word in definition.category.lower():
            total += 20
        elif word in definition.summary.lower():
            total += 10
        elif _is_scattered(word, name):
            total += 8
        elif any(_is_scattered(word, tag.lower()) for tag in definition.tags):
            total += 4
        else:
            return None
    return total


def _is_scattered(word: str, text: str) -> bool:
    """Whether the letters of a word are in a text in their order, from the beginning of one of its words on.

    Examples
    --------
    >>> _is_scattered("gblr", "gaussian blur"), _is_scattered("bg", "gaussian blur"), _is_scattered("x", "max")
    (True, False, False)
    """
    if len(word) < 2:
        return False
    for start in (place for place, letter in enumerate(text) if letter == word[0]):
        if start == 0 or not text[start - 1].isalnum():
            rest = iter(text[start:])
            if all(letter in rest for letter in word):
                return True
    return False
