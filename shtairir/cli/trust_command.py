"""``shtairir trust``: shows what a graph file would run, and asks."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.files import existing_graph_file, open_graph, shown_path
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import columns, plural, styled, visible

if TYPE_CHECKING:
    from shtairir.document import Snapshot
    from shtairir.document.trust import Carried, Untrusted

_LONGEST_VALUE = 2_000


def trust_graph(path: Path | None, *, yes: bool, listed: bool, revoke: bool) -> Outcome:
    """Show what a file carries and trust it, or list or take back what is trusted."""
    if listed:
        return _list()
    if path is None:
        raise CommandError("Which file is to be trusted?", hint="Write: shtairir trust FILE, or --list to list them.")
    if revoke:
        return _revoke(existing_graph_file(path))
    graph = open_graph(path).snapshot()
    return _trust(graph, path, yes)


def _trust(graph: Snapshot, path: Path, yes: bool) -> Outcome:
    from shtairir.block.registry import default_registry
    from shtairir.document.trust import carried, untrusted

    registry = default_registry()
    programs = carried(graph, registry)
    others = [one for one in untrusted(graph, registry) if one.path != graph.path]
    document: dict[str, Any] = {
        "file": str(path),
        "carries": [_document_of(one) for one in programs],
        "untrusted_files": [str(one.path) for one in others],
    }
    if not programs:
        text = f"{path} carries no code, so there is nothing to trust."
        return Outcome(text="\n".join([text, *_others(others)]), document={"status": "nothing", **document})
    if graph.trusted:
        text = f"{path} is trusted already."
        return Outcome(text="\n".join([text, *_others(others)]), document={"status": "trusted", **document})
    sys.stderr.write(carried_text(graph, programs) + "\n\n")
    if not yes and not _agreed(path):
        return Outcome(ExitStatus.CANCELLED, f"{path} is not trusted.", {"status": "refused", **document})
    _remember(graph)
    text = f"{path} is trusted as it is now. A change made outside of Shtairir takes the trust away."
    return Outcome(text="\n".join([text, *_others(others)]), document={"status": "trusted", **document})


def _remember(graph: Snapshot) -> None:
    from shtairir.document.trust import remember

    remember(graph)


def _agreed(path: Path) -> bool:
    if not sys.stdin.isatty():
        raise CommandError(
            f"Nobody can be asked whether to trust {path}, because the input is not a terminal.",
            hint="Read the code above, then write: shtairir trust --yes FILE.",
        )
    sys.stderr.write(f"It runs with all your rights. Trust {path}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _others(others: Sequence[Untrusted]) -> list[str]:
    """Return what to say of files that need trust of their own."""
    from shtairir.document.trust import command

    return [f"It uses {shown_path(one.path)}: {command(one.path)}" for one in others if one.path is not None]


# --- what it shows --------------------------------------------------------------------------------------------


def carried_text(graph: Snapshot, programs: Sequence[Carried]) -> str:
    """Return everything that a graph would run, for a person to read; nothing in it can move the cursor."""
    blocks = sum(one.source is not None for one in programs)
    counts = [plural(blocks, "code block")] if blocks else []
    counts += [plural(len(programs) - blocks, "node") + " that can run commands"] if len(programs) > blocks else []
    title = styled(f"{visible(graph.name)} carries {' and '.join(counts)}:", "strong", sys.stderr)
    return "\n\n".join([title, *(_program_text(one) for one in programs)])


def _program_text(program: Carried) -> str:
    if program.source is not None:
        users = ", ".join(program.used_by) or "no node"
        head = f"code block '{visible(program.name)}', used by {visible(users)}"
        lines = program.source.splitlines() or [""]
        width = len(str(len(lines)))
        rows = [f"  {number:>{width}}  {visible(line)}" for number, line in enumerate(lines, start=1)]
        return "\n".join([styled(head, "strong", sys.stderr), *rows])
    given = [(f"{visible(port)} =", _value_text(value)) for port, value in (program.values or {}).items()]
    given += [(f"{visible(port)} ←", visible(source)) for port, source in (program.linked or {}).items()]
    head = styled(f"node '{visible(program.name)}' ({visible(program.block)})", "strong", sys.stderr)
    return "\n".join([head, columns(given, indent=2)]) if given else head


def _value_text(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return visible(text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text):,} characters)")


def _document_of(program: Carried) -> dict[str, Any]:
    document: dict[str, Any] = {"name": program.name, "block": str(program.block)}
    if program.source is not None:
        return {**document, "source": program.source, "used_by": list(program.used_by)}
    return {**document, "values": dict(program.values or {}), "linked": dict(program.linked or {})}


# --- what is trusted ------------------------------------------------------------------------------------------


def _list() -> Outcome:
    from shtairir.document.trust_store import trust_store

    store = trust_store()
    entries = store.entries()
    rows = [(entry.digest[:12], entry.at.replace("T", " "), visible(entry.path or entry.name)) for entry in entries]
    text = columns(rows) if rows else "No graph file is trusted."
    listed = [{"hash": one.digest, "file": one.path, "name": one.name, "at": one.at} for one in entries]
    return Outcome(text=text, document={"status": "listed", "store": str(store.file), "trusted": listed})


def _revoke(path: Path) -> Outcome:
    from shtairir.document.trust import content_hash
    from shtairir.document.trust_store import trust_store

    found = path.expanduser().absolute()
    gone = trust_store().remove(content_hash(open_graph(path).snapshot().content()), found)
    text = f"{path} is not trusted any more." if gone else f"{path} was not trusted."
    return Outcome(text=text, document={"status": "revoked", "file": str(path), "removed": gone})
