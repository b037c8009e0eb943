"""Does Excel open the list as it was meant: every character, every zero, and no cell that runs?"""

from __future__ import annotations

import csv
import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import excel_csv


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def cell(text: str) -> str:
    """What a text cell reads as after it was written."""
    return read_back(excel_csv(pl.DataFrame({"a": [text], "b": ["x"]})))[1][0]


def test_it_begins_with_a_byte_order_mark_and_ends_every_line_as_windows_does() -> None:
    assert excel_csv(pl.DataFrame({"a": ["x"], "b": ["y"]})) == b"\xef\xbb\xbfa,b\r\nx,y\r\n"


def test_a_list_without_customers_is_its_header() -> None:
    assert excel_csv(pl.DataFrame(schema={"rank": pl.Int64, "a": pl.String})) == b"\xef\xbb\xbfrank,a\r\n"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "\n=1", '=HYPERLINK("http://x","y")', "＝1+1", "＠x"],
)
def test_a_text_that_excel_would_run_is_made_plain_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["00042", "0", "1e5", "王小明", "名字，逗号", "a,b", 'say "hi"', "two\nlines", " x ", "a=b", "", "😀"]
)
def test_every_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20))
def test_no_text_is_lost_and_none_begins_like_a_formula(text: str) -> None:
    found = cell(text)
    assert found in (text, f"'{text}")
    assert not found.startswith(("=", "+", "-", "@", "\t"))


def test_numbers_stay_numbers_truth_is_a_word_and_null_is_empty() -> None:
    frame = pl.DataFrame(
        {"n": [-1.5, None], "i": [-3, 4], "yes": [True, False], "on": [date(2025, 12, 1), None], "t": ["x", None]}
    )
    assert read_back(excel_csv(frame))[1:] == [["-1.5", "-3", "true", "2025-12-01", "x"], ["", "4", "false", "", ""]]
