"""How much goes wrong in the shop as a whole? Figures for the report, as known on a day."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

import narwhals as nw

from features._absent import columns_there
from features._aggregate import Aggregate, count
from features._engine import Native
from features._events import complaints, interactions, lines
from features._makers import event_rows
from features._time import Frame

MIDDLE = 3
"""The middle of the scale of satisfaction, 1 to 5: below it, a customer is dissatisfied."""
DAY_HOURS = 24
"""Within so many hours a complaint is to be recorded, and answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComplaintRates:
    """The complaints of all customers in the last `days` days. A figure is None where it would divide by nothing.

    `customer_count` customers bought, returned or interacted in the window. `complaints_per_customer` are the
    complaints over those. `never_processed_share` of the complaints were neither resolved nor reviewed before the
    as-of date; None as well where the source does not say both. `answered_count` complainants said how satisfied
    they were; `dissatisfied_share` of those answers lie below 3, the middle of the scale.

    Of the complaints in the window, `recorded_late_count` were recorded more than 24 hours after they were made,
    `resolved_late_count` resolved more than 24 hours after, and `not_reviewed_count` not reviewed yet. `open_count`
    complaints were open when the as-of date began, whenever they were made, `open_late_count` of them for more than
    24 hours. A count is None where the source has no column that would say it.
    """

    days: int
    customer_count: int
    complaint_count: int
    answered_count: int
    complaints_per_customer: float | None
    never_processed_share: float | None
    dissatisfied_share: float | None
    recorded_late_count: int | None
    resolved_late_count: int | None
    never_processed_count: int | None
    not_reviewed_count: int | None
    open_count: int | None
    open_late_count: int | None


def complaint_rates(tables: Mapping[str, Native], *, as_of: date, time_zone: str, days: int) -> ComplaintRates | None:
    """The shop's complaints of the last `days` days, as known before `as_of` began; None without interactions.

    `tables` maps contract tables to frames of one engine.
    """
    if "interactions" not in tables:
        return None
    rows = event_rows(complaints, tables, as_of=as_of, time_zone=time_zone)
    figures = _figures(days)
    found = rows.select(**{name: figure.expression for name, figure in figures.items()}).collect("polars")
    counts = {name: int(found[name].item() or 0) for name in figures}
    made, answered, dissatisfied = (counts.pop(name) for name in ("made", "answered", "dissatisfied"))
    known = _known_counts(counts, set(columns_there(tables)["interactions"]))
    never_processed = known["never_processed_count"]
    seen = _seen(tables, as_of=as_of, time_zone=time_zone, days=days)
    return ComplaintRates(
        days=days,
        customer_count=seen,
        complaint_count=made,
        answered_count=answered,
        complaints_per_customer=_ratio(made, seen),
        never_processed_share=None if never_processed is None else _ratio(never_processed, made),
        dissatisfied_share=_ratio(dissatisfied, answered),
        **known,
    )


def _figures(days: int) -> dict[str, Aggregate]:
    """What is counted of complaints, most of it among those of the window."""
    window, is_open = complaints.within(days), complaints.is_open
    not_reviewed = complaints.reviewed_at.is_null()
    hours_to_record = (nw.col("recorded_us") - nw.col("occurred_us")) / _HOUR_US
    return {
        "made": count(window),
        "answered": count(window & ~complaints.satisfaction.is_null()),
        "dissatisfied": count(window & (complaints.satisfaction < MIDDLE)),
        "recorded_late_count": count(window & (hours_to_record > DAY_HOURS)),
        "resolved_late_count": count(window & (complaints.resolution_hours > DAY_HOURS)),
        "never_processed_count": count(window & is_open & not_reviewed),
        "not_reviewed_count": count(window & not_reviewed),
        "open_count": count(is_open),
        "open_late_count": count(is_open & (complaints.open_hours > DAY_HOURS)),
    }


_HOUR_US = 3_600_000_000

_TOLD_BY: Mapping[str, frozenset[str]] = {
    "recorded_late_count": frozenset({"recorded_at"}),
    "resolved_late_count": frozenset({"resolved_at"}),
    "never_processed_count": frozenset({"resolved_at", "reviewed_at"}),
    "not_reviewed_count": frozenset({"reviewed_at"}),
    "open_count": frozenset({"resolved_at"}),
    "open_late_count": frozenset({"resolved_at"}),
}
"""The columns of interactions that say each count."""


def _known_counts(counts: Mapping[str, int], there: AbstractSet[str]) -> dict[str, int | None]:
    """The counts, None where a column that would say it never came."""
    return {name: counts[name] if needed <= there else None for name, needed in _TOLD_BY.items()}


def _seen(tables: Mapping[str, Native], *, as_of: date, time_zone: str, days: int) -> int:
    """How many customers bought, returned or interacted in the window."""
    names = [
        _customers(event_rows(events, tables, as_of=as_of, time_zone=time_zone), days)
        for events in (lines, interactions)
        if events.name == interactions.name or "transactions" in tables
    ]
    both = nw.concat(names, how="vertical").unique()
    return int(both.select(nw.len()).collect("polars").item())


def _customers(rows: Frame, days: int) -> Frame:
    return rows.filter(nw.col("age_days") <= days).select("customer_id").unique()


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
