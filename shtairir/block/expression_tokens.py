"""The first sieve of an expression: only plain names, numbers, texts and operators come through.

What Python's own reader would make of the text is asked only after that, so neither its prefixes and escapes in
texts, nor its comments, encodings and depths are ever in play. Each refusal says what to write instead.
"""

from __future__ import annotations

import keyword
import re
import unicodedata

from shtairir.errors import ExpressionError

LONGEST_SOURCE = 2_000
"""Characters of an expression."""

_DEEPEST_BRACKETS = 40
_MOST_SIGNS = 20
_LONGEST_NUMBER = 80
_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "True", "False", "None"})

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<text>"[^"\\\r\n]*" | '[^'\\\r\n]*')
    | (?P<number>(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>\*\*|//|==|!=|<=|>=|[-+*/%<>()\[\],.:])
    """,
    re.VERBOSE,
)

_INSTEAD = (
    (":=", "Nothing can be stored in an expression.", "Leave out ':='."),
    ("<>", "There is no operator '<>'.", "Write != for 'is not equal'."),
    ("&&", "There is no operator '&&'.", "Write 'and'."),
    ("||", "There is no operator '||'.", "Write 'or'."),
    ("<<", "There is no operator '<<'.", "Write a * 2 ** b."),
    (">>", "There is no operator '>>'.", "Write a // 2 ** b."),
    ("->", "There is no operator '->'.", "Leave it out."),
    ("=", "A single '=' stores a value, which an expression cannot.", "Write == to compare."),
    ("&", "There is no operator '&'.", "Write 'and'."),
    ("|", "There is no operator '|'.", "Write 'or'."),
    ("^", "There is no operator '^'.", "Write ** for a power."),
    ("!", "There is no operator '!'.", "Write 'not'."),
    ("~", "There is no operator '~'.", "Write 'not'."),
    ("?", "There is no operator '?'.", "Write: a if condition else b."),
    ("@", "There is no operator '@'.", "Leave it out."),
    (";", "An expression is one single value.", "Leave out ';'."),
    ("{", "There are no dictionaries and sets in an expression.", "Write a list: [1, 2, 3]."),
    ("}", "There are no dictionaries and sets in an expression.", "Write a list: [1, 2, 3]."),
    ("#", "There are no comments in an expression.", "Leave it out."),
    ("\\", "There are no backslashes in an expression.", "Leave it out, or link a text to a name."),
    ("$", "Names are written without '$'.", "Leave it out."),
    ("`", "Texts stand in quotation marks.", "Write 'text' or \"text\"."),
)

_PAIRS = frozenset(wrong for wrong, *_ in _INSTEAD if len(wrong) == 2)
_TRIPLES = ("'''", '"""')


def check_tokens(source: str) -> None:
    """Refuse whatever is not made of the words of the language.

    Raises
    ------
    ExpressionError
        With the column, counted from 1.
    """
    if len(source) > LONGEST_SOURCE:
        raise ExpressionError(
            f"The expression has {len(source):,} characters; at most {LONGEST_SOURCE:,} are read.",
            column=LONGEST_SOURCE + 1,
            hint="Split it over several nodes.",
        )
    position, depth, signs, previous = 0, 0, 0, ""
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None or source[position : position + 2] in _PAIRS or source.startswith(_TRIPLES, position):
            raise _unknown(source, position)
        kind = match.lastgroup or ""
        _check_token(kind, match[0], previous, position)
        depth += (match[0] in ("(", "[")) - (match[0] in (")", "]"))
        if depth > _DEEPEST_BRACKETS:
            raise ExpressionError("The brackets are nested too deeply.", column=position + 1, hint="Use fewer.")
        signs = signs + 1 if match[0] in ("+", "-", "not") else signs if kind == "space" else 0
        if signs > _MOST_SIGNS:
            raise ExpressionError("There are too many signs in a row.", column=position + 1, hint="One will do.")
        position, previous = match.end(), kind


def _check_token(kind: str, token: str, previous: str, position: int) -> None:
    column = position + 1
    if kind == "number" and len(token) > _LONGEST_NUMBER:
        raise ExpressionError("The number has too many digits.", column=column, hint="Write it as 1e30.")
    if kind in ("name", "number") and previous == "number":
        raise ExpressionError(
            f"A number is followed directly by '{token[:20]}'.", column=column, hint="Put a space or an operator there."
        )
    if {kind, previous} == {"text", "name"}:
        raise ExpressionError("A text and a word stand side by side.", column=column, hint="Put a space between them.")
    if kind == "name":
        check_name(token, column)


def check_name(written: str, column: int) -> None:
    """Refuse names that mean something to Python, as it would read them: 'ｅval' is 'eval' to it."""
    name = unicodedata.normalize("NFKC", written)
    if name in _WORDS and name == written:
        return
    if keyword.iskeyword(name):
        raise ExpressionError(f"'{written[:40]}' cannot be used in an expression.", column=column, hint=_for_word(name))
    if name.startswith("_"):
        raise ExpressionError(
            f"The name '{written[:40]}' starts with '_'.", column=column, hint="Give the value another name."
        )
    if name in ("true", "false", "none", "null"):
        meant = {"null": "None"}.get(name, name.capitalize())
        raise ExpressionError(f"There is no '{written}'.", column=column, hint=f"Write {meant}.")


def _for_word(word: str) -> str:
    if word in ("for", "async", "await", "yield"):
        return "Use any(...), all(...), sum(...), or a For each node."
    if word in ("lambda", "def"):
        return "Write a code block instead."
    return "Leave it out, or use another name."


def _unknown(source: str, position: int) -> ExpressionError:
    rest, column = source[position:], position + 1
    if rest.startswith(_TRIPLES):
        raise ExpressionError("Three quotation marks in a row.", column=column, hint="Write 'text' or \"text\".")
    if rest[0] in "\"'":
        where = rest.find("\\")
        if where > 0 and rest[0] not in rest[1:where]:
            return ExpressionError("There are no backslashes in texts.", column=column + where, hint="Leave it out.")
        return ExpressionError("The text does not end.", column=column, hint=f"Close it with {rest[0]}.")
    for wrong, message, hint in _INSTEAD:
        if rest.startswith(wrong):
            return ExpressionError(message, column=column, hint=hint)
    return ExpressionError(f"'{rest[0]!s}' has no meaning here.", column=column, hint="Leave it out.")
