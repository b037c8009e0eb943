"""One night with one action and a few customers of whom all is known that a night asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from serving import PURPOSES, Action, Borders, Effect, Limits, Manners, Memory, Rules, decide

AS_OF = date(2025, 12, 1)
KNOWN = {
    "customer_id": "a",
    "may_contact": True,
    "open_complaint_count": 0.0,
    "oldest_open_complaint_hours": None,
    "churn_probability": 0.4,
    "win_back_probability": 0.1,
    "value_to_lose": 500.0,
    "value_to_win": 500.0,
    "yearly_spend": 500.0,
    "upsell_spend": 40.0,
    "average_purchase_value": 40.0,
    "tenure_days": 400.0,
    "days_since_last_purchase": 10.0,
    "purchase_count_ever": 20.0,
    "purchase_count_364d": 3.0,
    "last_gap_days": 20.0,
    "gap_spread_share": 0.5,
    "overdue_ratio": 0.5,
    "discounted_purchase_share_364d": 0.0,
    "campaign_response_ratio": 0.0,
    "days_since_last_campaign_contact": None,
    "campaign_contact_count_364d": 0.0,
    "suggested_category": None,
}
_UNKNOWN = {
    "oldest_open_complaint_hours": pl.Float64,
    "days_since_last_campaign_contact": pl.Float64,
    "suggested_category": pl.String,
}


def listed(
    name: str,
    *customers: dict[str, Any],
    places: int = 10,
    contacted: Iterable[tuple[str, date, str]] = (),
    **terms: Any,
) -> list[dict[str, Any]]:
    """Who is on the list of a night with the action `name` for so many of these customers, each told as far as they
    are not `KNOWN`; `contacted` are customer, day and arm of earlier lists, `terms` those of the action."""
    declared = {"channel": "mail", "contact_cost": 1.0, "offer_cost": 0.0, "effect": Effect(0.1, 50.0), **terms}
    action = Action(
        name=name, stages=PURPOSES[name].possible, capacity=places, holdout_share=0.0, salt="salt", **declared
    )
    rules = Rules(
        actions=[action],
        borders=Borders(active_days=84),
        manners=Manners(cool_down_days=28, yearly_cap=12),
        limits=Limits(size=50, budget=None, capacity={}),
        margin=1.0,
    )
    contacts = {"customer_id": pl.String, "contacted_on": pl.Date, "arm": pl.String, "is_running": pl.Boolean}
    texts = dict.fromkeys(("customer_id", "campaign", "segment", "arm"), pl.String)
    memory = Memory(
        contacted=pl.DataFrame([(*one, False) for one in contacted], schema=contacts, orient="row"),
        assigned=pl.DataFrame(schema=texts),
        segments=None,
        suppressed=pl.DataFrame(schema={"customer_id": pl.String}),
    )
    scores = pl.DataFrame([KNOWN | one for one in customers], schema_overrides=_UNKNOWN)
    made = decide(scores, rules=rules, memory=memory, campaigns={name: f"{name}-2025-12"}, as_of=AS_OF)
    return made.customers.filter(pl.col("outcome") == "listed").to_dicts()
