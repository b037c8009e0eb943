"""Do the figures of amounts say how far off they are, and do resamples say the same as measuring anew?"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, mean_tweedie_deviance

from models._amounts import amount_metrics, interval_metrics, measured
from models._bootstrap import bootstrap
from models._spend import POWER


@pytest.fixture(scope="module")
def told() -> tuple[np.ndarray, np.ndarray]:
    """What was spent, and what was expected: a third too much, and right in order only roughly."""
    dice = np.random.default_rng(3)
    truth = dice.gamma(1.0, 60.0, 800)
    return truth * dice.gamma(0.7, 1 / 0.7, 800), 1.33 * truth


def test_figures_are_those_of_the_libraries_over_the_mean_spend(told: tuple[np.ndarray, np.ndarray]) -> None:
    spend, expected = told
    found, unit = amount_metrics(spend, expected), spend.mean()
    assert found["total_error"] == pytest.approx(abs(expected.sum() / spend.sum() - 1))
    assert found["mean_error"] == pytest.approx(mean_absolute_error(spend, expected) / unit)
    assert found["deviance"] == pytest.approx(mean_tweedie_deviance(spend / unit, expected / unit, power=POWER))
    assert (found["mean_spend"], found["mean_expected"]) == pytest.approx((unit, expected.mean()))


def test_what_is_right_in_total_may_be_wrong_by_tenths() -> None:
    spend = np.repeat([10.0, 20.0], 500)
    turned = np.linspace(20.0, 10.0, 1000)
    found = amount_metrics(spend, turned)
    assert found["total_error"] == pytest.approx(0.0, abs=1e-9)
    assert found["decile_error"] > 0.3


def test_the_best_tenth_and_the_list_say_how_much_of_all_spend_they_bring() -> None:
    spend = np.array([0.0] * 90 + [10.0] * 10)
    found = amount_metrics(spend, np.arange(100.0), list_size=5)
    assert (found["top_spend_share"], found["gain_at_list_size"]) == pytest.approx((1.0, 0.5))


def test_nothing_spent_gives_no_share_and_no_trouble() -> None:
    found = amount_metrics(np.zeros(20), np.ones(20))
    assert np.isnan(found["top_spend_share"])
    assert found["mean_spend"] == 0.0


def test_an_interval_is_judged_by_who_lies_inside_and_above() -> None:
    spend, bound = np.array([0.0, 5.0, 10.0, 11.0]), np.ones(4)
    assert interval_metrics(spend, 1.0 * bound, 10.0 * bound) == {"inside_share": 0.5, "above_share": 0.25}


def test_resamples_have_the_figures_of_the_customers_drawn(told: tuple[np.ndarray, np.ndarray]) -> None:
    spend, expected = told
    names = np.array([f"C{number:03d}" for number in range(len(spend))], dtype=object)
    drawn = bootstrap(spend, {"model": expected}, customers=names, seed=5, times=20)["model"]
    chance = np.random.default_rng(5)
    for k in range(20):
        rows = chance.integers(len(spend), size=len(spend))
        found = amount_metrics(spend[rows], expected[rows])
        for figure in ("total_error", "mean_error", "mean_spend", "mean_expected"):
            assert drawn[figure][k] == pytest.approx(found[figure])
        assert drawn["deviance"][k] == pytest.approx(found["deviance"], rel=0.2)  # its unit stays that of all


def test_yes_or_no_and_amounts_are_measured_by_their_own_figures(told: tuple[np.ndarray, np.ndarray]) -> None:
    assert "brier" in measured(told[0] > 50, np.full(800, 0.5))
    assert "deviance" in measured(*told)
