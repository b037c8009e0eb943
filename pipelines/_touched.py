"""In whose answer did a campaign have a hand? Models are to learn what happens by itself, from everybody else."""

from __future__ import annotations

from datetime import date

import polars as pl

from models import Target, Terms
from serving import PURPOSES, Ledger

FEWEST_HELD_OUT = 20
"""So many customers held out are taken to stand for those who were treated by the same action."""

_NOBODY = {"customer_id": pl.String, "from_on": pl.Date, "until_on": pl.Date}


def touched(ledger: Ledger, target: Target, *, terms: Terms, before: date) -> pl.DataFrame:
    """Who was contacted by an action that acts on the answer to `target`, and until when that works on.

    One row per contact and window of the question: `customer_id`, `from_on`, `until_on` (the day after the last).

    Contact is known from receipts, or else from the lists, as recorded before `before`. Contacts of actions that held
    out fewer than 20 customers are left in, for nobody would be there in their stead: complaints that are all
    answered, above all.
    """
    held_out = ledger.assigned(before=before).filter(pl.col("arm") == "held_out")
    campaigns = ledger.campaigns(before=before).select("action", campaign="name")
    stand_ins = dict(held_out.join(campaigns, on="campaign").group_by("action").len().iter_rows())
    actions = [
        name
        for name, count in stand_ins.items()
        if count >= FEWEST_HELD_OUT and PURPOSES[name].probability == target.column
    ]
    if not actions:
        return pl.DataFrame(schema=_NOBODY)
    contacts = ledger.contacted(before=before).filter(pl.col("action").is_in(actions))
    from_on = pl.col("contacted_on")
    windows = contacts.select("customer_id", from_on=from_on, until_on=from_on + pl.duration(days=terms.ahead_days))
    return windows.unique().sort(list(_NOBODY))
