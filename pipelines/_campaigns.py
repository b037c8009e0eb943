"""Which campaign is running tonight? One per action and calendar period, named after both."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A calendar period: its name (`2026-11`, `2026-Q4`, `2026`), its first day and its last."""

    name: str
    starts_on: date
    ends_on: date


def period_of(as_of: date, *, length: str) -> Period:
    """The calendar month, quarter or year (`length`) in which a night falls."""
    months = _MONTHS[length]
    first = (as_of.month - 1) // months * months + 1
    last = first + months - 1
    names = {"month": f"{as_of:%Y-%m}", "quarter": f"{as_of:%Y}-Q{(first - 1) // 3 + 1}", "year": f"{as_of:%Y}"}
    return Period(
        name=names[length],
        starts_on=date(as_of.year, first, 1),
        ends_on=date(as_of.year, last, monthrange(as_of.year, last)[1]),
    )


def campaign_name(action: str, period: Period) -> str:
    """The name of an action's campaign in a period: `retention_offer-2026-11`."""
    return f"{action}-{period.name}"
