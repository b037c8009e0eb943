"""What came back? Returned lines, their share of the money and how long ago."""

import narwhals as nw

from features._aggregate import Summary, least, total
from features._events import receipts
from features._feature import feature


@feature(
    of=receipts,
    unit="lines",
    missing=0,
    days=(28, 84, 364),
    says=("returns in the last {days} days: {value:.0f}", "最近 {days} 天退货 {value:.0f} 次"),
)
def return_count(days: int) -> Summary:
    """Returned lines in the last {days} days."""
    return total(receipts.returned_line_count, receipts.within(days))


@feature(
    of=receipts,
    unit="days",
    missing=None,
    says=("last return {value:.0f} days ago", "{value:.0f} 天前有退货"),
)
def days_since_last_return() -> Summary:
    """Days since the latest return; null for a customer who never returned anything."""
    return least(receipts.age_days, receipts.returned_line_count > 0)


@feature(
    of=receipts,
    unit="share",
    missing=None,
    says=("{value:.0%} of the money spent came back as returns", "消费金额的 {value:.0%} 已退货"),
)
def return_value_share() -> Summary:
    """Money returned as a share of the money paid, over the whole history; null when nothing was paid."""
    return total(receipts.returned) / total(receipts.paid)


@feature(
    of=receipts,
    unit="ratio",
    missing=None,
    days=(364,),
    says=(
        "returns of the last {days} days: {value:.0%} of the money paid in them",
        "最近 {days} 天的退货金额占同期支付金额的 {value:.0%}",
    ),
)
def return_value_ratio(days: int) -> Summary:
    """Money returned over money paid in the last {days} days; null when nothing was paid in them.

    Above 1 when what came back was bought earlier.
    """
    return total(receipts.returned, receipts.within(days)) / total(receipts.paid, receipts.within(days))


@feature(
    unit="lines per purchase",
    missing=None,
    says=("returns per purchase in the last year: {value:.1f}", "最近一年平均每次购买退货 {value:.1f} 次"),
)
def return_rate(return_count_364d: nw.Expr, purchase_count_364d: nw.Expr) -> nw.Expr:
    """Returned lines per purchase over the last 364 days; null without a purchase in them."""
    return nw.when(purchase_count_364d > 0).then(return_count_364d / purchase_count_364d)


@feature(
    unit="yes (1) or no (0)",
    missing=None,
    says=(
        "last return {days_since_last_return:.0f} days ago, last purchase {days_since_last_purchase:.0f} days ago",
        "最近一次退货在 {days_since_last_return:.0f} 天前，最近一次购买在 {days_since_last_purchase:.0f} 天前",
    ),
)
def has_returned_since_purchase(days_since_last_return: nw.Expr, days_since_last_purchase: nw.Expr) -> nw.Expr:
    """Whether something came back after the day of the last purchase; null for a customer who never bought."""
    returned = nw.when(days_since_last_return < days_since_last_purchase).then(nw.lit(1)).otherwise(nw.lit(0))
    return nw.when(~days_since_last_purchase.is_null()).then(returned)
