"""Are numbers said as people say them, in both languages?"""

from __future__ import annotations

import pytest

from models._spoken import columns_in, fill

SAID = (
    ("days", 1, "1 day", "1 天"),
    ("days", 74.4, "74 days", "74 天"),
    ("days", 136, "136 days", "136 天"),
    ("days", 137, "about 5 months", "约 5 个月"),
    ("days", 360, "about a year", "约一年"),
    ("days", 729, "about 24 months", "约 24 个月"),
    ("days", 730, "over 2 years", "2 年多"),
    ("ago", 0, "today", "今天"),
    ("ago", 1, "yesterday", "昨天"),
    ("ago", 12, "12 days ago", "12 天前"),
    ("ago", 200, "about 7 months ago", "约 7 个月前"),
    ("every", 0.9, "every day", "每天"),
    ("every", 20.6, "every 21 days", "每 21 天"),
    ("every", 152, "about every 5 months", "约每 5 个月"),
    ("every", 800, "about every 2 years", "约每 2 年"),
    ("hours", 0.2, "less than an hour", "不到 1 小时"),
    ("hours", 1, "1 hour", "1 小时"),
    ("hours", 47, "47 hours", "47 小时"),
    ("hours", 47.8, "2 days", "2 天"),
    ("hours", 140, "6 days", "6 天"),
    ("hours", 7800, "about 11 months", "约 11 个月"),
    ("times", 0, "never", "0 次"),
    ("times", 1, "once", "1 次"),
    ("times", 2, "twice", "2 次"),
    ("times", 1200, "1,200 times", "1,200 次"),
    ("many", 0, "none", "0"),
    ("many", 3, "3", "3"),
    ("roughly", 93.78, "94", "94"),
    ("roughly", 6.85, "6.8", "6.8"),
    ("money", 12.4, "12.40", "12.40"),
    ("money", 12, "12", "12"),
    ("money", 12345.6, "12,346", "12,346"),
    ("money", -0.004, "0", "0"),
    ("share", 0.847, "85%", "85%"),
    ("tenths", 3, "3", "3"),
    ("tenths", 3.25, "3.2", "3.2"),
    ("", 3.6, "4", "4"),
    (".1f", 3.6, "3.6", "3.6"),
    ("+.0f", 3, "+3", "+3"),
)


@pytest.mark.parametrize(("how", "number", "english", "chinese"), SAID)
def test_a_number_is_said_as_people_say_it(how: str, number: float, english: str, chinese: str) -> None:
    for language, said in (("en", english), ("zh", chinese)):
        assert fill(f"{{x:{how}}}", {"x": [number]}, language=language, count=1) == [said]


@pytest.mark.parametrize(
    ("noun", "one", "many"), [("visit", "1 visit", "3 visits"), ("category", "1 category", "3 categories")]
)
def test_a_noun_is_counted(noun: str, one: str, many: str) -> None:
    assert fill(f"{{x:{noun}}}", {"x": [1, 3]}, language="en", count=2) == [one, many]


def test_chinese_is_set_with_a_space_before_a_number() -> None:
    assert fill("已有{x:days}没有购买", {"x": [5, 6]}, language="zh", count=2) == [
        "已有 5 天没有购买",
        "已有 6 天没有购买",
    ]
    assert fill("{x:ago}投诉", {"x": [1]}, language="zh", count=1) == ["昨天投诉"]


def test_a_phrase_without_numbers_is_told_of_everybody_and_braces_are_kept() -> None:
    assert fill("likes {{both}}", {}, language="en", count=2) == ["likes {both}"] * 2
    assert columns_in("likes {{both}}") == ()
    assert columns_in("{a:days} and {b:.0f}") == ("a", "b")
