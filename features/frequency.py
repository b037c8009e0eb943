"""How often? Purchases in several windows, and how they changed."""

import narwhals as nw

from features._aggregate import Summary, count
from features._events import purchases
from features._feature import feature


@feature(
    of=purchases,
    unit="purchases",
    missing=0,
    days=(7, 14, 28, 56, 84, 182, 364),
    says=("purchases in the last {days} days: {value:.0f}", "最近 {days} 天购买 {value:.0f} 次"),
)
def purchase_count(days: int) -> Summary:
    """Purchases in the last {days} days."""
    return count(purchases.within(days))


@feature(
    of=purchases,
    unit="purchases",
    missing=0,
    says=("purchases in all: {value:.0f}", "累计购买 {value:.0f} 次"),
)
def purchase_count_ever() -> Summary:
    """Purchases since the beginning of the records."""
    return count()


@feature(
    of=purchases,
    unit="days",
    missing=0,
    days=(28, 84, 364),
    says=("days with a purchase in the last {days}: {value:.0f}", "最近 {days} 天中有 {value:.0f} 天购买"),
)
def purchase_day_count(days: int) -> Summary:
    """Days with at least one purchase in the last {days} days."""
    return count(purchases.within(days) & purchases.is_new_day)


@feature(
    of=purchases,
    unit="days",
    missing=0,
    says=("days with a purchase in all: {value:.0f}", "累计有 {value:.0f} 天购买"),
)
def purchase_day_count_ever() -> Summary:
    """Days with at least one purchase since the beginning of the records."""
    return count(purchases.is_new_day)


@feature(
    of=purchases,
    unit="weeks",
    missing=0,
    days=(84, 182),
    says=("weeks with a purchase in the last {days} days: {value:.0f}", "最近 {days} 天中有 {value:.0f} 周购买"),
)
def purchase_week_count(days: int) -> Summary:
    """Weeks (counted back from the as-of date) with at least one purchase in the last {days} days."""
    return count(purchases.within(days) & purchases.is_new_week)


@feature(
    unit="share",
    missing=None,
    says=(
        "bought less lately: {value:.0%} of the last 84 days' purchases fell in the last 28",
        "近期购买减少：最近 84 天的购买中仅 {value:.0%} 在最近 28 天",
    ),
)
def recent_purchase_share(purchase_count_28d: nw.Expr, purchase_count_84d: nw.Expr) -> nw.Expr:
    """Share of the purchases of the last 84 days that fell in the last 28; null without any."""
    return purchase_count_28d / purchase_count_84d


@feature(
    unit="share",
    missing=None,
    says=(
        "bought less lately: {value:.0%} of the last year's purchases fell in the last 84 days",
        "近期购买减少：最近一年的购买中仅 {value:.0%} 在最近 84 天",
    ),
)
def recent_quarter_purchase_share(purchase_count_84d: nw.Expr, purchase_count_364d: nw.Expr) -> nw.Expr:
    """Share of the purchases of the last 364 days that fell in the last 84; null without any."""
    return purchase_count_84d / purchase_count_364d


@feature(
    unit="share",
    missing=None,
    says=(
        "bought less lately: {value:.0%} of the last year's purchases fell in the last 182 days",
        "近期购买减少：最近一年的购买中仅 {value:.0%} 在最近 182 天",
    ),
)
def recent_half_year_purchase_share(purchase_count_182d: nw.Expr, purchase_count_364d: nw.Expr) -> nw.Expr:
    """Share of the purchases of the last 364 days that fell in the last 182; null without any."""
    return purchase_count_182d / purchase_count_364d


@feature(
    unit="share",
    missing=None,
    says=(
        "bought in {value:.0%} of the weeks of the last half year",
        "最近半年有 {value:.0%} 的周有购买",
    ),
)
def purchase_week_share(purchase_week_count_182d: nw.Expr, tenure_days: nw.Expr) -> nw.Expr:
    """Share of the last 26 weeks, or of those since the first purchase, with a purchase; null before the first."""
    weeks = ((tenure_days + 6) / 7).floor().clip(upper_bound=26)
    return purchase_week_count_182d / weeks


@feature(
    unit="purchases per 28 days",
    missing=None,
    says=("buys rarely: {value:.1f} purchases per 28 days", "购买不频繁：每 28 天 {value:.1f} 次"),
)
def purchase_rate(purchase_count_ever: nw.Expr, tenure_days: nw.Expr) -> nw.Expr:
    """Purchases per 28 days since the first one; null for a customer who never bought."""
    return purchase_count_ever * 28 / tenure_days
