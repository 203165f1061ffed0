"""Edits of the code blocks that a file carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shtairir.document.edits.base import Edit, count_of
from shtairir.document.edits.subgraphs import check_new_name
from shtairir.document.jsonable import to_json
from shtairir.document.model import CodeBlock, JsonObject
from shtairir.document.naming import did_you_mean
from shtairir.document.references import code_block
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, State
from shtairir.errors import EditError

MAX_SOURCE = 1_000_000
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class AddCode(Edit):
    """Let the file carry another code block."""

    name: str
    source: str
    extra: JsonObject = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"add code {self.name}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        check_new_name(scopes, self.name, "code", "code block")
        return _with_code(scopes, (*scopes.root.header.code, CodeBlock(self.name, _checked(self.source), self.extra)))


@dataclass(frozen=True, slots=True)
class SetCode(Edit):
    """Change the source of a code block."""

    name: str
    source: str

    @property
    def label(self) -> str:
        return f"change code {self.name}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        old = code_in(scopes, self.name)
        if old.source == self.source:
            return Changes()
        new = replace(old, source=_checked(self.source))
        return _with_code(scopes, (new if block is old else block for block in scopes.root.header.code))


@dataclass(frozen=True, slots=True)
class RenameCode(Edit):
    """Give a code block another name; the nodes that run it follow."""

    name: str
    new_name: str

    @property
    def label(self) -> str:
        return f"rename code {self.name} to {self.new_name}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        old = code_in(scopes, self.name)
        if self.name == self.new_name:
            return Changes()
        check_new_name(scopes, self.new_name, "code", "code block")
        code = tuple(replace(one, name=self.new_name) if one is old else one for one in scopes.root.header.code)
        header = replace(scopes.root.header, code=code)
        states = {one: self._following(one) for one in (scopes.root, *scopes.definitions.values())}
        states[scopes.root] = replace(states[scopes.root], header=header)
        return scopes.exchange(Changes({one: delta for one, delta in states.items() if delta}))

    def _following(self, state: State) -> Delta:
        users = [node for node in state.nodes.values() if node.block == code_block(self.name)]
        return Delta({node.id: (replace(node, block=code_block(self.new_name)), None) for node in users})


@dataclass(frozen=True, slots=True)
class RemoveCode(Edit):
    """Remove a code block that no node runs."""

    name: str

    @property
    def label(self) -> str:
        return f"remove code {self.name}"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        old = code_in(scopes, self.name)
        users = [
            f"{scope}/{node.id}" if scope else node.id
            for scope, one in (("", scopes.root), *scopes.definitions.items())
            for node in one.nodes.values()
            if node.block == code_block(self.name)
        ]
        if users:
            names = ", ".join(users[:_SHOWN])
            sentence = f"The code block '{self.name}' is used by {count_of(len(users), 'node')}: {names}."
            raise EditError(sentence, hint="Remove these first.")
        return _with_code(scopes, (block for block in scopes.root.header.code if block is not old))


def code_in(scopes: Scopes, name: str) -> CodeBlock:
    """Return a code block.

    Raises
    ------
    EditError
        When there is none of that name; the hint names one that is spelled alike.
    """
    known = {block.name: block for block in scopes.root.header.code}
    if name not in known:
        raise EditError(f"The graph carries no code block '{name}'.", hint=did_you_mean(name, known))
    return known[name]


def _checked(source: str) -> str:
    if not isinstance(source, str) or len(source) > MAX_SOURCE:
        raise EditError(f"The source of a code block is text of at most {MAX_SOURCE:,} characters.")
    return str(to_json(source))


def _with_code(scopes: Scopes, code: Iterable[CodeBlock]) -> Changes:
    header = replace(scopes.root.header, code=tuple(code))
    return scopes.exchange(Changes({scopes.root: Delta(header=header)}))
