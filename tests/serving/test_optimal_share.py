"""Is the share worth contacting the one that brute force finds, and do the limits of the paper hold?"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from serving import BetaAcceptance, Effect, OptimalShare, expected_maximum_profit, optimal_share

customers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.05, 0.2, 0.5, 1.0]), st.sampled_from([0.0, 20.0, 150.0, 1000.0])),
    min_size=1,
    max_size=12,
)


def best(rows: list[tuple[float, float]], **costs: float | Effect | BetaAcceptance) -> OptimalShare:
    """Of customers `(probability, stake)`; contact costs 2, an offer 10, and the paper's acceptance, unless told."""
    chosen = {"contact_cost": 2.0, "offer_cost": 10.0, "effect": BetaAcceptance(), **costs}
    probability, stake = zip(*rows, strict=True)
    return optimal_share(pl.Series(probability), pl.Series(stake), **chosen)  # type: ignore[arg-type]


EDGES = np.linspace(0.0, 1.5, 4001)
ACCEPTANCES = (EDGES[1:] + EDGES[:-1]) / 2


def by_brute_force(profits: Iterable[np.ndarray], belief: object) -> float:
    """The mean over what the effect may be, zero and up, of the greatest profit of any cut-off.

    `profits` are those of one cut-off, at each of `ACCEPTANCES`.
    """
    return float(np.diff(belief.cdf(EDGES)) @ np.max(list(profits), axis=0))  # type: ignore[attr-defined]


@given(customers, st.booleans())
def test_the_expected_profit_is_the_one_that_brute_force_finds(rows: list[tuple[float, float]], beta: bool) -> None:
    effect = BetaAcceptance(3, 9) if beta else Effect(0.2, 30)
    belief = stats.beta(3, 9) if beta else stats.norm(effect.mean, effect.deviation)  # type: ignore[union-attr]

    def profit(row: tuple[float, float], shares: np.ndarray | float) -> np.ndarray | float:
        probability, stake = row
        return shares * probability * (stake - 10.0) - (1 - probability) * 10.0 - 2.0

    best_first = sorted(rows, key=lambda row: -profit(row, belief.mean()))
    singly = np.array([profit(row, ACCEPTANCES) for row in best_first])
    cuts = [0.0 * ACCEPTANCES, *np.cumsum(singly, axis=0)]
    found = best(rows, effect=effect).profit * len(rows)
    assert found == pytest.approx(by_brute_force(cuts, belief), rel=1e-3, abs=1e-3)


def by_the_paper(is_churn: np.ndarray, score: np.ndarray, *, value: float, phi: float, delta: float) -> float:
    """Verbraken, Verbeke and Baesens (2013): average profit at every threshold, greatest for each acceptance."""
    base = is_churn.mean()
    cuts = [inf, *sorted(set(score), reverse=True)]
    churners = np.array([(score[is_churn] >= cut).mean() for cut in cuts])
    others = np.array([(score[~is_churn] >= cut).mean() for cut in cuts])

    gained = value * (ACCEPTANCES * (1 - delta) - phi) * base
    lost = value * (delta + phi) * (1 - base)
    cuts_of_churn = zip(churners, others, strict=True)
    return by_brute_force((gained * caught - lost * bothered for caught, bothered in cuts_of_churn), stats.beta(6, 14))


@pytest.mark.parametrize("signal", [0.0, 1.0, 3.0])
def test_with_outcomes_it_is_the_measure_of_the_paper(signal: float) -> None:
    rng = np.random.default_rng(3)
    is_churn = rng.random(400) < 0.2
    score = np.round(rng.normal(signal * is_churn), 1)
    found = expected_maximum_profit(pl.Series(is_churn), pl.Series(score))
    assert found.profit == pytest.approx(by_the_paper(is_churn, score, value=200.0, phi=0.005, delta=0.05), rel=1e-3)


def test_a_perfect_score_contacts_those_who_leave_and_a_useless_one_all_or_nobody() -> None:
    is_churn = pl.Series([True] * 30 + [False] * 70)
    perfect = expected_maximum_profit(is_churn, is_churn.cast(pl.Float64))
    assert perfect.share == pytest.approx(0.3, abs=1e-6)
    assert perfect.profit == pytest.approx(0.3 * (0.3 * 190.0 - 1.0), rel=1e-3)
    assert expected_maximum_profit(is_churn, pl.Series([1.0] * 100)).share_at_mean in (0.0, 1.0)


def test_the_better_score_earns_more() -> None:
    rng = np.random.default_rng(1)
    is_churn = rng.random(2000) < 0.1
    earned = [
        expected_maximum_profit(pl.Series(is_churn), pl.Series(rng.normal(signal * is_churn))).profit
        for signal in (0.5, 1.5, 3.0)
    ]
    assert earned == sorted(earned)
    assert earned[0] < earned[2] / 2


SOME = [(0.9, 300.0), (0.5, 200.0), (0.3, 500.0), (0.2, 90.0), (0.05, 60.0)]


def test_contact_that_changes_nothing_or_harms_reaches_nobody() -> None:
    for mean in (0.0, -0.3):
        assert best(SOME, effect=Effect(mean, inf)) == OptimalShare(
            share=0.0, profit=0.0, share_at_mean=0.0, profit_at_mean=0.0
        )


def test_where_all_is_free_everybody_is_contacted() -> None:
    free = best(SOME, contact_cost=0.0, offer_cost=0.0)
    assert (free.share, free.share_at_mean) == pytest.approx((1.0, 1.0))
    assert free.profit == pytest.approx(0.3 * sum(p * stake for p, stake in SOME) / 5)


def test_a_known_effect_gives_the_best_cut_and_no_more() -> None:
    known = best(SOME, effect=Effect(0.3, inf))
    worth = [0.3 * p * (stake - 10.0) - (1 - p) * 10.0 - 2.0 for p, stake in SOME]
    assert known.profit == known.profit_at_mean == pytest.approx(sum(each for each in worth if each > 0) / 5)
    assert known.share == known.share_at_mean == sum(each > 0 for each in worth) / 5


@given(customers, st.floats(0, 50), st.floats(0, 50))
def test_dearer_contact_earns_no_more_and_reaches_no_more(
    rows: list[tuple[float, float]], cheap: float, more: float
) -> None:
    score = pl.Series([probability for probability, _ in rows])
    before, after = (
        optimal_share(
            score, pl.Series([stake for _, stake in rows]), contact_cost=cost, offer_cost=5.0, effect=Effect(0.3, 40),
            score=score,
        )
        for cost in (cheap, cheap + more)
    )  # fmt: skip
    assert after.profit <= before.profit + 1e-9
    assert after.share <= before.share + 1e-9


@given(customers)
def test_profits_are_never_below_doing_nothing_nor_below_acting_on_the_mean(rows: list[tuple[float, float]]) -> None:
    found = best(rows, effect=Effect(0.2, 20))
    assert 0.0 <= found.share <= 1.0
    assert 0.0 <= found.profit_at_mean <= found.profit + 1e-9


def test_customers_of_one_score_are_contacted_together_in_any_order() -> None:
    rows = [(0.9, 900.0), (0.0, 0.0)] * 3
    one_score = pl.Series([1.0] * 6)
    probability, stake = (pl.Series(values) for values in zip(*rows, strict=True))
    found = optimal_share(
        probability, stake, contact_cost=1.0, offer_cost=1.0, effect=Effect(0.2, inf), score=one_score
    )
    assert found.share == 1.0


def test_nobody_at_all_is_a_share_of_zero() -> None:
    nobody = pl.Series([], dtype=pl.Float64)
    assert optimal_share(nobody, nobody, contact_cost=1.0, offer_cost=1.0, effect=BetaAcceptance()).share == 0.0


@pytest.mark.parametrize(
    ("probability", "stake", "contact_cost", "says"),
    [
        ([1.5], [1.0], 1.0, "outside 0 to 1"),
        ([None], [1.0], 1.0, "outside 0 to 1, or is unknown"),
        ([0.5], [None], 1.0, "finite"),
        ([0.5], [1.0], -1.0, "not negative"),
        ([0.5], [1.0, 2.0], 1.0, "one of each per customer"),
    ],
)
def test_what_cannot_be_is_refused(
    probability: list[float], stake: list[float], contact_cost: float, says: str
) -> None:
    columns = [pl.Series(values, dtype=pl.Float64) for values in (probability, stake)]
    with pytest.raises(ValueError, match=says):
        optimal_share(*columns, contact_cost=contact_cost, offer_cost=1.0, effect=BetaAcceptance())


def test_scores_must_be_known_and_an_acceptance_possible() -> None:
    with pytest.raises(ValueError, match="finite scores"):
        expected_maximum_profit(pl.Series([True, False]), pl.Series([0.5, None]))
    with pytest.raises(ValueError, match="above 0"):
        BetaAcceptance(0.0, 1.0)
