"""Do they still talk to us? Visits, enquiries, campaign contacts and responses, satisfaction."""

import narwhals as nw

from features._aggregate import Summary, average, count, least
from features._events import interactions
from features._feature import feature


@feature(
    of=interactions,
    unit="visits",
    missing=0,
    days=(28, 84),
    says=("visits in the last {days} days: {value:.0f}", "最近 {days} 天访问 {value:.0f} 次"),
)
def visit_count(days: int) -> Summary:
    """Visits without regard to a purchase in the last {days} days."""
    return count(interactions.within(days) & (interactions.kind == "visit"))


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
    of=interactions,
    unit="enquiries",
    missing=0,
    days=(84,),
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
    """Average stated satisfaction (1 to 5) in the last {days} days; null when never asked or answered."""
    return average(interactions.satisfaction, interactions.within(days))
