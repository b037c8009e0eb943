"""Does an action of which too little is known go by who takes other offers, or by habits, unless spoken against?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from randomised_trial import ALIKE, offered, shown

from models._randomised import Randomised
from models._ranked import Ranked
from models._takers import FEWEST_TOLD, Habits, Leaning, Offered, Takers, speak_against
from models._tellers import HABITS, OTHERS, OWN, Besides, Told
from models._uplift import NEEDED, learn_uplift

THIRD = np.isin(np.arange(ALIKE.traits), 3)
"""The trait that says who takes the offer."""


def besides(others: Randomised | None, asked: Randomised, *, spread: float = 0.0) -> Besides:
    """What those contacted by other actions tell, or habits, for the customers of tonight who are `asked` about."""
    nothing = Besides.nothing(asked.columns)
    told = nothing.others if others is None else Offered.of(others)
    habits = Habits(told=THIRD, spread=spread)
    return replace(nothing, habits=habits, others=told, traits=asked.traits, risk=asked.risk)


def nobody(known: Randomised) -> Randomised:
    """A trial that nobody was assigned to yet."""
    return known.among(np.zeros(len(known), dtype=bool))


def treated_among(known: Randomised, count: int) -> Randomised:
    """The first so many of the treated, and nobody else."""
    return known.among(np.flatnonzero(known.is_treated)[:count])


def test_before_anybody_was_contacted_who_takes_other_offers_spreads_the_effect() -> None:
    others, (asked, change) = offered(ALIKE, seed=1)[0], offered(ALIKE, seed=2)
    learned = learn_uplift(nobody(asked), None, besides(others, asked))
    assert learned.uplift is not None
    assert learned.told_by == OTHERS
    assert learned.told == int(others.is_treated.sum())
    assert learned.why_not == "not enough randomised data yet: 0 held out, 50 needed"
    new, change = offered(ALIKE, seed=3)
    assert np.corrcoef(learned.uplift.predict(shown(new)), change)[0, 1] > 0.8


def test_of_all_whom_it_could_be_done_to_it_leaves_the_mean_as_it_is_believed() -> None:
    others, asked = (offered(ALIKE, seed=seed)[0] for seed in (4, 5))
    learned = learn_uplift(nobody(asked), None, besides(others, asked))
    assert learned.uplift is not None
    said = learned.uplift.predict(shown(asked))
    assert said.mean() == pytest.approx(asked.effect * asked.risk.mean(), rel=0.01)
    assert said.std() > 0.3 * said.mean()


def test_once_customers_of_its_own_were_treated_the_effect_is_of_them() -> None:
    others, own, asked = (offered(ALIKE, seed=seed)[0] for seed in (6, 7, 8))
    own = replace(treated_among(own, FEWEST_TOLD), took=None)
    learned = learn_uplift(own, None, besides(others, asked))
    assert learned.uplift is not None
    assert learned.uplift.predict(shown(own)).mean() == pytest.approx(own.effect * own.risk.mean(), rel=0.01)
    few = treated_among(own, FEWEST_TOLD - 1)
    learned = learn_uplift(few, None, besides(others, asked))
    assert learned.uplift is not None
    assert learned.uplift.predict(shown(asked)).mean() == pytest.approx(asked.effect * asked.risk.mean(), rel=0.01)


def test_how_often_this_offer_is_taken_is_not_known_from_others() -> None:
    others, asked = (offered(ALIKE, seed=seed)[0] for seed in (9, 10))
    told = learn_uplift(nobody(asked), None, besides(others, asked)).uplift
    own = learn_uplift(others).uplift
    assert told is not None
    assert own is not None
    assert told.take(shown(asked)) is None
    assert own.take(shown(asked)) is not None


def test_who_were_offered_the_same_have_the_first_say() -> None:
    others, own, asked = (offered(ALIKE, seed=seed)[0] for seed in (11, 12, 13))
    alone, beside = learn_uplift(own), learn_uplift(own, None, besides(others, asked))
    assert alone.uplift is not None
    assert beside.uplift is not None
    assert beside.told_by == OWN
    np.testing.assert_array_equal(alone.uplift.predict(shown(asked)), beside.uplift.predict(shown(asked)))


def test_who_were_offered_the_same_and_take_it_otherwise_speak_against_it() -> None:
    others, own = (offered(ALIKE, seed=seed)[0] for seed in (14, 15))
    ranked = Ranked.of(np.vstack([others.traits, own.traits]))
    mine, theirs = (Offered.of(one).ranked(ranked) for one in (own, others))
    takers = Takers.of(theirs, leaning=Leaning.none(ALIKE.traits), over=(mine.traits, mine.risk))
    assert not speak_against(mine, takers, needed=NEEDED)
    assert speak_against(replace(mine, took=1.0 - mine.took), takers, needed=NEEDED)
    few = mine.among(np.arange(FEWEST_TOLD - 1))
    assert not speak_against(replace(few, took=1.0 - few.took), takers, needed=NEEDED)


def test_what_traits_do_not_foretell_of_others_is_not_told_by_them() -> None:
    others, asked = (offered(ALIKE, seed=seed)[0] for seed in (16, 17))
    luck = np.random.default_rng(18)
    blind = replace(others, took=np.where(others.is_treated, luck.random(len(others)) < 0.4, np.nan))
    found = [learn_uplift(nobody(asked), None, besides(one, asked)) for one in (others, blind)]
    assert [one.uplift is not None for one in found] == [True, False]
    assert [one.told_by for one in found] == [OTHERS, ""]


def test_where_nobody_tells_it_habits_do_unless_those_who_were_offered_it_speak_against_them() -> None:
    own, asked = (offered(ALIKE, seed=seed)[0] for seed in (19, 20))
    against = replace(own, took=1.0 - own.took)
    learned = learn_uplift(nobody(asked), None, besides(None, asked, spread=0.5))
    assert learned.told_by == HABITS
    assert learned.told == 0
    assert learned.uplift is not None
    new, change = offered(ALIKE, seed=22)
    assert np.corrcoef(learned.uplift.predict(shown(new)), change)[0, 1] > 0.8
    assert learned.uplift.take(shown(new)) is None
    spoken = learn_uplift(treated_among(against, 200), None, besides(None, asked, spread=0.5))
    assert (spoken.uplift, spoken.told_by) == (None, "")
    few = treated_among(against, FEWEST_TOLD - 1)
    assert learn_uplift(few, None, besides(None, asked, spread=0.5)).told_by == HABITS


def test_a_spread_of_nothing_is_no_belief() -> None:
    asked = offered(ALIKE, seed=23)[0]
    learned = learn_uplift(nobody(asked), None, besides(None, asked, spread=0.0))
    assert (learned.uplift, learned.told_by) == (None, "")


def test_where_the_effect_could_be_of_nobody_nothing_is_spread() -> None:
    waiting, asked = Offered.of(offered(ALIKE, seed=24)[0]), offered(ALIKE, seed=25)[0]
    luck = np.random.default_rng(26)
    blind = replace(waiting, took=(luck.random(len(waiting)) < 0.4).astype(float))
    somebody = replace(besides(None, asked, spread=0.5), traits=asked.traits, risk=asked.risk)
    no_one = replace(somebody, traits=asked.traits[:0], risk=asked.risk[:0])
    assert learn_uplift(nobody(asked), blind, no_one).uplift is None
    ranks = np.zeros((0, ALIKE.traits))
    assert Takers.by_habits(Leaning.none(ALIKE.traits), over=(ranks, np.zeros(0))).factor == 1.0


def test_of_others_those_who_are_asked_about_are_not_learned_from() -> None:
    others, own = (offered(ALIKE, seed=seed)[0] for seed in (27, 28))
    told = Told(by=OTHERS, own=Offered.of(own), besides=besides(others, own))
    left = told.without(others.customers[:50])
    assert not {*left.besides.others.customers} & {*others.customers[:50]}
    assert left.count < told.count
