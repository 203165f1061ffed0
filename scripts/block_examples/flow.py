"""Every block of control flow."""

from scripts.block_examples.sheet import Sheet
from shtairir.document import Graph

TITLE = "Flow blocks"
DESCRIPTION = "Each block of control flow at work: branches of which one runs, and loops over a body."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    _branches(sheet)
    _loops(sheet)


def _branches(sheet: Sheet) -> None:
    with sheet.frame("If"):
        count = sheet.add("math.integer", "count", "How many", value=12)
        many = sheet.add("logic.compare", "many", "Many?", a=count["out"], operator=">", b=10.0)
        crowd = sheet.add("text.constant", "crowd", value="a crowd")
        few = sheet.add("text.constant", "few", value="a few")
        sheet.add("flow.if", condition=many["out"], then=crowd["out"], otherwise=few["out"])
    with sheet.frame("Switch"):
        language = sheet.add("text.constant", "language", "Language", value="de")
        hello = sheet.add("text.constant", "hello", value="Hello")
        hallo = sheet.add("text.constant", "hallo", value="Hallo")
        sheet.add("flow.switch", cases="en, de", choice=language["out"], en=hello["out"], de=hallo["out"])
    with sheet.frame("Failures and order"):
        odd = sheet.add("text.to_number", "odd", "A price that is none", text="on request")
        nothing = sheet.add("math.number", "nothing", value=0.0)
        sheet.add("flow.try", value=odd["out"], fallback=nothing["out"])
        note = sheet.add("io.write_text", "note", "First", text="ready\n", path="out/ready.txt")
        after = sheet.add("text.constant", "after", value="Only then")
        sheet.add("flow.gate", value=after["out"], after=note["out"])


def _loops(sheet: Sheet) -> None:
    _body(sheet.graph, "halve", {"x": "float"}, "math.divide", "x", {"a": "x"}, {"b": 2.0})
    _body(sheet.graph, "grow", {"x": "float"}, "math.multiply", "x", {"a": "x"}, {"b": 1.5})
    _body(
        sheet.graph, "sum_up", {"total": "float", "item": "float"}, "math.add", "total", {"a": "total", "b": "item"}, {}
    )
    with sheet.frame("Loops"):
        sizes = sheet.add("list.numbers", "sizes", "Sizes", items=[640, 480, 320])
        sheet.add("flow.for_each", body="halve", x=sizes["out"])
        sheet.add("flow.reduce", body="sum_up", items=sizes["out"], initial=0.0)
        start = sheet.add("math.number", "start", "Start", value=1.0)
        sheet.add("flow.repeat", body="grow", times=5, x=start["out"])
        sheet.add("flow.while", body="grow", condition="x < 10", x=start["out"])


def _body(
    graph: Graph,
    name: str,
    inputs: dict[str, str],
    block: str,
    output: str,
    fed: dict[str, str],
    values: dict[str, float],
) -> None:
    body = graph.add_subgraph(name, title=name.replace("_", " ").capitalize())
    ports = {
        port: body.add("graph.input", id=port, position=(0.0, 120.0 * place), name=port, type=kind)
        for place, (port, kind) in enumerate(inputs.items())
    }
    work = body.add(
        block, id="work", position=(304.0, 0.0), **values, **{to: ports[port]["out"] for to, port in fed.items()}
    )
    body.add("graph.output", id="result", position=(608.0, 0.0), name=output, type="float", value=work["out"])
