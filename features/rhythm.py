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
    unit="days",
    missing=None,
    says=("the pause before the last purchase was {value:.0f} days", "最近一次购买前间隔 {value:.0f} 天"),
)
def last_gap_days() -> Summary:
    """Days between the last two days with a purchase; null before the second purchase day."""
    return most(purchases.gap_days, purchases.is_last_day & purchases.is_new_day)


@feature(
    of=purchases,
    unit="days",
    missing=None,
    says=("lately buys every {value:.0f} days", "近期每 {value:.0f} 天购买一次"),
)
def recent_gap_days() -> Summary:
    """Average days before each purchase of the last half year (182 days); null without one that had another before."""
    return average(purchases.gap_days, purchases.within(182))


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
    unit="days",
    missing=None,
    says=(
        "buys every {mean_gap_days:.0f} days, give or take {value:.0f}",
        "每 {mean_gap_days:.0f} 天购买一次，上下浮动 {value:.0f} 天",
    ),
)
def gap_spread_days(gap_variance: nw.Expr, mean_gap_days: nw.Expr) -> nw.Expr:
    """Standard deviation of the days between purchases; null before the second purchase."""
    return nw.when(~mean_gap_days.is_null()).then(gap_variance.clip(0) ** 0.5)


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


@feature(
    unit="ratio",
    missing=None,
    says=(
        "has not bought for {days_since_last_purchase:.0f} days; typically buys again within {median_gap_days:.0f}",
        "已有 {days_since_last_purchase:.0f} 天没有购买；通常 {median_gap_days:.0f} 天内再次购买",
    ),
)
def overdue_median_ratio(days_since_last_purchase: nw.Expr, median_gap_days: nw.Expr) -> nw.Expr:
    """Days since the last purchase over the typical (median) gap; null where that is 0 or no gap is known."""
    return nw.when(median_gap_days > 0).then(days_since_last_purchase / median_gap_days)


@feature(
    unit="standard deviations",
    missing=None,
    says=(
        "has not bought for {days_since_last_purchase:.0f} days; "
        "usually every {mean_gap_days:.0f}, give or take {gap_spread_days:.0f}",
        "已有 {days_since_last_purchase:.0f} 天没有购买；"
        "通常每 {mean_gap_days:.0f} 天一次，上下浮动 {gap_spread_days:.0f} 天",
    ),
)
def overdue_deviation(days_since_last_purchase: nw.Expr, mean_gap_days: nw.Expr, gap_spread_days: nw.Expr) -> nw.Expr:
    """How many of its usual deviations the wait since the last purchase exceeds the usual gap.

    Below 0 is early; null where all gaps are alike or fewer than two purchases are known.
    """
    return nw.when(gap_spread_days > 0).then((days_since_last_purchase - mean_gap_days) / gap_spread_days)


@feature(
    unit="ratio",
    missing=None,
    says=(
        "the pause before the last purchase was {last_gap_days:.0f} days; usually {mean_gap_days:.0f}",
        "最近一次购买前间隔 {last_gap_days:.0f} 天；通常 {mean_gap_days:.0f} 天",
    ),
)
def last_gap_ratio(last_gap_days: nw.Expr, mean_gap_days: nw.Expr) -> nw.Expr:
    """Days between the last two purchase days over the usual gap; null before the second purchase day."""
    return last_gap_days / mean_gap_days


@feature(
    unit="ratio",
    missing=None,
    says=(
        "buys every {recent_gap_days:.0f} days lately; every {mean_gap_days:.0f} over all",
        "近期每 {recent_gap_days:.0f} 天购买一次；一直以来每 {mean_gap_days:.0f} 天一次",
    ),
)
def recent_gap_ratio(recent_gap_days: nw.Expr, mean_gap_days: nw.Expr) -> nw.Expr:
    """Average gap of the last half year over the average of all; above 1 is slower lately; null without such gaps."""
    return nw.when(mean_gap_days > 0).then(recent_gap_days / mean_gap_days)
