"""Other programs: run, limited, ended with all that they started, and never untrusted."""

import os
import sys
import time

import psutil
import pytest

import shtairir
from shtairir.block import definition_of
from shtairir.document import Graph
from shtairir.errors import RunCancelledError
from shtairir.events import RunStatus
from shtairir_blocks.process import run

posix_only = pytest.mark.skipif(os.name != "posix", reason="process groups of POSIX")


def python(ctx, code, *arguments, **options):
    return run(ctx, sys.executable, ["-c", code, *arguments], **options)


def is_gone(pid: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_it_needs_trust_and_is_not_repeated():
    traits = definition_of(run).traits
    assert traits.needs_trust
    assert not traits.pure
    assert traits.retries == 0


def test_a_program_is_given_text_and_arguments_as_they_are(ctx):
    code = "import sys; sys.stdout.write(sys.stdin.read() + '|'.join(sys.argv[1:]))"
    ended = python(ctx, code, "a b", "$HOME; rm", "*", stdin="häh\n")
    assert (ended.output, ended.errors, ended.status) == ("häh\na b|$HOME; rm|*", "", 0)


def test_output_of_both_kinds_is_kept_apart_however_long(ctx):
    code = "import sys\nfor _ in range(20000): print('o' * 9); print('e' * 9, file=sys.stderr)"
    ended = python(ctx, code)
    assert (len(ended.output.split()), len(ended.errors.split())) == (20_000, 20_000)


def test_a_program_that_does_not_read_its_input_is_no_failure(ctx):
    assert python(ctx, "pass", stdin="x" * 1_000_000).status == 0


def test_a_failure_is_told_with_its_last_words_unless_it_is_fine(ctx):
    code = "import sys; print('first', file=sys.stderr); sys.exit('no such thing')"
    with pytest.raises(RuntimeError, match=r"ended with status 1\. It says: no such thing"):
        python(ctx, code)
    assert python(ctx, code, failure_is_fine=True).status == 1


def test_the_folder_and_the_environment_are_what_is_asked_for(ctx, tmp_path, monkeypatch):
    monkeypatch.setenv("MINE", "inherited")
    code = "import os; print(os.getcwd()); print(os.environ.get('MINE')); print(os.environ.get('OWN'))"
    lines = python(ctx, code, folder=tmp_path, environment={"OWN": "ü"}).output.split()
    assert lines == [str(tmp_path.resolve()), "inherited", "ü"]
    clean = {"OWN": "x", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    assert python(ctx, code, environment=clean, clean_environment=True).output.split()[1:] == ["None", "x"]


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"program": "no-such-program-here"}, FileNotFoundError, "There is no program 'no-such-program-here'"),
        ({"program": ""}, ValueError, "No program is chosen"),
        ({"program": sys.executable, "arguments": ["a\0b"]}, OSError, "cannot be started"),
    ],
)
def test_what_cannot_be_started_is_told_in_a_sentence(ctx, options, error, sentence):
    with pytest.raises(error, match=sentence):
        run(ctx, **options)


@posix_only
def test_a_program_with_a_path_is_found_from_its_folder(ctx, tmp_path):
    script = tmp_path / "tools" / "hello"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho hello from $PWD\n")
    script.chmod(0o755)
    assert run(ctx, "tools/hello", folder=tmp_path).output == f"hello from {tmp_path.resolve()}\n"
    assert run(ctx, str(script), folder=tmp_path).status == 0


def test_a_folder_that_is_not_there_is_named(ctx, tmp_path):
    with pytest.raises(NotADirectoryError, match="does not exist"):
        python(ctx, "pass", folder=tmp_path / "none")


def test_too_much_output_ends_it(ctx):
    with pytest.raises(ValueError, match="wrote more than 1 MB"):
        python(ctx, "while True: print('y' * 1000)", limit=1)


@posix_only
def test_a_program_that_takes_too_long_is_ended_with_what_it_started(ctx, tmp_path):
    pid = tmp_path / "pid"
    with pytest.raises(TimeoutError, match="had not ended after 2 seconds"):
        run(ctx, "sh", ["-c", f"sleep 60 & echo $! >'{pid}'; wait"], timeout_s=2.0)
    assert is_gone(int(pid.read_text()))


@posix_only
def test_what_a_program_leaves_behind_is_ended_too(ctx):
    ended = run(ctx, "sh", ["-c", "sleep 60 & echo $!"])
    assert ended.status == 0
    assert is_gone(int(ended.output))


def test_a_program_is_ended_when_the_run_is_cancelled(ctx):
    ctx.cancel_after = 0
    with pytest.raises(RunCancelledError):
        python(ctx, "import time; time.sleep(60)")


def test_stop_ends_a_program_in_mid_run(tmp_path, beginning):
    graph = Graph("stop")
    file = tmp_path / "pid"
    code = f"import os, time; open({str(file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    graph.add("process.run", program=sys.executable, arguments=["-c", code])
    handle = shtairir.start(graph, instruments=[beginning])
    beginning.wait()
    while not (file.exists() and file.read_text()):
        time.sleep(0.02)
    handle.cancel()
    assert handle.wait(20).status == RunStatus.CANCELLED
    assert is_gone(int(file.read_text()))
