"""What of a customer may say whom contact changes? Habits, few of them.

A catalogue of features says the same in many windows, which helps to foretell what customers do by themselves: of that
there is much to learn from. Of what contact changes there is little, and every trait more is one more way to be wrong.
So each habit stands here once or twice: how long and how recently, how often, how much, at which price, how well we
are in touch, how they answered before, and what troubled them. Who has been away for a year shows no habit in the last
year, so the price they buy at and their visits count over all their time too.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl

from models._matrix import Numbers

HABITS = (
    "tenure_days",
    "days_since_last_purchase",
    "overdue_ratio",
    "purchase_count_ever",
    "purchase_count_364d",
    "gap_spread_share",
    "mean_purchase_value",
    "spend_364d",
    "category_count_ever",
    "discount_share_364d",
    "overall_discount_share",
    "overall_discounted_purchase_share",
    "return_rate",
    "visit_count_84d",
    "visit_count_364d",
    "visit_count_ever",
    "days_since_last_visit",
    "enquiry_count_364d",
    "campaign_contact_count_364d",
    "campaign_response_count_364d",
    "campaign_response_ratio",
    "unanswered_contact_count",
    "days_since_last_campaign_contact",
    "mean_satisfaction_364d",
    "last_satisfaction",
    "referral_count_ever",
    "complaint_count_364d",
    "days_since_last_complaint",
    "running_subscription_count",
    "subscribed_days",
)
"""Columns of the feature catalogue."""

SHARES = {
    "visits_per_purchase_364d": ("visit_count_364d", "purchase_count_364d"),
    "visits_per_purchase_ever": ("visit_count_ever", "purchase_count_ever"),
}
"""Habits that are one column for each of another; unknown where that is none."""

PRONE = (
    "overall_discount_share",
    "overall_discounted_purchase_share",
    "campaign_response_ratio",
    "visits_per_purchase_364d",
    "visits_per_purchase_ever",
)
"""Habits of those who take offers: they buy at a discount, answer campaigns, and look around before they buy."""

_HOW_MANY = "purchase_count_ever"
FEWEST_PURCHASES = 3
"""What somebody did with fewer purchases than these is no habit yet, so that it is unknown."""
OF_PURCHASES = tuple(name for name in PRONE if name != "campaign_response_ratio")
"""Habits that show in purchases."""


def traits_among(columns: Collection[str]) -> tuple[str, ...]:
    """The traits that can be had from some columns of the catalogue, in an order of their own."""
    shares = (name for name, parts in SHARES.items() if set(parts) <= set(columns))
    return (*(name for name in HABITS if name in columns), *shares)


def features_of(traits: Collection[str]) -> tuple[str, ...]:
    """The columns of the catalogue that some traits are made of."""
    parts = {part for name in traits for part in SHARES.get(name, (name,))}
    parts |= {_HOW_MANY} if {*traits} & {*OF_PURCHASES} else set()
    return tuple(name for name in HABITS if name in parts)


def traits_of(rows: pl.DataFrame, traits: Collection[str]) -> Numbers:
    """The traits of each row of a snapshot, a column each; not a number where unknown."""
    made = rows.select(_trait(name).alias(name) for name in traits).fill_null(np.nan)
    return np.asarray(made.to_numpy(), dtype=np.float64).reshape(rows.height, len(traits))


def _trait(name: str) -> pl.Expr:
    if name in OF_PURCHASES:
        return pl.when(pl.col(_HOW_MANY) >= FEWEST_PURCHASES).then(_as_told(name))
    return _as_told(name)


def _as_told(name: str) -> pl.Expr:
    if name not in SHARES:
        return pl.col(name).cast(pl.Float64)
    part, whole = (pl.col(each).cast(pl.Float64) for each in SHARES[name])
    return pl.when(whole > 0).then(part / whole)
