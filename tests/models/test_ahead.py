"""Is what lies ahead what the purchase process says? Closed forms against draws from its definition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from features import PurchaseProcess
from models._ahead import Histories, purchases_ahead, still_customer

Numbers = npt.NDArray[np.float64]
SHOP = PurchaseProcess(r=1.4, alpha=20.0, a=0.6, b=3.0)
PROCESSES = (
    SHOP,
    PurchaseProcess(r=0.7, alpha=70.0, a=0.02, b=19.0),
    PurchaseProcess(r=1.4, alpha=9.6, a=1.0, b=3.0),
    PurchaseProcess(r=0.7, alpha=70.0, a=2.0, b=4.0),
    PurchaseProcess(r=1.4, alpha=9.6, a=30.0, b=19.0),
)
ONE_TIME, SOME, MANY = (0.0, 0.0, 5.0), (4.0, 50.0, 60.0), (80.0, 290.0, 300.0)


def histories(*rows: tuple[float, float, float]) -> Histories:
    return Histories(*np.array(rows, dtype=np.float64).reshape(-1, 3).T)


def drawn(process: PurchaseProcess, history: tuple[float, float, float], days: float) -> tuple[Numbers, Numbers]:
    """Purchases within the days, and the chance to be a customer still, of many customers alive with that history."""
    random, draws = np.random.default_rng(11), 400_000
    repeats, _, age = history
    rate = random.gamma(process.r + repeats, 1 / (process.alpha + age), draws)
    leaves = random.beta(process.a, process.b + repeats + 1, draws)
    last = random.geometric(np.maximum(leaves, 1e-15)).astype(np.float64)
    return np.minimum(random.poisson(rate * days), last), np.exp(-rate * leaves * days)


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: f"a = {process.a}")
@pytest.mark.parametrize("history", [ONE_TIME, SOME, MANY], ids=["one-time", "some", "many"])
def test_numbers_pairs_and_leaving_are_those_of_many_draws(
    process: PurchaseProcess, history: tuple[float, float, float]
) -> None:
    number, stays = drawn(process, history, 200.0)
    ahead = purchases_ahead(process, histories(history), ends_days=np.array([50.0, 200.0]))
    assert ahead.purchases.sum() == pytest.approx(number.mean(), rel=0.01)
    assert ahead.pairs[0] == pytest.approx((number * (number - 1)).mean(), rel=0.02)
    assert ahead.none[0] == pytest.approx((number == 0).mean(), abs=0.002)
    assert still_customer(process, histories(history), at_days=np.array([200.0]))[0, 0] == pytest.approx(
        stays.mean(), rel=0.01
    )


def test_periods_add_up_to_the_whole() -> None:
    known = histories(ONE_TIME, SOME, MANY, SOME)
    parts = purchases_ahead(SHOP, known, ends_days=np.array([28.0, 84.0, 182.0, 364.0, 3640.0]))
    arrays = (known.repeats, known.last_days, known.age_days)
    whole = SHOP.expected_purchases(*arrays, days=3640)
    assert parts.purchases.sum(axis=1) * SHOP.alive_probability(*arrays) == pytest.approx(whole, rel=1e-12)
    assert (parts.purchases > 0).all()


def test_a_customer_fares_the_same_whoever_else_is_asked_about() -> None:
    ends = np.array([28.0, 364.0])
    together, alone = (
        purchases_ahead(SHOP, known, ends_days=ends) for known in (histories(MANY, SOME), histories(SOME))
    )
    assert (together.purchases[1] == alone.purchases[0]).all()
    assert (together.pairs[1], together.none[1]) == (alone.pairs[0], alone.none[0])


def test_nobody_is_asked_about_without_harm() -> None:
    ahead = purchases_ahead(SHOP, histories(), ends_days=np.array([28.0, 364.0]))
    assert ahead.purchases.shape == (0, 2)
    assert len(ahead.pairs) == len(ahead.none) == 0


def test_thousands_of_purchases_keep_everything_finite() -> None:
    ahead = purchases_ahead(SHOP, histories((9_000.0, 3_000.0, 3_001.0)), ends_days=np.array([28.0, 36_400.0]))
    assert np.isfinite(ahead.purchases).all()
    assert ahead.pairs[0] >= ahead.purchases.sum() * (ahead.purchases.sum() - 1)
