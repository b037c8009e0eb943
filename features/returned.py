"""What came back? Returned lines, their share of the money and how long ago."""

import narwhals as nw

from features._events import lines, returns
from features._feature import count, feature, total


@feature(
    of=returns,
    unit="lines",
    missing=0,
    days=(84, 364),
    says=("returns in the last {days} days: {value:.0f}", "最近 {days} 天退货 {value:.0f} 次"),
)
def return_count(days: int) -> nw.Expr:
    """Returned lines in the last {days} days."""
    return count(returns.within(days))


@feature(
    of=returns,
    unit="days",
    missing=None,
    says=("last return {value:.0f} days ago", "{value:.0f} 天前有退货"),
)
def days_since_last_return() -> nw.Expr:
    """Days since the latest return; null for a customer who never returned anything."""
    return returns.age_days.min()


@feature(
    of=lines,
    unit="share",
    missing=None,
    says=("{value:.0%} of the money spent came back as returns", "消费金额的 {value:.0%} 已退货"),
)
def return_value_share() -> nw.Expr:
    """Money returned as a share of the money paid, over the whole history; null when nothing was paid."""
    paid = total(lines.amount, lines.amount > 0)
    return nw.when(paid > 0).then(-total(lines.amount, lines.amount < 0) / paid)
