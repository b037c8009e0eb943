"""What went wrong, and was it put right? Complaints, those still open, and how fast they were answered."""

import narwhals as nw

from features._aggregate import Summary, average, count, distinct, least, most
from features._events import complaints
from features._feature import feature


@feature(
    of=complaints,
    unit="complaints",
    missing=0,
    days=(28, 84, 364),
    says=("complaints in the last {days} days: {value:.0f}", "最近 {days} 天投诉 {value:.0f} 次"),
)
def complaint_count(days: int) -> Summary:
    """Complaints in the last {days} days."""
    return count(complaints.within(days))


@feature(
    of=complaints,
    unit="days",
    missing=None,
    says=("complained {value:.0f} days ago", "{value:.0f} 天前有投诉"),
)
def days_since_last_complaint() -> Summary:
    """Days since the latest complaint; null for a customer who never complained."""
    return least(complaints.age_days)


@feature(
    of=complaints,
    unit="complaints",
    missing=0,
    says=("open complaints: {value:.0f}", "未解决的投诉：{value:.0f} 件"),
)
def open_complaint_count() -> Summary:
    """Complaints not known to be resolved before the as-of date."""
    return count(complaints.is_open)


@feature(
    of=complaints,
    unit="hours",
    missing=None,
    says=("a complaint has been open for {value:.0f} hours", "有投诉已 {value:.0f} 小时未解决"),
)
def oldest_open_complaint_hours() -> Summary:
    """Age of the oldest complaint that is still open, at the start of the as-of date; null when none is open."""
    return most(complaints.open_hours)


@feature(
    of=complaints,
    unit="hours",
    missing=None,
    says=("complaints took {value:.0f} hours to resolve on average", "投诉平均 {value:.0f} 小时解决"),
)
def mean_resolution_hours() -> Summary:
    """Average hours from complaint to resolution; null when none was resolved."""
    return average(complaints.resolution_hours)


@feature(
    of=complaints,
    unit="hours",
    missing=None,
    says=("a complaint took {value:.0f} hours to resolve", "曾有投诉用了 {value:.0f} 小时才解决"),
)
def worst_resolution_hours() -> Summary:
    """Most hours from a complaint to its resolution; null when none was resolved."""
    return most(complaints.resolution_hours)


@feature(
    of=complaints,
    unit="hours",
    missing=None,
    says=("the latest complaint took {value:.0f} hours to resolve", "最近一次投诉用了 {value:.0f} 小时解决"),
)
def last_resolution_hours() -> Summary:
    """Hours from the latest complaint to its resolution; null while it is open, and for who never complained.

    Of several complaints at the same moment, the longest of those resolved.
    """
    return most(complaints.resolution_hours, complaints.is_last)


@feature(
    of=complaints,
    unit="complaints",
    missing=0,
    days=(364,),
    says=(
        "complaints that took over 24 hours in the last {days} days: {value:.0f}",
        "最近 {days} 天超过 24 小时未解决的投诉：{value:.0f} 件",
    ),
)
def slow_complaint_count(days: int) -> Summary:
    """Complaints of the last {days} days resolved after more than 24 hours, or open for longer than that."""
    return count(complaints.within(days) & _slow())


@feature(
    of=complaints,
    unit="share",
    missing=None,
    days=(364,),
    says=(
        "{value:.0%} of the complaints of the last {days} days were resolved within 24 hours",
        "最近 {days} 天的投诉有 {value:.0%} 在 24 小时内解决",
    ),
)
def resolved_within_24h_share(days: int) -> Summary:
    """Share of the complaints of the last {days} days that were resolved within 24 hours; null without any.

    A complaint that is open and not older than 24 hours counts neither way.
    """
    quick = (complaints.resolution_hours <= 24).fill_null(False)
    return count(complaints.within(days) & quick) / count(complaints.within(days) & (quick | _slow()))


def _slow() -> nw.Expr:
    return (complaints.resolution_hours > 24).fill_null(False) | (complaints.open_hours > 24).fill_null(False)


@feature(
    of=complaints,
    unit="complaints",
    missing=0,
    days=(364,),
    says=(
        "complained again about the same topic in the last {days} days: {value:.0f} times",
        "最近 {days} 天就同一问题重复投诉 {value:.0f} 次",
    ),
)
def repeated_complaint_count(days: int) -> Summary:
    """Complaints of the last {days} days after the first on the same topic; those of unknown topic repeat nothing."""
    window = complaints.within(days)
    return count(window & ~complaints.topic.is_null()) - distinct(complaints.topic, window)


@feature(
    of=complaints,
    unit="complaints",
    missing=0,
    days=(364,),
    says=(
        "complaints of the last {days} days that nobody reviewed: {value:.0f}",
        "最近 {days} 天无人复核的投诉：{value:.0f} 件",
    ),
)
def unreviewed_complaint_count(days: int) -> Summary:
    """Complaints of the last {days} days whose handling nobody is known to have reviewed before the as-of date."""
    return count(complaints.within(days) & complaints.reviewed_at.is_null())


@feature(
    unit="yes (1) or no (0)",
    missing=None,
    says=(
        "complained {days_since_last_complaint:.0f} days ago, last bought {days_since_last_purchase:.0f} days ago",
        "{days_since_last_complaint:.0f} 天前有投诉，{days_since_last_purchase:.0f} 天前最后一次购买",
    ),
)
def has_complained_since_purchase(
    days_since_last_complaint: nw.Expr, days_since_last_purchase: nw.Expr, complaint_count_364d: nw.Expr
) -> nw.Expr:
    """1 when the latest complaint came on or after the day of the latest purchase, else 0; null for who never bought.

    Null too when nothing is known of complaints.
    """
    complained = nw.when(days_since_last_complaint <= days_since_last_purchase).then(1.0).otherwise(0.0)
    return nw.when(~days_since_last_purchase.is_null() & ~complaint_count_364d.is_null()).then(complained)


@feature(
    unit="ratio",
    missing=None,
    says=("{value:.1f} complaints per purchase in the last year", "最近一年每次购买有 {value:.1f} 次投诉"),
)
def complaints_per_purchase(complaint_count_364d: nw.Expr, purchase_count_364d: nw.Expr) -> nw.Expr:
    """Complaints per purchase over 364 days; null for a customer without a purchase in them."""
    return complaint_count_364d / purchase_count_364d
