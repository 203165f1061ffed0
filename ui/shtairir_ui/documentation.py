"""A block's docstring as rich text. Everything is escaped: a docstring is words, not markup."""

from __future__ import annotations

import inspect
import re
from html import escape

from shtairir.block import BlockDefinition, InputPort, OutputPort
from shtairir_ui import theme

_UNDERLINE = re.compile(r"^(-{3,}|={3,})\s*$")
_CODE = re.compile(r"``([^`]+)``|`([^`]+)`")
_PORT_SECTIONS = frozenset({"parameters", "returns", "yields"})


def tooltip(definition: BlockDefinition) -> str:
    """What a block does and takes, for the palette."""
    dim = theme.current().css("text_dim")
    lines = [f"<b>{escape(definition.name)}</b>", escape(definition.summary)]
    flow = " → ".join(
        part
        for part in (
            ", ".join(f"{port.name}: {port.type.name}" for port in definition.inputs),
            ", ".join(port.type.name for port in definition.outputs),
        )
        if part
    )
    lines.append(f"<span style='color:{dim}'>{escape(str(definition.id))} · {escape(flow)}</span>")
    missing = definition.missing()
    if missing is not None:
        lines.append(f"<span style='color:{theme.current().css('warning')}'>{escape(missing.message)}</span>")
    return f"<div style='white-space:normal'>{'<br>'.join(line for line in lines if line)}</div>"


EXAMPLE_SCHEME = "example:"


def documentation_html(definition: BlockDefinition, *, has_example: bool = False) -> str:
    """The whole documentation: text, then inputs and outputs, then notes and examples.

    `has_example`: offer to insert the block's example graph.
    """
    sections = split_sections(definition.doc)
    parts = [_prose(text) for title, text in sections if not title]
    if has_example:
        color = theme.current().css("accent")
        link = f"<a href='{EXAMPLE_SCHEME}{escape(str(definition.id))}' style='color:{color}'>Insert an example</a>"
        parts.append(f"<p style='margin:0 0 8px 0'>{link}</p>")
    parts.append(_ports("Inputs", definition.inputs))
    parts.append(_ports("Outputs", definition.outputs))
    for title, text in sections:
        if title and title.lower() not in _PORT_SECTIONS:
            parts.append(_heading(title) + _prose(text))
    origin = " · ".join(part for part in (str(definition.id), f"version {definition.version}", definition.pack) if part)
    parts.append(f"<p style='color:{theme.current().css('text_dim')}'>{escape(origin)}</p>")
    return "".join(parts)


def split_sections(doc: str) -> list[tuple[str, str]]:
    """The sections of a numpydoc docstring in order; the text before the first has no title.

    Examples
    --------
    >>> split_sections("Blur.\\n\\nNotes\\n-----\\nSlow.")
    [('', 'Blur.'), ('Notes', 'Slow.')]
    """
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in inspect.cleandoc(doc).splitlines():
        if _UNDERLINE.match(line) and sections[-1][1] and sections[-1][1][-1].strip():
            sections.append((sections[-1][1].pop().strip(), []))
        else:
            sections[-1][1].append(line)
    return [(title, "\n".join(lines).strip()) for title, lines in sections if "".join(lines).strip()]


def _heading(title: str) -> str:
    return f"<h4 style='margin:12px 0 4px 0; color:{theme.current().css('text_dim')}'>{escape(title)}</h4>"


def _prose(text: str) -> str:
    blocks = re.split(r"\n\s*\n", text)
    return "".join(_block(block) for block in blocks if block.strip())


def _block(text: str) -> str:
    if text.lstrip().startswith(">>>"):
        return f"<pre style='margin:4px 0'>{escape(text)}</pre>"
    return f"<p style='margin:0 0 8px 0'>{_inline(' '.join(text.split()))}</p>"


def _inline(text: str) -> str:
    return _CODE.sub(lambda found: f"<code>{found[1] or found[2]}</code>", escape(text, quote=False))


def _ports(title: str, ports: tuple[InputPort, ...] | tuple[OutputPort, ...]) -> str:
    if not ports:
        return ""
    dim = theme.current().css("text_dim")
    rows = "".join(
        f"<p style='margin:0 0 6px 0'><b>{escape(port.name)}</b> "
        f"<span style='color:{dim}'>{escape(port.type.name)}</span>"
        + (f"<br>{_inline(port.help)}" if port.help else "")
        + "</p>"
        for port in ports
    )
    return _heading(title) + rows
