"""Is what an uplift model says of a customer recorded as an effect, of leaving and of staying away alike?"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from serving import PURPOSES, Action, Borders, Decided, Effect, Limits, Manners, Memory, Rules, decide

KNOWN = {
    "customer_id": "A",
    "may_contact": True,
    "open_complaint_count": 0.0,
    "churn_probability": 0.4,
    "win_back_probability": 0.1,
    "value_to_lose": 500.0,
    "value_to_win": 500.0,
    "yearly_spend": 500.0,
    "expected_spend": 40.0,
    "average_purchase_value": 40.0,
    "tenure_days": 400.0,
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


def decided(name: str, *, uplift: float, days: float) -> Decided:
    """A night with one customer, who bought so many days ago, and one action, of which a model says `uplift`."""
    told = {**KNOWN, "days_since_last_purchase": days, f"{name}_uplift": uplift}
    action = Action(
        name=name,
        channel="mail",
        contact_cost=1.0,
        offer_cost=0.0,
        effect=Effect(0.1, 50.0),
        stages=PURPOSES[name].possible,
        capacity=None,
        holdout_share=0.0,
        salt="salt",
    )
    rules = Rules(
        actions=[action],
        borders=Borders(active_days=84),
        manners=Manners(cool_down_days=28, yearly_cap=12),
        limits=Limits(size=5, budget=None, capacity={}),
        margin=1.0,
        more_share=0.25,
    )
    ids = {"customer_id": pl.String}
    memory = Memory(
        contacted=pl.DataFrame(schema={**ids, "contacted_on": pl.Date, "arm": pl.String, "is_running": pl.Boolean}),
        assigned=pl.DataFrame(schema={**ids, **dict.fromkeys(("campaign", "segment", "arm"), pl.String)}),
        segments=None,
        suppressed=pl.DataFrame(schema=ids),
    )
    scores = pl.DataFrame(
        [told], schema_overrides={"days_since_last_campaign_contact": pl.Float64, "suggested_category": pl.String}
    )
    return decide(scores, rules=rules, memory=memory, campaigns={name: f"{name}-2025-12"}, as_of=date(2025, 12, 1))


@pytest.mark.parametrize(
    ("name", "days", "effect"),
    # Of leaving, 0.4, and of staying away, 1 - 0.1, the share that 0.18 is.
    [("retention_offer", 10.0, 0.18 / 0.4), ("win_back_offer", 100.0, 0.18 / 0.9)],
)
def test_the_effect_is_the_uplift_over_the_risk(name: str, days: float, effect: float) -> None:
    (row,) = decided(name, uplift=0.18, days=days).customers.to_dicts()
    assert row["action"] == name
    assert row["effect"] == pytest.approx(effect)
    assert row["expected_profit"] == pytest.approx(0.18 * 500 - 1)
