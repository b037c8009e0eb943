"""How much? Money spent in several windows, net of the returns known by then."""

import narwhals as nw

from features._aggregate import Summary, average, count, median, most, total
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
    of=receipts,
    unit="currency",
    missing=0,
    says=("spent {value:,.0f} in all", "累计消费 {value:,.0f}"),
)
def spend_ever() -> Summary:
    """Money spent since the beginning of the records, net of returns; can be negative when returns outweigh."""
    return total(receipts.amount)


@feature(
    unit="currency per 28 days",
    missing=None,
    says=("spends {value:,.0f} per 28 days", "每 28 天消费 {value:,.0f}"),
)
def spend_rate(spend_ever: nw.Expr, tenure_days: nw.Expr) -> nw.Expr:
    """Money spent per 28 days since the first purchase, net of returns; null for a customer who never bought."""
    return spend_ever * 28 / tenure_days


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
    of=purchases,
    unit="currency",
    missing=None,
    says=("typical purchase {value:,.2f}", "通常每次消费 {value:,.2f}"),
)
def median_purchase_value() -> Summary:
    """Typical (median) net value of a purchase: half were worth less; null for a customer who never bought."""
    return median(purchases.amount)


@feature(
    of=purchases,
    unit="currency",
    missing=None,
    says=("first purchase {value:,.2f}", "首次消费 {value:,.2f}"),
)
def first_purchase_value() -> Summary:
    """Net value of the first purchase, of several on that day their average; null for a customer who never bought."""
    return average(purchases.amount, purchases.is_first_day)


@feature(
    of=purchases,
    unit="ratio",
    missing=None,
    says=(
        "first purchase {first_purchase_value:,.2f}; {mean_purchase_value:,.2f} on average",
        "首次消费 {first_purchase_value:,.2f}；平均每次 {mean_purchase_value:,.2f}",
    ),
)
def first_purchase_ratio() -> Summary:
    """First purchase over the average one, 1 for a one-time buyer; null for a customer who never bought."""
    return average(purchases.amount, purchases.is_first_day) / average(purchases.amount)


@feature(
    of=purchases,
    unit="currency",
    missing=None,
    says=("last purchase {value:,.2f}", "最近一次消费 {value:,.2f}"),
)
def last_purchase_value() -> Summary:
    """Net value of the last purchase, of several on that day their average; null for a customer who never bought."""
    return average(purchases.amount, purchases.is_last_day)


@feature(
    of=purchases,
    unit="ratio",
    missing=None,
    says=(
        "last purchase {last_purchase_value:,.2f}; typically {median_purchase_value:,.2f}",
        "最近一次消费 {last_purchase_value:,.2f}；通常每次 {median_purchase_value:,.2f}",
    ),
)
def last_purchase_ratio() -> Summary:
    """Last purchase over the typical (median) one; null for a customer who never bought."""
    return average(purchases.amount, purchases.is_last_day) / median(purchases.amount)


@feature(
    of=purchases,
    unit="share",
    missing=None,
    says=(
        "{value:.0%} of the money of all purchases went into the largest one",
        "最大一次消费占全部购买金额的 {value:.0%}",
    ),
)
def largest_purchase_share() -> Summary:
    """Share of the money of all purchases that the largest took; null for a customer who never bought."""
    return most(purchases.amount) / total(purchases.amount)


@feature(
    of=purchases,
    unit="ratio",
    missing=None,
    days=(84,),
    says=(
        "purchases of the last {days} days were worth {value:.0%} of the average one",
        "最近 {days} 天每次消费为平均水平的 {value:.0%}",
    ),
)
def purchase_value_ratio(days: int) -> Summary:
    """Average purchase of the last {days} days over the average of all; null without a purchase in them."""
    return average(purchases.amount, purchases.within(days)) / average(purchases.amount)


@feature(
    of=purchases,
    unit="pieces",
    missing=None,
    says=("pieces per purchase: {value:.1f}", "平均每次购买 {value:.1f} 件"),
)
def mean_purchase_quantity() -> Summary:
    """Pieces per purchase, less returned ones, 0 where none are known; null for a customer who never bought."""
    return total(purchases.quantity) / count()


@feature(
    of=purchases,
    unit="lines",
    missing=None,
    says=("lines per purchase: {value:.1f}", "平均每次购买 {value:.1f} 行"),
)
def mean_purchase_line_count() -> Summary:
    """Receipt lines per purchase, free and returned ones included; null for a customer who never bought."""
    return total(purchases.line_count) / count()


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
    of=purchases,
    unit="share",
    missing=None,
    days=(84, 364),
    says=(
        "{value:.0%} discount on the purchases of the last {days} days",
        "最近 {days} 天的购买享受了 {value:.0%} 的优惠",
    ),
)
def discount_share(days: int) -> Summary:
    """Discount on the purchases of the last {days} days, as a share of their value before it; null without any.

    Net of returns; 0 where no discount is known.
    """
    saved = total(purchases.discount, purchases.within(days))
    return saved / (total(purchases.amount, purchases.within(days)) + saved)


@feature(
    of=purchases,
    unit="share",
    missing=None,
    says=("{value:.0%} discount on all purchases", "全部购买享受了 {value:.0%} 的优惠"),
)
def overall_discount_share() -> Summary:
    """Discount on all purchases, as a share of their value before it; null without any.

    Net of returns; 0 where no discount is known. It tells of customers who have been away for long what a share of the
    last year cannot.
    """
    saved = total(purchases.discount)
    return saved / (total(purchases.amount) + saved)


@feature(
    of=purchases,
    unit="share",
    missing=None,
    days=(364,),
    says=(
        "{value:.0%} of the purchases of the last {days} days at a discount",
        "最近 {days} 天的购买中 {value:.0%} 有优惠",
    ),
)
def discounted_purchase_share(days: int) -> Summary:
    """Share of the purchases of the last {days} days with a discount; null without any purchase."""
    return count(purchases.within(days) & (purchases.discount > 0)) / count(purchases.within(days))


@feature(
    of=purchases,
    unit="share",
    missing=None,
    says=("{value:.0%} of all purchases at a discount", "全部购买中 {value:.0%} 有优惠"),
)
def overall_discounted_purchase_share() -> Summary:
    """Share of all purchases with a discount; null without any purchase."""
    return count(purchases.discount > 0) / count()


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


@feature(
    unit="ratio",
    missing=None,
    says=(
        "spends less lately: {value:.0%} of the last year's spend fell in the last 182 days",
        "近期消费减少：最近一年的消费中仅 {value:.0%} 在最近 182 天",
    ),
)
def recent_half_year_spend_ratio(spend_182d: nw.Expr, spend_364d: nw.Expr) -> nw.Expr:
    """Share of the spend of the last 364 days that fell in the last 182; null without positive spend.

    Below 0 or above 1 when returns outweigh purchases in one of the two parts.
    """
    return nw.when(spend_364d > 0).then(spend_182d / spend_364d)
