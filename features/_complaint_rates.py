"""How much goes wrong in the shop as a whole? Figures for the report, as known on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw

from features._absent import columns_there
from features._aggregate import count
from features._engine import Native
from features._events import complaints, interactions, lines
from features._makers import event_rows
from features._time import Frame

MIDDLE = 3
"""The middle of the scale of satisfaction, 1 to 5: below it, a customer is dissatisfied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComplaintRates:
    """The complaints of all customers in the last `days` days. A figure is None where it would divide by nothing.

    `customer_count` customers bought, returned or interacted in the window. `complaints_per_customer` are the
    complaints over those. `never_processed_share` of the complaints were neither resolved nor reviewed before the
    as-of date; None as well where the source does not say both. `answered_count` complainants said how satisfied
    they were; `dissatisfied_share` of those answers lie below 3, the middle of the scale.
    """

    days: int
    customer_count: int
    complaint_count: int
    answered_count: int
    complaints_per_customer: float | None
    never_processed_share: float | None
    dissatisfied_share: float | None


def complaint_rates(tables: Mapping[str, Native], *, as_of: date, time_zone: str, days: int) -> ComplaintRates | None:
    """The shop's complaints of the last `days` days, as known before `as_of` began; None without interactions.

    `tables` maps contract tables to frames of one engine.
    """
    if "interactions" not in tables:
        return None
    window, dissatisfied = complaints.within(days), complaints.satisfaction < MIDDLE
    open_still = complaints.is_open & complaints.reviewed_at.is_null()
    tells = {"resolved_at", "reviewed_at"} <= set(columns_there(tables)["interactions"])
    figures = {
        "made": count(window),
        "never_processed": count(window & open_still),
        "answered": count(window & ~complaints.satisfaction.is_null()),
        "dissatisfied": count(window & dissatisfied),
    }
    rows = event_rows(complaints, tables, as_of=as_of, time_zone=time_zone)
    found = rows.select(**{name: figure.expression for name, figure in figures.items()}).collect("polars")
    made, never_processed, answered, dissatisfied_count = (int(found[name].item() or 0) for name in figures)
    seen = _seen(tables, as_of=as_of, time_zone=time_zone, days=days)
    return ComplaintRates(
        days=days,
        customer_count=seen,
        complaint_count=made,
        answered_count=answered,
        complaints_per_customer=_ratio(made, seen),
        never_processed_share=_ratio(never_processed, made) if tells else None,
        dissatisfied_share=_ratio(dissatisfied_count, answered),
    )


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
