"""What is an action worth for a customer? By hand, with costs, offers and unknowns."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from serving import PURPOSES, Action, Effect, ScoresUnusable
from serving._actions import stakes
from serving._stages import STAGES
from serving._worth import worth_of

KNOWN = {
    "customer_id": "A",
    "stage": "loyal",
    "open_complaint_count": 0.0,
    "churn_probability": 0.4,
    "upsell_probability": 0.25,
    "win_back_probability": 0.1,
    "value_to_lose": 1000.0,
    "value_to_win": 900.0,
    "upsell_spend": 100.0,
    "average_purchase_value": 30.0,
}


def action(name: str, **changed: Any) -> Action:
    told = {
        "name": name,
        "channel": "mail",
        "contact_cost": 2.0,
        "offer_cost": 10.0,
        "effect": Effect(mean=0.2, strength=24.0),
        "stages": PURPOSES[name].possible,
        "capacity": None,
        "holdout_share": 0.1,
        "salt": "salt",
    }
    return Action(**{**told, **changed})


def customers(*changed: dict[str, Any], margin: float = 0.5) -> pl.DataFrame:
    rows = pl.DataFrame([{**KNOWN, **one} for one in changed], schema_overrides={"value_to_lose": pl.Float64})
    return rows.with_columns(stakes(margin=margin))


def profit(name: str, changed: dict[str, Any] | None = None, **terms: Any) -> float:
    return float(worth_of(customers(changed or {}), [action(name, **terms)]).profit[0, 0])


def test_a_retention_offer_is_taken_by_all_who_stay() -> None:
    assert profit("retention_offer") == pytest.approx(0.2 * 0.4 * 1000 - 2 - 10 * (1 - 0.4 * 0.8))


@pytest.mark.parametrize(("name", "stake"), [("retention_offer", 1000), ("thank_you", 1000), ("win_back_offer", 900)])
def test_who_is_lost_is_worth_another_sum_than_who_leaves(name: str, stake: float) -> None:
    known = {"stage": "lost"} if name == "win_back_offer" else {}
    p = KNOWN[PURPOSES[name].probability]
    gained = 0.2 * (p if PURPOSES[name].is_bad else 1 - p)
    assert profit(name, known, offer_cost=0.0) == pytest.approx(gained * stake - 2)


def test_an_upsell_is_taken_by_those_who_grow() -> None:
    at_stake = 0.5 * 0.25 * 400
    assert profit("upsell") == pytest.approx(0.2 * 0.75 * at_stake - 2 - 10 * (0.25 + 0.2 * 0.75))


def test_nobody_takes_an_offer_more_than_once() -> None:
    sure = {"upsell_probability": 0.95, "upsell_uplift": 0.3}
    assert profit("upsell", sure) == pytest.approx(0.05 * 50 - 2 - 10 * 1.0)


def test_no_more_is_won_than_there_is_to_win() -> None:
    strong = Effect(mean=5.0, strength=24.0)
    assert profit("retention_offer", effect=strong, offer_cost=0.0) == pytest.approx(0.4 * 1000 - 2)
    assert profit("upsell", effect=strong, offer_cost=0.0) == pytest.approx(0.75 * 50 - 2)


def test_an_effect_that_does_harm_costs() -> None:
    harm = Effect(mean=-0.1, strength=24.0)
    assert profit("retention_offer", effect=harm) == pytest.approx(-0.1 * 0.4 * 1000 - 2 - 10 * (1 - 0.4 * 1.1))


def test_the_interval_is_that_of_the_effect() -> None:
    offer = action("retention_offer", offer_cost=0.0)
    worth = worth_of(customers({}), [offer])
    assert worth.low[0, 0] == pytest.approx(offer.effect.low * 400 - 2)
    assert worth.high[0, 0] == pytest.approx(offer.effect.high * 400 - 2)
    assert worth.cost[0, 0] == pytest.approx(2.0)


def test_what_an_uplift_model_says_stands_for_effect_times_risk() -> None:
    told = {"retention_offer_uplift": 0.15}
    assert profit("retention_offer", told) == pytest.approx(0.15 * 1000 - 2 - 10 * (0.6 + 0.15))
    assert profit("upsell", {"upsell_uplift": 0.1}) == pytest.approx(0.1 * 50 - 2 - 10 * (0.25 + 0.1))
    assert profit("upsell", told) == profit("upsell")


def test_where_it_says_nothing_of_a_customer_the_effect_is_as_believed() -> None:
    rows = customers({"retention_offer_uplift": None}, {"customer_id": "B", "retention_offer_uplift": -0.2})
    worth = worth_of(rows, [action("retention_offer")])
    assert worth.profit[0, 0] == pytest.approx(profit("retention_offer"))
    assert worth.profit[1, 0] == pytest.approx(-0.2 * 1000 - 2 - 10 * 0.4)
    assert worth.cost[1, 0] == pytest.approx(2 + 10 * 0.4)


def test_an_offer_costs_what_those_cost_who_are_known_to_take_it_and_at_least_those_who_are_gained() -> None:
    told = {"retention_offer_take": 0.3}
    assert profit("retention_offer", told) == pytest.approx(0.2 * 0.4 * 1000 - 2 - 10 * 0.3)
    assert profit("retention_offer", told | {"retention_offer_uplift": 0.15}) == pytest.approx(150 - 2 - 10 * 0.3)
    assert profit("retention_offer", told | {"retention_offer_uplift": 0.35}) == pytest.approx(350 - 2 - 10 * 0.35)
    assert profit("retention_offer", {"retention_offer_take": None}) == profit("retention_offer")
    assert profit("upsell", told) == profit("upsell")


@pytest.mark.parametrize(("name", "said", "gained"), [("retention_offer", 0.9, 0.4), ("upsell", -0.9, -0.25)])
def test_an_uplift_leaves_a_probability(name: str, said: float, gained: float) -> None:
    stake = {"retention_offer": 1000, "upsell": 50}[name]
    assert profit(name, {f"{name}_uplift": said}, offer_cost=0.0) == pytest.approx(gained * stake - 2)


def test_an_uplift_is_as_unsure_as_the_effect_of_all() -> None:
    offer = action("retention_offer", offer_cost=0.0)
    worth = worth_of(customers({"retention_offer_uplift": 0.15}), [offer])
    assert worth.low[0, 0] == pytest.approx((0.15 - (offer.effect.mean - offer.effect.low) * 0.4) * 1000 - 2)
    assert worth.high[0, 0] == pytest.approx((0.15 + (offer.effect.high - offer.effect.mean) * 0.4) * 1000 - 2)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("win_back_offer", {}),
        ("retention_offer", {"stage": "lost"}),
        ("service_recovery", {}),
        ("retention_offer", {"churn_probability": None}),
        ("retention_offer", {"value_to_lose": None}),
    ],
)
def test_what_does_not_suit_or_is_unknown_is_worth_nothing_that_could_be_named(
    name: str, changed: dict[str, Any]
) -> None:
    assert np.isnan(profit(name, changed))


@pytest.mark.parametrize("name", PURPOSES)
def test_an_action_is_for_the_stages_that_are_named_and_no_others(name: str) -> None:
    known = {"open_complaint_count": 1.0, "suggested_category": "bread"}
    known |= {"cross_sell_probability": 0.2, "referral_probability": 0.1}
    stages = [kind.name for kind in STAGES]
    rows = customers(*({**known, "customer_id": stage, "stage": stage} for stage in stages))
    for named in PURPOSES[name].possible:
        worth = worth_of(rows, [action(name, stages=frozenset({named}))])
        assert [stage for stage, profit in zip(stages, worth.profit[:, 0], strict=True) if profit == profit] == [named]


@pytest.mark.parametrize(
    ("name", "stage"), [("win_back_offer", "loyal"), ("upsell", "lost"), ("thank_you", "prospect")]
)
def test_an_action_for_customers_of_whom_nothing_is_predicted_cannot_be_made(name: str, stage: str) -> None:
    for stages in (frozenset({stage}), frozenset[str]()):
        with pytest.raises(ValueError, match=rf"{name} is for one or more of"):
            action(name, stages=stages)


def test_a_question_that_is_not_asked_suits_nobody() -> None:
    worth = worth_of(customers({}).drop("upsell_probability"), [action("upsell")])
    assert np.isnan(worth.profit).all()


@pytest.mark.parametrize("wrong", [-0.1, 1.01, float("nan")])
def test_a_probability_outside_0_to_1_is_refused_with_its_customer(wrong: float) -> None:
    rows = customers({}, {"customer_id": "B", "churn_probability": wrong})
    with pytest.raises(
        ScoresUnusable, match=r"churn_probability: 1 of 2 are outside 0 to 1 \(first: .* of customer 'B'"
    ):
        worth_of(rows, [action("retention_offer")])
