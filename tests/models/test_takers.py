"""Is the effect of all spread by who takes the offer where traits foretell that, and only then?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from randomised_trial import ALIKE, offered, shown

from models._randomised import Randomised
from models._ranked import Ranked
from models._takers import FEWEST_OF_EACH, FEWEST_TOLD, Habits, Leaning, Offered, Takers, are_known_by_traits, are_told
from models._tellers import OWN, Besides, Told
from models._uplift import NEEDED, SEED, judged, learn_uplift

NOTHING = Leaning.none(ALIKE.traits)
"""Habits say nothing."""


def ranked(known: Randomised) -> Randomised:
    """The same with ranks for traits."""
    return replace(known, traits=Ranked.of(known.traits).apply(known.traits))


def own(known: Randomised) -> Told:
    """That those contacted tell themselves who takes the offer."""
    return Told(by=OWN, own=Offered.of(ranked(known)), besides=Besides.nothing(known.columns))


def known_by_traits(known: Randomised) -> bool:
    """Whether traits foretell who takes the offer."""
    return are_known_by_traits(Offered.of(ranked(known)), leaning=NOTHING, seed=SEED, needed=NEEDED)


@pytest.mark.parametrize("is_bad", [True, False])
def test_without_the_power_for_a_model_the_effect_is_spread_by_who_takes_the_offer(is_bad: bool) -> None:
    few = replace(ALIKE, customers=400, holdout_share=0.08, is_bad=is_bad, rate=0.4 if is_bad else 0.1)
    learned = learn_uplift(offered(few, seed=1)[0])
    assert learned.uplift is not None
    assert learned.judged is None
    assert learned.why_not.startswith("not enough randomised data yet")
    new, change = offered(few, seed=2)
    said = learned.uplift.predict(shown(new))
    assert np.corrcoef(said, change)[0, 1] > 0.8
    assert np.corrcoef(said, change)[0, 1] > np.corrcoef(new.believed, change)[0, 1] + 0.1


def test_spreading_leaves_the_mean_of_those_contacted_as_it_is_believed() -> None:
    known, _ = offered(ALIKE, seed=3)
    spread = Takers.of(Offered.of(ranked(known)), leaning=NOTHING).among(ranked(known))
    treated = known.is_treated
    assert spread.reached[treated].mean() == pytest.approx(known.risk[treated].mean())
    assert spread.reached.std() > 0.3 * known.risk.std()


def test_spread_by_who_takes_it_the_effect_foretells_better_where_only_takers_are_changed() -> None:
    known, _ = offered(replace(ALIKE, customers=4000, effect=0.0), seed=4)
    plain, by_takers = judged(ranked(known)), judged(ranked(known), by=own(known))
    assert by_takers.behind < -NEEDED
    assert plain.behind == 0.0
    assert by_takers.qini.value > 0


def test_where_answers_speak_against_it_the_effect_is_not_spread_so() -> None:
    known, _ = offered(replace(ALIKE, customers=4000), seed=5, through=0.0, beside=0.5)
    assert known_by_traits(known)
    assert judged(ranked(known), by=own(known)).behind > NEEDED
    learned = learn_uplift(known)
    assert learned.uplift is None
    assert "no better than the belief" in learned.why_not


def test_what_traits_do_not_foretell_is_not_spread() -> None:
    known, _ = offered(ALIKE, seed=6)
    assert known_by_traits(known)
    luck = np.random.default_rng(7)
    blind = [replace(known, took=np.where(known.is_treated, luck.random(len(known)) < 0.4, np.nan)) for _ in range(20)]
    assert sum(known_by_traits(one) for one in blind) <= 4


@pytest.mark.parametrize("told", [None, np.nan, 0.0, 1.0])
def test_where_nobody_says_who_takes_it_or_all_do_alike_nothing_is_known(told: float | None) -> None:
    known, _ = offered(ALIKE, seed=8)
    alike = None if told is None else np.where(known.is_treated, told, np.nan)
    assert not known_by_traits(replace(known, took=alike))


def test_too_few_are_not_learned_from() -> None:
    known, _ = offered(ALIKE, seed=9)
    treated = np.flatnonzero(known.is_treated)
    for count, taking, enough in (
        (FEWEST_TOLD, FEWEST_OF_EACH, True),
        (FEWEST_TOLD - 1, FEWEST_OF_EACH, False),
        (FEWEST_TOLD, FEWEST_OF_EACH - 1, False),
        (FEWEST_TOLD, FEWEST_TOLD - FEWEST_OF_EACH + 1, False),
    ):
        took = np.full(len(known), np.nan)
        took[treated[:count]] = np.arange(count) < taking
        assert are_told(Offered.of(replace(known, took=took))) is enough


def test_nobody_is_thought_to_take_it_never_or_more_than_always() -> None:
    takers = Takers.of(Offered.of(ranked(offered(ALIKE, seed=10)[0])), leaning=NOTHING)
    far = np.outer([-100.0, 0.0, 100.0], np.sign(takers.slopes))
    shares = takers.share(far)
    assert 0 < shares[0] < shares[1] < shares[2] == 1.0


def test_some_rows_keep_who_took_it() -> None:
    known, _ = offered(ALIKE, seed=11)
    spread = Takers.of(Offered.of(ranked(known)), leaning=NOTHING).among(ranked(known))
    some = spread.among(np.array([5, 3]))
    assert some.took is not None
    np.testing.assert_array_equal(some.took, known.took[[5, 3]])
    np.testing.assert_array_equal(some.believed, spread.believed[[5, 3]])


def test_who_had_less_time_teaches_the_same() -> None:
    known = Offered.of(ranked(offered(replace(ALIKE, customers=4000), seed=12)[0]))
    soon = np.random.default_rng(13).random(len(known)) < 0.4
    early = replace(known, took=np.where(soon, known.took / 0.4, 0.0), weight=np.full(len(known), 0.4))
    learned, taught = Takers.of(early, leaning=NOTHING), Takers.of(known, leaning=NOTHING)
    assert np.corrcoef(taught.slopes, learned.slopes)[0, 1] > 0.9
    assert learned.level == pytest.approx(taught.level, rel=0.15)
    assert are_known_by_traits(early, leaning=NOTHING, seed=SEED, needed=NEEDED)


def test_who_had_less_time_counts_less() -> None:
    known = Offered.of(ranked(offered(replace(ALIKE, customers=2000), seed=12)[0]))
    against = replace(known, took=1.0 - known.took, weight=np.full(len(known), 0.1))
    taught, both = Takers.of(known, leaning=NOTHING), Takers.of(known.and_of(against), leaning=NOTHING)
    assert np.corrcoef(taught.slopes, both.slopes)[0, 1] > 0.9
    level = (known.took.mean() + 0.1 * (1.0 - known.took.mean())) / 1.1
    assert both.level == pytest.approx(level, abs=0.02)


def test_whose_outcome_is_not_known_yet_tell_who_takes_it_and_nothing_else() -> None:
    known, _ = offered(ALIKE, seed=14)
    waiting = Offered.of(offered(replace(ALIKE, customers=900), seed=15)[0])
    nobody = known.among(np.zeros(len(known), dtype=bool))
    learned = learn_uplift(nobody, waiting)
    assert learned.uplift is not None
    assert learned.judged is None
    assert learned.why_not == "not enough randomised data yet: 0 held out, 50 needed"
    new, change = offered(ALIKE, seed=16)
    assert np.corrcoef(learned.uplift.predict(shown(new)), change)[0, 1] > 0.8


def test_those_asked_about_are_not_learned_from() -> None:
    known = Offered.of(ranked(offered(ALIKE, seed=17)[0]))
    left = known.without(known.customers[:100])
    assert not {*left.customers} & {*known.customers[:100]}
    assert len(left) == len(known) - len(np.unique(known.customers[:100].astype(str)))
    assert known.and_of(None) is known


def test_little_is_told_near_what_habits_say_and_much_moves_away_from_it() -> None:
    told = np.isin(np.arange(ALIKE.traits), (3, 5))
    few, many = (Offered.of(ranked(offered(replace(ALIKE, customers=count), seed=19)[0])) for count in (80, 20_000))
    leaning = Habits(told=told, spread=0.5).leaning(many.traits)
    luck = np.random.default_rng(20)
    slopes = {}
    for known in (few, many):
        # Who takes it depends on nothing.
        blind = replace(known, took=(luck.random(len(known)) < 0.4).astype(float))
        slopes[len(known)] = float(Takers.of(blind, leaning=leaning).slopes[told].mean())
    believed = 0.4 * leaning.slopes[told][0]
    assert slopes[len(few)] == pytest.approx(believed, rel=0.35)
    assert abs(slopes[len(many)]) < 0.15 * believed


def standing_in(ranks: np.ndarray, told: np.ndarray) -> np.ndarray:
    """By how many standard deviations each customer is above the mean in the mean of some traits."""
    mean = ranks[:, told].sum(axis=1)
    return np.asarray((mean - mean.mean()) / mean.std())


def test_who_stands_a_deviation_above_the_mean_takes_offers_half_as_often_again() -> None:
    chance, told = np.random.default_rng(21), np.array([True, False, True])
    ranks, risk = chance.normal(size=(5000, 3)) + 2.0, np.linspace(0.1, 0.9, 5000)
    takers = Takers.by_habits(Habits(told=told, spread=0.5).leaning(ranks), over=(ranks, risk))
    standing, share = standing_in(ranks, told), takers.share(ranks)
    np.testing.assert_allclose(share, np.maximum(1.0 + 0.5 * standing, 0.1))
    assert takers.reach(ranks, risk).mean() == pytest.approx(risk.mean())
    assert not takers.is_share


def test_the_effect_is_of_whom_it_is_and_the_habits_are_those_of_all() -> None:
    chance, told = np.random.default_rng(22), np.array([True, True])
    ranks, risk = chance.normal(size=(5000, 2)), np.full(5000, 0.4)
    standing = standing_in(ranks, told)
    # Those treated were chosen by these very habits.
    treated = standing > 1.0
    leaning = Habits(told=told, spread=0.5).leaning(ranks)
    all_of_them, these = (
        Takers.by_habits(leaning, over=(ranks[rows], risk[rows])) for rows in (standing > -9, treated)
    )
    assert these.reach(ranks, risk)[treated].mean() == pytest.approx(0.4)
    assert these.reach(ranks, risk) / these.factor == pytest.approx(all_of_them.reach(ranks, risk) / all_of_them.factor)
    assert these.factor < 0.7 * all_of_them.factor


@pytest.mark.parametrize(("told", "spread"), [(False, 0.5), (True, 0.0)])
def test_without_such_a_habit_nobody_is_thought_to_take_it_more_often(told: bool, spread: float) -> None:
    ranks, risk = np.random.default_rng(23).normal(size=(50, 2)), np.full(50, 0.3)
    leaning = Habits(told=np.array([told, told]), spread=spread).leaning(ranks)
    assert not leaning.says_anything
    np.testing.assert_allclose(Takers.by_habits(leaning, over=(ranks, risk)).reach(ranks, risk), risk)


@pytest.mark.parametrize("ranks", [np.zeros((0, 2)), np.zeros((60, 2)), np.full((60, 2), 0.1)])
def test_where_all_stand_alike_habits_say_nothing(ranks: np.ndarray) -> None:
    habits = Habits.among(("tenure_days", "campaign_response_ratio"), spread=0.5)
    assert habits.told.tolist() == [False, True]
    assert not habits.leaning(ranks).says_anything
