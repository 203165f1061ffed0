"""The example graphs of a pack: whether they show every block and run, and the inputs that blocks get in them."""

from __future__ import annotations

import functools
import inspect
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shtairir.block.context import Context
from shtairir.block.definition import BlockDefinition
from shtairir.block.registry import Registry
from shtairir.document import Graph, load
from shtairir.document.example import example_file
from shtairir.document.trust import GIVEN
from shtairir.errors import ShtairirError
from shtairir.ids import BlockId
from shtairir.session import run
from shtairir.validation import validate
from shtairir.verification.behaviour import Sample
from shtairir.verification.finding import Finding

RUN_TIMEOUT_S = 120.0


class ExampleRun:
    """Runs the examples of a pack in a folder of their own, and writes down what its blocks are called with.

    Attributes
    ----------
    samples
        The inputs of each block, one set for each node.
    findings
        What is not as it should be.
    """

    def __init__(self, definitions: Sequence[BlockDefinition], registry: Registry, folder: Path) -> None:
        self.samples: dict[BlockId, list[Sample]] = {}
        self.findings: list[Finding] = []
        self._registry = registry
        self._folder = folder
        files = {definition.family: example_file(definition) for definition in definitions}
        copies = {file.parent: folder / f"examples{number}" for number, file in enumerate(files.values()) if file}
        for original, place in copies.items():
            shutil.copytree(original, place, dirs_exist_ok=True)
        for family, file in files.items():
            members = [definition for definition in definitions if definition.family == family]
            self._family(family, copies[file.parent] / file.name if file else None, members)

    def _family(self, family: str, file: Path | None, members: Sequence[BlockDefinition]) -> None:
        if file is None:
            fix = f"Put a graph that shows them into the folder examples of the package: examples/{family}.shtairir."
            message = f"the family '{family}' has no example graph"
            self.findings += [Finding("example", f"{message}.", one.id, "remark", fix) for one in members]
            return
        try:
            graph = load(file)
        except ShtairirError as error:
            self.findings.append(Finding("pack", f"The example cannot be read: {error}"))
            return
        shown = {node.block for scope in (graph, *graph.subgraphs.values()) for node in scope.nodes.values()}
        for one in members:
            if one.id not in shown:
                self.findings.append(Finding("example", f"{file.name} does not show it.", one.id))
        self._run(file, graph, members)

    def _run(self, file: Path, graph: Graph, members: Sequence[BlockDefinition]) -> None:
        for one in members:
            if one.adapt is None and one.traits.pure:
                graph.local_blocks[one.id] = replace(one, function=self._recording(one, file.parent))
        # Who checks a pack runs its code anyway; but only this once, so nothing is written down of it.
        trusted = replace(graph.snapshot(), trust=GIVEN)
        errors = [problem for problem in validate(trusted, self._registry) if problem.severity == "error"]
        if errors:
            said = " ".join(problem.message for problem in errors[:3])
            self.findings.append(Finding("pack", f"The example {file.name} cannot run: {said}"))
            return
        result = run(trusted, level="none", registry=self._registry, timeout_s=RUN_TIMEOUT_S)
        for node, record in result.nodes.items():
            if record.error is not None:
                self.findings.append(_failed(file, str(node), record.error.message, graph, members))

    def _recording(self, definition: BlockDefinition, base_dir: Path) -> Any:
        function, found = definition.function, self.samples.setdefault(definition.id, [])
        signature = inspect.signature(function)

        @functools.wraps(function)
        def recorded(*arguments: Any, **named: Any) -> Any:
            inputs = signature.bind(*arguments, **named).arguments
            context = inputs.get(definition.context_argument or "")
            folder = context.base_dir if isinstance(context, Context) else base_dir
            kept = {name: value for name, value in inputs.items() if name != definition.context_argument}
            found.append(Sample(kept, folder, is_real=True))
            return function(*arguments, **named)

        return recorded


def _failed(file: Path, node: str, message: str, graph: Graph, members: Sequence[BlockDefinition]) -> Finding:
    place = graph.snapshot().find(node)
    block = place[1].block if place is not None else None
    definition = next((one for one in members if one.id == block), None)
    # What reads the clock, the network or a device may fail here for no fault of its own.
    excused = definition is None or not definition.traits.pure
    words = f"in {file.name} '{node}' fails: {message}"
    return Finding("example", words, definition.id if definition else None, "remark" if excused else "failure")


def samples_of(definition: BlockDefinition, example: ExampleRun, made_up: Iterator[dict[str, Any]]) -> Iterator[Sample]:
    """Yield inputs for a block: what it gets in the example first, then what is made up."""
    yield from example.samples.get(definition.id, ())[:2]
    for inputs in made_up:
        yield Sample(inputs, Path.cwd())
