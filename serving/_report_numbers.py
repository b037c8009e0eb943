"""How are numbers and names written in the report? With separators, no more digits than tell something, and in full."""

from __future__ import annotations

import re

UNKNOWN = "–"
_LONGEST_NAME = 48
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MARKDOWN = re.compile(r"([\\`*_\[\]|#~$])")


def count(value: float | None) -> str:
    """A whole number: 12,345."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def money(value: float | None) -> str:
    """A sum of money, in whole units from 100 on: 12,345 or 12.34; no minus before nothing."""
    if value is None:
        return UNKNOWN
    decimals = 0 if abs(value) >= 100 else 2
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def share(value: float | None) -> str:
    """A share in per cent, below ten with one decimal: 83% or 2.1%."""
    if value is None:
        return UNKNOWN
    return f"{value:.0%}" if round(value, 3) >= 0.1 or value == 0 else f"{value:.1%}"


def name(text: str) -> str:
    """The name of a customer, cut where it is very long; the list has it in full."""
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def visible(value: object) -> object:
    """Text without line breaks and control characters, which could tear a row apart; all else as it is."""
    return _CONTROL.sub(" ", value) if type(value) is str else value


def in_markdown(value: object) -> str:
    """Any value as Markdown text that formats nothing and is no HTML."""
    told = str(visible(str(value))).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", told)
