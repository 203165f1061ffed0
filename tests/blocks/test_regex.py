"""Regular expressions on texts and columns, and those that would not end."""

import subprocess
import sys

import polars as pl
import pytest

import shtairir_blocks.regex as regex
import shtairir_blocks.text as text
from shtairir_blocks.kernels import patterns

LOG = "31 ERROR disk\n1 INFO net\n7 ERROR cpu"


@pytest.fixture
def hurried(monkeypatch):
    """Patterns are stopped after a short time."""
    monkeypatch.setattr(patterns, "TIME_LIMIT_S", 0.2)


def test_the_first_match_tells_its_groups_and_place():
    assert regex.find(LOG, r"(\d+) (INFO)(x)?") == (True, "1 INFO", ["1", "INFO", ""], 14)
    assert regex.find(LOG, "nothing") == (False, "", [], -1)
    assert regex.find(LOG, "error", match_case=False).match == "ERROR"


def test_all_matches_are_rows_with_a_column_for_each_group():
    table = regex.find_all(LOG, r"^(?P<number>\d+) (\w+)", lines=True)
    assert table.columns == ["start", "end", "match", "number", "group_2"]
    assert table["number"].to_list() == ["31", "1", "7"]
    assert [LOG[a:b] for a, b in table.select("start", "end").iter_rows()] == table["match"].to_list()
    empty = regex.find_all("", r"(x)")
    assert empty.height == 0
    assert empty.schema["group_1"] == pl.String


def test_matches_are_replaced_with_groups():
    assert regex.replace("2024-05-31", r"(\d+)-(\d+)-(\d+)", r"\3.\2.\1") == "31.05.2024"
    assert regex.replace("aaa", "a", "b", count=2) == "bba"
    assert regex.replace("x1", r"(?P<n>\d)", r"<\g<n>>") == "x<1>"
    with pytest.raises(ValueError, match="does not fit the expression"):
        regex.replace("a", "a", r"\9")


def test_a_text_is_divided_where_the_pattern_matches():
    assert regex.split("a, b;c", r"[,;]\s*") == ["a", "b", "c"]
    assert regex.split(",a,", ",") == ["", "a", ""]
    assert regex.split(",a,", ",", drop_empty=True) == ["a"]
    assert regex.split("a1b2c", r"(\d)") == ["a", "b", "c"]
    assert regex.split("abc", "x*") == ["abc"]


def test_a_text_matches_wholly_or_in_part():
    assert regex.matches("31", r"\d+")
    assert not regex.matches("31 days", r"\d+")
    assert regex.matches("31 days", r"\d+", whole=False)


def test_groups_become_columns():
    table = pl.DataFrame({"line": ["a=1", "b=22", "nothing", None], "n": [1, 2, 3, 4]})
    found = regex.columns(table, "line", r"(?P<name>\w)=(\d+)")
    assert found.columns == ["line", "n", "name", "group_2"]
    assert found["group_2"].to_list() == ["1", "22", None, None]
    assert regex.columns(table, "line", r"(\d)", keep=False).columns == ["n", "group_1"]
    with pytest.raises(ValueError, match="has no groups"):
        regex.columns(table, "line", "x")
    with pytest.raises(ValueError, match="has a column 'n' already"):
        regex.columns(table, "line", r"(?P<n>\d)")
    with pytest.raises(ValueError, match="not a regular expression that columns can use"):
        regex.columns(table, "line", r"(a)(?=b)")
    with pytest.raises(ValueError, match="holds whole numbers, not text"):
        regex.columns(table, "n", r"(\d)")


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "use",
    [
        lambda t, p: regex.find(t, p),
        lambda t, p: regex.find_all(t, p),
        lambda t, p: regex.replace(t, p, ""),
        lambda t, p: regex.split(t, p),
        lambda t, p: regex.matches(t, p),
        lambda t, p: text.replace(t, p, "", regex=True),
        lambda t, p: text.contains(t, p, regex=True),
    ],
    ids=["find", "find_all", "replace", "split", "matches", "text.replace", "text.contains"],
)
def test_a_pattern_that_would_not_end_is_stopped(use):
    with pytest.raises(TimeoutError, match="had not come to an end after"):
        use("a" * 40 + "!", r"^(a|aa)+$")


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "(?P<1>x)", "*"])
def test_what_is_no_pattern_is_refused_in_words(pattern):
    with pytest.raises(ValueError, match="is not a regular expression"):
        regex.find("x", pattern)


def test_a_huge_pattern_is_refused():
    with pytest.raises(ValueError, match="10,000 are the most"):
        regex.find("x", "a" * 20_000)


def test_where_the_library_is_missing_the_standard_one_does_what_texts_need():
    code = (
        "import sys; sys.modules['regex'] = None\n"
        "import shtairir_blocks.text as text\n"
        "assert text.replace('a1b22', r'(\\d+)', r'<\\1>', regex=True) == 'a<1>b<22>'\n"
        "assert text.contains('Größe', 'GRÖSSE|größe', regex=True, match_case=False)\n"
        "try: text.contains('x', '(', regex=True)\n"
        "except ValueError as error: assert 'is not a regular expression' in str(error)\n"
        "else: raise AssertionError('accepted')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
