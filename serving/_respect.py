"""Whom do we leave alone? Consent, open complaints, cool-down, yearly cap and suppression, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

YEAR_DAYS = 364


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """How often a customer may be contacted: `cool_down_days` between two contacts, `yearly_cap` in 364 days."""

    cool_down_days: int
    yearly_cap: int


REASONS: Mapping[str, tuple[str, str]] = {
    "no_consent": ("no consent, or withdrawn", "未同意联系或已撤回"),
    "suppressed": ("on the suppression list", "在禁止联系名单上"),
    "cool_down": ("contacted or held out lately", "近期已联系或在对照组"),
    "yearly_cap": ("contacted often enough this year", "今年联系次数已达上限"),
}
"""Why somebody is contacted about nothing, the strongest reason first."""


def left_alone(
    customers: pl.DataFrame,
    *,
    contacted: pl.DataFrame,
    suppressed: pl.DataFrame,
    as_of: date,
    manners: Manners,
) -> pl.Series:
    """For each customer the first reason of REASONS to contact them about nothing; null where there is none.

    `customers` has `customer_id`, `may_contact` (null: the company keeps no consent dates), and, where interactions
    are known, `days_since_last_campaign_contact` and `campaign_contact_count_364d`. `contacted` has one row per time
    somebody was on a list or held out before `as_of`: `customer_id`, `contacted_on`, `arm`, `is_running`. Who is held
    out is left alone as long as who is contacted, so that the two stay comparable, and in any case until the campaign
    ends (`is_running`): nobody is held out of one campaign twice. An open complaint goes before the cool-down and the
    cap: it is answered. `suppressed` has `customer_id`.
    """
    lately = _lately(contacted, as_of=as_of)
    known = customers.select(
        "customer_id",
        "may_contact",
        *_or_null(customers, "days_since_last_campaign_contact", "campaign_contact_count_364d", "open_complaint_count"),
    ).join(lately, on="customer_id", how="left", maintain_order="left")
    last = pl.min_horizontal("days_since_last_campaign_contact", "days_since")
    count = pl.max_horizontal("campaign_contact_count_364d", "yearly_count").fill_null(0)
    complains = pl.col("open_complaint_count").fill_null(0) > 0
    rules = {
        "no_consent": ~pl.col("may_contact").fill_null(True),
        "suppressed": pl.col("customer_id").is_in(suppressed["customer_id"].implode()),
        "cool_down": ~complains & ((last <= manners.cool_down_days) | pl.col("is_running")).fill_null(False),
        "yearly_cap": ~complains & (count >= manners.yearly_cap),
    }
    told = pl.lit(None, dtype=pl.String)
    for name in reversed(list(REASONS)):
        told = pl.when(rules[name]).then(pl.lit(name)).otherwise(told)
    return known.select(left_alone=told).to_series()


def _lately(contacted: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Per customer of the ledger: days since the last time, how often within 364 days, and whether still held out.

    Being held out counts like being on a list; a receipt speaks of a list that counts already.
    """
    age = (pl.lit(as_of) - pl.col("contacted_on")).dt.total_days()
    counts = (pl.col("arm") != "receipt") & (age <= YEAR_DAYS)
    return (
        contacted.filter(pl.col("contacted_on") < as_of)
        .group_by("customer_id")
        .agg(
            pl.col("is_running").any(),
            days_since=age.min().cast(pl.Float64),
            yearly_count=counts.sum().cast(pl.Float64),
        )
    )


def _or_null(frame: pl.DataFrame, *names: str) -> list[pl.Expr]:
    return [(pl.col(name) if name in frame.columns else pl.lit(None)).cast(pl.Float64).alias(name) for name in names]
