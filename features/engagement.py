"""Do they still talk to us? Visits, enquiries, campaign contacts and responses, satisfaction."""

import narwhals as nw

from features._aggregate import Summary, average, count, least
from features._events import interactions
from features._feature import feature


@feature(
    of=interactions,
    unit="visits",
    missing=0,
    days=(28, 84, 364),
    says=("visits in the last {days} days: {value:.0f}", "最近 {days} 天访问 {value:.0f} 次"),
)
def visit_count(days: int) -> Summary:
    """Visits without regard to a purchase in the last {days} days."""
    return count(interactions.within(days) & (interactions.kind == "visit"))


@feature(
    of=interactions,
    unit="visits",
    missing=0,
    says=("visits in all: {value:.0f}", "累计访问 {value:.0f} 次"),
)
def visit_count_ever() -> Summary:
    """Visits without regard to a purchase since the beginning of the records."""
    return count(interactions.kind == "visit")


@feature(
    of=interactions,
    unit="days",
    missing=None,
    says=("has not visited for {value:.0f} days", "已有 {value:.0f} 天没有访问"),
)
def days_since_last_visit() -> Summary:
    """Days since the latest visit; null for a customer without a recorded visit."""
    return least(interactions.age_days, interactions.kind == "visit")


@feature(
    unit="share",
    missing=None,
    says=(
        "{value:.0%} of the visits of the last 84 days fell in the last 28",
        "最近 84 天的访问中 {value:.0%} 在最近 28 天",
    ),
)
def recent_visit_share(visit_count_28d: nw.Expr, visit_count_84d: nw.Expr) -> nw.Expr:
    """Share of the visits of the last 84 days that fell in the last 28; null without any."""
    return visit_count_28d / visit_count_84d


@feature(
    of=interactions,
    unit="enquiries",
    missing=0,
    days=(84, 364),
    says=("enquiries in the last {days} days: {value:.0f}", "最近 {days} 天咨询 {value:.0f} 次"),
)
def enquiry_count(days: int) -> Summary:
    """Enquiries in the last {days} days."""
    return count(interactions.within(days) & (interactions.kind == "enquiry"))


@feature(
    of=interactions,
    unit="contacts",
    missing=0,
    days=(28, 84, 364),
    says=("campaign contacts in the last {days} days: {value:.0f}", "最近 {days} 天营销触达 {value:.0f} 次"),
)
def campaign_contact_count(days: int) -> Summary:
    """Times a campaign reached out to the customer in the last {days} days."""
    return count(interactions.within(days) & (interactions.kind == "campaign_contact"))


@feature(
    of=interactions,
    unit="days",
    missing=None,
    says=("last contacted by a campaign {value:.0f} days ago", "{value:.0f} 天前收到最近一次营销触达"),
)
def days_since_last_campaign_contact() -> Summary:
    """Days since a campaign last reached out to the customer; null for one who was never contacted."""
    return least(interactions.age_days, interactions.kind == "campaign_contact")


@feature(
    of=interactions,
    unit="contacts",
    missing=0,
    says=("campaign contacts without an answer: {value:.0f}", "未获响应的营销触达：{value:.0f} 次"),
)
def unanswered_contact_count() -> Summary:
    """Campaign contacts after the day of the latest response: all of them for a customer who never responded."""
    return count(interactions.is_unanswered)


@feature(
    of=interactions,
    unit="responses",
    missing=0,
    days=(84, 364),
    says=("campaign responses in the last {days} days: {value:.0f}", "最近 {days} 天营销响应 {value:.0f} 次"),
)
def campaign_response_count(days: int) -> Summary:
    """Campaign responses in the last {days} days."""
    return count(interactions.within(days) & (interactions.kind == "campaign_response"))


@feature(
    unit="ratio",
    missing=None,
    says=("answered {value:.0%} of the last year's campaign contacts", "最近一年营销响应率 {value:.0%}"),
)
def campaign_response_ratio(campaign_response_count_364d: nw.Expr, campaign_contact_count_364d: nw.Expr) -> nw.Expr:
    """Campaign responses per contact over 364 days; null for a customer who was not contacted.

    Above 1 when a contact was answered more than once, or was itself made before the 364 days.
    """
    return campaign_response_count_364d / campaign_contact_count_364d


@feature(
    of=interactions,
    unit="points",
    missing=None,
    days=(364,),
    says=("satisfaction {value:.1f} of 5 (last {days} days)", "最近 {days} 天满意度 {value:.1f}（满分 5）"),
)
def mean_satisfaction(days: int) -> Summary:
    """Average stated satisfaction (1 to 5) in the last {days} days; null when never asked or answered.

    What was said of a complaint or enquiry counts once that is resolved.
    """
    return average(interactions.satisfaction, interactions.within(days))


@feature(
    of=interactions,
    unit="points",
    missing=None,
    says=("satisfaction when last asked: {value:.1f} of 5", "最近一次满意度 {value:.1f}（满分 5）"),
)
def last_satisfaction() -> Summary:
    """Satisfaction (1 to 5) with the latest interaction of which it is known; null when never asked or answered.

    Of several at the same moment, their average.
    """
    return average(interactions.satisfaction, interactions.is_last_answer)


@feature(
    of=interactions,
    unit="points",
    missing=None,
    says=("satisfaction changed by {value:+.1f} points", "满意度变化 {value:+.1f} 分"),
)
def satisfaction_change() -> Summary:
    """Latest stated satisfaction minus the average of all before it; null before the second answer.

    Below 0, the customer is less satisfied than before.
    """
    last, known = interactions.is_last_answer, ~interactions.satisfaction.is_null()
    return average(interactions.satisfaction, last) - average(interactions.satisfaction, known & ~last)
