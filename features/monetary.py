"""How much? Money spent in several windows, net of the returns known by then."""

import narwhals as nw

from features._aggregate import Summary, average, most, total
from features._events import purchases, receipts
from features._feature import feature


@feature(
    of=receipts,
    unit="currency",
    missing=0,
    days=(28, 84, 182, 364),
    says=("spent {value:,.0f} in the last {days} days", "最近 {days} 天消费 {value:,.0f}"),
)
def spend(days: int) -> Summary:
    """Money spent in the last {days} days, net of returns; can be negative when returns outweigh purchases."""
    return total(receipts.amount, receipts.within(days))


@feature(
    of=purchases,
    unit="currency",
    missing=None,
    says=("average purchase {value:,.2f}", "平均每次消费 {value:,.2f}"),
)
def mean_purchase_value() -> Summary:
    """Average net value of a purchase; null for a customer who never bought."""
    return average(purchases.amount)


@feature(
    of=purchases,
    unit="currency",
    missing=None,
    says=("largest purchase {value:,.2f}", "最大一次消费 {value:,.2f}"),
)
def largest_purchase() -> Summary:
    """Net value of the largest purchase; null for a customer who never bought."""
    return most(purchases.amount)


@feature(
    of=receipts,
    unit="currency",
    missing=0,
    days=(84, 364),
    says=("discounts of {value:,.0f} in the last {days} days", "最近 {days} 天优惠 {value:,.0f}"),
)
def discount_total(days: int) -> Summary:
    """Discounts on the lines of the last {days} days; 0 where none is known."""
    return total(receipts.discount, receipts.within(days))


@feature(
    unit="ratio",
    missing=None,
    says=(
        "spends less lately: {value:.0%} of the last 84 days' spend fell in the last 28",
        "近期消费减少：最近 84 天的消费中仅 {value:.0%} 在最近 28 天",
    ),
)
def recent_spend_ratio(spend_28d: nw.Expr, spend_84d: nw.Expr) -> nw.Expr:
    """Share of the spend of the last 84 days that fell in the last 28; null without positive spend.

    Below 0 or above 1 when returns outweigh purchases in one of the two parts.
    """
    return nw.when(spend_84d > 0).then(spend_28d / spend_84d)


@feature(
    unit="ratio",
    missing=None,
    says=(
        "spends less lately: {value:.0%} of the last year's spend fell in the last 84 days",
        "近期消费减少：最近一年的消费中仅 {value:.0%} 在最近 84 天",
    ),
)
def recent_quarter_spend_ratio(spend_84d: nw.Expr, spend_364d: nw.Expr) -> nw.Expr:
    """Share of the spend of the last 364 days that fell in the last 84; null without positive spend.

    Below 0 or above 1 when returns outweigh purchases in one of the two parts.
    """
    return nw.when(spend_364d > 0).then(spend_84d / spend_364d)
