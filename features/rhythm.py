"""How regularly? The gaps between purchases, and whether the next one is overdue by the customer's own rhythm."""

import narwhals as nw

from features._aggregate import Summary, average, median, most
from features._events import purchases
from features._feature import feature


@feature(
    of=purchases,
    unit="days",
    missing=None,
    says=("usually buys every {value:.0f} days", "通常每 {value:.0f} 天购买一次"),
)
def mean_gap_days() -> Summary:
    """Average days between one purchase and the next, 0 for two on one day; null before the second purchase."""
    return average(purchases.gap_days)


@feature(
    of=purchases,
    unit="days",
    missing=None,
    says=("half of the time buys again within {value:.0f} days", "半数情况下 {value:.0f} 天内再次购买"),
)
def median_gap_days() -> Summary:
    """Median of the days between one purchase and the next; null before the second purchase."""
    return median(purchases.gap_days)


@feature(
    of=purchases,
    unit="days",
    missing=None,
    says=("never paused longer than {value:.0f} days before", "此前从未间隔超过 {value:.0f} 天"),
)
def longest_gap_days() -> Summary:
    """Longest gap between two purchases in days; null before the second purchase."""
    return most(purchases.gap_days)


@feature(
    of=purchases,
    unit="days squared",
    missing=None,
    says=("buys irregularly", "购买不规律"),
)
def gap_variance() -> Summary:
    """Variance (mean squared deviation) of the days between purchases; null before the second purchase."""
    gap = purchases.gap_days
    return average(gap * gap) - average(gap) * average(gap)


@feature(
    unit="share",
    missing=None,
    says=("buys irregularly: gaps vary by {value:.0%} of their mean", "购买不规律：间隔波动为均值的 {value:.0%}"),
)
def gap_spread_share(gap_variance: nw.Expr, mean_gap_days: nw.Expr) -> nw.Expr:
    """Standard deviation of the gaps between purchases over their mean; null before the second purchase day."""
    return nw.when(mean_gap_days > 0).then(gap_variance.clip(0) ** 0.5 / mean_gap_days)


@feature(
    unit="ratio",
    missing=None,
    says=(
        "has not bought for {days_since_last_purchase:.0f} days; usually every {mean_gap_days:.0f}",
        "已有 {days_since_last_purchase:.0f} 天没有购买；通常每 {mean_gap_days:.0f} 天购买一次",
    ),
)
def overdue_ratio(days_since_last_purchase: nw.Expr, mean_gap_days: nw.Expr) -> nw.Expr:
    """Days since the last purchase over the usual gap; above 1 is overdue; null before the second purchase day."""
    return nw.when(mean_gap_days > 0).then(days_since_last_purchase / mean_gap_days)


@feature(
    unit="ratio",
    missing=None,
    says=(
        "has not bought for {days_since_last_purchase:.0f} days; the longest pause so far was {longest_gap_days:.0f}",
        "已有 {days_since_last_purchase:.0f} 天没有购买；此前最长间隔为 {longest_gap_days:.0f} 天",
    ),
)
def longest_pause_ratio(days_since_last_purchase: nw.Expr, longest_gap_days: nw.Expr) -> nw.Expr:
    """Days since the last purchase over the longest gap so far; null before the second purchase day."""
    return nw.when(longest_gap_days > 0).then(days_since_last_purchase / longest_gap_days)
