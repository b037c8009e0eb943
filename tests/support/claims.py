"""What each English sentence of a reason claims, in plain Python, found by how it begins."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

Row = SimpleNamespace


def gap(r: Row) -> float:
    """Days from one day with a purchase to the next, on average."""
    return (r.tenure_days - r.days_since_last_purchase) / (r.purchase_day_count_ever - 1)


def before_4(r: Row) -> float:
    return r.purchase_count_56d - r.purchase_count_28d


def before_8(r: Row) -> float:
    return r.purchase_count_84d - r.purchase_count_28d


def before_half_year(r: Row) -> float:
    return r.purchase_count_364d - r.purchase_count_182d


def is_overdue(r: Row) -> bool:
    return r.days_since_last_purchase > gap(r) > 0


CLAIMS: dict[str, Callable[[Row], bool]] = {
    "has not bought for #, longer than ever": lambda r: (
        is_overdue(r) and r.days_since_last_purchase > r.longest_gap_days and r.purchase_day_count_ever > 2
    ),
    "has not bought for #; usually": lambda r: is_overdue(r) and r.purchase_day_count_ever > 2,
    "has not bought for #; came back": lambda r: is_overdue(r) and r.purchase_day_count_ever == 2,
    "bought once, #, and has not come back": lambda r: r.purchase_count_ever == 1 and r.days_since_last_purchase >= 14,
    "buys seldom: usually": lambda r: gap(r) >= 28,
    "next order about due": lambda r: 0.75 <= r.days_since_last_purchase / gap(r) <= 1.5,
    "has come back after": lambda r: r.longest_gap_days > r.days_since_last_purchase,
    "bought recently": lambda r: r.days_since_last_purchase <= 28,
    "not long gone": lambda r: 84 < r.days_since_last_purchase <= 140,
    "bought # in the last 4 weeks, # in the 4 weeks before": lambda r: 1 <= r.purchase_count_28d < before_4(r),
    "bought # in the last 4 weeks, # in the 8 weeks before": lambda r: 1 <= r.purchase_count_28d < before_8(r) / 2,
    "no purchase in the last 4 weeks": lambda r: r.purchase_count_28d == 0 < before_8(r),
    "bought # in the last half year": lambda r: 1 <= r.purchase_count_182d < before_half_year(r),
    "let # pass": lambda r: r.last_gap_days > gap(r),
    "only # in the last 12 weeks": lambda r: 1 <= r.purchase_count_84d <= 3,
    "buys more lately: # in the last 4 weeks": lambda r: r.purchase_count_28d > before_4(r) >= 0,
    "buys more lately: # in the last half year": lambda r: r.purchase_count_182d > before_half_year(r) >= 0,
    "used to buy more": lambda r: before_half_year(r) > r.purchase_count_182d,
    "# in the last 4 weeks alone": lambda r: r.purchase_count_28d >= 3,
    "buys rarely: # in the last 12 months": lambda r: 1 <= r.purchase_count_364d <= 6,
    "buys rarely: # since": lambda r: r.purchase_count_ever * 42 <= r.tenure_days,
    "buys irregularly": lambda r: r.longest_gap_days >= 3 * gap(r),
    "only # so far": lambda r: 2 <= r.purchase_count_ever <= 4,
    "the subscription has become dearer": lambda r: r.subscription_amount_change > 0,
    "the subscription must be renewed within": lambda r: (
        r.running_subscription_count > 0 and 1 <= r.next_renewal_days <= 60
    ),
    "a young subscription": lambda r: r.renewal_count_ever == 0 and r.subscribed_days <= 182,
    "a loyal subscriber": lambda r: r.renewal_count_ever >= 2 and r.subscribed_days >= 182,
    "a regular": lambda r: r.purchase_count_364d >= 12 and r.days_since_last_purchase <= 84,
    "comes back often": lambda r: gap(r) <= 28,
    "has bought # in all": lambda r: r.purchase_count_ever >= 3,
    "has bought only once so far": lambda r: r.purchase_count_ever == 1,
    "joined #, but first bought": lambda r: r.days_since_joined > r.tenure_days,
    "a short relationship": lambda r: r.tenure_days <= 91,
    "a new customer": lambda r: r.tenure_days <= 91,
    "knows us well": lambda r: r.tenure_days >= 365 and r.tenure_days - r.days_since_last_purchase >= 182,
    "bought # in the last 12 weeks, # in the same weeks last year": lambda r: (
        r.yearly_purchase_change < 0 < r.purchase_count_84d
    ),
    "bought nothing last year in the four weeks now ahead": lambda r: r.same_weeks_purchase_count == 0,
    "bought # last year in the four weeks now ahead": lambda r: r.same_weeks_purchase_count >= 1,
    "buys more than a year ago": lambda r: r.yearly_purchase_change > 0,
    "spent # in the last 4 weeks; before that, about": lambda r: 0 < r.spend_28d < (r.spend_84d - r.spend_28d) / 2,
    "the last purchase was small": lambda r: r.last_purchase_value < r.median_purchase_value,
    "spent # in the last half year, # in the half year before": lambda r: (
        0 < r.spend_182d < r.spend_364d - r.spend_182d
    ),
    "spent # in the last 12 weeks, # in the same weeks": lambda r: r.spend_84d > 0 > r.yearly_spend_change,
    "spends more lately: # in the last 4 weeks": lambda r: r.spend_28d > (r.spend_84d - r.spend_28d) / 2 > 0,
    "the last purchase was large": lambda r: r.last_purchase_value > r.median_purchase_value,
    "spends more lately: # in the last half year": lambda r: r.spend_182d > r.spend_364d - r.spend_182d > 0,
    "used to spend more": lambda r: 0 < r.spend_182d < r.spend_364d - r.spend_182d,
    "room to grow": lambda r: 0 < r.spend_28d < (r.spend_84d - r.spend_28d) / 2,
    "one purchase of": lambda r: 0.5 <= r.largest_purchase_share <= 1 and r.purchase_count_ever > 1,
    "began with": lambda r: r.first_purchase_value > r.mean_purchase_value,
    "buys few things at a time": lambda r: r.mean_purchase_line_count <= 2.5,
    "has spent # in one go": lambda r: r.largest_purchase > r.median_purchase_value,
    "spent # in the last 12 months": lambda r: r.spend_364d > 0,
    "typically spends": lambda r: r.median_purchase_value > 0,
    "bought from # in the last 12 weeks, from": lambda r: 1 <= r.category_count_84d < r.category_count_ever,
    "has only ever bought from one category": lambda r: r.category_count_ever == 1,
    "has only ever bought one product": lambda r: r.product_count_ever == 1,
    "# of what was bought is of one category": lambda r: 0.7 <= r.favourite_category_share < 1,
    "hardly buys a thing twice": lambda r: r.rebought_product_share <= 0.1,
    "buys broadly: from": lambda r: r.category_count_84d >= 4,
    "has bought from # so far: room": lambda r: 1 <= r.category_count_ever <= 3,
    "has bought from # so far": lambda r: r.category_count_ever >= 4,
    "buys broadly: #": lambda r: r.product_count_84d >= 5,
    "buys through": lambda r: r.channel_count_ever >= 2,
    "keeps buying, but": lambda r: r.days_since_last_purchase < r.days_since_new_product,
    "tried # for the first time in the last 12 weeks": lambda r: r.tenure_days > 84,
    "tried # for the first time in the last 4 weeks": lambda r: r.tenure_days > 28 and r.new_product_count_28d >= 1,
    "saves less lately": lambda r: r.discount_share_84d < r.discount_share_364d,
    "buys mostly at a discount": lambda r: 0.5 < r.discounted_purchase_share_364d <= 1,
    "takes up offers: # of": lambda r: 0.3 <= r.discounted_purchase_share_364d <= 1,
    "takes up offers: saved": lambda r: r.discount_total_364d > 0,
    "returned goods # and has not bought since": lambda r: r.days_since_last_return < r.days_since_last_purchase,
    "# in the last 12 weeks, the latest": lambda r: r.return_count_84d >= 1 and r.days_since_last_return <= 84,
    "# of what was paid": lambda r: 0 < r.return_value_ratio_364d <= 1,
    "returned goods": lambda r: r.days_since_last_return <= 182,
    "has returned nothing": lambda r: r.return_count_364d == 0,
    "# open, the oldest for": lambda r: r.open_complaint_count >= 2,
    "complaint open for": lambda r: r.open_complaint_count == 1,
    "the last complaint took": lambda r: r.last_resolution_hours > 24,
    "a complaint once took": lambda r: r.worst_resolution_hours > 24,
    "# of the last 12 months not reviewed": lambda r: r.unreviewed_complaint_count_364d >= 1,
    "every complaint of the last 12 months": lambda r: r.resolved_within_24h_share_364d == 1,
    "came back with the same complaint": lambda r: r.repeated_complaint_count_364d >= 1,
    "complained # and has not bought since": lambda r: r.days_since_last_complaint < r.days_since_last_purchase,
    "complained # in the last 12 weeks": lambda r: r.complaint_count_84d >= 2,
    "complained # in the last 12 months": lambda r: r.complaint_count_364d >= 2,
    "complained": lambda r: r.days_since_last_complaint <= 84,
    "rated us # of 5 when last asked; # before": lambda r: r.satisfaction_change < 0,
    "rated us only": lambda r: r.last_satisfaction < 3,
    "dissatisfied on average": lambda r: r.mean_satisfaction_364d < 3,
    "satisfied": lambda r: r.last_satisfaction >= 4,
    "no visit in the last 4 weeks": lambda r: r.visit_count_28d == 0 < r.visit_count_84d,
    "visited # in the last 4 weeks": lambda r: 1 <= r.visit_count_28d < (r.visit_count_84d - r.visit_count_28d) / 2,
    "has not visited for": lambda r: r.days_since_last_visit >= 28,
    "visits more lately": lambda r: r.visit_count_28d > r.visit_count_84d - r.visit_count_28d,
    "visited # in the last 12 weeks": lambda r: r.visit_count_84d >= 1,
    "visited": lambda r: r.days_since_last_visit <= 14,
    "no longer asks": lambda r: r.enquiry_count_84d == 0 < r.enquiry_count_364d,
    "asked us something": lambda r: r.enquiry_count_84d >= 1,
    "shows interest": lambda r: r.enquiry_count_84d >= 1,
    "no longer answers campaigns": lambda r: (
        r.campaign_contact_count_84d >= 1 and r.campaign_response_count_84d == 0 < r.campaign_response_count_364d
    ),
    "left the last": lambda r: r.unanswered_contact_count >= 3,
    "not contacted by any campaign": lambda r: r.days_since_last_campaign_contact >= 84,
    "answered campaigns # in the last 12 weeks": lambda r: r.campaign_response_count_84d >= 1,
    "answered campaigns # in the last 12 months": lambda r: r.campaign_response_count_364d >= 1,
    "a campaign reached out": lambda r: r.days_since_last_campaign_contact <= 28,
    "brought # to us": lambda r: r.referral_count_364d >= 1,
    "has brought": lambda r: r.referral_count_ever >= 1,
    "note: last bought": lambda r: r.days_since_last_purchase >= 0,
    "note: # in the last 12 weeks": lambda r: r.purchase_count_84d >= 1,
    "note: # in the last 12 months": lambda r: r.purchase_count_364d >= 1,
    "note: # in all": lambda r: r.purchase_count_ever >= 1,
    "note: spent # in the last 12 months": lambda r: r.spend_364d > 0,
    "note: spent # in all": lambda r: r.spend_ever > 0,
    "note: first bought": lambda r: r.purchase_day_count_ever >= 2,
    "note: typically spends": lambda r: r.purchase_count_ever >= 2,
    "note: has bought # so far": lambda r: r.product_count_ever >= 1,
    "note: usually buys": lambda r: r.purchase_day_count_ever >= 3,
}
"""`#` stands for a number and its unit; of several openings that fit, the longest is meant."""


def claim_of(english: str) -> str | None:
    """The claim of a sentence, given with the braces of its numbers; None where there is none."""
    opening = re.sub(r"\{[^}]+\}", "#", english)
    return max((key for key in CLAIMS if opening.startswith(key)), key=len, default=None)
