"""In whose answer did a campaign have a hand? Models are to learn what happens by itself, from everybody else."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models import Target, Terms
from serving import PURPOSES, Ledger

FEWEST_HELD_OUT = 20
"""So many customers held out are taken to stand for those who were treated by the same action."""


def touched(ledger: Ledger, target: Target, *, terms: Terms, before: date, since: date | None = None) -> pl.DataFrame:
    """Who was contacted by an action that acts on the answer to `target`, and until when that works on.

    One row per contact and window of the question: `customer_id`, `from_on`, `until_on` (the day after the last).

    Contact is known from receipts, or else from the lists, as recorded before `before`. Windows that were over before
    `since`, the first as-of date that is learned from, are left out. Contacts of actions that held out fewer than 20
    customers are left in, for nobody would be there in their stead: complaints that are all answered, above all.
    """
    from_on = None if since is None else since - timedelta(days=terms.ahead_days)
    return windows(contacts_about(ledger, target, before=before, since=from_on), terms)


def contacts_about(ledger: Ledger, target: Target, *, before: date, since: date | None = None) -> pl.DataFrame:
    """The contacts that `touched` speaks of, from the day `since` on: one row each, as `Ledger.contacted` has them."""
    actions = [
        name
        for name, count in ledger.held_out_counts(before=before).items()
        if count >= FEWEST_HELD_OUT and PURPOSES[name].probability == target.column
    ]
    campaigns = ledger.campaigns(before=before).filter(pl.col("action").is_in(actions))["name"].to_list()
    return ledger.contacted(before=before, since=since, campaigns=campaigns)


def windows(contacts: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """How long contacts work on, one row per customer and window: `customer_id`, `from_on`, `until_on`."""
    from_on = pl.col("contacted_on")
    found = contacts.select("customer_id", from_on=from_on, until_on=from_on + pl.duration(days=terms.ahead_days))
    return found.unique().sort(found.columns)
