"""How are numbers said? As people speak, in English and Chinese, one template filled for many customers at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from string import Formatter

LANGUAGES = ("en", "zh")

Say = Callable[[float], str]
Piece = tuple[str, str | None, Say]
"""The words before a number, the column of the number (None: no number follows), and how it is said."""


def fill(template: str, numbers: Mapping[str, Sequence[float]], *, language: str, count: int) -> list[str]:
    """The template with each customer's numbers: `count` phrases. `numbers` holds the columns that it names.

    A number is written `{column:how}`: `days` (74 days, from 5 months on in months), `ago` (yesterday), `every` (every
    21 days), `hours` (from two days on in days), `times` (twice), `many` (none, 3), `money`, `roughly`, `share` (80%),
    `whole`, `tenths`. Any other word is an English noun that is counted (`{visit_count_28d:visit}`: 1 visit, 2 visits).
    What Python's own formats say (`{value:.0f}`) is said as Python says it.
    """
    said = [""] * count
    for words, column, say in _pieces(template, language):
        values = [say(value) for value in numbers[column]] if column is not None else [""] * count
        said = [before + words + value for before, value in zip(said, values, strict=True)]
    return said if language == "en" else [_SPACED.sub(" ", phrase) for phrase in said]


def columns_in(template: str) -> tuple[str, ...]:
    """The columns whose numbers a template names."""
    return tuple(column for _, column, _ in _pieces(template, "en") if column is not None)


@cache
def _pieces(template: str, language: str) -> tuple[Piece, ...]:
    return tuple(
        (words, column, _way(how or "whole", language)) for words, column, how, _ in Formatter().parse(template)
    )


def _way(how: str, language: str) -> Say:
    place = LANGUAGES.index(language)
    if how in _WAYS:
        return _WAYS[how][place]
    if len(how) > 2 and how.isalpha():
        return lambda count: f"{_whole(count)} {_noun(how, count)}"
    return lambda value: format(value, how)


def _noun(one: str, count: float) -> str:
    if round(count) == 1:
        return one
    return f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"


def _whole(value: float) -> str:
    return f"{round(value):,}"


def _tenths(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _money(value: float) -> str:
    """Whole from 100 on and where it is whole; cents below."""
    cents = round(value, 2)
    return _whole(value) if abs(cents) >= 100 or cents == round(cents) else f"{cents:,.2f}"


def _roughly(value: float) -> str:
    """Whole from 10 on: what is about so much has no cents."""
    return _whole(value) if abs(value) >= 10 else _tenths(value)


def _many_en(count: float) -> str:
    return "none" if round(count) == 0 else _whole(count)


def _share(value: float) -> str:
    return f"{value:.0%}"


def _days_en(days: float) -> str:
    number, months = round(days), round(days / _MONTH)
    if number >= 2 * _YEAR:
        return f"over {number // _YEAR} years"
    if months >= _MONTHS_FROM:
        return "about a year" if months == 12 else f"about {months} months"
    return "1 day" if number == 1 else f"{number} days"


def _days_zh(days: float) -> str:
    number, months = round(days), round(days / _MONTH)
    if number >= 2 * _YEAR:
        return f"{number // _YEAR} 年多"
    if months >= _MONTHS_FROM:
        return "约一年" if months == 12 else f"约 {months} 个月"
    return f"{number} 天"


def _ago_en(days: float) -> str:
    return {0: "today", 1: "yesterday"}.get(round(days)) or f"{_days_en(days)} ago"


def _ago_zh(days: float) -> str:
    return {0: "今天", 1: "昨天"}.get(round(days)) or f"{_days_zh(days)}前"


def _every_en(days: float) -> str:
    number, months = round(days), round(days / _MONTH)
    if number >= 2 * _YEAR:
        return f"about every {round(days / _YEAR)} years"
    if months >= _MONTHS_FROM:
        return f"about every {months} months"
    return "every day" if number <= 1 else f"every {number} days"


def _every_zh(days: float) -> str:
    number, months = round(days), round(days / _MONTH)
    if number >= 2 * _YEAR:
        return f"约每 {round(days / _YEAR)} 年"
    if months >= _MONTHS_FROM:
        return f"约每 {months} 个月"
    return "每天" if number <= 1 else f"每 {number} 天"


def _hours_en(hours: float) -> str:
    if round(hours) >= _HOURS_UP_TO:
        return _days_en(hours / 24)
    return {0: "less than an hour", 1: "1 hour"}.get(round(hours)) or f"{round(hours)} hours"


def _hours_zh(hours: float) -> str:
    if round(hours) >= _HOURS_UP_TO:
        return _days_zh(hours / 24)
    return f"{round(hours)} 小时" if round(hours) else "不到 1 小时"


def _times_en(count: float) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(round(count)) or f"{_whole(count)} times"


def _times_zh(count: float) -> str:
    return f"{_whole(count)} 次"


_SPACED = re.compile("(?<=[\u4e00-\u9fff])(?=[0-9])")
"""Where Chinese is set with a space: between a character and a number."""
_YEAR = 365
_MONTH = 30.4
_MONTHS_FROM = 5
"""From so many months on, people no longer count in days. Waits of which one is a quarter longer differ even then."""
_HOURS_UP_TO = 48
"""From so many hours on, people count in days."""
_WAYS: dict[str, tuple[Say, Say]] = {
    "days": (_days_en, _days_zh),
    "ago": (_ago_en, _ago_zh),
    "every": (_every_en, _every_zh),
    "hours": (_hours_en, _hours_zh),
    "times": (_times_en, _times_zh),
    "many": (_many_en, _whole),
    "money": (_money, _money),
    "roughly": (_roughly, _roughly),
    "share": (_share, _share),
    "whole": (_whole, _whole),
    "tenths": (_tenths, _tenths),
}
"""How a number is said in English and in Chinese, by the word behind its colon."""
