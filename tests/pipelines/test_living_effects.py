"""Does the living shop answer to each action as it is said to, by kind of customer and within its window?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from living import contacts, of_kind

from pipelines._living_actions import ACTIONS, FAMILIES, Kind, Rate
from pipelines._living_baskets import customer_ids
from pipelines._living_lives import Condition, rates_on
from pipelines._living_people import Nature
from pipelines._living_shop import LivingShop

START = date(2024, 12, 1)


@pytest.fixture(scope="module")
def lived() -> LivingShop:
    """A shop of 600 on the morning of START; tests go on with copies of it."""
    shop = LivingShop(11, 600)
    shop.advance(START)
    return shop


@pytest.mark.parametrize(
    ("action", "rate"),
    [
        ("retention_offer", Rate.LEAVE),
        ("retention_offer", Rate.SETTLE),
        ("win_back_offer", Rate.COME_BACK),
        ("upsell", Rate.SPEND),
        ("cross_sell", Rate.TRY),
        ("referral_invitation", Rate.REFER),
        ("thank_you", Rate.WAVER),
    ],
)
def test_a_contact_moves_a_persuadables_rate_as_stated_and_only_within_its_window(
    action: str, rate: Rate, lived: LivingShop
) -> None:
    shop, people = lived.copy(), lived.world.people
    who = of_kind(shop, action, Kind.PERSUADABLE, *list(Condition)[1:])
    shop.advance(START + timedelta(days=1), contacts(who, action, START))
    first, last = shop.day_number(START), shop.day_number(START) + ACTIONS[action].days - 1
    stated = ACTIONS[action].persuades[rate]
    assert stated != 1
    for day in (first, last):
        moved = rates_on(people, shop.lives, day, who=who)
        assert moved[rate] == pytest.approx(people.rates[rate, who] * stated)
        others = [each for each in Rate if each not in ACTIONS[action].persuades]
        assert np.array_equal(moved[others], people.rates[others][:, who])
    assert np.array_equal(rates_on(people, shop.lives, last + 1, who=who), people.rates[:, who])


def test_sleeping_dogs_are_driven_away_and_lost_causes_left_cold(lived: LivingShop) -> None:
    shop, people, day = lived.copy(), lived.world.people, lived.day_number(START)
    dogs = of_kind(shop, "retention_offer", Kind.SLEEPING_DOG, Condition.STEADY, Condition.WAVERING)
    lost = of_kind(shop, "retention_offer", Kind.LOST_CAUSE, Condition.STEADY, Condition.WAVERING)
    shop.advance(START + timedelta(days=1), contacts(np.concatenate([dogs, lost]), "retention_offer", START))
    rates = rates_on(people, shop.lives, day)
    assert (rates[Rate.WAVER, dogs] > people.rates[Rate.WAVER, dogs]).all()
    assert (rates[Rate.LEAVE, dogs] > people.rates[Rate.LEAVE, dogs]).all()
    assert np.array_equal(rates[:, lost], people.rates[:, lost])


def test_an_offer_is_taken_once_within_its_window_by_those_who_would_act_anyway_as_well(lived: LivingShop) -> None:
    shop, alive = lived.copy(), (Condition.STEADY, Condition.WAVERING, Condition.HURT)
    who = np.concatenate([of_kind(shop, "retention_offer", kind, *alive) for kind in Kind])
    shop.advance(START + timedelta(days=90), contacts(who, "retention_offer", START))
    taken = shop.team_events.filter("is_response")
    kinds = shop.world.people.kinds[FAMILIES.index("retention")][taken["customer"]]
    assert set(kinds) == {Kind.PERSUADABLE, Kind.SURE_THING}
    assert taken["customer"].is_unique().all()
    assert (taken["day"] < shop.day_number(START) + ACTIONS["retention_offer"].days).all()
    responses = shop.tables()["interactions"].filter(pl.col("kind") == "campaign_response")
    assert responses["topic"].unique().to_list() == ["retention_offer-2024-12"]
    assert len(responses) == len(taken) > 0.5 * (shop.world.people.kinds[0, who] <= 1).sum()


def test_a_badly_answered_complaint_drives_customers_away_and_service_recovery_undoes_it() -> None:
    nature = replace(Nature(), unanswered_share=1.0, complaint_rate=0.01, heal_rate=0.0)
    shop = LivingShop(5, 1500, nature=nature)
    shop.advance(date(2024, 3, 1))
    hurt = of_kind(shop, "service_recovery", Kind.PERSUADABLE, Condition.HURT)
    content = of_kind(shop, "service_recovery", Kind.PERSUADABLE, Condition.STEADY)
    helped, ignored = shop.copy(), shop.copy()
    until = date(2024, 3, 31)
    helped.advance(until, contacts(hurt, "service_recovery", date(2024, 3, 1)))
    ignored.advance(until)
    gone = {name: each.lives.condition == Condition.GONE for name, each in (("helped", helped), ("ignored", ignored))}
    assert gone["ignored"][hurt].mean() > 3 * gone["ignored"][content].mean()
    assert gone["helped"][hurt].mean() < 0.6 * gone["ignored"][hurt].mean()
    assert np.array_equal(gone["helped"][content], gone["ignored"][content])


def test_service_recovery_answers_the_complaints_that_were_open_and_no_others() -> None:
    shop = LivingShop(5, 1500, nature=replace(Nature(), unanswered_share=0.5))
    start = date(2024, 6, 1)
    shop.advance(start)
    is_complaint = pl.col("kind") == "complaint"
    before = shop.tables()["interactions"].filter(is_complaint).sort("interaction_id")
    is_open = before["resolved_at"].is_null()
    people = customer_ids(np.arange(len(shop.lives.condition)))
    who = np.flatnonzero(people.is_in(before.filter(is_open)["customer_id"].implode()))
    shop.advance(start + timedelta(days=1), contacts(who, "service_recovery", start))
    later = shop.tables()["interactions"].filter(is_complaint, pl.col("occurred_at") < before["occurred_at"].max())
    after = before.select("interaction_id", was="resolved_at").join(later, on="interaction_id")
    assert is_open.sum() > 50
    assert (
        after.filter(pl.col("was").is_null())["resolved_at"]
        .is_between(datetime(2024, 6, 1, tzinfo=UTC), datetime(2024, 6, 2, tzinfo=UTC))
        .all()
    )
    assert after.filter(pl.col("was").is_not_null()).select((pl.col("was") == pl.col("resolved_at")).all()).item()
    services = shop.tables()["interactions"].filter(pl.col("kind") == "service")
    assert len(services) == len(who)
