"""Do measured campaigns move the belief in an effect as far as they tell, each once?"""

from __future__ import annotations

from math import inf, sqrt

import pytest
from scipy.stats import norm
from simulated_campaign import World, campaign

from serving import CountedTwice, Effect, Measured, NothingToMeasure, by_segment, measure, updated

PRIOR = Effect(0.1, 49)


@pytest.fixture(scope="module")
def months() -> list[Measured]:
    """Three measured campaigns that keep a third of those who would leave."""
    world = World(customers=4000, rate=0.3, effect=0.33)
    return [measure(campaign(world, seed=number, name=f"offer-2026-{number:02d}").rows) for number in (1, 2, 3)]


def test_a_strength_is_worth_so_many_answers_of_yes_or_no() -> None:
    assert Effect(0.1, 0).variance == 0.25
    assert PRIOR.variance == pytest.approx(0.005)
    assert Effect(0.1, inf).variance == 0.0


def test_the_interval_of_an_effect_holds_four_cases_of_five() -> None:
    belief = norm(0.1, sqrt(0.005))
    assert (PRIOR.low, PRIOR.high) == pytest.approx((belief.ppf(0.1), belief.ppf(0.9)))


@pytest.mark.parametrize(("mean", "strength"), [(float("nan"), 1), (inf, 1), (0.1, -1), (0.1, float("nan"))])
def test_an_effect_that_cannot_be_is_refused(mean: float, strength: float) -> None:
    with pytest.raises(ValueError, match="finite mean and a strength"):
        Effect(mean, strength)


def test_a_measured_effect_counts_by_its_precision(months: list[Measured]) -> None:
    effect = months[0].effect
    assert effect is not None
    precisions = (1 / PRIOR.variance, 1 / effect.standard_error**2)
    belief = updated(PRIOR, months[0])
    assert belief.mean == pytest.approx((0.1 * precisions[0] + effect.mean * precisions[1]) / sum(precisions))
    assert belief.variance == pytest.approx(1 / sum(precisions))
    assert belief.strength > PRIOR.strength


def test_the_order_of_campaigns_does_not_matter_and_belief_nears_the_truth(months: list[Measured]) -> None:
    forth = back = PRIOR
    for month in months:
        forth = updated(forth, month)
    for month in reversed(months):
        back = updated(back, month)
    assert (forth.mean, forth.variance) == pytest.approx((back.mean, back.variance))
    assert forth.campaigns == {"offer-2026-01", "offer-2026-02", "offer-2026-03"}
    assert abs(forth.mean - 0.33) < 2 * forth.deviation < abs(PRIOR.mean - 0.33)


def test_no_campaign_is_counted_twice(months: list[Measured]) -> None:
    with pytest.raises(CountedTwice, match="offer-2026-02"):
        updated(updated(PRIOR, months[1]), months[1])


def test_a_campaign_without_a_name_is_not_counted() -> None:
    nameless = campaign(World(customers=2000, rate=0.3), seed=1).rows.drop("campaign")
    with pytest.raises(NothingToMeasure, match="name"):
        updated(PRIOR, measure(nameless))


def test_what_has_not_enough_data_changes_nothing_and_may_be_counted_later() -> None:
    small = measure(campaign(World(customers=100, rate=0.3), seed=1).rows)
    assert updated(PRIOR, small) is PRIOR


def test_contact_that_does_harm_is_learned_as_such() -> None:
    world = World(customers=20_000, rate=0.3, effect=-0.3)
    assert updated(PRIOR, measure(campaign(world, seed=1).rows)).high < 0


def test_whoever_is_certain_learns_nothing(months: list[Measured]) -> None:
    sure = updated(Effect(0.1, inf), months[0])
    assert (sure.mean, sure.variance) == (0.1, 0.0)


def test_segments_that_differ_by_chance_alone_share_one_effect() -> None:
    measured = measure(campaign(World(customers=4000, rate=0.3), seed=5).rows)
    whole = updated(PRIOR, measured)
    beliefs = by_segment(whole, measured)
    own = {name: part.effect.mean for name, part in measured.segments.items() if part and part.effect}
    for name, belief in beliefs.items():
        assert abs(belief.mean - whole.mean) <= 0.5 * abs(own[name] - whole.mean)


def test_a_segment_that_differs_clearly_has_an_effect_of_its_own() -> None:
    kept = campaign(World(customers=20_000, rate=0.4, effect=0.6), seed=1).rows
    harmed = campaign(World(customers=20_000, rate=0.4, effect=-0.4), seed=1).rows
    small = harmed["segment"] == "small"
    mixed = harmed.filter(small).vstack(kept.filter(~small))
    measured = measure(mixed)
    beliefs = by_segment(updated(PRIOR, measured), measured)
    assert beliefs["small"].high < 0 < 0.4 < beliefs["major"].low
    assert beliefs["VIP"].mean < measured.segments["VIP"].effect.mean  # type: ignore[union-attr]


def test_a_segment_that_was_not_measured_is_the_whole_and_no_surer() -> None:
    measured = measure(campaign(World(customers=800, rate=0.3), seed=5).rows)
    whole = updated(PRIOR, measured)
    vip = by_segment(whole, measured)["VIP"]
    assert vip.mean == whole.mean
    assert vip.variance >= whole.variance
