"""Whose complaint is answered first where not all can be? Nobody waits for calls that were made already."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from serving import PURPOSES, Action, Borders, Effect, Limits, Manners, Memory, Rules, decide

AS_OF = date(2025, 12, 1)
RECOVERY = "service_recovery"
COMPLAINS = {
    "may_contact": True,
    "open_complaint_count": 1.0,
    "oldest_open_complaint_hours": 100.0,
    "churn_probability": 0.4,
    "value_to_lose": 500.0,
    "yearly_spend": 500.0,
    "expected_spend": 40.0,
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
}


def called(*customers: dict[str, Any], places: int = 1, before: list[tuple[str, date, str]] | None = None) -> set[str]:
    """Who is called on a night with so many places; `before` are customer, day and arm of earlier lists."""
    recovery = Action(
        name=RECOVERY,
        channel="phone",
        contact_cost=5.0,
        offer_cost=0.0,
        effect=Effect(0.2, 20.0),
        stages=PURPOSES[RECOVERY].possible,
        capacity=None,
        holdout_share=0.0,
        salt="salt",
    )
    rules = Rules(
        actions=[recovery],
        borders=Borders(active_days=84),
        manners=Manners(cool_down_days=28, yearly_cap=12),
        limits=Limits(size=50, budget=None, capacity={"phone": places}),
        margin=1.0,
        more_share=0.25,
    )
    texts = dict.fromkeys(("customer_id", "campaign", "segment", "arm"), pl.String)
    contacted = pl.DataFrame(
        [(*one, False) for one in before or []],
        schema={"customer_id": pl.String, "contacted_on": pl.Date, "arm": pl.String, "is_running": pl.Boolean},
        orient="row",
    )
    memory = Memory(
        contacted=contacted,
        assigned=pl.DataFrame(schema=texts),
        segments=None,
        suppressed=pl.DataFrame(schema={"customer_id": pl.String}),
    )
    scores = pl.DataFrame(
        [COMPLAINS | one for one in customers], schema_overrides={"days_since_last_campaign_contact": pl.Float64}
    )
    made = decide(scores, rules=rules, memory=memory, campaigns={RECOVERY: "calls"}, as_of=AS_OF)
    return set(made.customers.filter(pl.col("outcome") == "listed")["customer_id"])


SMALL, LARGE = {"customer_id": "a", "value_to_lose": 50.0}, {"customer_id": "b", "value_to_lose": 5000.0}


def test_who_is_worth_most_is_called_first() -> None:
    assert called(SMALL, LARGE) == {"b"}


def test_who_was_called_since_the_complaint_waits_for_those_who_were_not() -> None:
    yesterday = AS_OF - timedelta(days=1)
    assert called(SMALL, LARGE, before=[("b", yesterday, "treated")]) == {"a"}
    assert called(SMALL, LARGE, before=[("b", yesterday, "treated")], places=2) == {"a", "b"}
    assert called(SMALL, LARGE, before=[("b", yesterday, "held_out")]) == {"b"}


def test_a_contact_before_the_complaint_was_made_is_no_answer_to_it() -> None:
    five_days_ago = AS_OF - timedelta(days=5)
    assert called(SMALL, LARGE, before=[("b", five_days_ago, "treated")]) == {"b"}
    young = LARGE | {"oldest_open_complaint_hours": 14.0}
    assert called(SMALL, young, before=[("b", AS_OF - timedelta(days=1), "treated")]) == {"b"}


def test_of_equals_the_oldest_complaint_is_answered_first() -> None:
    old = SMALL | {"customer_id": "z", "oldest_open_complaint_hours": 2000.0}
    assert called(SMALL, old, SMALL | {"customer_id": "c", "oldest_open_complaint_hours": None}) == {"z"}
    assert called(SMALL | {"value_to_lose": None}, old | {"value_to_lose": None}) == {"z"}


def test_without_the_hours_the_order_is_by_worth_and_name() -> None:
    unknown = {"oldest_open_complaint_hours": None}
    assert called(SMALL | unknown, SMALL | unknown | {"customer_id": "c"}) == {"a"}
