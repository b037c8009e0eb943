"""Which numbers do people say that no feature holds? Differences of columns of a snapshot: "before that, 5"."""

from __future__ import annotations

import polars as pl

_of = pl.col

SAID_BESIDE = {
    "usual_gap": pl.when(_of("purchase_day_count_ever") >= 2).then(
        (_of("tenure_days") - _of("days_since_last_purchase")) / (_of("purchase_day_count_ever") - 1)
    ),
    "purchases_4_weeks_before": _of("purchase_count_56d") - _of("purchase_count_28d"),
    "purchases_8_weeks_before": _of("purchase_count_84d") - _of("purchase_count_28d"),
    "purchases_half_year_before": _of("purchase_count_364d") - _of("purchase_count_182d"),
    "purchases_12_weeks_a_year_ago": _of("purchase_count_84d") - _of("yearly_purchase_change"),
    "spend_4_weeks_before": (_of("spend_84d") - _of("spend_28d")) / 2,
    "spend_half_year_before": _of("spend_364d") - _of("spend_182d"),
    "spend_12_weeks_a_year_ago": _of("spend_84d") - _of("yearly_spend_change"),
    "products_bought_again": _of("rebought_product_share") * _of("product_count_ever"),
    "visits_8_weeks_before": _of("visit_count_84d") - _of("visit_count_28d"),
    "enquiries_40_weeks_before": _of("enquiry_count_364d") - _of("enquiry_count_84d"),
    "responses_40_weeks_before": _of("campaign_response_count_364d") - _of("campaign_response_count_84d"),
    "satisfaction_before": _of("last_satisfaction") - _of("satisfaction_change"),
}
"""By the name that wordings use. `usual_gap` is the mean number of days between one day with a purchase and the next:
two purchases on one day are one visit to people, whereas `mean_gap_days` counts them as a gap of 0."""


def with_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every number above that can be made from their columns."""
    there = set(rows.columns)
    return rows.with_columns(
        **{name: number for name, number in SAID_BESIDE.items() if there.issuperset(number.meta.root_names())}
    )


def clearly_more(these: pl.Expr, those: pl.Expr) -> pl.Expr:
    """Whether there are so many more of these that nobody would call it the same: two more, and a third."""
    return (these >= those + 2) & (these >= 1.33 * those) & (those >= 0)
