"""When do they like to buy? Weekdays, hours of the day and days of the month of a customer's purchases."""

from functools import reduce
from operator import add

import narwhals as nw

from features._aggregate import Summary, Where, count
from features._events import purchases
from features._feature import feature

SATURDAY = 6
"""The weekday with which the weekend begins; Monday is 1."""
NOON, EVENING = 12, 18
"""The hours with which the morning ends and the evening begins."""


@feature(
    of=purchases,
    unit="share",
    missing=None,
    days=(364,),
    says=(
        "{value:.0%} of the purchases of the last {days} days were on weekends",
        "最近 {days} 天的购买中 {value:.0%} 在周末",
    ),
)
def weekend_purchase_share(days: int) -> Summary:
    """Share of the purchases of the last {days} days made on a Saturday or Sunday; null without any."""
    return _share(days, purchases.weekday >= SATURDAY)


def _share(days: int, habit: nw.Expr) -> Summary:
    window: Where = purchases.within(days)
    return count(window & habit) / count(window)


@feature(
    of=purchases,
    unit="share",
    missing=None,
    days=(364,),
    says=(
        "{value:.0%} of the purchases of the last {days} days were before noon",
        "最近 {days} 天的购买中 {value:.0%} 在中午以前",
    ),
)
def morning_purchase_share(days: int) -> Summary:
    """Share of the purchases of the last {days} days made before noon; null without any.

    Always 1 where the source knows only the day, which is then stored as its first moment.
    """
    return _share(days, purchases.hour < NOON)


@feature(
    of=purchases,
    unit="share",
    missing=None,
    days=(364,),
    says=(
        "{value:.0%} of the purchases of the last {days} days were in the evening",
        "最近 {days} 天的购买中 {value:.0%} 在晚上",
    ),
)
def evening_purchase_share(days: int) -> Summary:
    """Share of the purchases of the last {days} days made at 18:00 or later; null without any."""
    return _share(days, purchases.hour >= EVENING)


@feature(
    of=purchases,
    unit="share",
    missing=None,
    days=(364,),
    says=(
        "{value:.0%} of the purchases of the last {days} days were at the end of a month",
        "最近 {days} 天的购买中 {value:.0%} 在月末",
    ),
)
def month_end_purchase_share(days: int) -> Summary:
    """Share of the purchases of the last {days} days made in the last 7 days of a month; null without any."""
    return _share(days, purchases.is_month_end)


@feature(
    of=purchases,
    unit="share",
    missing=None,
    says=(
        "two purchase days fall on the same weekday in {value:.0%} of cases",
        "任意两个购买日有 {value:.0%} 落在同一星期几",
    ),
)
def same_weekday_share() -> Summary:
    """Share of all pairs of purchase days that fall on the same weekday; null before the second purchase day.

    1 for a customer who always comes on one weekday, about 1/7 for one who comes on any.
    """
    days = count(purchases.is_new_day)
    each = [count(purchases.is_new_day & (purchases.weekday == weekday)) for weekday in range(1, 8)]
    return (reduce(add, [number * number for number in each]) - days) / (days * days - days)
