"""Edits of what is neither a node nor a link: name, description, published parameters, policy, tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from shtairir.document.edits.base import DeltaEdit, Edit, node_in
from shtairir.document.edits.published import first_step
from shtairir.document.jsonable import same_json, to_json
from shtairir.document.model import GraphTest, Header, JsonObject, NamedResult, Parameter
from shtairir.document.naming import did_you_mean, is_name
from shtairir.document.scopes import Changes, Scopes
from shtairir.document.state import Delta, State
from shtairir.errors import EditError


@dataclass(frozen=True, slots=True)
class SetMeta(DeltaEdit):
    """Change the graph's name or description; ``None`` leaves one as it is."""

    name: str | None = None
    description: str | None = None

    @property
    def label(self) -> str:
        return "rename the graph" if self.description is None else "describe the graph"

    def delta(self, state: State) -> Delta:
        wanted = {"name": self.name, "description": self.description}
        return header_delta(state, **{key: value for key, value in wanted.items() if value is not None})


class RootEdit(DeltaEdit):
    """Base of the edits of what only the graph itself has: a definition could keep it, but no file would hold it."""

    __slots__ = ()

    @property
    def only_at_root(self) -> tuple[str, str]:
        """What it is that a definition has not, and what to do instead."""
        raise NotImplementedError

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        if state is not scopes.root:
            what, instead = self.only_at_root
            raise EditError(f"A definition has no {what} of its own.", hint=instead)
        return super().exchange_in(scopes, state)


@dataclass(frozen=True, slots=True)
class SetGraphPolicy(RootEdit):
    """Say how the whole graph is to be run, and nodes that say nothing of it themselves."""

    policy: JsonObject

    @property
    def only_at_root(self) -> tuple[str, str]:
        return "policy", "Set it for the graph, or for an instance."

    @property
    def label(self) -> str:
        return "change how the graph runs"

    def delta(self, state: State) -> Delta:
        policy = to_json(self.policy)
        return Delta() if same_json(state.header.policy, policy) else header_delta(state, policy=policy)


@dataclass(frozen=True, slots=True)
class Publish(RootEdit):
    """Publish a value under a name of its own, or change what is published under that name."""

    parameter: Parameter

    @property
    def only_at_root(self) -> tuple[str, str]:
        return "parameters", "Instead, add a node of the block graph.input."

    @property
    def label(self) -> str:
        return f"publish {self.parameter.target} as {self.parameter.name}"

    def delta(self, state: State) -> Delta:
        if not is_name(self.parameter.name):
            raise EditError(
                f"'{self.parameter.name}' cannot be the name of a parameter.",
                hint="Use letters, digits, '_' and '-'.",
            )
        node_in(state, first_step(self.parameter.target))
        parameters = {one.name: one for one in state.header.parameters}
        parameters[self.parameter.name] = self.parameter
        return header_delta(state, parameters=tuple(parameters.values()))


@dataclass(frozen=True, slots=True)
class Unpublish(RootEdit):
    """Publish a value no longer."""

    name: str

    @property
    def only_at_root(self) -> tuple[str, str]:
        return "parameters", "Instead, remove the node of the block graph.input."

    @property
    def label(self) -> str:
        return f"unpublish {self.name}"

    def delta(self, state: State) -> Delta:
        kept = tuple(one for one in state.header.parameters if one.name != self.name)
        if len(kept) == len(state.header.parameters):
            known = [one.name for one in state.header.parameters]
            raise EditError(f"There is no parameter '{self.name}'.", hint=did_you_mean(self.name, known))
        return header_delta(state, parameters=kept)


@dataclass(frozen=True, slots=True)
class PublishResult(RootEdit):
    """Publish an output under a name of its own, or change what is published under that name."""

    result: NamedResult

    @property
    def only_at_root(self) -> tuple[str, str]:
        return "results", "Instead, add a node of the block graph.output."

    @property
    def label(self) -> str:
        return f"publish {self.result.source} as {self.result.name}"

    def delta(self, state: State) -> Delta:
        if not is_name(self.result.name):
            raise EditError(
                f"'{self.result.name}' cannot be the name of a result.", hint="Use letters, digits, '_' and '-'."
            )
        node_in(state, first_step(self.result.source))
        results = {one.name: one for one in state.header.results}
        results[self.result.name] = self.result
        return header_delta(state, results=tuple(results.values()))


@dataclass(frozen=True, slots=True)
class UnpublishResult(RootEdit):
    """Publish an output no longer."""

    name: str

    @property
    def only_at_root(self) -> tuple[str, str]:
        return "results", "Instead, remove the node of the block graph.output."

    @property
    def label(self) -> str:
        return f"unpublish {self.name}"

    def delta(self, state: State) -> Delta:
        kept = tuple(one for one in state.header.results if one.name != self.name)
        if len(kept) == len(state.header.results):
            known = [one.name for one in state.header.results]
            raise EditError(f"There is no result '{self.name}'.", hint=did_you_mean(self.name, known))
        return header_delta(state, results=kept)


@dataclass(frozen=True, slots=True)
class PutTest(RootEdit):
    """Add a test, or replace the one of the same name."""

    test: GraphTest

    @property
    def only_at_root(self) -> tuple[str, str]:
        return "tests", "Instead, test the graph that holds it."

    @property
    def label(self) -> str:
        return f"change test {self.test.name}"

    def delta(self, state: State) -> Delta:
        if not is_name(self.test.name):
            raise EditError(f"'{self.test.name}' cannot be the name of a test.", hint="Use letters, digits, '_', '-'.")
        tests = {one.name: one for one in state.header.tests}
        tests[self.test.name] = self.test
        return header_delta(state, tests=tuple(tests.values()))


@dataclass(frozen=True, slots=True)
class RemoveTest(RootEdit):
    """Remove a test."""

    name: str

    @property
    def only_at_root(self) -> tuple[str, str]:
        return "tests", "Remove it from the graph that holds the definition."

    @property
    def label(self) -> str:
        return f"remove test {self.name}"

    def delta(self, state: State) -> Delta:
        kept = tuple(one for one in state.header.tests if one.name != self.name)
        if len(kept) == len(state.header.tests):
            known = [one.name for one in state.header.tests]
            raise EditError(f"There is no test '{self.name}'.", hint=did_you_mean(self.name, known))
        return header_delta(state, tests=kept)


@dataclass(frozen=True, slots=True)
class SetPublished(Edit):
    """Replace all that the graph publishes at once, when nodes are put into a definition or taken out."""

    parameters: tuple[Parameter, ...]
    results: tuple[NamedResult, ...]

    @property
    def label(self) -> str:
        return "change what is published"

    def exchange_in(self, scopes: Scopes, state: State) -> Changes:
        delta = header_delta(scopes.root, parameters=self.parameters, results=self.results)
        return scopes.exchange(Changes({scopes.root: delta})) if delta else Changes()


def header_delta(state: State, **fields: Any) -> Delta:
    """Return what replacing fields of the header changes."""
    header: Header = replace(state.header, **fields)
    return Delta(header=header) if header != state.header else Delta()
