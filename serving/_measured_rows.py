"""What is known of each customer of a campaign: what was expected, whether contact came about, and the outcome?"""

from __future__ import annotations

from datetime import date

import polars as pl
from sqlalchemy import Connection, Select, and_, func, select

from serving._ledger_rows import fetched
from serving._ledger_tables import assignments, campaigns, outcomes, receipts
from serving._spent import with_spent

_FURTHEST = ("delivered", "reached", "refused", "accepted")


def measured_rows(connection: Connection, campaign: str, *, before: date) -> pl.DataFrame:
    """One row per customer who was assigned in `campaign` on a night before `before`, in order of customer_id.

    `arm`, `segment`, `stage`, `probability`, `stake`, `effect`, `expected_profit`, `cost` (expected; 0 where held out),
    `spend_before` and `as_of` are those of the assignment. `is_good`, `profit` and `measured_until` are the outcome as
    last measured, null before the first. `status` is the furthest that receipts tell (delivered, reached, refused,
    accepted), `contacted_on` their first day; both are null without one. `is_contaminated` says that the customer
    was held out and contacted all the same. `contact_count` and `spent` say how often the customer was contacted, and
    what that cost (`serving/_spent.py` has the rule).
    """
    mine = assignments.c.campaign == campaign
    rows = fetched(connection, select(assignments).where(mine, assignments.c.as_of < before), by=["customer_id"])
    held_out = pl.col("arm") == "held_out"
    found = rows.join(_outcomes(connection, campaign, before), on="customer_id", how="left", maintain_order="left")
    told = found.join(_told(connection, campaign, before), on="customer_id", how="left", maintain_order="left")
    return with_spent(told, connection, campaign, before=before).with_columns(
        cost=pl.when(held_out).then(0.0).otherwise("cost"),
        is_contaminated=held_out & pl.col("status").is_not_null(),
    )


def measured_nights(action: str, *, before: date) -> Select[tuple[object, ...]]:
    """The nights of an action's campaigns of which nothing is open; see `Ledger.measured_nights`."""
    key = (outcomes.c.campaign, outcomes.c.customer_id)
    theirs = select(campaigns.c.name).where(campaigns.c.action == action)
    known = select(*key).where(outcomes.c.as_of < before, outcomes.c.campaign.in_(theirs)).distinct().subquery()
    same = and_(known.c.campaign == assignments.c.campaign, known.c.customer_id == assignments.c.customer_id)
    night = (assignments.c.campaign, assignments.c.as_of)
    return (
        select(*night)
        .join(campaigns, assignments.c.campaign == campaigns.c.name)
        .join(known, same, isouter=True)
        .where(campaigns.c.action == action, assignments.c.as_of < before)
        .group_by(*night)
        .having(func.count() == func.count(known.c.customer_id))
    )


def _outcomes(connection: Connection, campaign: str, before: date) -> pl.DataFrame:
    query = select(outcomes).where(outcomes.c.campaign == campaign, outcomes.c.as_of < before)
    found = fetched(connection, query, by=["customer_id", "as_of"])
    latest = found.unique("customer_id", keep="last", maintain_order=True)
    return latest.select("customer_id", "is_good", "profit", "measured_until")


def _told(connection: Connection, campaign: str, before: date) -> pl.DataFrame:
    query = select(receipts.c.customer_id, receipts.c.status, receipts.c.happened_on)
    query = query.where(receipts.c.campaign == campaign, receipts.c.recorded_on < before)
    found = fetched(connection, query, by=["customer_id", "happened_on"])
    ordered = found.with_columns(pl.col("status").cast(pl.Enum(_FURTHEST)))
    furthest = ordered.group_by("customer_id").agg(pl.col("status").max(), contacted_on=pl.col("happened_on").min())
    return furthest.with_columns(pl.col("status").cast(pl.String))
