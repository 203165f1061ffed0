"""The command line: ``shtairir [edit] [FILE]``, ``run``, ``plan``, ``validate``, ``blocks``.

A command is a function that returns an `Outcome`: an exit status, the text for a person and the document
for ``--json``. Only `shtairir.cli.entry` prints it, so standard output holds the one or the other and
nothing else; progress and logs go to standard error.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process and leave with its exit status."""
    from shtairir.cli.entry import run_command_line

    sys.exit(run_command_line(sys.argv[1:]))
