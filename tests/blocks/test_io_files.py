"""Reading and writing through real files."""

import datetime
import json
import os
import stat
import sys
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from shtairir.block.values import Audio
from shtairir_blocks import io
from shtairir_blocks.kernels import io_atomic, io_folder, io_table


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


# --- replacing a file in one step -----------------------------------------------------------------


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write_and_fail():
        with io_atomic.replacing(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert target.read_text() == "old"
    assert left_over(tmp_path) == []


def test_parent_folders_are_made(tmp_path):
    written = io.write_text("x", tmp_path / "a" / "b" / "c.txt")
    assert written == tmp_path / "a" / "b" / "c.txt"
    assert written.read_text() == "x"


@pytest.mark.skipif(os.name != "posix", reason="modes and links are those of POSIX")
def test_a_replaced_file_keeps_its_mode_and_its_link(tmp_path):
    real = tmp_path / "real.txt"
    real.write_text("old")
    real.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    io.write_text("new", link)
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="the umask is that of POSIX")
def test_a_new_file_is_readable_as_any_other(tmp_path):
    plain = tmp_path / "plain.txt"
    plain.write_text("x")
    written = io.write_text("x", tmp_path / "ours.txt")
    assert written.stat().st_mode == plain.stat().st_mode


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        io.write_text("x", tmp_path)
    with pytest.raises(ValueError, match="No file is chosen"):
        io.read_text(Path())


def test_a_missing_file_is_told_with_the_part_of_the_path_that_exists(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file in that folder"):
        io.read_text(tmp_path / "a.txt")
    with pytest.raises(FileNotFoundError, match=r"right up to .*" + tmp_path.name):
        io.read_text(tmp_path / "no" / "such" / "a.txt")


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_auto_finds_the_encoding_by_its_mark(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes("Grüße\r\nß\rend".encode(encoding))
    assert io.read_text(path) == "Grüße\nß\nend"


def test_text_in_another_encoding_is_told_with_its_line(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("first\nGrüße".encode("windows-1252"))
    with pytest.raises(ValueError, match=r"a\.txt is not utf-8 text: byte 0xfc in line 2"):
        io.read_text(path)
    assert io.read_text(path, "windows-1252") == "first\nGrüße"


def test_text_is_written_exactly(tmp_path):
    path = io.write_text("a\r\nü\n", tmp_path / "a.txt")
    assert path.read_bytes() == "a\r\nü\n".encode()
    with pytest.raises(ValueError, match="latin-1 cannot hold the character '€'"):
        io.write_text("5 €", tmp_path / "b.txt", "latin-1")


# --- JSON ----------------------------------------------------------------------------------------


def test_json_round_trip(tmp_path):
    value = {"text": "Grüße", "list": [1, 2.5, None, True], "inner": {"a": []}}
    assert io.read_json(io.write_json(value, tmp_path / "a.json")) == value


def test_json_writes_arrays_tables_and_gaps(tmp_path):
    value = {
        "array": np.array([[1.5, np.nan], [np.inf, 2]]),
        "number": np.int64(3),
        "table": pl.DataFrame({"a": [1, None]}),
        "path": Path("x/y"),
        "nan": float("nan"),
    }
    assert json.loads(io.write_json(value, tmp_path / "a.json").read_text()) == {
        "array": [[1.5, None], [None, 2]],
        "number": 3,
        "table": [{"a": 1}, {"a": None}],
        "path": "x/y",
        "nan": None,
    }


def test_json_refuses_what_it_has_no_word_for(tmp_path):
    with pytest.raises(ValueError, match="object cannot be written as JSON"):
        io.write_json({"a": object()}, tmp_path / "a.json")
    assert left_over(tmp_path) == []


def test_wrong_json_is_told_with_its_place(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": 1,\n "b": }')
    with pytest.raises(ValueError, match=r"not JSON: .* in line 2, column 7"):
        io.read_json(path)
    path.write_text("[" * 100_000)
    with pytest.raises(ValueError, match=r"nested too deeply"):
        io.read_json(path)


# --- CSV and Parquet -----------------------------------------------------------------------------

CITIES = pl.DataFrame(
    {"city": ["Łódź", "a, b", 'say "x"', None], "people": [690, None, 3, 4], "share": [0.5, None, 1.0, 2.0]}
)


@pytest.mark.parametrize("separator", ["comma", "semicolon", "tab", "bar"])
def test_csv_round_trip_finds_the_separator(tmp_path, separator):
    path = io.write_csv(CITIES, tmp_path / "a.csv", separator)
    assert io.read_csv(path).equals(CITIES)


def test_csv_recognises_types(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("n,x,when,ok,name\n1,1.5,2024-05-31,true,a\n2,NA,2024-06-01,false,NA\n")
    table = io.read_csv(path)
    assert table.schema == {"n": pl.Int64, "x": pl.Float64, "when": pl.Date, "ok": pl.Boolean, "name": pl.String}
    assert table["x"].to_list() == [1.5, None]
    assert table["name"].to_list() == ["a", None]


def test_csv_types_come_from_all_rows_not_the_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("n\n" + "1\n" * 5000 + "x\n")
    assert io.read_csv(path)["n"].dtype == pl.String


@pytest.mark.parametrize(
    ("fields", "dtype", "last"),
    [
        (["1", " 2", "-3"], pl.Int64, -3),
        (["1", "2.5", "1e3"], pl.Float64, 1000.0),
        (["1", "99999999999999999999"], pl.Float64, 1e20),
        (["True", "FALSE"], pl.Boolean, False),
        (["true", "1"], pl.String, "1"),
        (["2024-05-31", "2024-13-01"], pl.String, "2024-13-01"),
        (["2024-05-31 14:30", "2024-05-31 07:05"], pl.Datetime("us"), datetime.datetime(2024, 5, 31, 7, 5)),
        (
            ["2024-05-31T14:30:00", "2024-05-31T07:05:09.5"],
            pl.Datetime("us"),
            datetime.datetime(2024, 5, 31, 7, 5, 9, 500_000),
        ),
        (
            ["2024-05-31T14:30:00+02:00", "2024-05-31T14:30:00Z"],
            pl.Datetime("us", "UTC"),
            datetime.datetime(2024, 5, 31, 14, 30, tzinfo=datetime.UTC),
        ),
        (["1-2", "x"], pl.String, "x"),
        (["", ""], pl.String, None),
    ],
)
def test_a_column_becomes_the_narrowest_type_that_all_its_values_are(tmp_path, fields, dtype, last):
    path = tmp_path / "a.csv"
    path.write_text("n,other\n" + "".join(f"{field},x\n" for field in fields))
    column = io.read_csv(path)["n"]
    assert column.dtype == dtype
    assert column[-1] == last


def test_a_column_that_begins_with_gaps_is_still_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("n,other\n" + "NA,x\n" * 20_000 + "7,x\n")
    assert io.read_csv(path)["n"].drop_nulls().to_list() == [7]


def test_csv_with_decimal_commas(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Größe;n\n1,5;2\n1.002,5;3\n".encode("windows-1252"))
    table = io.read_csv(path, decimal_comma=True, encoding="windows-1252")
    assert table.to_dict(as_series=False) == {"Größe": [1.5, 1002.5], "n": [2, 3]}
    with pytest.raises(ValueError, match="comma cannot both"):
        io.read_csv(path, separator="comma", decimal_comma=True, encoding="latin-1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_csv_follows_the_mark_of_its_encoding(tmp_path, encoding):
    path = tmp_path / "a[1].csv"
    path.write_bytes("Größe;ß\n1;ü\n".encode(encoding))
    assert io.read_csv(path).rows(named=True) == [{"Größe": 1, "ß": "ü"}]


def test_csv_in_another_encoding_is_told_with_its_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a,b\nü,1\n".encode("windows-1252"))
    with pytest.raises(ValueError, match=r"a\.csv is not utf-8 text: byte 0xfc in line 2"):
        io.read_csv(path)


def test_csv_without_header_and_after_a_preface(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("made by us\n1;2\n3;4\n")
    table = io.read_csv(path, header=False, skip_rows=1)
    assert table.rows() == [(1, 2), (3, 4)]


def test_an_empty_csv_and_a_header_alone(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("")
    with pytest.raises(ValueError, match=r"a\.csv holds no rows"):
        io.read_csv(path)
    path.write_text("a,b\n")
    assert io.read_csv(path).shape == (0, 2)


def test_a_ragged_csv_is_told_what_to_check(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n1,2,3,4\n")
    with pytest.raises(ValueError, match=r"a\.csv does not read as a table with ','.*Check the separator"):
        io.read_csv(path)


def test_the_guess_passes_over_signs_in_quotes():
    assert io_table.guessed_separator('"a, b";c\n"d, e, f";g\n') == ";"
    assert io_table.guessed_separator("one\ntwo\n") == ","
    assert io_table.guessed_separator("") == ","


def test_csv_refuses_lists(tmp_path):
    with pytest.raises(ValueError, match="cannot hold lists"):
        io.write_csv(pl.DataFrame({"a": [[1, 2]]}), tmp_path / "a.csv")


@pytest.mark.parametrize("compression", ["zstd", "snappy", "lz4", "none"])
def test_parquet_round_trip_keeps_types(tmp_path, compression):
    table = CITIES.with_columns(pl.lit(1).cast(pl.UInt8).alias("tiny"), pl.lit([1, 2]).alias("list"))
    path = io.write_parquet(table, tmp_path / "a.parquet", compression)
    assert io.read_parquet(path).equals(table)
    assert io.read_parquet(path, ["s*", "city"]).columns == ["share", "city"]


def test_parquet_names_a_missing_column_and_a_wrong_file(tmp_path):
    path = io.write_parquet(CITIES, tmp_path / "a.parquet")
    with pytest.raises(ValueError, match="Did you mean 'people'"):
        io.read_parquet(path, ["People "])
    path.write_text("not parquet at all")
    with pytest.raises(ValueError, match=r"a\.parquet .* Choose another file"):
        io.read_parquet(path)


# --- NumPy files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.zeros((0, 3), np.int8),
        np.array(5),
        np.asfortranarray(np.eye(3)),
        np.array(["ü"]),
    ],
    ids=["float", "empty", "single", "fortran", "text"],
)
def test_array_round_trip(tmp_path, array, suffix):
    read = io.read_array(io.write_array(array, tmp_path / f"a{suffix}"))
    np.testing.assert_array_equal(read, array)
    assert read.dtype == array.dtype


def test_an_archive_asks_which_array_is_meant(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, first=np.arange(3), second=np.arange(4))
    assert io.read_array(path, "second").tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match=r"holds several arrays\. Set name to one of: first, second"):
        io.read_array(path)
    with pytest.raises(ValueError, match="has no array called 'third'"):
        io.read_array(path, "third")


class Trap:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (sys.exit, ("unpickled",))


def test_objects_are_never_unpickled(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="could run code"):
        io.read_array(path)
    with pytest.raises(ValueError, match="Python objects cannot be written"):
        io.write_array(np.array([object()]), tmp_path / "b.npy")


def test_a_small_archive_that_stands_for_a_large_array_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, data=np.zeros(2**21, np.int8))
    assert path.stat().st_size < 10_000
    with pytest.raises(ValueError, match="would take 2 MB, more than the limit of 1 MB"):
        io.read_array(path, limit=1)
    assert io.read_array(path, limit=2).nbytes == 2**21


def test_a_header_that_claims_more_than_is_there_takes_no_memory(tmp_path):
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (2**26,)})
    with pytest.raises(ValueError, match="is cut short"):
        io.read_array(path)
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.write(path, "data.npy")
    with pytest.raises(ValueError, match="is cut short"):
        io.read_array(tmp_path / "b.npz")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 broken", b"\x93NUMPY\x01\x00\x10\x00{broken"])
def test_a_broken_numpy_file_is_an_error_with_its_name(tmp_path, content):
    path = tmp_path / "a.npy"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^a\.npy"):
        io.read_array(path)


# --- sound ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("depth", "step"), [("16 bit", 2**-15), ("24 bit", 2**-23), ("float", 0.0)])
def test_sound_round_trip(tmp_path, depth, step):
    time = np.arange(800) / 8000
    samples = np.stack([np.sin(2 * np.pi * 440 * time), 0.5 * np.cos(time)], axis=1).astype(np.float32) * 0.99
    read = io.read_audio(io.write_audio(Audio(samples, 8000), tmp_path / "a.wav", depth))
    assert read.rate_hz == 8000
    assert read.samples.dtype == np.float32
    np.testing.assert_allclose(read.samples, samples, atol=step)


def test_one_channel_stays_a_column(tmp_path):
    read = io.read_audio(io.write_audio(Audio(np.zeros((10, 1), np.float32), 44100), tmp_path / "a.flac"))
    assert read.samples.shape == (10, 1)


def test_sound_that_cannot_be_read_or_written_says_why(tmp_path):
    path = tmp_path / "a.wav"
    path.write_text("no sound")
    with pytest.raises(ValueError, match=r"a\.wav cannot be read as sound"):
        io.read_audio(path)
    silence = Audio(np.zeros((4, 1), np.float32), 8000)
    with pytest.raises(ValueError, match=r"must end in one of: \.wav, \.flac"):
        io.write_audio(silence, tmp_path / "a.xyz")
    with pytest.raises(ValueError, match="FLAC file cannot hold float"):
        io.write_audio(silence, tmp_path / "a.flac", "float")
    with pytest.raises(ValueError, match="NaN or infinite"):
        io.write_audio(Audio(np.full((4, 1), np.nan, np.float32), 8000), tmp_path / "a.wav")


# --- folders -------------------------------------------------------------------------------------


def test_files_come_in_natural_order_without_hidden_ones(tmp_path):
    for name in ["img10.png", "img2.png", "IMG1.PNG", ".hidden.png", "notes.txt", "inner/img3.png", ".git/img4.png"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    def names(*arguments):
        return [path.relative_to(tmp_path).as_posix() for path in io.list_folder(tmp_path, *arguments)]

    assert names("*.png") == ["IMG1.PNG", "img2.png", "img10.png"]
    assert names("*.png, *.txt") == ["IMG1.PNG", "img2.png", "img10.png", "notes.txt"]
    assert names("*.png", True) == ["IMG1.PNG", "img2.png", "img10.png", "inner/img3.png"]
    assert names("inner/*", True) == ["inner/img3.png"]
    assert names("*.gif") == []


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(NotADirectoryError, match="does not exist"):
        io.list_folder(tmp_path / "no")
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="is a file, not a folder"):
        io.list_folder(tmp_path / "file")


def test_the_natural_key_orders_numbers_before_letters():
    names = ["b", "a10", "a9", "a", "10", "9", "A1"]
    assert sorted(names, key=io_folder.natural_key) == ["9", "10", "a", "A1", "a9", "a10", "b"]
