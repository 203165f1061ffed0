"""A slow interpreter of programs, written as plainly as can be: it asks for a value, and that asks for others.

It walks the document itself and knows nothing of plans. Whatever is not asked for does not happen; that is all there
is to branches. A failure is an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from shtairir.block.compatibility import compatibility
from shtairir.block.expression import compile_expression
from shtairir.document.model import Node
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId, PortName, PortRef
from tests.engine.properties.nodewise import _Workspace

Ask = Callable[[], Any]
_LOOPS = ("flow.for_each", "flow.repeat", "flow.while", "flow.reduce")


class Failed(Exception):
    """Something on the way to a value failed."""


class Reference:
    """One graph, or one use of a definition.

    Parameters
    ----------
    given
        How to ask for the inputs.
    """

    def __init__(self, scope: Snapshot, given: Mapping[str, Ask]) -> None:
        self._scope = scope
        self._given = given
        self._made: dict[NodeId, Mapping[str, Any] | Failed] = {}

    # --- from outside -----------------------------------------------------------------------------------------

    def results(self) -> dict[str, Any]:
        """Return the outputs that nobody reads, each a value or a `Failed`.

        Nodes that nobody reads are asked for; other outputs that nobody reads are only there if their nodes were asked
        for by others.
        """
        read = {link.source for link in self._scope.links.values()}
        asked = {source.node for source in read}
        nodes = [node.id for node in self._scope.nodes.values()]
        found: dict[str, Any] = {}
        for id in sorted(nodes, key=asked.__contains__):
            if id in asked and id not in self._made:
                continue
            for port in self._definition(self._scope.nodes[id]).outputs:
                source = PortRef(id, port.name)
                if source not in read:
                    found[str(source)] = self._outcome(source)
        return found

    def _outcome(self, source: PortRef) -> Any:
        try:
            return self.value(source)
        except Failed as failed:
            return failed

    def output(self, name: str) -> Any:
        """Return an output of a definition."""
        node = next(
            node for node in self._scope.nodes.values() if node.block == "graph.output" and node.values["name"] == name
        )
        return self.argument(node, "value")

    # --- values -----------------------------------------------------------------------------------------------

    def value(self, source: PortRef) -> Any:
        """Return the value of an output."""
        if source.node not in self._made:
            try:
                self._made[source.node] = self._node(self._scope.nodes[source.node])
            except Failed as failed:
                self._made[source.node] = failed
        made = self._made[source.node]
        if isinstance(made, Failed):
            raise made
        value = made[source.port]
        return value() if callable(value) else value

    def argument(self, node: Node, name: str) -> Any:
        """Return the value of an input."""
        port = self._definition(node).input(name)
        assert port is not None
        link = self._scope.links.get(PortRef(node.id, PortName(name)))
        if link is None:
            return port.parse(node.values[name]) if name in node.values else port.default
        value = self.value(link.source)
        source = self._definition(self._scope.nodes[link.source.node]).output(link.source.port)
        assert source is not None
        step = compatibility(source.type, port.type).conversion
        if isinstance(value, np.ndarray):
            value = value.copy()
        elif isinstance(value, list):
            value = list(value)
        try:
            return value if step is None else step.apply(value)
        except ValueError as error:
            raise Failed(str(error)) from None

    def _definition(self, node: Node) -> Any:
        found = self._scope.definition(node)
        assert found is not None
        return found

    def _arguments(self, node: Node, but: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the values of all inputs; each is asked for, even when another has failed."""
        found, failed = {}, None
        for port in self._definition(node).inputs:
            if port.name not in but:
                try:
                    found[port.name] = self.argument(node, port.name)
                except Failed as error:
                    failed = failed or error
        if failed is not None:
            raise failed
        return found

    def _node(self, node: Node) -> Mapping[str, Any]:
        """Return the outputs of a node, by name."""
        kind = node.block.rpartition(".")[2]
        if node.block == "graph.input":
            return {"out": self._given[str(node.values["name"])]()}
        if node.block.startswith("subgraph."):
            return self._instance(node)
        if node.block in ("flow.if", "flow.switch", "flow.try", *_LOOPS):
            found: Mapping[str, Any] = getattr(self, f"_{kind}")(node)
            return found
        return self._called(node)

    def _called(self, node: Node) -> Mapping[str, Any]:
        definition = self._definition(node)
        arguments = self._arguments(node)
        if definition.context_argument is not None:
            arguments[definition.context_argument] = _Workspace()
        try:
            with np.errstate(all="ignore"):
                returned = definition.function(**arguments)
        except Exception as error:  # noqa: BLE001 - whatever a block raises is its failure
            raise Failed(f"{node.id}: {error}") from None
        outputs = returned if len(definition.outputs) > 1 else (returned,)
        return {port.name: value for port, value in zip(definition.outputs, outputs, strict=True)}

    # --- branches ---------------------------------------------------------------------------------------------

    def _if(self, node: Node) -> Mapping[str, Any]:
        condition = compile_expression(str(self.argument(node, "expression")))
        holds = condition.evaluate(self._arguments(node, ("then", "otherwise", "expression")))
        return {"out": self.argument(node, "then" if holds else "otherwise")}

    def _switch(self, node: Node) -> Mapping[str, Any]:
        cases = [case.strip() for case in str(node.values["cases"]).split(",")]
        choice = self.argument(node, "choice")
        if isinstance(choice, int) and choice < len(cases):
            return {"out": self.argument(node, cases[choice])}
        if choice in cases:
            return {"out": self.argument(node, str(choice))}
        if PortRef(node.id, PortName("default")) not in self._scope.links:
            raise Failed(f"{node.id}: no case")
        return {"out": self.argument(node, "default")}

    def _try(self, node: Node) -> Mapping[str, Any]:
        try:
            return {"out": self.argument(node, "value"), "failed": False, "error": ""}
        except Failed as failed:
            return {"out": self.argument(node, "fallback"), "failed": True, "error": str(failed)}

    # --- definitions ------------------------------------------------------------------------------------------

    def _body(self, name: str, given: Mapping[str, Ask]) -> tuple[Reference, list[str]]:
        scope = self._scope.body(name)
        assert scope is not None
        interface = self._scope.interface(name)
        assert interface is not None
        return Reference(scope, given), [port.name for port in interface.outputs]

    def _once(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return all outputs of a body for some inputs."""
        inside, outputs = self._body(name, {each: lambda value=value: value for each, value in given.items()})
        made, failed = {}, None
        for output in outputs:
            try:
                made[output] = inside.output(output)
            except Failed as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return made

    def _instance(self, node: Node) -> Mapping[str, Any]:
        inputs = self._definition(node).inputs
        given = {port.name: lambda name=port.name: self.argument(node, name) for port in inputs}
        inside, outputs = self._body(node.block.partition(".")[2], given)
        return {output: lambda name=output: inside.output(name) for output in outputs}

    # --- loops ------------------------------------------------------------------------------------------------

    def _for_each(self, node: Node) -> Mapping[str, Any]:
        arguments = self._arguments(node)
        over, items = arguments["over"], arguments[arguments["over"]]
        names = [port.name for port in self._scope.interface(arguments["body"]).inputs]  # type: ignore[union-attr]
        rows, errors = [], []
        for index, item in enumerate(items):
            given = {name: arguments[name] for name in names} | {over: item}
            if "index" in names and arguments["index"] is None:
                given["index"] = float(index)
            try:
                made = self._once(arguments["body"], given)
            except Failed:
                if arguments["on_error"] == "stop":
                    raise
                errors.append(index)
                continue
            if made.pop("keep", True):
                rows.append({name: value for name, value in made.items() if name != "stop"})
            if made.get("stop"):
                break
        joins = arguments["gather"] == "concat"
        outputs: dict[str, Any] = {}
        for port in self._definition(node).outputs:
            if port.name == "errors":
                outputs["errors"] = errors
                continue
            column = [row[port.name] for row in rows]
            if joins and column and isinstance(column[0], list):
                column = [item for part in column for item in part]
            outputs[port.name] = column
        return outputs

    def _turns(self, node: Node, state: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
        made = self._once(str(node.values["body"]), {**rest, **state})
        return made

    def _repeat(self, node: Node) -> Mapping[str, Any]:
        given = self._arguments(node, ("body", "times", "until"))
        until, outputs, turns = str(self.argument(node, "until")), dict[str, Any](), 0
        for turns in range(1, self.argument(node, "times") + 1):
            made = self._turns(node, {name: outputs.get(name, value) for name, value in given.items()}, {})
            stop = made.pop("stop", False)
            outputs = made
            if stop or (until and compile_expression(until).evaluate({**given, **made, "turn": turns})):
                break
        return {**outputs, "turns": turns}

    def _while(self, node: Node) -> Mapping[str, Any]:
        given = self._arguments(node, ("body", "condition", "limit"))
        condition, outputs, turns = compile_expression(str(self.argument(node, "condition"))), dict[str, Any](), 0
        carried = [port.name for port in self._definition(node).outputs if port.name in given]
        while condition.evaluate({**given, **outputs, "turn": turns}):
            if turns >= self.argument(node, "limit"):
                raise Failed(f"{node.id}: too many turns")
            made = self._turns(node, {name: outputs.get(name, value) for name, value in given.items()}, {})
            turns += 1
            stop = made.pop("stop", False)
            outputs = made
            if stop:
                break
        return {**{name: given[name] for name in carried}, **outputs, "turns": turns}

    def _reduce(self, node: Node) -> Mapping[str, Any]:
        arguments = self._arguments(node)
        so_far = arguments["initial"]
        rest = {name: value for name, value in arguments.items() if name not in ("body", "items", "initial")}
        for item in arguments["items"]:
            so_far = self._once(arguments["body"], {"so_far": so_far, "item": item, **rest})["so_far"]
        return {"so_far": so_far}
