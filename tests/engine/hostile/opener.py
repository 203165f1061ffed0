"""Opens graph files in every way that must run nothing, in a process of its own that notices if anything runs.

Started as a program in the folder of the files; writes a line of JSON for each file.

Noticed are: the file that the canary module or a shell command makes, the import of that module, code of a file that
is executed, programs that are started, connections, and pickles that look for a class.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SANG = Path("canary_sang")
MODULE = "canary_module"

noticed: list[str] = []
"""What was seen since it was last cleared."""


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what a file must not bring about."""
    harm = (
        event in ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "subprocess.Popen", "pickle.find_class")
        or event.startswith(("socket.connect", "socket.getaddrinfo", "urllib"))
        or (event == "ctypes.dlopen" and MODULE in str(arguments[0]))
        or (event == "import" and arguments[0] == MODULE)
        or (event == "exec" and str(getattr(arguments[0], "co_filename", "")).startswith("<code"))
    )
    if harm:
        noticed.append(f"{event} {arguments!r:.200}")


def ways(file: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield everything that may be done with a file that nobody trusts."""
    import shtairir
    from shtairir.block.code import source_problems
    from shtairir.block.registry import default_registry
    from shtairir.cli.entry import run_command_line
    from shtairir.document import Graph
    from shtairir.document.store import dumps, load
    from shtairir.document.trust import carried, content_hash

    registry = default_registry()

    def command(*arguments: object) -> None:
        status = run_command_line([str(argument) for argument in arguments])
        if status not in (0, 1, 2):
            raise AssertionError(f"{arguments} ended with {status}")

    def outer() -> None:
        graph = Graph("outer")
        graph.path = file.parent / "outer.shtairir"
        graph.add(f"file:{file.name}", id="inner")
        shtairir.validate(graph)
        shtairir.plan(graph)

    yield "validate it without opening it", lambda: __import__("shtairir.validation").validation.validate_file(file)
    yield "ask for trust on the command line", lambda: command("trust", file)
    yield "list its parameters", lambda: command("run", file, "--help-parameters")
    yield "run it on the command line", lambda: command("run", file, "--timeout", "10")
    yield "use it as a block", outer
    graph = load(file)
    if graph.trusted:
        raise AssertionError("the file is trusted")
    snapshot = graph.snapshot()
    yield "look at its nodes", lambda: [snapshot.definition(node, registry) for node in snapshot.nodes.values()]
    yield (
        "read the documentation of its blocks",
        lambda: [
            (found.doc, found.source(), found.missing())
            for node in snapshot.nodes.values()
            if (found := snapshot.definition(node, registry)) is not None
        ],
    )
    yield "look at its code", lambda: [source_problems(one.source, name) for name, one in snapshot.code.items()]
    yield "validate", lambda: shtairir.validate(graph)
    yield "hash and write", lambda: (graph.fingerprint(), dumps(graph), content_hash(snapshot.content()))
    yield "list what it carries", lambda: carried(snapshot, registry)
    for level in ("none", "balanced", "aggressive"):
        yield f"plan at {level}", lambda level=level: shtairir.plan(graph, level=level).to_dict()  # type: ignore[misc]
    yield "hand it to networkx", graph.to_networkx
    yield "copy and paste it", lambda: Graph("other").paste_text(graph.copy_text(graph.nodes))
    yield "export a program", lambda: command("export", file, "--python", "out.py", "--force")
    yield "export a drawing", lambda: command("export", file, "--mermaid", "out.mmd", "--svg", "out.svg")
    yield "run its plan", lambda: shtairir.run(shtairir.plan(graph), timeout_s=10)


def opened(file: Path) -> dict[str, Any]:
    """Do everything with a file, and return what was noticed."""
    from shtairir.errors import ShtairirError

    noticed.clear()
    SANG.unlink(missing_ok=True)
    faults, done = [], []
    attempts = ways(file)
    while True:
        what = "open"
        try:
            what, attempt = next(attempts)
            attempt()
            done.append(what)
        except StopIteration:
            break
        except ShtairirError:
            if what == "open":
                break  # the file cannot be read: nothing more can be done with it
        except Exception:  # noqa: BLE001 - a fault of ours, which the test shows
            faults.append(f"{what}: {traceback.format_exc(limit=-3)}")
            if what == "open":
                break
    seen = [*noticed, *(["the canary sang"] if SANG.exists() else [])]
    return {"file": file.stem, "noticed": seen, "done": done, "faults": faults}


def main() -> None:
    """Open all files of this folder."""
    sys.addaudithook(watch)
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for file in sorted(Path.cwd().glob("*.shtairir")):
        results.write(json.dumps(opened(file)) + "\n")
        results.flush()
    noticed.clear()
    controls = {
        "a code block is seen": lambda: _run_code("x = 1"),
        "the module is seen": lambda: __import__(MODULE),
        "a program is seen": lambda: os.system("true"),
    }
    for name, control in controls.items():
        before = len(noticed)
        control()
        results.write(json.dumps({"control": name, "seen": len(noticed) > before}) + "\n")
    results.write(json.dumps({"control": "the canary sings", "seen": SANG.exists()}) + "\n")


def _run_code(statement: str) -> None:
    from shtairir.block.code import code_definition

    code_definition("f", f"{statement}\ndef f() -> int:\n    return 1\n", trusted=True).function()


if __name__ == "__main__":
    main()
