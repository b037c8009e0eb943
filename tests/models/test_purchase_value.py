"""Is the average purchase value a fair guess, for many customers and few, for wholesalers and for one-time buyers?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from models import PurchaseValue, fit_purchase_value

Numbers = npt.NDArray[np.float64]
SHOP = PurchaseValue(p=1.5, q=4.0, gamma=60.0)


def drawn(shop: PurchaseValue, customers: int, *, seed: int) -> tuple[Numbers, Numbers, Numbers]:
    """Customers as gamma-gamma has them: number of purchases, their mean value, and the true mean."""
    random = np.random.default_rng(seed)
    purchases = 1.0 + random.poisson(random.gamma(0.8, 5.0, customers))
    rate = random.gamma(shop.q, 1 / shop.gamma, customers)
    mean = random.gamma(shop.p * purchases, 1 / rate) / purchases
    return purchases, mean, shop.p / rate


def fitted(purchases: Sequence[float] | Numbers, values: Sequence[float] | Numbers) -> PurchaseValue:
    made = fit_purchase_value(np.array(purchases), np.array(values))
    assert made is not None
    return made


def test_what_customers_were_drawn_from_is_found_again() -> None:
    purchases, mean, _ = drawn(SHOP, 20_000, seed=1)
    made = fitted(purchases, mean)
    assert (made.p, made.q, made.gamma) == pytest.approx((SHOP.p, SHOP.q, SHOP.gamma), rel=0.08)


def test_expected_values_are_right_on_the_whole_and_nearer_to_the_truth_than_the_customers_own_mean() -> None:
    purchases, mean, true = drawn(SHOP, 20_000, seed=2)
    expected = fitted(purchases, mean).average(purchases, mean)
    assert expected.sum() == pytest.approx(true.sum(), rel=0.02)
    assert np.abs(expected - true).mean() < 0.8 * np.abs(mean - true).mean()


def test_a_guess_lies_between_the_customers_own_mean_and_everybodys_and_nearer_to_their_own_the_more_they_bought() -> (
    None
):
    everybody = SHOP.p * SHOP.gamma / (SHOP.q - 1)
    one, ten, hundred = SHOP.average(np.array([1.0, 10.0, 100.0]), np.array([200.0, 200.0, 200.0]))
    assert everybody < one < ten < hundred < 200
    assert hundred == pytest.approx(200, rel=0.02)


def test_returns_that_outweigh_purchases_count_as_purchases_for_nothing() -> None:
    owing, free = SHOP.average(np.array([2.0, 2.0]), np.array([-500.0, 0.0]))
    assert owing == free > 0


def test_without_a_value_above_zero_nothing_is_known() -> None:
    assert fit_purchase_value(np.array([]), np.array([])) is None
    assert fit_purchase_value(np.array([3.0, 1.0]), np.array([0.0, np.nan])) is None


@pytest.mark.parametrize(
    ("purchases", "values"),
    [
        pytest.param([1.0], [25.0], id="one customer"),
        pytest.param([1.0] * 400, list(np.linspace(10, 60, 400)), id="one-time buyers only"),
        pytest.param([5.0] * 400, [20.0] * 400, id="one price for all"),
        pytest.param(
            [5.0] * 399 + [900.0], [20.0 + number % 7 for number in range(399)] + [250_000.0], id="a wholesaler"
        ),
    ],
)
def test_odd_shops_get_sensible_guesses(purchases: list[float], values: list[float]) -> None:
    made = fitted(purchases, values)
    x, mean = np.array(purchases), np.array(values)
    expected = made.average(x, mean)
    assert np.isfinite(expected).all()
    assert np.median(expected) == pytest.approx(np.median(mean), rel=0.15)
    assert expected.max() <= mean.max() * 1.15
    assert expected.min() >= mean.min() * 0.8
    assert (made.unsureness(x) <= 1).all()


def test_a_wholesaler_keeps_their_own_value_and_does_not_lift_a_one_time_buyers() -> None:
    retail = [20.0 + number % 7 for number in range(300)]
    alone = fitted([2.0] * 300, retail)
    beside = fitted([2.0] * 300 + [80.0], [*retail, 90_000.0])
    assert beside.average(np.array([80.0]), np.array([90_000.0]))[0] == pytest.approx(90_000, rel=0.02)
    newcomer = (np.array([1.0]), np.array([23.0]))
    assert beside.average(*newcomer)[0] == pytest.approx(alone.average(*newcomer)[0], rel=0.1)


def test_the_order_of_customers_changes_no_bit_and_the_currency_only_the_scale() -> None:
    purchases, mean, _ = drawn(SHOP, 3_000, seed=5)
    one = fitted(purchases, mean)
    assert fitted(purchases[::-1], mean[::-1]) == one
    cents = fitted(purchases, mean * 100)
    assert (cents.p, cents.q, cents.gamma / 100) == pytest.approx((one.p, one.q, one.gamma), rel=1e-6)
