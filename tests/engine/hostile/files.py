"""Graph files that carry code in every place where a file has room for a text.

Each entry is a name and what the file holds: a document, or bytes. `CALL` is an expression that does harm when it is
evaluated, `SHELL` a command that does when a shell sees it, `MODULE` the name of a module that does when it is
imported; the folder of the files is on the module path. The harm is the same each time: a file appears.
"""

from __future__ import annotations

import base64
import json
import marshal
import pickle
from collections.abc import Mapping
from typing import Any

MODULE = "canary_module"
CALL = f"__import__('{MODULE}').sing()"
SHELL = "touch canary_sang"
DEF = "def f(x: float = 1.0) -> float:\n    return x\n"


class _Pickled:
    def __reduce__(self) -> tuple[Any, ...]:
        return (eval, (CALL,))


PICKLE = pickle.dumps(_Pickled())


def graph(*nodes: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a graph file of some nodes."""
    return {"format": "shtairir-graph", "version": 1, "name": "hostile", "nodes": list(nodes), **more}


def node(block: str, id: str = "n", **values: Any) -> dict[str, Any]:
    """Return a node as a file holds it."""
    return {"id": id, "block": block, "values": values}


def code(source: Any, name: str = "f", **more: Any) -> dict[str, Any]:
    """Return a graph file with a code block in use."""
    return graph(node(f"code.{name}"), code={name: {"source": source, **more}})


def body(*nodes: Mapping[str, Any], loop: str = "flow.repeat", **values: Any) -> dict[str, Any]:
    """Return a graph file with a definition that a loop repeats."""
    inside = [
        node("graph.input", "a", name="state", type="float", value=1.0),
        node("graph.output", "b", name="state", type="float"),
        *nodes,
    ]
    links = [{"from": "a.out", "to": "b.value"}]
    return graph(node(loop, body="inner", **values), subgraphs={"inner": {"nodes": inside, "links": links}})


FILES: dict[str, dict[str, Any] | list[Any] | bytes] = {
    # values
    "code as a text": graph(node("text.constant", value=CALL)),
    "code where a number stands": graph(node("math.number", value=CALL)),
    "code where a list of numbers stands": graph(node("list.numbers", items=[CALL])),
    "code in an array": graph(node("array.constant", value=[CALL])),
    "code as a name of a value": graph({"id": "n", "block": "math.number", "values": {CALL: 1}}),
    "an object that wants to be built": graph(node("dict.constant", value={"__reduce__": ["os.system", [SHELL]]})),
    "a tag of jsonpickle": graph(node("dict.constant", value={"py/object": "builtins.eval", "py/reduce": [CALL]})),
    "a tag of yaml": graph(node("text.constant", value=f"!!python/object/apply:os.system ['{SHELL}']")),
    "a template": graph(node("text.constant", value="{{ ''.__class__.__mro__[1].__subclasses__() }}")),
    "a format": graph(node("text.constant", value="{0.__class__.__init__.__globals__}")),
    "a command as a path": graph(node("io.read_text", path=f"| {SHELL}")),
    "a command in backticks as a path": graph(node("io.read_text", path=f"`{SHELL}`")),
    "a command in a pattern": graph(node("io.list_folder", folder=".", pattern=f"$({SHELL})")),
    "a python file as a path": graph(node("io.read_text", path=f"{MODULE}.py")),
    "a pickle as an array": graph(node("io.read_array", path="pickled.npy")),
    "a pickle as an image": graph(node("io.read_image", path="pickled.npy")),
    "code as a regular expression": graph(node("regex.matches", text="a", pattern=f"(?{{{CALL}}})a")),
    "code as an address": graph(node("web.get_json", url=f"file:///{SHELL}")),
    "a command to run": graph(node("process.run", program="sh", arguments=["-c", SHELL])),
    "a command without words": graph(node("process.run", program=SHELL)),
    "a query that loads a library": graph(node("database.duckdb", sql=f"LOAD '{MODULE}.so'")),
    "a colour that is code": graph(node("image.constant", color=CALL)),
    "a choice that is code": graph(node("logic.compare", operator=CALL)),
    "code in a retry policy": graph({**node("math.number"), "policy": {"retries": CALL, "timeout_s": CALL}}),
    "code as a condition of a node": graph({**node("math.number"), "policy": {"condition": CALL}}),
    "code as a fallback of a node": graph({**node("math.number"), "policy": {"fallback": CALL, "on_failure": CALL}}),
    # expressions
    "code as a formula": graph(node("logic.expression", expression=CALL)),
    "an attribute as a formula": graph(node("logic.expression", expression="a.__class__.__base__")),
    "a lambda as a formula": graph(node("logic.expression", expression=f"(lambda: {CALL})()")),
    "an f-string as a formula": graph(node("logic.expression", expression=f'f"{{{CALL}}}"')),
    "code as a condition": graph(node("flow.if", expression=CALL, then=1)),
    "code as cases": graph(node("flow.switch", cases=CALL, choice=CALL)),
    "code as the end of a loop": body(until=CALL, times=2),
    "code as the condition of a loop": body(loop="flow.while", condition=CALL),
    "code as what a loop goes over": body(loop="flow.for_each", over=CALL, items=CALL),
    "code as a condition on items": graph(node("list.filter", items=[1, 2], condition=CALL)),
    "code to sort by": graph(node("list.sort", items=[1, 2], by=CALL)),
    "code to fit": graph(node("optimise.find_root", f=CALL)),
    # words
    "code as titles": graph({**node("math.number"), "title": CALL}, name=CALL, description=CALL),
    "a title that ends a line": graph({**node("math.number"), "title": f"x\n{CALL}\n#"}, name=f'"""\n{CALL}\n"""'),
    "a title with quotes": graph({**node("math.number"), "title": f"'); {CALL}; ('"}, description=f'\\"""{CALL}'),
    "a title with markup": graph({**node("math.number"), "title": f"<script>{CALL}</script><img src=x onerror=1>"}),
    "code as frames": graph(frames=[{"id": CALL, "title": CALL, "color": CALL, "rect": [0, 0, 1, 1]}]),
    "code as an id": graph({"id": CALL, "block": "math.number"}),
    "an id that is a keyword": graph({"id": "lambda", "block": "math.number"}, {"id": "None", "block": "math.number"}),
    "an id that is a path": graph({"id": "../../../canary_sang", "block": "math.number"}),
    "an id that is a builtin": graph(node("math.number", "print"), node("math.number", "__import__")),
    "code as a link": graph(node("math.number"), links=[{"from": CALL, "to": CALL}]),
    "code as a published name": graph(
        node("math.number"), parameters=[{"name": CALL, "target": "n.value", "title": CALL, "help": CALL}]
    ),
    "code as a range": graph(
        node("math.number"), parameters=[{"name": "p", "target": "n.value", "range": [CALL, CALL]}]
    ),
    "a published name that is a flag": graph(
        node("math.number"), parameters=[{"name": "--help", "target": "n.value", "help": f"x\n{CALL}"}]
    ),
    "code as a result": graph(node("math.number"), results=[{"name": CALL, "source": "n.out", "help": CALL}]),
    "fields that want to be obeyed": graph(
        node("math.number"), on_open=CALL, script=CALL, imports=[MODULE], plugins=[MODULE], requires=[MODULE], run=True
    ),
    "fields of a node that want to be obeyed": graph(
        {**node("math.number"), "on_load": CALL, "module": MODULE, "function": CALL, "source": DEF + CALL}
    ),
    # blocks that are named
    "a module as a block": graph(node(f"{MODULE}.sing")),
    "a module as a family": graph(node(MODULE)),
    "a module of the library as a block": graph(node("os.system", command=SHELL)),
    "a builtin as a block": graph(node("builtins.eval", source=CALL)),
    "an entry point as a block": graph(node(f"{MODULE}:sing")),
    "a call as a block": graph(node(CALL)),
    "a path as a block": graph(node(f"../{MODULE}.sing"), node(f"/{MODULE}.py", "m")),
    "a python file as a graph": graph(node(f"file:{MODULE}.py")),
    "a pickle as a graph": graph(node("file:pickled.npy")),
    "an address as a graph": graph(node(f"file:http://localhost/{MODULE}")),
    "a device as a graph": graph(node("file:/dev/stdin"), node("file:/dev/tty", "m")),
    "a command as a graph": graph(node(f"file:|{SHELL}"), node(f"file:$({SHELL})", "m")),
    "a file that contains itself": graph(node("file:a_file_that_contains_itself.shtairir")),
    "a version that runs migrations": graph({**node("math.number"), "block_version": -1}, node("code.f", "m")),
    # definitions
    "code in a definition": graph(
        node("subgraph.inner"),
        subgraphs={"inner": {"title": CALL, "description": CALL, "nodes": [node("logic.expression", expression=CALL)]}},
    ),
    "code as the name of a definition": graph(node(f"subgraph.{CALL}"), subgraphs={CALL: {"nodes": []}}),
    "code as the type of a port": body(node("graph.input", "c", name="c", type=CALL)),
    "code inside the type of a port": body(node("graph.input", "c", name="c", type=f"list[{CALL}]")),
    "code as a choice of a port": body(node("graph.input", "c", name="c", type=f'choice["{CALL}"]', value=CALL)),
    "code as the name of a port": body(node("graph.input", "c", name=CALL, type="float", value=CALL, help=CALL)),
    "a body that is a module": graph(node("flow.for_each", body=MODULE), node("flow.while", "w", body=CALL)),
    "a body that is a python file": graph(node("flow.repeat", body=f"file:{MODULE}.py", times=3)),
    "a command inside of a loop": body(node("process.run", "c", program="sh", arguments=["-c", SHELL]), times=2),
    "a code block inside of a loop": {
        **body(node("code.f", "c"), times=2),
        "code": {"f": {"source": f"{CALL}\n{DEF}"}},
    },
    # code blocks: places that run when a source is executed, a function is made, or an annotation is looked up
    "a statement": code(f"{CALL}\n{DEF}"),
    "an import": code(f"import {MODULE}\n{DEF}"),
    "an import of names": code(f"from {MODULE} import *\n{DEF}"),
    "an import inside of a try": code(f"try:\n    import {MODULE}\nexcept Exception:\n    pass\n{DEF}"),
    "a default": code(f"def f(x: float = {CALL}) -> float:\n    return x\n"),
    "a default of a keyword": code(f"def f(*, x: float = [{CALL}][0]) -> float:\n    return x\n"),
    "a default that is a lambda": code(f"def f(x: float = (lambda: {CALL})()) -> float:\n    return x\n"),
    "a default that assigns": code(f"def f(x: float = (y := {CALL})) -> float:\n    return x\n"),
    "an annotation": code(f"def f(x: {CALL} = 1) -> float:\n    return x\n"),
    "an annotation in quotes": code(f'def f(x: "{CALL}" = 1) -> float:\n    return x\n'),
    "an annotation in quotes twice": code(f"def f(x: \"'{CALL}'\" = 1) -> float:\n    return x\n"),
    "an annotation inside a list": code(f'def f(x: list["{CALL}"], y: list[{CALL}]) -> float:\n    return x\n'),
    "an annotation of the result": code(f"def f() -> {CALL}:\n    return 1\n"),
    "an annotation that is subscripted": code(f"def f(x: float[{CALL}], y: Literal[{CALL}]) -> float:\n    return x\n"),
    "an annotation with a note": code(f"def f(x: Annotated[float, {CALL}] = 1) -> float:\n    return x\n"),
    "a range": code(f"def f(x: Annotated[float, Param(ge={CALL})] = 1) -> float:\n    return x\n"),
    "choices": code(f"def f(x: Annotated[str, Param(choices=[{CALL}])] = 1) -> float:\n    return x\n"),
    "a shape": code(f"def f(x: Annotated[Array, Shape({CALL}), DType({CALL})]) -> float:\n    return x\n"),
    "an output": code(f"def f() -> tuple[Annotated[float, Out({CALL})]]:\n    return 1\n"),
    "a decorator": code(f"@{CALL}\n{DEF}"),
    "a decorator with a lambda": code(f"@(lambda f: {CALL})\n{DEF}"),
    "the decorator of blocks": code(f"@block(name={CALL}, category={CALL}, infer={CALL})\n{DEF}"),
    "another decorator of blocks": code(f"block = lambda **k: {CALL}\n@block()\n{DEF}"),
    "a class": code(f"class C:\n    {CALL}\n{DEF}"),
    "a base class": code(f"class C({CALL}):\n    pass\n{DEF}"),
    "a metaclass": code(f"class M(type):\n    x = {CALL}\nclass C(metaclass=M):\n    pass\n{DEF}"),
    "a class of results": code(
        f"class R(NamedTuple):\n    a: {CALL}\n    b: float = {CALL}\ndef f() -> R:\n    return R()\n"
    ),
    "a class that makes subclasses": code(
        f"class C:\n    def __init_subclass__(cls):\n        {CALL}\nclass D(C):\n    pass\n{DEF}"
    ),
    "a class in the place of a type": code(
        f"class list:\n    def __class_getitem__(cls, x):\n        return {CALL}\n"
        "def f(x: list[int]) -> list[int]:\n    return x\n"
    ),
    "a docstring that is computed": code(f'def f(x: float = 1) -> float:\n    f"""{{{CALL}}}"""\n    return x\n'),
    "a docstring": code(
        f'def f(x: float = 1) -> float:\n    """{CALL}\n\n    Parameters\n    ----------\n'
        f'    x\n        {CALL}\n    """\n    return x\n'
    ),
    "a comprehension": code(f"x = [{CALL} for _ in [0]]\n{DEF}"),
    "a walrus": code(f"(x := {CALL})\n{DEF}"),
    "an assertion": code(f"assert {CALL}\n{DEF}"),
    "a condition": code(f"if {CALL}:\n    pass\n{DEF}"),
    "a with statement": code(f"with {CALL}:\n    pass\n{DEF}"),
    "a match statement": code(f"match {CALL}:\n    case _:\n        pass\n{DEF}"),
    "an exec": code(f"exec({CALL!r})\n{DEF}"),
    "a function that is called": code(f"def _g():\n    {CALL}\n_g()\n{DEF}"),
    "a function of another kind": code(f"async def f(x: float = {CALL}) -> float:\n    {CALL}\n    yield x\n"),
    "a type comment": code(f"def f(x  # type: {CALL}\n      ):\n    # type: (...) -> {CALL}\n    return x\n"),
    "a source that ends in an error": code(f"{CALL}\n{DEF}\nreturn ("),
    "a source whose function is broken": code(f"{CALL}\ndef f(x: float = {CALL}) -> {CALL}:\n    retur ("),
    "a source in another encoding": code(f"# -*- coding: utf-7 -*-\n+AF8AXw-import+AF8AXw-('{MODULE}')\n{DEF}"),
    "a source in an encoding that runs": code(f"# coding: {MODULE}\n{DEF}"),
    "a source with a mark at its start": code(f"\ufeff{CALL}\n{DEF}"),
    "a source with a null byte": code(f"{DEF}\0{CALL}\n"),
    "a source with half a letter": code(f"x = '\ud800'\n{CALL}\n{DEF}"),
    "a source without end": code(f"{CALL}\n" + "x = (\n" * 5_000),
    "a source that nests": code("x = " + "-" * 50_000 + "1\n" + DEF),
    "a source that nests lists": code("x = " + "[" * 150 + "]" * 150 + "\n" + DEF),
    "a source of many functions": code("".join(f"def f{number}(x: float = {CALL}): {CALL}\n" for number in range(500))),
    "a source that is a large number": code("x = " + "9" * 100_000 + "\n" + DEF),
    "a source that is a list": code([CALL, DEF]),
    "a source that is an object": code({"__reduce__": ["eval", [CALL]]}),
    "a source that is nothing": code(None),
    "a code block in the form of a text": graph(node("code.f"), code={"f": CALL}),
    "a code section in the form of a list": graph(node("code.f"), code=[{"name": "f", "source": CALL}]),
    "a code block that is compiled": code(
        DEF, compiled=base64.b64encode(marshal.dumps(compile(CALL, "x", "eval"))).decode(), pickled=PICKLE.hex()
    ),
    "a code block with a strange name": code(f"{CALL}\n{DEF}", name="../../x"),
    "a code block named like a module": code(f"{CALL}\n{DEF}", name=MODULE),
    "a code block named like a method": code(f"{CALL}\n{DEF}", name="__init__"),
    "a code block that nobody uses": graph(node("math.number"), code={"f": {"source": f"{CALL}\n{DEF}"}}),
    "a code block in a definition": graph(
        node("subgraph.a"),
        subgraphs={"a": {"nodes": [node("code.f")], "code": {"f": {"source": CALL}}}},
        code={"f": {"source": f"{CALL}\n{DEF}"}},
    ),
    "a code block in the place of a block": graph(
        node("math.number"), code={"math.number": {"source": f"{CALL}\n{DEF}"}}, local_blocks={"math.number": CALL}
    ),
    # files of another kind
    "a pickle": PICKLE,
    "a python program": f"{CALL}\n".encode(),
    "a shell script": f"#!/bin/sh\n{SHELL}\n".encode(),
    "a python program in the place of json": f'{{"format": "shtairir-graph", "version": {CALL}}}'.encode(),
    "a graph in another encoding": json.dumps(graph(node("text.constant", value=CALL))).encode("utf-16"),
    "a graph of the first drafts": json.dumps(
        {"format": "shtairir-graph", "version": 0, "nodes": {"n": {"type": f"{MODULE}.sing", "params": {"x": CALL}}}}
    ).encode(),
    "a graph with everything twice": (
        '{"format": "shtairir-graph", "version": 1, "code": {}, "nodes": [], "code": {"f": {"source": "'
        + CALL
        + '"}}, "nodes": [{"id": "n", "block": "code.f"}]}'
    ).encode(),
}
