"""``shtairir cache``: what is kept of earlier runs, and what becomes of it."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shtairir.cli.options import Json, Verbose
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import columns, duration_text, plural, size_text

if TYPE_CHECKING:
    from shtairir.cache import ResultCache

cache = typer.Typer(name="cache", help="Results of earlier runs that smart runs take: look, clear, check, carry away.")

Pattern = Annotated[str | None, typer.Option(metavar="PATTERN", show_default=False)]


@cache.command()
def stats(as_json: Json = False, verbose: Verbose = 0) -> Outcome:
    """Tell what the cache holds, and what it has saved."""
    facts = _cache().statistics()
    asked = facts.all_hits + facts.all_misses
    share = f"{100 * facts.all_hits / asked:.0f} % of {asked:,}" if asked else "nobody has asked yet"
    rows = [
        ("results", f"{facts.disk_entries:,}, {size_text(facts.disk_bytes)} of {size_text(facts.disk_limit_bytes)}"),
        ("found", share),
        ("saved", duration_text(facts.all_saved_s)),
        ("had to go", f"{facts.evicted:,}"),
        ("damaged", f"{facts.damaged:,}"),
    ]
    return Outcome(text=columns(rows), document={"status": "done", **asdict(facts)})


@cache.command()
def clear(
    block: Pattern = None,
    node: Pattern = None,
    graph: Pattern = None,
    older_than: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only what is older: 7d, 12h.", show_default=False)
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Let go of results: all, or those of blocks, nodes and graphs by pattern (`image.*`), or by age."""
    from shtairir.cli.quantities import parse_moment

    seconds = time.time() - parse_moment(older_than) if older_than is not None else None
    count = _cache().invalidate(block=block, node=node, graph=graph, older_than_s=seconds)
    return Outcome(text=f"{plural(count, 'result')} removed", document={"status": "done", "removed": count})


@cache.command()
def verify(as_json: Json = False, verbose: Verbose = 0) -> Outcome:
    """Read every result, and remove those that are damaged."""
    entries, damaged = _cache().verify()
    return Outcome(
        ExitStatus.DONE,
        f"{plural(entries, 'result')}, {damaged} damaged" + (" and removed" if damaged else ""),
        {"status": "done", "entries": entries, "damaged": damaged},
    )


@cache.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="OUT.zip", show_default=False)],
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Write all results into one file, for another machine."""
    count = _cache().export(file)
    return Outcome(
        text=f"wrote {plural(count, 'result')} into {file}",
        document={"status": "done", "file": str(file), "written": count},
    )


@cache.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="IN.zip", show_default=False)],
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Take the results of a file; those that were changed on the way are left out."""
    taken, refused = _cache().take_in(file)
    if refused:
        sys.stderr.write(f"{plural(refused, 'result')} not as written, and left out\n")
    return Outcome(
        text=f"took {plural(taken, 'result')} from {file}",
        document={"status": "done", "file": str(file), "taken": taken, "refused": refused},
    )


def _cache() -> ResultCache:
    from shtairir.cache.smart import VARIABLE, shared_cache

    found = shared_cache()
    if found is None:
        raise CommandError("The cache is switched off.", hint=f"{VARIABLE} is empty; name a folder in it, or unset it.")
    return found
