"""Is it found who slows down, by what customers do alone? In logs whose customers are known to the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from models._wavering import (
    FEWEST,
    GONE,
    HERE,
    WAVERS,
    WEEKS,
    Activity,
    Wavering,
    activity_known,
    learned_wavering,
    wavering_probability,
)
from tests.features.tables import AS_OF, tables

TRUE = Wavering(
    paces=np.array([0.8, 2.0, 4.0]),
    shares=np.array([0.3, 0.4, 0.3]),
    slower=0.25,
    turns=np.array([[0.97, 0.03, 0.0], [0.08, 0.86, 0.06], [0.005, 0.0, 0.995]]),
    busy=np.ones(WEEKS),
)


def lived(model: Wavering, *, customers: int = 800, seed: int = 1) -> tuple[Activity, np.ndarray]:
    """What customers did who live as a model says, and how they stand at the end: 0 here, 1 wavering, 2 gone."""
    chance = np.random.default_rng(seed)
    pace = chance.choice(model.paces, size=customers, p=model.shares)
    begin = chance.integers(0, WEEKS // 2, customers)
    stands, days = np.zeros(customers, int), np.zeros((customers, WEEKS))
    for week in range(WEEKS):
        luck = chance.random(customers)
        turned = (luck[:, None] > np.cumsum(model.turns, axis=1)[stands][:, :-1]).sum(axis=1)
        stands = np.where(begin < week, turned, HERE)
        often = model.busy[week] * pace * np.array([1.0, model.slower, 0.0])[stands]
        days[:, week] = np.where(begin <= week, chance.poisson(often), 0)
    days[np.arange(customers), begin] += 1
    names = pl.Series([f"C{number:05d}" for number in range(customers)])
    return Activity(customers=names, days=days, begin=begin), stands


@pytest.fixture(scope="module")
def found() -> Wavering:
    """What is learned from customers who live by `TRUE`."""
    learned = learned_wavering(lived(TRUE)[0])
    assert learned is not None
    return learned


def test_the_rates_that_customers_live_by_are_found(found: Wavering) -> None:
    assert found.shows
    assert found.slower == pytest.approx(TRUE.slower, rel=0.4)
    for turn in ((HERE, WAVERS), (WAVERS, HERE), (WAVERS, GONE)):
        assert found.turns[turn] == pytest.approx(TRUE.turns[turn], rel=0.4), turn
    assert found.turns[HERE, GONE] < 0.01
    assert found.shares.sum() == pytest.approx(1.0)
    assert found.shares @ found.paces == pytest.approx(TRUE.shares @ TRUE.paces, rel=0.15)


def test_as_many_waver_as_it_says_and_those_it_names(found: Wavering) -> None:
    activity, stands = lived(TRUE, customers=4000, seed=2)
    said, wavers = found.probability(activity), stands == WAVERS
    assert said.mean() == pytest.approx(wavers.mean(), rel=0.25)
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1.0)):
        among = (said >= low) & (said < high)
        assert among.sum() > 40
        assert wavers[among].mean() == pytest.approx(said[among].mean(), abs=0.12)
    most = np.argsort(-said)[: wavers.sum()]
    assert wavers[most].mean() > 4 * wavers.mean()


def test_a_silence_is_weighed_by_the_own_pace(found: Wavering) -> None:
    steady = np.tile([3.0], (1, WEEKS))
    seldom = np.where(np.arange(WEEKS) % 2 == 1, 1.0, 0.0)[None]
    slower = np.where(np.arange(WEEKS) >= WEEKS - 5, [[1.0]], steady)
    gone = np.where(np.arange(WEEKS) >= WEEKS - 40, 0.0, steady)
    days = np.concatenate([steady, slower, gone, seldom])
    said = found.probability(Activity(customers=pl.Series(list("abcd")), days=days, begin=np.zeros(4, int)))
    assert said[1] > 0.3 > 5 * max(said[0], said[2])
    assert said[1] > 3 * said[3]


@pytest.mark.parametrize("low", [0.2, 0.0], ids=["after a rush", "while the shop is closed"])
def test_who_comes_less_often_because_all_do_does_not_waver(low: float) -> None:
    """The last weeks are quiet, after a rush: nobody slows down for that."""
    busy = np.where(np.arange(WEEKS) % 52 >= 46, low, np.where(np.arange(WEEKS) % 52 >= 42, 3.0, 1.0))
    activity, stands = lived(replace(TRUE, busy=busy), customers=1500)
    found = learned_wavering(activity)
    assert found is not None
    assert found.shows
    for weeks in (slice(42, 46), slice(46, 52), slice(52, 94), slice(94, 98), slice(98, 104)):
        assert found.busy[weeks].mean() == pytest.approx(busy[weeks].mean(), rel=0.2, abs=0.1)
    said = found.probability(activity)
    assert said.mean() == pytest.approx((stands == WAVERS).mean(), rel=0.35)
    blind = replace(found, busy=np.ones(WEEKS)).probability(activity)
    wrong, wrong_if_blind = (((each - (stands == WAVERS)) ** 2).mean() for each in (said, blind))
    assert wrong < 0.9 * wrong_if_blind


def test_who_leaves_without_slowing_down_shows_nothing() -> None:
    at_once = replace(TRUE, slower=0.9, turns=np.array([[0.92, 0.05, 0.03], [0.5, 0.5, 0.0], [0.001, 0.0, 0.999]]))
    found = learned_wavering(lived(at_once)[0])
    assert found is not None
    assert not found.shows


@pytest.mark.parametrize("pace", [0.25, 1.0])
@pytest.mark.parametrize("leaves", [0.0, 0.01])
def test_where_nobody_slows_down_nobody_is_said_to(pace: float, leaves: float) -> None:
    """Steady customers, who stay or leave from one week to the next, and others who come once."""
    turns = np.array([[1 - leaves, 0.0, leaves], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    steady, _ = lived(replace(TRUE, paces=pace * TRUE.paces, turns=turns), customers=700, seed=4)
    once, _ = lived(replace(TRUE, turns=np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])), seed=5)
    days, begin = np.concatenate([steady.days, once.days]), np.concatenate([steady.begin, once.begin])
    names = pl.Series([f"C{number:05d}" for number in range(len(begin))])
    found = learned_wavering(Activity(customers=names, days=days, begin=begin))
    assert found is not None
    assert not found.shows


def test_customers_who_come_seldom_waver_as_often_as_is_said() -> None:
    seldom = replace(TRUE, paces=0.2 * TRUE.paces)
    activity, stands = lived(seldom, customers=2000, seed=6)
    found = learned_wavering(activity)
    assert found is not None
    assert found.probability(activity).mean() == pytest.approx((stands == WAVERS).mean(), rel=0.5)


def test_who_joins_changes_little_of_what_is_learned() -> None:
    activity, _ = lived(TRUE, customers=1998, seed=7)
    one_more = activity.customers.clone().extend(pl.Series(["A"]))
    joined = Activity(
        customers=one_more,
        days=np.concatenate([activity.days, activity.days[:1]]),
        begin=np.concatenate([activity.begin, activity.begin[:1]]),
    )
    before, after = (learned_wavering(each) for each in (activity, joined))
    assert before is not None
    assert after is not None
    assert np.abs(before.probability(activity) - after.probability(activity)).max() < 0.02


def test_of_few_customers_nothing_is_learned() -> None:
    activity, _ = lived(TRUE, customers=FEWEST - 1)
    assert learned_wavering(activity) is None
    assert learned_wavering(activity.among(slice(0, 0))) is None


def test_only_what_customers_began_themselves_and_was_known_counts() -> None:
    bought = [("anna", 1, 9.0), ("anna", 1, 5.0), ("anna", 8, 9.0), ("ben", 7, 9.0), ("cara", 7 * WEEKS + 1, 9.0)]
    late = ("ben", 3, 9.0, {"recorded_at": "2026-03-11 08:00"})
    done = [("anna", 1, "visit"), ("anna", 2, "enquiry"), ("anna", 3, "campaign_contact"), ("ben", 2, "complaint")]
    known = activity_known(tables([*bought, late], done), as_of=AS_OF, time_zone="UTC")
    assert known.customers.to_list() == ["anna", "ben"]
    assert known.days[:, -2:].tolist() == [[1.0, 3.0], [0.0, 1.0]]
    assert known.days.sum() == 5
    assert known.begin.tolist() == [WEEKS - 2, WEEKS - 1]


def test_a_log_says_it_of_whomever_is_asked() -> None:
    activity, _ = lived(TRUE, customers=250)
    bought = [
        (name, 7 * (WEEKS - int(week)) - place, 9.0)
        for name, days in zip(activity.customers, activity.days, strict=True)
        for week in np.flatnonzero(days)
        for place in range(min(int(days[week]), 2))
    ]
    asked = pl.Series(["nobody", *activity.customers[::-3]])
    log = tables(bought)
    shuffled = {name: rows.collect().sample(fraction=1.0, shuffle=True, seed=3).lazy() for name, rows in log.items()}
    said, again = (wavering_probability(each, asked, as_of=AS_OF, time_zone="UTC") for each in (log, shuffled))
    assert said is not None
    assert again is not None
    assert said.equals(again)
    assert said["customer_id"].to_list() == asked.to_list()
    assert said["wavering_probability"].is_between(0, 1).all()
    assert said["wavering_probability"][0] == 0.0
    later = wavering_probability(log, asked, as_of=AS_OF + timedelta(days=600), time_zone="UTC")
    assert later is None or later["wavering_probability"].max() < 0.2
    assert wavering_probability(tables(bought[:9]), asked, as_of=AS_OF, time_zone="UTC") is None
