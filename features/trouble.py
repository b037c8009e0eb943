"""What went wrong, and was it put right? Complaints, those still open, and how fast they were answered."""

from features._aggregate import Summary, average, count, least, most
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
    slow = (complaints.resolution_hours > 24).fill_null(False) | (complaints.open_hours > 24).fill_null(False)
    return count(complaints.within(days) & slow)
