"""Text blocks, against plain Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shtairir.block import definition_of
from shtairir_blocks import text
from shtairir_blocks.kernels import text as kernels


def test_split_takes_blanks_off_the_parts():
    assert text.split("a, b ,, c", ",") == ["a", "b", "", "c"]
    assert text.split("a, b ,, c", ",", drop_empty=True) == ["a", "b", "c"]


def test_split_without_a_separator_divides_at_any_blanks():
    assert text.split(" one\ttwo \n three ", "") == ["one", "two", "three"]


def test_joining_what_was_split_gives_the_text_again():
    words = "αβγ-δ-ε"
    assert text.join(text.split(words, "-"), "-") == words


def test_a_plain_search_takes_signs_as_they_are_written():
    assert text.replace("1.5 (a.b) a+b", "a.b", r"\1$") == r"1.5 (\1$) a+b"
    assert text.contains("aXb", "a.b") is False
    assert text.contains("aXb", "a.b", regex=True) is True


def test_a_regex_can_reuse_its_groups():
    assert text.replace("2024-05-31", r"(\d+)-(\d+)-(\d+)", r"\3.\2.\1", regex=True) == "31.05.2024"


def test_case_is_ignored_on_request_only():
    assert text.replace("Cat cat", "cat", "dog") == "Cat dog"
    assert text.replace("Cat cat", "cat", "dog", match_case=False) == "dog dog"
    assert text.contains("STRASSE", "strasse", match_case=False)


def test_a_wrong_regex_is_shown_with_its_place():
    with pytest.raises(ValueError, match=r"'a\(b' is not a regular expression: .* at character 2"):
        text.contains("text", "a(b", regex=True)


def test_a_replacement_that_asks_for_a_missing_group_is_refused():
    with pytest.raises(ValueError, match="does not fit the expression"):
        text.replace("abc", "b", r"\7", regex=True)


def test_replacing_nothing_changes_nothing():
    assert text.replace("abc", "", "x") == "abc"


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("lower", "don't stop. go on"),
        ("upper", "DON'T STOP. GO ON"),
        ("title", "Don't Stop. Go On"),
        ("sentence", "Don't stop. Go on"),
    ],
)
def test_cases(to, expected):
    assert text.case("dON'T stop. go ON", to) == expected


@pytest.mark.parametrize(
    ("written", "decimal", "number"),
    [
        ("42", ".", 42.0),
        (" -3.5 ", ".", -3.5),
        ("1,234,567.25", ".", 1234567.25),
        ("1 234,5", ",", 1234.5),
        ("2e-3", ".", 0.002),
        (".5", ".", 0.5),
        ("\N{MINUS SIGN}7", ".", -7.0),
    ],
)
def test_numbers_are_read_as_people_write_them(written, decimal, number):
    assert text.to_number(written, decimal) == number


@pytest.mark.parametrize("written", ["", "-", "12 apples", "1,23", "1.2.3", "nan", "."])
def test_what_is_no_number_is_refused_with_the_text(written):
    with pytest.raises(ValueError, match="is not a number"):
        text.to_number(written)
    assert text.to_number(written, fallback=-1.0) == -1.0


def test_a_template_is_filled_with_formats():
    assert text.format_("{a}: {b:.2f} of {c:,} {{ok}}", "x", 1 / 3, 1234567) == "x: 0.33 of 1,234,567 {ok}"


@pytest.mark.parametrize(
    "template", ["{a.__class__}", "{a[0]}", "{e}", "{}", "{a!r}", "{a:999999999}", "{a:.99999}", "{a"]
)
def test_a_template_cannot_look_into_values_or_fill_the_memory(template):
    with pytest.raises(ValueError, match=r"has no value|is no format|does not read"):
        text.format_(template, 1)


def test_a_format_that_does_not_fit_the_value_is_refused():
    with pytest.raises(ValueError, match=r"'\.2f' does not fit \{a\}"):
        text.format_("{a:.2f}", "text")


def test_slices_count_from_both_ends():
    assert text.slice_("Grüße", 1) == "rüße"
    assert text.slice_("Grüße", -2) == "ße"
    assert text.slice_("Grüße", 0, 2) == "Gr"


def test_lines_of_all_kinds_end():
    assert text.lines("a\r\n\nb\n") == ["a", "", "b"]
    assert text.lines("a\r\n\nb\n", drop_empty=True) == ["a", "b"]


def test_strip_takes_off_the_side_and_the_signs_asked_for():
    assert text.strip("xyaxy", "xy", side="start") == "axy"
    assert text.strip("xyaxy", "xy", side="end") == "xya"


def test_small_blocks():
    assert text.constant("x") == "x"
    assert text.concat("a", "b", "-") == "a-b"
    assert text.length("Grüße") == 5


def test_ids_leave_out_the_underscore_of_reserved_names():
    assert definition_of(text.format_).id == "text.format"
    assert definition_of(text.slice_).id == "text.slice"
    assert kernels.formatted("{{}}", {}) == "{}"


def test_the_entries_of_a_dictionary_are_filled_into_a_template():
    assert text.template("Dear {name}, {sum:.2f} €", {"name": "Ada", "sum": 12.5}) == "Dear Ada, 12.50 €"
    assert text.template("{a}-{b}", {"a": 1}, missing="?") == "1-?"
    with pytest.raises(ValueError, match=r"asks for \{b\}, which has no value"):
        text.template("{a}-{b}", {"a": 1})
    with pytest.raises(ValueError, match="which has no value"):
        text.template("{a.__class__}", {"a": 1})


def test_a_text_is_padded_where_it_is_asked_for():
    assert text.pad("7", 3, "right", "0") == "007"
    assert text.pad("ab", 6, "centre", "*") == "**ab**"
    assert text.pad("abcdef", 3) == "abcdef"
    with pytest.raises(ValueError, match="has 2"):
        text.pad("a", 3, fill="--")


@pytest.mark.parametrize("code", ["base64", "base64 for addresses", "hexadecimal", "web address", "HTML", "JSON"])
@given(plain=st.text())
def test_what_is_encoded_is_decoded_again(code, plain):
    if code in ("base64", "base64 for addresses", "hexadecimal", "web address"):
        plain = plain.encode("utf-8", "ignore").decode()
    assert text.decode(text.encode(plain, code), code) == plain


@pytest.mark.parametrize(
    ("code", "broken", "sentence"),
    [
        ("base64", "a", "not base64"),
        ("base64", "ä===", "not base64"),
        ("base64", "//79", "not utf-8 text"),
        ("hexadecimal", "abc", "not hexadecimal"),
        ("JSON", "3", "not a JSON text"),
    ],
)
def test_what_is_not_in_a_code_is_refused_in_words(code, broken, sentence):
    with pytest.raises(ValueError, match=sentence):
        text.decode(broken, code)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("crc32", "352441c2"),
    ],
)
def test_a_hash_is_that_of_the_standards(method, expected):
    assert text.hash_("abc", method) == expected
