"""How does the slow reference divide, and what does it make of nothing?"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

Answer = float | None


def hours(duration: timedelta) -> Fraction:
    """To the whole second, as stored times are compared."""
    return Fraction(duration // timedelta(seconds=1), 3600)


def least(numbers: list[Any]) -> Answer:
    return number(min(numbers)) if numbers else None


def most(numbers: list[Any]) -> Answer:
    return number(max(numbers)) if numbers else None


def number(value: Any) -> Answer:
    return None if value is None else float(value)


def ratio(part: Any, whole: Any) -> Answer:
    """Nothing can be said of a share of nothing."""
    return None if whole == 0 else float(part) / float(whole)
