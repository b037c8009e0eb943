"""What should a snapshot say? The definitions of the docstrings and the glossary, once more, slowly.

Plain loops over dicts, exact decimals, one customer after the other: to be read, not to be fast. Written from the
words of the definitions, not from their code, so that both would have to be wrong in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import mean, median, pvariance
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Answer = float | None


def reference_snapshot(
    transactions: Iterable[Row], interactions: Iterable[Row], *, as_of: date, time_zone: str, customers: Iterable[str]
) -> dict[str, dict[str, Answer]]:
    """`{customer: {column: value}}`."""
    clock = Clock(as_of, time_zone)
    lines = [clock.as_known(row) for row in transactions if clock.knows(row)]
    talks = [clock.as_known(row) for row in interactions if clock.knows(row)]
    return {
        customer: _columns_of(
            [line for line in lines if line["customer_id"] == customer],
            [talk for talk in talks if talk["customer_id"] == customer],
            clock,
        )
        for customer in customers
    }


class Clock:
    """The as-of date in the business time zone."""

    def __init__(self, as_of: date, time_zone: str) -> None:
        self.as_of = as_of
        self.zone = ZoneInfo(time_zone)
        self.start = datetime.combine(as_of, time(0), tzinfo=self.zone).astimezone(UTC)

    def knows(self, row: Row) -> bool:
        """Both times lie before the as-of date began; no recording time means recorded as it happened."""
        recorded_at = row["recorded_at"] or row["occurred_at"]
        return bool(row["occurred_at"] < self.start and recorded_at < self.start)

    def as_known(self, row: Row) -> dict[str, Any]:
        """The row as it was then: what was filled in later is not there yet."""
        known = dict(row) | {"age": (self.as_of - row["occurred_at"].astimezone(self.zone).date()).days}
        for name in ("resolved_at", "reviewed_at"):
            if known.get(name) is not None and known[name] >= self.start:
                known[name] = None
        if known.get("kind") in ("complaint", "enquiry") and known["resolved_at"] is None:
            known["satisfaction"] = None
        return known


def _columns_of(lines: list[dict[str, Any]], talks: list[dict[str, Any]], clock: Clock) -> dict[str, Answer]:
    orders = _orders(lines)
    bought = [order for order in orders if order["amount"] > 0]
    found: dict[str, Answer] = {}
    found |= _recency_and_frequency(bought)
    found |= _monetary(lines, orders, bought)
    found |= _rhythm(bought)
    found |= _returns_and_breadth(lines)
    found |= _complaints([talk for talk in talks if talk["kind"] == "complaint"], clock)
    found |= _engagement(talks)
    return found


def _orders(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All lines with one order number; where there is none, all such lines of one day."""
    grouped: dict[tuple[str, Any], list[dict[str, Any]]] = {}
    for line in lines:
        name = ("number", line["order_id"]) if line["order_id"] is not None else ("day", line["age"])
        grouped.setdefault(name, []).append(line)
    return [
        {
            "age": max(line["age"] for line in group),
            "amount": sum((_exact(line["amount"]) for line in group), Decimal(0)),
            "discount": sum((_exact(line["discount"]) for line in group), Decimal(0)),
        }
        for group in grouped.values()
    ]


def _exact(number: float | None) -> Decimal:
    return Decimal(0) if number is None else Decimal(str(number))


def _recency_and_frequency(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    ages = [order["age"] for order in bought]
    found: dict[str, Answer] = {
        "days_since_last_purchase": _least(ages),
        "tenure_days": _most(ages),
        "purchase_count_ever": len(ages),
        "purchase_rate": _ratio(len(ages) * 28, max(ages, default=0)),
    }
    for days in (7, 14, 28, 56, 84, 182, 364):
        found[f"purchase_count_{days}d"] = sum(1 for age in ages if age <= days)
    for days in (28, 84, 364):
        found[f"purchase_day_count_{days}d"] = len({age for age in ages if age <= days})
    for days in (84, 182):
        weeks = range(days // 7)
        found[f"purchase_week_count_{days}d"] = sum(any(7 * w < age <= 7 * w + 7 for age in ages) for w in weeks)
    found["recent_purchase_share"] = _ratio(found["purchase_count_28d"], found["purchase_count_84d"])
    found["recent_quarter_purchase_share"] = _ratio(found["purchase_count_84d"], found["purchase_count_364d"])
    return found


def _monetary(
    lines: list[dict[str, Any]], orders: list[dict[str, Any]], bought: list[dict[str, Any]]
) -> dict[str, Answer]:
    values = [order["amount"] for order in bought]
    spend = {
        days: sum((_exact(line["amount"]) for line in lines if line["age"] <= days), Decimal(0))
        for days in (28, 84, 182, 364)
    }
    found: dict[str, Answer] = {f"spend_{days}d": float(money) for days, money in spend.items()}
    for days in (84, 364):
        found[f"discount_total_{days}d"] = float(sum(order["discount"] for order in orders if order["age"] <= days))
    found["mean_purchase_value"] = _ratio(sum(values), len(values))
    found["largest_purchase"] = _most(values)
    found["recent_spend_ratio"] = _ratio(spend[28], spend[84]) if spend[84] > 0 else None
    found["recent_quarter_spend_ratio"] = _ratio(spend[84], spend[364]) if spend[364] > 0 else None
    return found


def _rhythm(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    ages = sorted((order["age"] for order in bought), reverse=True)
    gaps = [Fraction(earlier - later) for earlier, later in pairwise(ages)]
    usual, spread, longest = (mean(gaps), pvariance(gaps), max(gaps)) if gaps else (None, None, None)
    return {
        "mean_gap_days": _number(usual),
        "median_gap_days": float(median(gaps)) if gaps else None,
        "longest_gap_days": _number(longest),
        "gap_variance": _number(spread),
        "gap_spread_share": None if spread is None else _ratio(float(spread) ** 0.5, usual),
        "overdue_ratio": _ratio(ages[-1], usual) if gaps else None,
        "longest_pause_ratio": _ratio(ages[-1], longest) if gaps else None,
    }


def _returns_and_breadth(lines: list[dict[str, Any]]) -> dict[str, Answer]:
    returned = [line for line in lines if line["amount"] < 0]
    paid = [line for line in lines if line["amount"] > 0]
    money_back = -sum(_exact(line["amount"]) for line in returned)
    found: dict[str, Answer] = {
        "days_since_last_return": _least([line["age"] for line in returned]),
        "return_value_share": _ratio(money_back, sum(_exact(line["amount"]) for line in paid)),
    }
    for days in (84, 364):
        found[f"return_count_{days}d"] = sum(1 for line in returned if line["age"] <= days)
    for feature, column, windows in (
        ("category_count", "category", (84, 364)),
        ("product_count", "product_id", (28, 84, 364)),
    ):
        for days in windows:
            found[f"{feature}_{days}d"] = len({line[column] for line in paid if line["age"] <= days} - {None})
    return found


def _complaints(complaints: list[dict[str, Any]], clock: Clock) -> dict[str, Answer]:
    still_open = [_hours(clock.start - each["occurred_at"]) for each in complaints if each["resolved_at"] is None]
    settled = [_hours(each["resolved_at"] - each["occurred_at"]) for each in complaints if each["resolved_at"]]
    found: dict[str, Answer] = {
        "days_since_last_complaint": _least([each["age"] for each in complaints]),
        "open_complaint_count": len(still_open),
        "oldest_open_complaint_hours": _most(still_open),
        "mean_resolution_hours": _number(mean(settled)) if settled else None,
        "slow_complaint_count_364d": sum(
            1
            for each in complaints
            if each["age"] <= 364 and _hours((each["resolved_at"] or clock.start) - each["occurred_at"]) > 24
        ),
    }
    for days in (28, 84, 364):
        found[f"complaint_count_{days}d"] = sum(1 for each in complaints if each["age"] <= days)
    return found


def _engagement(talks: list[dict[str, Any]]) -> dict[str, Answer]:
    found: dict[str, Answer] = {
        "days_since_last_visit": _least([talk["age"] for talk in talks if talk["kind"] == "visit"]),
    }
    for feature, kind, windows in (
        ("visit_count", "visit", (28, 84)),
        ("enquiry_count", "enquiry", (84,)),
        ("campaign_contact_count", "campaign_contact", (28, 84, 364)),
        ("campaign_response_count", "campaign_response", (84, 364)),
    ):
        for days in windows:
            found[f"{feature}_{days}d"] = sum(1 for talk in talks if talk["kind"] == kind and talk["age"] <= days)
    answers = [talk["satisfaction"] for talk in talks if talk["age"] <= 364 and talk["satisfaction"] is not None]
    found["mean_satisfaction_364d"] = mean(answers) if answers else None
    found["campaign_response_ratio"] = _ratio(
        found["campaign_response_count_364d"], found["campaign_contact_count_364d"]
    )
    return found


def _hours(duration: timedelta) -> Fraction:
    """To the whole second, as stored times are compared."""
    return Fraction(duration // timedelta(seconds=1), 3600)


def _least(numbers: list[Any]) -> Answer:
    return _number(min(numbers)) if numbers else None


def _most(numbers: list[Any]) -> Answer:
    return _number(max(numbers)) if numbers else None


def _number(value: Any) -> Answer:
    return None if value is None else float(value)


def _ratio(part: Any, whole: Any) -> Answer:
    """Nothing can be said of a share of nothing."""
    return None if whole == 0 else float(part) / float(whole)
