"""What should a snapshot say of purchases and returns? The definitions once more, slowly; see reference.py."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import mean, median, pvariance
from typing import Any

from tests.features.reference_numbers import Answer, least, most, number, ratio


def bought(lines: list[dict[str, Any]]) -> dict[str, Answer]:
    """The columns of one customer's transaction lines."""
    purchases = [order for order in _orders(lines) if order["amount"] > 0]
    return (
        _recency_and_frequency(purchases)
        | _monetary(lines, purchases)
        | _rhythm(purchases)
        | _returns_and_breadth(lines)
    )


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
        }
        for group in grouped.values()
    ]


def _exact(number: float | None) -> Decimal:
    return Decimal(0) if number is None else Decimal(str(number))


def _recency_and_frequency(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    ages = [order["age"] for order in bought]
    found: dict[str, Answer] = {
        "days_since_last_purchase": least(ages),
        "tenure_days": most(ages),
        "purchase_count_ever": len(ages),
        "purchase_rate": ratio(len(ages) * 28, max(ages, default=0)),
    }
    for days in (7, 14, 28, 56, 84, 182, 364):
        found[f"purchase_count_{days}d"] = sum(1 for age in ages if age <= days)
    for days in (28, 84, 364):
        found[f"purchase_day_count_{days}d"] = len({age for age in ages if age <= days})
    for days in (84, 182):
        weeks = range(days // 7)
        found[f"purchase_week_count_{days}d"] = sum(any(7 * w < age <= 7 * w + 7 for age in ages) for w in weeks)
    found["recent_purchase_share"] = ratio(found["purchase_count_28d"], found["purchase_count_84d"])
    found["recent_quarter_purchase_share"] = ratio(found["purchase_count_84d"], found["purchase_count_364d"])
    return found


def _monetary(lines: list[dict[str, Any]], bought: list[dict[str, Any]]) -> dict[str, Answer]:
    values = [order["amount"] for order in bought]
    spend = {
        days: sum((_exact(line["amount"]) for line in lines if line["age"] <= days), Decimal(0))
        for days in (28, 84, 182, 364)
    }
    found: dict[str, Answer] = {f"spend_{days}d": float(money) for days, money in spend.items()}
    for days in (84, 364):
        found[f"discount_total_{days}d"] = float(sum(_exact(line["discount"]) for line in lines if line["age"] <= days))
    found["mean_purchase_value"] = ratio(sum(values), len(values))
    found["largest_purchase"] = most(values)
    found["recent_spend_ratio"] = ratio(spend[28], spend[84]) if spend[84] > 0 else None
    found["recent_quarter_spend_ratio"] = ratio(spend[84], spend[364]) if spend[364] > 0 else None
    return found


def _rhythm(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    ages = sorted((order["age"] for order in bought), reverse=True)
    gaps = [Fraction(earlier - later) for earlier, later in pairwise(ages)]
    usual, spread, longest = (mean(gaps), pvariance(gaps), max(gaps)) if gaps else (None, None, None)
    return {
        "mean_gap_days": number(usual),
        "median_gap_days": float(median(gaps)) if gaps else None,
        "longest_gap_days": number(longest),
        "gap_variance": number(spread),
        "gap_spread_share": None if spread is None else ratio(float(spread) ** 0.5, usual),
        "overdue_ratio": ratio(ages[-1], usual) if gaps else None,
        "longest_pause_ratio": ratio(ages[-1], longest) if gaps else None,
    }


def _returns_and_breadth(lines: list[dict[str, Any]]) -> dict[str, Answer]:
    returned = [line for line in lines if line["amount"] < 0]
    paid = [line for line in lines if line["amount"] > 0]
    money_back = -sum(_exact(line["amount"]) for line in returned)
    found: dict[str, Answer] = {
        "days_since_last_return": least([line["age"] for line in returned]),
        "return_value_share": ratio(money_back, sum(_exact(line["amount"]) for line in paid)),
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
