"""Is the purchase process what its definition says? Closed forms against slow integration and simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, gamma

from features._process import TYPICAL, PurchaseProcess, _curvature, _histories, _loss, fit_process

Numbers = npt.NDArray[np.float64]
History = tuple[Numbers, Numbers, Numbers]

steady = settings(max_examples=100, deadline=None, derandomize=True, database=None)
SHOP = PurchaseProcess(r=1.5, alpha=20.0, a=0.6, b=3.0)
PROCESSES = (
    SHOP,
    replace(SHOP, a=1.0),
    PurchaseProcess(r=0.5, alpha=40.0, a=2.5, b=1.5),
    PurchaseProcess(r=1.4, alpha=9.6, a=0.3, b=21.0),
)


def histories(*rows: tuple[float, float, float]) -> History:
    """Repeats, last days and ages from one tuple per customer."""
    x, last, age = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return x, last, age


def logarithms(process: PurchaseProcess, unit: float) -> Numbers:
    """Where the loss has the process, with `unit` days as the unit of time."""
    return np.log([process.r, process.alpha / unit, process.a, process.b])


ONE_TIME, LAPSED, LOYAL = (0, 0, 30), (1, 10, 60), (6, 80, 100)


def simulated(
    process: PurchaseProcess, customers: int, *, seed: int, ages: tuple[int, int] = (1, 700), ahead: float = 0.0
) -> tuple[History, Numbers, Numbers]:
    """Customers drawn as the definition says: their histories, whether they are alive, their purchases `ahead`."""
    random = np.random.default_rng(seed)
    rate = random.gamma(process.r, 1 / process.alpha, customers)
    leaves = random.beta(process.a, process.b, customers)
    age = random.integers(*ages, customers).astype(np.float64)
    clock, repeats, last, later = (np.zeros(customers) for _ in range(4))
    buying = random.random(customers) >= leaves
    alive = buying
    while buying.any():
        clock = clock + random.exponential(1 / rate)
        known, soon = buying & (clock < age), buying & (clock >= age) & (clock < age + ahead)
        repeats, later, last = repeats + known, later + soon, np.where(known, clock, last)
        gone = random.random(customers) < leaves
        alive = alive & ~(known & gone)
        buying = (known | soon) & ~gone
    return (repeats, last, age), alive.astype(np.float64), later


@cache
def everyone(process: PurchaseProcess) -> tuple[Numbers, Numbers, Numbers]:
    """All lambda, all p, and the weight of each pair: a grid to integrate over.

    Quantiles of both distributions, with a power that keeps integrands smooth where a density is infinite.
    """
    point, weight = (np.polynomial.legendre.leggauss(250) + np.array([[1], [0]])) / 2
    rate = gamma(process.r, scale=1 / process.alpha).ppf(point**4)[:, None]
    p = np.maximum(beta(process.a, process.b).ppf(point**4), 1e-300)[None, :]
    return rate, p, np.outer(4 * point**3 * weight, 4 * point**3 * weight)


def integrated(process: PurchaseProcess, history: tuple[float, float, float], days: float) -> tuple[float, ...]:
    """Likelihood, P(alive), expected purchases and P(no purchase), each as the integral of its definition."""
    x, last, age = history
    rate, p, weight = everyone(process)
    each = weight * (rate * (1 - p)) ** x
    alive, gone = each * (1 - p) * np.exp(-rate * age), each * p * np.exp(-rate * last)
    likelihood = (alive + gone).sum()
    buys = (alive * -np.expm1(-rate * p * days) / p).sum() / likelihood
    some = (alive * -np.expm1(-rate * days)).sum() / likelihood
    return float(likelihood), float(alive.sum() / likelihood), float(buys), float(1 - some)


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("history", [ONE_TIME, LAPSED, LOYAL])
@pytest.mark.parametrize("days", [7.0, 365.0])
def test_every_figure_is_the_integral_of_its_definition(
    process: PurchaseProcess, history: tuple[float, float, float], days: float
) -> None:
    customer = histories(history)
    alive = process.alive_probability(*customer)[0]
    buys = process.expected_purchases(*customer, days=days)[0]
    silent = process.no_purchase_probability(*customer, days=days)[0]
    assert (alive, buys, silent) == pytest.approx(integrated(process, history, days)[1:], rel=1e-4)


def test_figures_are_what_happens_to_simulated_customers_of_every_kind() -> None:
    customers, alive, later = simulated(SHOP, 200_000, seed=1, ages=(50, 300), ahead=84)
    x, last, age = customers
    figures = {
        "alive": (SHOP.alive_probability(*customers), alive),
        "bought": (SHOP.expected_purchases(*customers, days=84), later),
        "silent": (SHOP.no_purchase_probability(*customers, days=84), later == 0),
    }
    for kind in (x == 0, (x > 0) & (x < 5), x >= 5, age - last > 60, age - last < 10):
        for name, (expected, happened) in figures.items():
            error = (happened - expected)[kind]
            assert abs(error.mean()) < 4 * error.std() / np.sqrt(kind.sum()), name


def test_known_parameters_are_found_again_within_four_standard_errors_at_a_zero_of_the_gradient() -> None:
    """From 5,000 customers, with standard errors below 0.2 of each logarithm."""
    for seed, process in enumerate(PROCESSES[:3]):
        customers, _, _ = simulated(process, 5000, seed=seed)
        found = fit_process(*customers)
        seen, unit = _histories(*customers)
        at = logarithms(found, unit)
        assert np.abs(np.linalg.solve(_curvature(at, seen), _loss(at, seen)[1])).max() < 1e-9
        error = np.sqrt(np.diag(np.linalg.inv(_curvature(at, seen))) / 5000)
        assert (np.abs(np.log(astuple(found)) - np.log(astuple(process))) < 4 * error).all()
        assert (error < 0.2).all()


def test_the_likelihood_is_the_integral_of_its_definition() -> None:
    """Differences of the loss between parameters, without the prior, against the integrals of the likelihood."""
    customers = histories(ONE_TIME, LAPSED, LOYAL)
    seen, unit = _histories(*customers)
    totals = []
    for process in PROCESSES[:3]:
        at = logarithms(process, unit)
        prior = (((at - TYPICAL) / 1.5) ** 2).sum() / 2
        by_integral = sum(np.log(integrated(process, row, 0)[0]) for row in (ONE_TIME, LAPSED, LOYAL))
        totals.append(3 * _loss(at, seen)[0] - prior + by_integral)
    assert totals == pytest.approx([totals[0]] * 3, abs=1e-4)


@pytest.mark.parametrize("shifted", [(0.0, 0.0, 0.0, 0.0), (1.0, -2.0, 0.5, 2.0), (-3.0, 3.0, -2.0, -1.0)])
def test_the_gradient_is_what_finite_differences_say(shifted: tuple[float, ...]) -> None:
    at = np.add(TYPICAL, shifted)
    seen, _ = _histories(*simulated(SHOP, 300, seed=2)[0])
    slopes = [(_loss(at + by, seen)[0] - _loss(at - by, seen)[0]) / 2e-5 for by in np.eye(4) * 1e-5]
    assert _loss(at, seen)[1] == pytest.approx(slopes, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("customers", [7, 3000, 45_001])
def test_the_order_of_customers_changes_no_bit(customers: int) -> None:
    x, last, age = np.floor(simulated(SHOP, customers, seed=3)[0])
    for order in (np.random.default_rng(4).permutation(customers), np.arange(customers)[::-1]):
        assert fit_process(x[order], last[order], age[order]) == fit_process(x, last, age)


@pytest.mark.parametrize("unit", [1 / 24, 3650.0])
def test_another_unit_of_time_changes_nothing_but_alpha(unit: float) -> None:
    x, last, age = simulated(SHOP, 2000, seed=6)[0]
    days, other = fit_process(x, last, age), fit_process(x, last / unit, age / unit)
    assert astuple(other) == pytest.approx(astuple(replace(days, alpha=days.alpha / unit)), rel=1e-7)
    ahead = other.expected_purchases(x, last / unit, age / unit, days=30 / unit)
    assert ahead == pytest.approx(days.expected_purchases(x, last, age, days=30), rel=1e-6)


def test_of_many_customers_equally_spaced_ones_stand_for_all() -> None:
    x, last, age = simulated(SHOP, 100_000, seed=7)[0]
    seen, _ = _histories(x, last, age)
    assert seen.customers == 20_000
    assert seen.share.sum() == pytest.approx(1)
    assert (seen.x * seen.share).sum() == pytest.approx(x.mean(), rel=1e-3)
    assert np.log(astuple(fit_process(x, last, age))) == pytest.approx(np.log(astuple(SHOP)), abs=0.15)


DEGENERATE: dict[str, History] = {
    "nobody": histories(),
    "one one-time buyer": histories(ONE_TIME),
    "three customers": histories(ONE_TIME, LAPSED, LOYAL),
    "identical customers": histories(*[LOYAL] * 5000),
    "nobody came back": histories(*[(0, 0, 1 + day % 700) for day in range(5000)]),
    "all bought for the first time yesterday": histories(*[(0, 0, 1)] * 100),
    "daily buyers": histories(*[(age - 1, age - 1, age) for age in range(1, 400)]),
    "thousands of purchases in 55 years": histories((3000, 19_999, 20_000), (0, 0, 20_000), (1, 1, 20_000)),
    "last purchase on the as-of date": histories((3, 30, 30), (0, 0, 30)),
    "age zero": histories((0, 0, 0)),
}
EVERYBODY = histories(
    *((x, last, age) for x in (0, 1, 30, 3000) for age in (1, 90, 20_000) for last in (0, age - 1, age))
)


def _figures(process: PurchaseProcess, customers: History) -> dict[str, Numbers]:
    return {"alive": process.alive_probability(*customers)} | {
        f"{name} {days}": figure(*customers, days=days)
        for days in (0.0, 1.0, 28.0, 3650.0, 1e6)
        for name, figure in (("expected", process.expected_purchases), ("none", process.no_purchase_probability))
    }


def _ask_sane(process: PurchaseProcess, customers: History) -> None:
    for name, values in _figures(process, customers).items():
        most = np.finfo(np.float64).max if name.startswith("expected") else 1.0
        assert ((values >= 0) & (values <= most)).all(), name


@pytest.mark.parametrize("name", DEGENERATE)
def test_strange_companies_get_finite_parameters_and_sane_figures(name: str) -> None:
    found = fit_process(*DEGENERATE[name])
    assert all(0 < value < np.inf for value in astuple(found))
    for customers in (EVERYBODY, DEGENERATE[name]):
        _ask_sane(found, customers)


def test_nobody_teaches_nothing_but_the_prior_and_is_scored_as_nobody() -> None:
    assert all(values.shape == (0,) for values in _figures(SHOP, histories()).values())
    assert np.log(astuple(fit_process(*histories()))) == pytest.approx(np.add(TYPICAL, (0, np.log(365), 0, 0)))


def test_histories_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="must be finite"):
        fit_process(*histories(ONE_TIME, (np.nan, 0, 3)))
    with pytest.raises(ValueError, match="0 or more"):
        SHOP.expected_purchases(*histories(ONE_TIME), days=-1)


def test_one_time_buyers_may_have_left_and_the_longer_ago_the_likelier() -> None:
    ages = np.arange(1.0, 2000.0)
    alive = SHOP.alive_probability(0 * ages, 0 * ages, ages)
    assert (np.diff(alive) < 0).all()
    assert (alive[[0, -1]] < [1, 0.05]).all()


def test_the_expectation_is_smooth_where_its_formula_divides_zero_by_zero() -> None:
    customers = histories(ONE_TIME, LAPSED, LOYAL, (3000, 4000, 4001))
    near = [1 - 1e-3, 1 - 2e-5, 1 - 5e-6, 1.0, 1 + 5e-6, 1 + 2e-5, 1 + 1e-3]
    values = np.array([replace(SHOP, a=a).expected_purchases(*customers, days=84) for a in near])
    assert values[1:-1] == pytest.approx(np.tile(values[3], (5, 1)), rel=1e-4)
    assert (np.diff(values[[0, 3, 6]], axis=0) < 0).all()


def test_beyond_the_range_of_floats_the_mean_share_of_leaving_stands_in() -> None:
    process = PurchaseProcess(r=2.0, alpha=5.0, a=2000.0, b=30.0)
    rows = (0, 0, 4), (1, 3, 4)
    expected = [integrated(process, row, 3650)[2] for row in rows]
    assert process.expected_purchases(*histories(*rows), days=3650) == pytest.approx(expected, rel=1e-3)


positive = st.floats(-7, 7).map(np.exp)
processes = st.builds(PurchaseProcess, r=positive, alpha=positive.map(lambda v: 30 * v), a=positive, b=positive)


@st.composite
def any_history(draw: Callable[..., Any]) -> History:
    """A history as a log can hold it: at least a day since the last purchase, at most one repeat a day."""
    age = draw(st.integers(1, 20_000))
    last = draw(st.integers(0, age - 1))
    return histories((draw(st.integers(1, last)) if last else 0, last, age))


@steady
@given(processes, any_history())
def test_figures_are_finite_and_in_range_for_any_company_and_customer(
    process: PurchaseProcess, customer: History
) -> None:
    _ask_sane(process, customer)


@steady
@given(processes, any_history(), st.floats(0, 4000), st.floats(0.1, 4000))
def test_looking_further_ahead_means_more_purchases_and_less_silence(
    process: PurchaseProcess, customer: History, days: float, more: float
) -> None:
    expected = [process.expected_purchases(*customer, days=d)[0] for d in (days, days + more)]
    silent = [process.no_purchase_probability(*customer, days=d)[0] for d in (days, days + more)]
    assert expected[1] >= expected[0] * (1 - 1e-7)
    assert silent[1] <= silent[0]
    assert expected[0] >= (1 - silent[0]) * (1 - 1e-9) - 1e-15
    assert silent[0] >= 1 - process.alive_probability(*customer)[0]


@steady
@given(processes, any_history(), st.integers(1, 3000))
def test_a_longer_silence_makes_a_customer_less_likely_alive_and_more_likely_silent(
    process: PurchaseProcess, customer: History, longer: int
) -> None:
    x, last, age = customer
    assert process.alive_probability(x, last, age + longer) <= process.alive_probability(x, last, age)
    now, later = (process.no_purchase_probability(x, last, day, days=28)[0] for day in (age, age + longer))
    assert later >= now - 1e-15


@steady
@given(processes, st.lists(any_history(), min_size=2, max_size=8))
def test_each_customer_is_judged_alone(process: PurchaseProcess, customers: list[History]) -> None:
    together = _figures(process, tuple(np.concatenate(part) for part in zip(*customers, strict=True)))  # type: ignore[arg-type]
    alone = [_figures(process, customer) for customer in customers]
    assert all(values.tolist() == [one[name][0] for one in alone] for name, values in together.items())
