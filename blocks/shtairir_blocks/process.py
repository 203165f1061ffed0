"""Running other programs. A graph that does so runs only if it is trusted."""

from pathlib import Path
from typing import Annotated, NamedTuple

from shtairir.block import Context, Param, block


class Ended(NamedTuple):
    """How a program ended.

    Attributes
    ----------
    output
        What it wrote to its standard output.
    errors
        What it wrote to its standard error output.
    status
        0 when it says that all went well.
    """

    output: str
    errors: str
    status: int


@block(
    name="Run program",
    category="Process",
    tags=("subprocess", "command", "shell", "execute", "external"),
    pure=False,
    retries=0,
    needs_trust=True,
)
def run(
    context: Context,
    program: str,
    arguments: list[str] | None = None,
    stdin: Annotated[str, Param(multiline=True, label="input")] = "",
    folder: Annotated[Path | None, Param(path="folder")] = None,
    environment: Annotated[dict[str, str] | None, Param(advanced=True)] = None,
    clean_environment: Annotated[bool, Param(advanced=True)] = False,
    timeout_s: Annotated[float, Param(gt=0, le=86_400, unit="s")] = 60.0,
    limit: Annotated[int, Param(ge=1, le=10_000, unit="MB", advanced=True)] = 16,
    failure_is_fine: bool = False,
) -> Ended:
    """Run a program and wait for its end; no shell is involved, so that no sign in an argument has a meaning.

    Parameters
    ----------
    program
        Its name, or the path of its file.
    arguments
        What to hand to it, one after another.
    stdin
        The text that it reads from its standard input.
    folder
        The folder it runs in; that of the graph's file when unset.
    environment
        Variables to set for it, such as {"LANG": "C"}.
    clean_environment
        Whether it sees these variables only, not those of this program.
    timeout_s
        How long it may take; then it is ended, with all programs that it started.
    limit
        The most that it may write; then it is ended as well.
    failure_is_fine
        Whether a status other than 0 is taken like any other; otherwise it is an error.
    """
    from shtairir_blocks.kernels import processes as kernels

    command = kernels.Command(
        program,
        tuple(arguments or ()),
        stdin,
        folder or context.base_dir,
        environment or {},
        clean_environment,
        timeout_s,
        limit << 20,
    )
    output, errors, status = kernels.finished(command, context)
    if status and not failure_is_fine:
        raise RuntimeError(kernels.failure(program, status, errors))
    return Ended(output, errors, status)
