"""What happened a year ago? The same weeks last year, and how this year compares, as far as the history goes back.

A year is 364 days here: 52 whole weeks, so that Saturdays are compared with Saturdays.
"""

from features._aggregate import Summary, Where, count, total
from features._events import purchases, receipts
from features._feature import feature


@feature(
    of=purchases,
    unit="purchases",
    missing=None,
    says=(
        "purchases in the coming four weeks a year ago: {value:.0f}",
        "去年同期（未来四周对应的四周）购买 {value:.0f} 次",
    ),
)
def same_weeks_purchase_count() -> Summary:
    """Purchases in the same weeks last year; null for a customer whose first purchase came after them.

    They are the 28 days that began 364 days before the as-of date: what the four weeks that now begin were a year ago.
    """
    return _if_there(count(purchases.within(364, after=336)), Where(after=336))


@feature(
    of=receipts,
    unit="currency",
    missing=None,
    says=(
        "spent {value:,.0f} in the coming four weeks a year ago",
        "去年同期（未来四周对应的四周）消费 {value:,.0f}",
    ),
)
def same_weeks_spend() -> Summary:
    """Money spent in the same weeks last year, net of returns; null without any transaction until their end.

    They are the 28 days that began 364 days before the as-of date.
    """
    return _if_there(total(receipts.amount, receipts.within(364, after=336)), Where(after=336))


@feature(
    of=purchases,
    unit="share",
    missing=None,
    says=(
        "{value:.0%} of the last year's purchases fell in its first four weeks, which now come again",
        "最近一年的购买中 {value:.0%} 在未来四周的去年同期",
    ),
)
def same_weeks_purchase_share() -> Summary:
    """Share of the purchases of the last 364 days that fell in the same weeks last year, their first 28 days.

    An even share is 1/13; null without any, and for a customer whose first purchase came after those weeks.
    """
    share = count(purchases.within(364, after=336)) / count(purchases.within(364))
    return _if_there(share, Where(after=336))


@feature(
    of=purchases,
    unit="purchases",
    missing=None,
    says=(
        "purchases in the last 84 days against the same days a year before: {value:+.0f}",
        "最近 84 天的购买次数与去年同期相差 {value:+.0f} 次",
    ),
)
def yearly_purchase_change() -> Summary:
    """Purchases in the last 84 days less those in the 84 days a year (364 days) before.

    Below 0 is fewer than then; null for a customer whose first purchase came after those.
    """
    change = count(purchases.within(84)) - count(purchases.within(448, after=364))
    return _if_there(change, Where(after=364))


@feature(
    of=receipts,
    unit="currency",
    missing=None,
    says=(
        "spend in the last 84 days against the same days a year before: {value:+,.0f}",
        "最近 84 天的消费与去年同期相差 {value:+,.0f}",
    ),
)
def yearly_spend_change() -> Summary:
    """Money spent in the last 84 days less that in the 84 days a year (364 days) before, net of returns.

    Below 0 is less than then; null without any transaction until the end of those.
    """
    change = total(receipts.amount, receipts.within(84)) - total(receipts.amount, receipts.within(448, after=364))
    return _if_there(change, Where(after=364))


def _if_there(number: Summary, history: Where) -> Summary:
    """The number for a customer with events in that part of the history, null for others: 0 / 0 is null."""
    there = count(history)
    return number * (there / there)
