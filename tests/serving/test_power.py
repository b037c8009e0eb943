"""Are as many customers asked for as an effect needs to be seen, no fewer and not many more?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm
from simulated_campaign import World, campaign

from serving import NothingToMeasure, measure, needed, needed_for_effect, smallest_visible


def test_equal_arms_need_what_the_textbook_says() -> None:
    found = needed(0.5, variance=1.0, holdout_share=0.5)
    per_arm = 2 * (norm.ppf(0.975) + norm.ppf(0.8)) ** 2 / 0.25
    assert found is not None
    assert (found.treated, found.held_out) == (math.ceil(per_arm), math.ceil(per_arm)) == (63, 63)


@pytest.mark.parametrize(
    "world",
    [
        World(customers=0, rate=0.4, effect=0.3, holdout_share=0.3),
        World(customers=0, rate=0.2, effect=0.125, holdout_share=0.2, keeps=False),
    ],
)
def test_four_in_five_campaigns_of_the_size_asked_for_see_the_effect(world: World) -> None:
    sample = campaign(replace(world, customers=20_000), seed=0).rows["risk"]
    asked = needed_for_effect(world.effect, sample, holdout_share=world.holdout_share)
    assert asked is not None
    planned = replace(world, customers=asked.customers)
    months = (campaign(planned, seed=(1, number)).rows.with_columns(segment=pl.lit("all")) for number in range(200))
    lows = [measure(month).good_share.low for month in months]
    assert 0.71 < np.mean([low is not None and low > 0 for low in lows]) < 0.89


def test_what_is_needed_shows_the_effect_that_it_was_needed_for() -> None:
    asked = needed(0.02, variance=0.09, holdout_share=0.1, explained=0.3)
    assert asked is not None
    seen = smallest_visible(asked.customers, variance=0.09, holdout_share=0.1, explained=0.3)
    assert seen == pytest.approx(0.02, rel=1e-3)


def test_knowing_half_the_variance_halves_who_is_needed() -> None:
    some, half = (needed(0.02, variance=0.09, holdout_share=0.1, explained=share) for share in (0.0, 0.5))
    assert some is not None
    assert half is not None
    assert half.customers == pytest.approx(some.customers / 2, abs=2)


def test_predictions_that_tell_customers_apart_ask_for_fewer() -> None:
    alike, apart = (
        needed_for_effect(0.2, pl.Series(values * 50), holdout_share=0.1) for values in ([0.5, 0.5], [0.1, 0.9])
    )
    assert alike is not None
    assert apart is not None
    assert apart.customers < alike.customers / 2


def test_no_effect_is_seen_by_nobody_and_harm_as_well_as_good() -> None:
    assert needed(0.0, variance=1.0, holdout_share=0.1) is None
    assert needed_for_effect(0.2, pl.Series([0.0]), holdout_share=0.1) is None
    assert needed(-0.1, variance=1.0, holdout_share=0.1) == needed(0.1, variance=1.0, holdout_share=0.1)
    assert smallest_visible(0, variance=1.0, holdout_share=0.1) == math.inf


def test_no_more_harm_is_to_be_seen_than_can_be_done() -> None:
    most, more = (needed_for_effect(effect, pl.Series([0.99]), holdout_share=0.1) for effect in (-0.01 / 0.99, -0.05))
    assert most is not None
    assert more == most


def test_never_fewer_are_asked_for_than_an_interval_needs() -> None:
    asked = needed(100.0, variance=1.0, holdout_share=0.1)
    assert asked is not None
    assert (asked.treated, asked.held_out) == (180, 20)
    rare = needed_for_effect(0.3, pl.Series([0.99]), holdout_share=0.1)
    assert rare is not None
    assert rare.held_out == 500


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_campaign_with_an_empty_arm_cannot_be_planned(share: float) -> None:
    with pytest.raises(NothingToMeasure, match="one arm is empty"):
        needed(0.1, variance=1.0, holdout_share=share)


@pytest.mark.parametrize("risk", [[], [1.2], [float("nan")], [None]])
def test_risks_that_are_none_are_refused(risk: list[float]) -> None:
    with pytest.raises(NothingToMeasure, match="0 to 1"):
        needed_for_effect(0.1, pl.Series(risk, dtype=pl.Float64), holdout_share=0.1)


@pytest.mark.parametrize(("power", "confidence"), [(1.0, 0.95), (0.8, 1.0), (80, 0.95)])
def test_certainty_is_not_for_sale(power: float, confidence: float) -> None:
    with pytest.raises(ValueError, match="shares such as"):
        needed(0.1, variance=1.0, holdout_share=0.1, power=power, confidence=confidence)


def test_a_variance_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="variance of -1"):
        needed(0.1, variance=-1.0, holdout_share=0.1)
