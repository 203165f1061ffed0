"""Edits of what is neither a node nor a link: name, description, frames, published parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from shtairir.document.edits.base import DeltaEdit, node_in
from shtairir.document.model import Frame, Header, Parameter
from shtairir.document.naming import did_you_mean, is_name
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
        return _header_delta(state, **{key: value for key, value in wanted.items() if value is not None})


@dataclass(frozen=True, slots=True)
class PutFrame(DeltaEdit):
    """Add a frame, or replace the one of the same id."""

    frame: Frame

    @property
    def label(self) -> str:
        return f"change frame {self.frame.title or self.frame.id}"

    def delta(self, state: State) -> Delta:
        frames = {frame.id: frame for frame in state.header.frames}
        frames[self.frame.id] = self.frame
        return _header_delta(state, frames=tuple(frames.values()))


@dataclass(frozen=True, slots=True)
class RemoveFrame(DeltaEdit):
    """Remove a frame; the nodes in it stay."""

    frame: str

    @property
    def label(self) -> str:
        return "remove frame"

    def delta(self, state: State) -> Delta:
        kept = tuple(frame for frame in state.header.frames if frame.id != self.frame)
        if len(kept) == len(state.header.frames):
            raise EditError(f"There is no frame '{self.frame}' in the graph.")
        return _header_delta(state, frames=kept)


@dataclass(frozen=True, slots=True)
class Publish(DeltaEdit):
    """Publish a value under a name of its own, or change what is published under that name."""

    parameter: Parameter

    @property
    def label(self) -> str:
        return f"publish {self.parameter.target} as {self.parameter.name}"

    def delta(self, state: State) -> Delta:
        if not is_name(self.parameter.name):
            raise EditError(
                f"'{self.parameter.name}' cannot be the name of a parameter.",
                hint="Use letters, digits, '_' and '-'.",
            )
        node_in(state, self.parameter.target.node)
        parameters = {one.name: one for one in state.header.parameters}
        parameters[self.parameter.name] = self.parameter
        return _header_delta(state, parameters=tuple(parameters.values()))


@dataclass(frozen=True, slots=True)
class Unpublish(DeltaEdit):
    """Publish a value no longer."""

    name: str

    @property
    def label(self) -> str:
        return f"unpublish {self.name}"

    def delta(self, state: State) -> Delta:
        kept = tuple(one for one in state.header.parameters if one.name != self.name)
        if len(kept) == len(state.header.parameters):
            known = [one.name for one in state.header.parameters]
            raise EditError(f"There is no parameter '{self.name}'.", hint=did_you_mean(self.name, known))
        return _header_delta(state, parameters=kept)


def _header_delta(state: State, **fields: Any) -> Delta:
    header: Header = replace(state.header, **fields)
    return Delta(header=header) if header != state.header else Delta()
