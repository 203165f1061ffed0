"""What is written to disk: journals, facts, values; and what is left of it when it is damaged."""

from __future__ import annotations

import datetime
import io
import json
import math
import os
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shtairir.block.values import Audio, Color
from shtairir.errors import RecoveryError
from shtairir.recovery.encoding import NotKeepable, decoded, encoded
from shtairir.recovery.facts import RunFacts, here_and_now
from shtairir.recovery.folder import RunFolder, found, kept_folders
from shtairir.recovery.journal import LAST_BYTES, JournalFile, last_records, read_journal
from shtairir.recovery.keys import new_run_key
from shtairir.recovery.listing import runs
from shtairir.recovery.locking import is_held, take
from shtairir.recovery.store import KeptValue, ValueStore
from shtairir.recovery.tidying import tidy


class TestKeys:
    def test_later_ones_come_later_also_when_the_clock_is_set_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shtairir.recovery.keys._last", 0)
        moments = iter([2_000_000_000.0, 1_900_000_000.0, 1_900_000_000.5])
        keys = [new_run_key(lambda: next(moments)) for _ in range(3)]
        assert keys == sorted(keys)
        assert len(set(keys)) == 3
        assert keys[0].startswith("20330518-033320-")

    def test_no_two_are_equal(self) -> None:
        assert len({new_run_key() for _ in range(5000)}) == 5000


class TestJournals:
    def test_what_was_added_is_read(self, tmp_path: Path) -> None:
        journal = JournalFile(tmp_path / "journal")
        records = [{"what": "done", "node": name, "values": [1.5]} for name in ("a", "ü", 'with "quotes"\n')]
        for record in records:
            journal.add(record)
        journal.close()
        assert read_journal(tmp_path / "journal") == records
        assert last_records(tmp_path / "journal") == records

    @settings(deadline=None)
    @given(st.integers(0, 400))
    def test_a_journal_cut_off_anywhere_loses_at_most_its_last_line(self, length: int) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "journal"
            journal = JournalFile(path)
            for number in range(10):
                journal.add({"number": number})
            journal.close()
            data = path.read_bytes()
            path.write_bytes(data[:length])
            whole = data[:length].count(b"\n")
            assert [record["number"] for record in read_journal(path)][:whole] == list(range(whole))
            # What is added after that is not joined to the torn line.
            journal = JournalFile(path)
            journal.add({"number": "new"})
            journal.close()
            assert read_journal(path)[-1] == {"number": "new"}

    def test_a_damaged_line_costs_only_itself(self, tmp_path: Path) -> None:
        journal = JournalFile(tmp_path / "journal")
        for number in range(5):
            journal.add({"number": number})
        journal.close()
        data = bytearray((tmp_path / "journal").read_bytes())
        data[data.index(b'"number":2') + 9] = ord("7")
        (tmp_path / "journal").write_bytes(data)
        assert [record["number"] for record in read_journal(tmp_path / "journal")] == [0, 1, 3, 4]

    def test_threads_do_not_mix_their_lines(self, tmp_path: Path) -> None:
        journal = JournalFile(tmp_path / "journal")

        def add(thread: int) -> None:
            for number in range(200):
                journal.add({"thread": thread, "number": number, "text": "x" * 300})
                if number % 50 == 0:
                    journal.sync()

        threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        journal.close()
        records = read_journal(tmp_path / "journal")
        assert len(records) == 1600
        for thread_number in range(8):
            assert [r["number"] for r in records if r["thread"] == thread_number] == list(range(200))

    def test_a_closed_one_takes_nothing(self, tmp_path: Path) -> None:
        journal = JournalFile(tmp_path / "journal")
        journal.close()
        with pytest.raises(OSError, match="is closed"):
            journal.add({})

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no copies of a program")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_a_copy_of_the_program_does_not_write_over_it(self, tmp_path: Path) -> None:
        journal = JournalFile(tmp_path / "journal")
        child = os.fork()
        if not child:
            with suppress(OSError):
                journal.add({"who": "the copy"})
            journal.close()
            os._exit(0)
        os.waitpid(child, 0)
        journal.add({"who": "the program"})
        journal.close()
        assert read_journal(tmp_path / "journal") == [{"who": "the program"}]

    def test_it_grows_and_is_cut_to_its_length(self, tmp_path: Path) -> None:
        path = tmp_path / "journal"
        journal = JournalFile(path)
        records = [{"number": number, "text": "x" * 1000} for number in range(300)]
        for record in records:
            journal.add(record)
        # As another program sees it meanwhile, or after this one was killed.
        assert read_journal(path) == records
        assert last_records(path) == records[-len(last_records(path)) :]
        assert path.read_bytes().endswith(b"\0")
        again = JournalFile(path)
        again.add({"number": "new"})
        again.close()
        assert read_journal(path) == [*records, {"number": "new"}]
        assert path.read_bytes().endswith(b"}\n")

    def test_a_full_disk_is_told_and_not_met(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        journal = JournalFile(tmp_path / "journal")
        monkeypatch.setattr("os.write", lambda descriptor, data: len(data) // 2)
        long = {"text": "x" * 1000}
        with pytest.raises(OSError, match="No space left"):
            deque(map(journal.add, [long] * 200))
        monkeypatch.undo()
        kept = len(read_journal(tmp_path / "journal"))
        assert 20 < kept < 60
        journal.close()
        assert len(read_journal(tmp_path / "journal")) == kept

    def test_room_is_kept_for_what_must_not_be_lost(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        journal = JournalFile(tmp_path / "journal")
        monkeypatch.setattr("os.write", lambda descriptor, data: len(data) // 2)
        long = {"text": "x" * 1000}
        with pytest.raises(OSError, match="No space left"):
            deque(map(journal.add, [long] * 200))
        for number in range(100):
            journal.add({"what": "begun", "node": f"n{number}"}, leaving=LAST_BYTES)
        begun = partial(journal.add, leaving=LAST_BYTES)
        with pytest.raises(OSError, match="No space left"):
            deque(map(begun, [{"what": "begun"}] * 2000))
        journal.add({"what": "unknown"}, leaving=0)
        monkeypatch.undo()
        # As a program finds it that comes after this one was killed.
        records = read_journal(tmp_path / "journal")
        assert records[-1] == {"what": "unknown"}
        assert sum("node" in record for record in records) == 100
        journal.close()

    def test_a_disk_with_room_again_is_used_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        journal = JournalFile(tmp_path / "journal")
        long = {"text": "x" * 1000}
        with monkeypatch.context() as full:
            full.setattr("os.write", lambda descriptor, data: len(data) // 2)
            with pytest.raises(OSError, match="No space left"):
                deque(map(journal.add, [long] * 200))
        kept = len(read_journal(tmp_path / "journal"))
        deque(map(journal.add, [long] * 200))
        journal.close()
        assert read_journal(tmp_path / "journal") == [long] * (kept + 200)


class TestFolders:
    def test_facts_are_read_as_they_were_written(self, tmp_path: Path) -> None:
        facts = RunFacts(
            new_run_key(), "ü", parameters={"a": [1, None]}, targets=("x",), keep=("a.out",), **here_and_now()
        )
        assert RunFacts.from_json(facts.to_json()) == facts
        later = {**facts.to_dict(), "new_in_another_version": 1}
        assert RunFacts.from_json(json.dumps(later).encode()) == facts
        for damaged in (b"", b"[]", b'{"format": "other"}', b'{"format": "shtairir-run"}'):
            with pytest.raises(RecoveryError, match="cannot be read"):
                RunFacts.from_json(damaged)

    def test_runs_are_named_by_the_beginning_of_their_key(self, state: Path) -> None:
        for key in ("20260101-000000-0001", "20260101-000000-0002", "20260102-000000-0001"):
            _made(state / "runs" / key)
        assert found("last").key == "20260102-000000-0001"
        assert found("20260102").key == "20260102-000000-0001"
        assert found("20260101-000000-0001").key == "20260101-000000-0001"
        with pytest.raises(RecoveryError, match="may mean 2 runs"):
            found("20260101")
        with pytest.raises(RecoveryError, match="no run 'x'"):
            found("x")
        with pytest.raises(RecoveryError, match="no run ''"):
            found("")

    def test_a_folder_that_was_not_finished_is_no_run(self, state: Path) -> None:
        (state / "runs" / "20260101-000000-0001").mkdir(parents=True)
        assert list(kept_folders()) == []
        assert runs() == []

    @pytest.mark.skipif(os.name == "nt", reason="another program cannot open a locked file there")
    def test_the_lock_goes_with_the_program(self, tmp_path: Path) -> None:
        folder = _made(tmp_path / "20260101-000000-0001")
        program = (
            "import sys, time\nfrom pathlib import Path\nfrom shtairir.recovery.locking import take\n"
            "lock = take(Path(sys.argv[1]))\nprint('held', lock is not None, flush=True)\ntime.sleep(60)"
        )
        holder = subprocess.Popen(
            [sys.executable, "-c", program, str(folder.path)], stdout=subprocess.PIPE, text=True, cwd=_HOME
        )
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held True"
        assert is_held(folder.path)
        assert take(folder.path) is None
        holder.kill()
        holder.communicate()
        assert not is_held(folder.path)
        lock = take(folder.path)
        assert lock is not None
        assert is_held(folder.path)
        assert take(folder.path) is None
        lock.release()
        assert not is_held(folder.path)


_HOME = Path(__file__).parents[3]


def _made(path: Path, size: int = 0, status: str = "") -> RunFolder:
    folder = RunFolder(path)
    folder.make()
    if size:
        folder.checkpoints.mkdir()
        (folder.checkpoints / "1-1.npy").write_bytes(bytes(size))
    journal = JournalFile(folder.journal)
    journal.add({"what": "session", "number": 1})
    if status:
        journal.add({"what": "finished", "status": status, "elapsed_s": 1.0})
    journal.close()
    folder.write(RunFacts(folder.key, "test"))
    return folder


class TestTidying:
    def test_old_runs_go(self, tmp_path: Path) -> None:
        folder = _made(tmp_path / "20260101-000000-0001")
        os.utime(folder.journal, (1000, 1000))
        _made(tmp_path / "20260102-000000-0001")
        (sentence,) = tidy(tmp_path, now_s=lambda: folder.path.stat().st_mtime)
        assert "older than 7 days" in sentence
        assert [kept.key for kept in kept_folders(tmp_path)] == ["20260102-000000-0001"]

    def test_results_of_done_runs_go_before_runs_that_can_be_gone_on_with(self, tmp_path: Path) -> None:
        cut_off = _made(tmp_path / "20260101-000000-0001", 1000)
        done = _made(tmp_path / "20260102-000000-0001", 1000, "done")
        later = _made(tmp_path / "20260103-000000-0001", 1000, "done")
        total = sum(folder.size_bytes() for folder in (cut_off, done, later))
        told = tidy(tmp_path, quota_bytes=total - 500)
        assert [sentence.split()[1] for sentence in told] == [done.key]
        assert not done.checkpoints.exists()
        assert done.exists
        assert later.checkpoints.exists()
        assert cut_off.checkpoints.exists()
        tidy(tmp_path, quota_bytes=10)
        assert not cut_off.exists

    def test_a_run_that_goes_on_is_let_alone(self, tmp_path: Path) -> None:
        folder = _made(tmp_path / "20260101-000000-0001", 1000)
        lock = take(folder.path)
        assert lock is not None
        assert tidy(tmp_path, quota_bytes=0, longest_s=0) == []
        lock.release()
        assert folder.exists

    def test_only_so_many_are_kept(self, tmp_path: Path) -> None:
        for number in range(5):
            _made(tmp_path / f"20260101-000000-000{number}")
        tidy(tmp_path, most=2)
        assert [kept.key[-1] for kept in kept_folders(tmp_path)] == ["4", "3"]


class Choice(Enum):
    """A choice."""

    YES = "yes"


_PLAIN: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=20) | st.dates(),
    lambda items: st.lists(items, max_size=4) | st.tuples(items, items) | st.dictionaries(st.text(), items, max_size=3),
    max_leaves=12,
)


class TestValues:
    @settings(deadline=None)
    @given(_PLAIN)
    def test_plain_values_come_back_as_they_were(self, value: Any) -> None:
        assert repr(_there_and_back(value)) == repr(value)

    @pytest.mark.parametrize(
        "value",
        [
            10**3000,
            -0.0,
            math.inf,
            2 + 3j,
            Color(1.0, 0.5, 0.25, 0.5),
            Path("/some/where"),
            datetime.datetime(2026, 11, 20, 13, 5, 12, 7, tzinfo=datetime.UTC),
            datetime.time(1, 2, 3),
            datetime.timedelta(-1, 5, 7),
            Choice.YES,
            np.float32(1.1),
            np.datetime64("2020-01-01"),
            {1, 2},
            frozenset({"a"}),
            {3: (1, [2])},
        ],
        ids=repr,
    )
    def test_values_of_other_kinds_come_back(self, value: Any) -> None:
        back = _there_and_back(value)
        assert back == value
        assert type(back) is type(value)

    @pytest.mark.parametrize(
        "array",
        [
            np.arange(12.0).reshape(3, 4),
            np.asfortranarray(np.arange(12.0).reshape(3, 4)),
            np.arange(24)[::2],
            np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
            np.array(5, dtype=">i4"),
            np.zeros((0, 3), dtype=np.float32),
            np.array(["a", "bc"]),
            np.array(["2020-01-01"], dtype="M8[s]"),
            np.zeros(3, dtype=[("a", "f4"), ("b", "i2")]),
        ],
        ids=lambda array: f"{array.dtype} {array.shape}",
    )
    def test_arrays_come_back(self, array: Any) -> None:
        back = _there_and_back(array)
        assert (back.dtype, back.shape) == (array.dtype, array.shape)
        assert back.tobytes() == array.tobytes()
        assert back.flags.owndata

    def test_sounds_and_tables_come_back(self) -> None:
        sound = _there_and_back(Audio(np.ones((4, 2), dtype=np.float32), 44100))
        assert sound.rate_hz == 44100
        assert sound.samples.shape == (4, 2)
        polars = pytest.importorskip("polars")
        table = polars.DataFrame({"a": [1, None], "b": ["x", "y"]})
        assert _there_and_back(table).equals(table)

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (object(), "a object"),
            (np.array([object()]), "Python objects"),
            ([[{1: object()}]], "a object"),
            (len, "a builtin"),
        ],
    )
    def test_other_values_are_not_kept(self, value: Any, said: str) -> None:
        with pytest.raises(NotKeepable, match=said):
            encoded(value)

    def test_what_holds_itself_is_not_kept(self) -> None:
        ring: list[Any] = []
        ring.append(ring)
        with pytest.raises(NotKeepable, match="in itself"):
            encoded(ring)

    def test_nothing_is_imported_or_called_for_what_a_file_says(self) -> None:
        for form in ({"enum": ["os", "system", "x"]}, {"enum": ["nowhere", "A", "B"]}, {"pickle": ""}, {"array": 0}):
            with pytest.raises(RecoveryError):
                decoded(form, lambda place: b"\x80\x04.")

    def test_a_header_that_promises_too_much_is_refused(self) -> None:
        form, (part,) = encoded(np.zeros(4))
        file = io.BytesIO()
        part.write(file)
        data = file.getvalue().replace(b"(4,)", b"(9,)")
        with pytest.raises(RecoveryError, match="size does not fit"):
            decoded(form, lambda place: data)


class TestStore:
    def test_values_are_found_by_their_references(self, tmp_path: Path) -> None:
        folder = RunFolder(tmp_path)
        store = ValueStore(folder)
        values = [1.5, "x" * 5000, np.arange(10), np.arange(50_000.0), [np.arange(3), "y"], {"k": None}]
        references = [json.loads(json.dumps(store.keep(value, sync=True))) for value in values]
        store.close()
        for value, reference in zip(values, references, strict=True):
            kept = KeptValue(folder, reference)
            assert kept.is_whole()
            assert repr(kept.load()) == repr(value)
        assert len(list(folder.checkpoints.iterdir())) == 1

    @pytest.mark.parametrize("place", [0, -1])
    def test_damage_is_found(self, tmp_path: Path, place: int) -> None:
        folder = RunFolder(tmp_path)
        store = ValueStore(folder)
        reference = store.keep(np.arange(50_000.0))
        (file,) = folder.checkpoints.iterdir()
        data = bytearray(file.read_bytes())
        data[place] ^= 0xFF
        file.write_bytes(data)
        kept = KeptValue(folder, reference)
        assert not kept.is_whole()
        with pytest.raises(RecoveryError, match="is damaged"):
            kept.load()
        file.unlink()
        assert not kept.is_whole()
        with pytest.raises(RecoveryError, match="missing or too short"):
            kept.load()
        store.close()

    def test_what_the_disk_did_not_take_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = RunFolder(tmp_path)
        store = ValueStore(folder)
        with monkeypatch.context() as full:
            write = os.write
            full.setattr("os.write", lambda descriptor, data: write(descriptor, data[: len(data) // 2]))
            with pytest.raises(OSError, match="only a part"):
                store.keep("x" * 5000)
            full.setattr("shtairir.recovery.store._Checked.write", _refused)
            with pytest.raises(OSError, match="No space left"):
                store.keep(np.arange(50_000.0))
        assert folder.values.stat().st_size == 0
        assert list(folder.checkpoints.iterdir()) == []
        kept = KeptValue(folder, store.keep("y" * 5000))
        assert kept.load() == "y" * 5000
        store.close()

    def test_a_name_leads_nowhere_else(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_bytes(b"{}")
        kept = KeptValue(RunFolder(tmp_path / "run"), {"text": ["../../secret", 0, 2, 0]})
        assert not kept.is_whole()


def _refused(file: Any, data: Any) -> int:
    raise OSError(28, "No space left on device")


def _there_and_back(value: Any) -> Any:
    form, parts = encoded(value)
    written = []
    for part in parts:
        file = io.BytesIO()
        part.write(file)
        written.append(file.getvalue())
    return decoded(json.loads(json.dumps(form, ensure_ascii=True)), written.__getitem__)
