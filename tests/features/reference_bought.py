"""What should a snapshot say of purchases and returns? The definitions once more, slowly; see reference.py."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from statistics import mean, median, pvariance
from typing import Any

from tests.features.reference_numbers import Answer, least, most, number, ratio


def bought(lines: list[dict[str, Any]]) -> dict[str, Answer]:
    """The columns of one customer's transaction lines."""
    purchases = purchases_of(lines)
    return (
        _recency_and_frequency(purchases)
        | _monetary(lines, purchases)
        | _values(purchases)
        | _discounts_and_pieces(purchases)
        | _rhythm(purchases)
        | _habits(purchases)
        | _season(lines, purchases)
        | _returns(lines, purchases)
        | _breadth(lines)
    )


def purchases_of(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The orders with a positive net amount."""
    return [order for order in _orders(lines) if order["amount"] > 0]


def _orders(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All lines with one order number; where there is none, all such lines of one day."""
    grouped: dict[tuple[str, Any], list[dict[str, Any]]] = {}
    for line in lines:
        name = ("number", line["order_id"]) if line["order_id"] is not None else ("day", line["age"])
        grouped.setdefault(name, []).append(line)
    return [_order(group) for group in grouped.values()]


def _order(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The sums of its lines, dated by the first of them on the clocks of the business."""
    return {
        "age": max(line["age"] for line in lines),
        "first": min(line["local"] for line in lines),
        "lines": len(lines),
        **{name: _sum(lines, name) for name in ("amount", "quantity", "discount")},
    }


def _sum(lines: list[dict[str, Any]], name: str) -> Decimal:
    return sum((_exact(line[name]) for line in lines), Decimal(0))


def _exact(number: float | None) -> Decimal:
    return Decimal(0) if number is None else Decimal(str(number))


def _recency_and_frequency(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    ages = [order["age"] for order in bought]
    found: dict[str, Answer] = {
        "days_since_last_purchase": least(ages),
        "tenure_days": most(ages),
        "purchase_count_ever": len(ages),
        "purchase_day_count_ever": len(set(ages)),
        "purchase_rate": ratio(len(ages) * 28, max(ages, default=0)),
    }
    for days in (7, 14, 28, 56, 84, 182, 364):
        found[f"purchase_count_{days}d"] = sum(1 for age in ages if age <= days)
    for days in (28, 84, 364):
        found[f"purchase_day_count_{days}d"] = len({age for age in ages if age <= days})
    for days in (84, 182):
        weeks = range(days // 7)
        found[f"purchase_week_count_{days}d"] = sum(any(7 * w < age <= 7 * w + 7 for age in ages) for w in weeks)
    possible = sum(any(age > 7 * w for age in ages) for w in range(26))
    found["purchase_week_share"] = ratio(found["purchase_week_count_182d"], possible)
    found["recent_purchase_share"] = ratio(found["purchase_count_28d"], found["purchase_count_84d"])
    found["recent_quarter_purchase_share"] = ratio(found["purchase_count_84d"], found["purchase_count_364d"])
    found["recent_half_year_purchase_share"] = ratio(found["purchase_count_182d"], found["purchase_count_364d"])
    return found


def _spend(lines: list[dict[str, Any]], oldest: int, after: int = 0) -> Decimal:
    return _sum([line for line in lines if after < line["age"] <= oldest], "amount")


def _monetary(lines: list[dict[str, Any]], bought: list[dict[str, Any]]) -> dict[str, Answer]:
    spend = {days: _spend(lines, days) for days in (28, 84, 182, 364)}
    found: dict[str, Answer] = {f"spend_{days}d": float(money) for days, money in spend.items()}
    for days in (84, 364):
        found[f"discount_total_{days}d"] = float(_sum([line for line in lines if line["age"] <= days], "discount"))
    found["spend_ever"] = float(_sum(lines, "amount"))
    found["spend_rate"] = ratio(_sum(lines, "amount") * 28, max((order["age"] for order in bought), default=0))
    found["recent_spend_ratio"] = ratio(spend[28], spend[84]) if spend[84] > 0 else None
    found["recent_quarter_spend_ratio"] = ratio(spend[84], spend[364]) if spend[364] > 0 else None
    found["recent_half_year_spend_ratio"] = ratio(spend[182], spend[364]) if spend[364] > 0 else None
    return found


def _values(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    if not bought:
        names = "mean_purchase_value median_purchase_value largest_purchase largest_purchase_share"
        more = "first_purchase_value first_purchase_ratio last_purchase_value last_purchase_ratio"
        return dict.fromkeys([*names.split(), *more.split(), "purchase_value_ratio_84d"])
    values = [order["amount"] for order in bought]
    ages = [order["age"] for order in bought]
    first = mean(order["amount"] for order in bought if order["age"] == max(ages))
    last = mean(order["amount"] for order in bought if order["age"] == min(ages))
    lately = [order["amount"] for order in bought if order["age"] <= 84]
    return {
        "mean_purchase_value": float(mean(values)),
        "median_purchase_value": float(median(values)),
        "largest_purchase": float(max(values)),
        "largest_purchase_share": ratio(max(values), sum(values)),
        "first_purchase_value": float(first),
        "first_purchase_ratio": ratio(first, mean(values)),
        "last_purchase_value": float(last),
        "last_purchase_ratio": ratio(last, median(values)),
        "purchase_value_ratio_84d": ratio(mean(lately), mean(values)) if lately else None,
    }


def _discounts_and_pieces(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    found: dict[str, Answer] = {
        "mean_purchase_quantity": ratio(_sum(bought, "quantity"), len(bought)),
        "mean_purchase_line_count": ratio(sum(order["lines"] for order in bought), len(bought)),
    }
    for days in (84, 364):
        lately = [order for order in bought if order["age"] <= days]
        before = sum(order["amount"] + order["discount"] for order in lately)
        found[f"discount_share_{days}d"] = ratio(_sum(lately, "discount"), before)
    whole = sum(order["amount"] + order["discount"] for order in bought)
    found["overall_discount_share"] = ratio(_sum(bought, "discount"), whole)
    found["overall_discounted_purchase_share"] = ratio(sum(order["discount"] > 0 for order in bought), len(bought))
    year = [order for order in bought if order["age"] <= 364]
    found["discounted_purchase_share_364d"] = ratio(sum(order["discount"] > 0 for order in year), len(year))
    return found


def _rhythm(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    ages = sorted((order["age"] for order in bought), reverse=True)
    gaps = [Fraction(earlier - later) for earlier, later in pairwise(ages)]
    if not gaps:
        names = "mean_gap_days median_gap_days longest_gap_days last_gap_days recent_gap_days gap_variance"
        more = "gap_spread_days gap_spread_share overdue_ratio overdue_median_ratio overdue_deviation"
        return dict.fromkeys(
            [*names.split(), *more.split(), "longest_pause_ratio", "last_gap_ratio", "recent_gap_ratio"]
        )
    usual, typical, longest, spread = mean(gaps), median(gaps), max(gaps), float(pvariance(gaps)) ** 0.5
    days = sorted(set(ages))
    last = days[1] - days[0] if len(days) > 1 else None
    lately = [earlier - later for earlier, later in pairwise(ages) if later <= 182]
    return {
        "mean_gap_days": float(usual),
        "median_gap_days": float(typical),
        "longest_gap_days": float(longest),
        "last_gap_days": number(last),
        "recent_gap_days": mean(lately) if lately else None,
        "gap_variance": float(pvariance(gaps)),
        "gap_spread_days": spread,
        "gap_spread_share": ratio(spread, usual),
        "overdue_ratio": ratio(ages[-1], usual),
        "overdue_median_ratio": ratio(ages[-1], typical),
        "overdue_deviation": ratio(ages[-1] - usual, spread),
        "longest_pause_ratio": ratio(ages[-1], longest),
        "last_gap_ratio": None if last is None else ratio(last, usual),
        "recent_gap_ratio": ratio(mean(lately), usual) if lately else None,
    }


def _habits(bought: list[dict[str, Any]]) -> dict[str, Answer]:
    year = [order["first"] for order in bought if order["age"] <= 364]
    days = {order["first"].date() for order in bought}
    pairs = list(combinations([day.isoweekday() for day in days], 2))
    return {
        "weekend_purchase_share_364d": ratio(sum(first.isoweekday() in (6, 7) for first in year), len(year)),
        "morning_purchase_share_364d": ratio(sum(first.hour < 12 for first in year), len(year)),
        "evening_purchase_share_364d": ratio(sum(first.hour >= 18 for first in year), len(year)),
        "month_end_purchase_share_364d": ratio(sum(_is_month_end(first.date()) for first in year), len(year)),
        "same_weekday_share": ratio(sum(one == other for one, other in pairs), len(pairs)),
    }


def _is_month_end(day: date) -> bool:
    """A week later it is another month."""
    return (day + timedelta(days=7)).month != day.month


def _season(lines: list[dict[str, Any]], bought: list[dict[str, Any]]) -> dict[str, Answer]:
    """What a customer did in weeks before their first event is not known."""
    first_bought = max((order["age"] for order in bought), default=0)
    first_line = max((line["age"] for line in lines), default=0)
    weeks = _number(bought, 364, after=336)
    count_change = _number(bought, 84) - _number(bought, 448, after=364)
    money_change = _spend(lines, 84) - _spend(lines, 448, after=364)
    return {
        "same_weeks_purchase_count": weeks if first_bought > 336 else None,
        "same_weeks_purchase_share": ratio(weeks, _number(bought, 364)) if first_bought > 336 else None,
        "same_weeks_spend": float(_spend(lines, 364, after=336)) if first_line > 336 else None,
        "yearly_purchase_change": count_change if first_bought > 364 else None,
        "yearly_spend_change": float(money_change) if first_line > 364 else None,
    }


def _number(events: list[dict[str, Any]], oldest: int, after: int = 0) -> int:
    return sum(after < event["age"] <= oldest for event in events)


def _returns(lines: list[dict[str, Any]], bought: list[dict[str, Any]]) -> dict[str, Answer]:
    returned = [line for line in lines if line["amount"] < 0]
    paid = [line for line in lines if line["amount"] > 0]
    back, last = min((line["age"] for line in returned), default=None), min((o["age"] for o in bought), default=None)
    found: dict[str, Answer] = {
        "days_since_last_return": back,
        "return_value_share": ratio(-_sum(returned, "amount"), _sum(paid, "amount")),
        "return_value_ratio_364d": ratio(-_spend(returned, 364), _spend(paid, 364)),
        "return_rate": ratio(_number(returned, 364), _number(bought, 364)),
        "has_returned_since_purchase": None if last is None else float(back is not None and back < last),
    }
    for days in (28, 84, 364):
        found[f"return_count_{days}d"] = _number(returned, days)
    return found


def _breadth(lines: list[dict[str, Any]]) -> dict[str, Answer]:
    products, categories, channels = (_ages(lines, name) for name in ("product_id", "category", "channel"))
    found: dict[str, Answer] = {
        "product_count_ever": len(products),
        "category_count_ever": len(categories),
        "channel_count_ever": len(channels),
        "favourite_product_share": _favourite_share(products),
        "favourite_category_share": _favourite_share(categories),
        "favourite_channel_share": _favourite_share(channels),
        "rebought_product_share": ratio(sum(len(set(ages)) > 1 for ages in products.values()), len(products)),
        "days_since_new_product": least([max(ages) for ages in products.values()]),
        "new_category_count_84d": sum(max(ages) <= 84 for ages in categories.values()),
    }
    for days in (84, 364):
        found[f"category_count_{days}d"] = sum(min(ages) <= days for ages in categories.values())
    for days in (28, 84, 364):
        found[f"product_count_{days}d"] = sum(min(ages) <= days for ages in products.values())
    for days in (28, 84):
        found[f"new_product_count_{days}d"] = sum(max(ages) <= days for ages in products.values())
    found["new_product_share"] = ratio(found["new_product_count_84d"], found["product_count_84d"])
    found["recent_category_share"] = ratio(found["category_count_84d"], len(categories))
    return found


def _ages(lines: list[dict[str, Any]], column: str) -> dict[str, list[int]]:
    """When each known value of a column was bought: one age per line with a positive amount."""
    found: dict[str, list[int]] = {}
    for line in lines:
        if line["amount"] > 0 and line[column] is not None:
            found.setdefault(line[column], []).append(line["age"])
    return found


def _favourite_share(ages: dict[str, list[int]]) -> Answer:
    counts = [len(each) for each in ages.values()]
    return ratio(max(counts), sum(counts)) if counts else None
