"""The command line: ``shtairir [edit] [FILE]``, ``run``, ``plan``, ``validate``, ``blocks``.

A command is a function that returns an `Outcome`: an exit status, the text for a person and the document
for ``--json``. Only `shtairir.cli.entry` prints it, so standard output holds the one or the other and
nothing else; progress and logs go to standard error.
"""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line of this process and leave with its exit status."""
    # What is imported stays to the end. It is not looked through for what can go: not now, nor at each collection.
    gc.disable()
    from shtairir.cli.entry import read_ahead, run_command_line

    arguments = sys.argv[1:]
    read_ahead(arguments)
    gc.freeze()
    gc.enable()
    sys.exit(run_command_line(arguments))
