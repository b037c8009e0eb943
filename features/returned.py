"""What came back? Returned lines, their share of the money and how long ago."""

from features._aggregate import Summary, least, total
from features._events import receipts
from features._feature import feature


@feature(
    of=receipts,
    unit="lines",
    missing=0,
    days=(84, 364),
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
