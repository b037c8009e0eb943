"""What did contacting each customer of a campaign cost, as far as receipts and lists tell?"""

from __future__ import annotations

import json
from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from serving._contacted import contacted
from serving._ledger_rows import fetched
from serving._ledger_tables import campaigns


def with_spent(rows: pl.DataFrame, connection: Connection, campaign: str, *, before: date) -> pl.DataFrame:
    """The rows of `campaign` with `contact_count` and `spent`, the money that went to each customer.

    `rows` has `customer_id`, `cost` (expected of one contact, with the share who take the offer) and `status` (the
    furthest that receipts tell, null without one).

    Contacts are those of `Ledger.contacted`, list by list; each costs the contact. The offer costs once: in full where
    a receipt says that it was accepted, nothing where receipts speak of the customer and say no such thing, and what
    was expected where none speaks of the customer. Nobody who was not contacted costs anything, and somebody who was
    held out costs as much as others if contacted all the same.
    """
    query = contacted(before=before, names=[campaign])
    made = fetched(connection, query, by=["customer_id"]).group_by("customer_id").agg(contact_count=pl.len())
    contact_cost, offer_cost = _costs(connection, campaign)
    counted = rows.join(made, on="customer_id", how="left", maintain_order="left", validate="1:1")
    count = pl.col("contact_count").fill_null(0).cast(pl.Int64)
    accepted = pl.when(pl.col("status") == "accepted").then(offer_cost).otherwise(0.0)
    told, expected = count * contact_cost + accepted, pl.col("cost") + (count - 1) * contact_cost
    spent = pl.when(count == 0).then(0.0).when(pl.col("status").is_null()).then(expected).otherwise(told)
    return counted.with_columns(contact_count=count, spent=spent)


def _costs(connection: Connection, campaign: str) -> tuple[float, float]:
    """What a contact and an offer cost, by the terms with which the campaign began; 0 where they do not say."""
    terms = connection.scalar(select(campaigns.c.terms).where(campaigns.c.name == campaign))
    told = json.loads(terms or "{}")
    return float(told.get("contact_cost", 0.0)), float(told.get("offer_cost", 0.0))
