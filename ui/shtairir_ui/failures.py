"""Why a node failed, for people: as rich text for cards and pages, as plain text for the clipboard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from shtairir.events import NodeFailure
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.quantities import count

SCHEME = "node:"
_SHOWN_INPUTS = 6
_TRIES = {
    "retryable": "It may pass by itself: run it again.",
    "conditional": "It works again once what it depends on is there; then run it again.",
}


def failure_html(failure: NodeFailure, skipped: Sequence[NodeId] = ()) -> str:
    """The cause, the line of code, the inputs and where they come from, what to try, and what did not run for it."""
    parts = [f"<b style='color:{theme.current().css('error')}'>{escape(sentence(failure))}</b>"]
    if failure.code is not None:
        place = f"{failure.code.file.rpartition('/')[2]}, line {failure.code.line}, in {failure.code.function}"
        parts.append(f"{_heading(place)}<code>{escape(failure.code.text.strip())}</code>")
    parts.append(_inputs(failure))
    if failure.upstream:
        parts.append(_heading("They come from") + links(failure.upstream))
    tries = what_to_try(failure)
    if tries:
        parts.append(_heading("What to try") + "<br>".join(escape(line) for line in tries))
    if skipped:
        parts.append(_heading("Skipped because of it") + links(skipped))
    return "".join(parts)


def failure_text(failure: NodeFailure, *, whole: bool = False) -> str:
    """The same without colours; `whole` adds the traceback, for those who want it."""
    lines = [f"{failure.node} ({failure.block}): {sentence(failure)}"]
    if failure.code is not None:
        lines.append(f"{failure.code.file}, line {failure.code.line}: {failure.code.text.strip()}")
    lines += [f"{name} = {summary.text}" for name, summary in failure.inputs.items()]
    lines += what_to_try(failure)
    if whole and failure.traceback:
        lines += ["", failure.traceback]
    return "\n".join(lines)


def sentence(failure: NodeFailure) -> str:
    """What the block said."""
    return failure.message or f"The block raised {failure.error_type} without saying more."


def what_to_try(failure: NodeFailure) -> list[str]:
    """What the block itself advises, and what its kind of failure does."""
    lines = [failure.hint] if failure.hint else []
    if failure.category in _TRIES:
        lines.append(_TRIES[failure.category])
    if failure.attempts > 1:
        lines.append(f"It was tried {count(failure.attempts, 'time')} already.")
    if not lines and failure.inputs:
        lines.append("Look at its inputs: one of them may be another than the block expects.")
    return lines


def links(nodes: Iterable[NodeId]) -> str:
    """Names of nodes that can be clicked."""
    color = theme.current().css("accent")
    style = f"color:{color}; text-decoration:none"
    return ", ".join(f"<a href='{SCHEME}{escape(node)}' style='{style}'>{escape(node)}</a>" for node in nodes)


def _inputs(failure: NodeFailure) -> str:
    dim = theme.current().css("text_dim")
    rows = [
        f"<tr><td style='color:{dim}; padding:1px 12px 1px 0'>{escape(str(name))}</td>"
        f"<td style='padding:1px 0'>{escape(summary.text)}</td></tr>"
        for name, summary in list(failure.inputs.items())[:_SHOWN_INPUTS]
    ]
    more = len(failure.inputs) - _SHOWN_INPUTS
    if more > 0:
        rows.append(f"<tr><td></td><td style='color:{dim}'>and {more} more</td></tr>")
    return f"{_heading('Its inputs')}<table cellspacing='0'>{''.join(rows)}</table>" if rows else ""


def _heading(text: str) -> str:
    return f"<p style='margin:8px 0 2px 0; color:{theme.current().css('text_dim')}'>{escape(text)}</p>"
