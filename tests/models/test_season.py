"""Do shifts that return every year move the level of a day that is like one a year before, and nothing else?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from models._season import Season

YEAR = 364


def seen(days: np.ndarray, shifts: np.ndarray, *, customers: int = 4000, seed: int = 1) -> Season:
    """A season learned from customers whose log-odds were too low by the shift of their day."""
    dice = np.random.default_rng(seed)
    day = np.repeat(days, customers).astype(float)
    log_odds = dice.normal(0.0, 1.0, len(day))
    y = dice.random(len(day)) < expit(log_odds + np.repeat(shifts, customers))
    return Season().fit(log_odds, y, day)


def test_the_shift_of_a_day_is_what_its_customers_showed() -> None:
    days, shifts = np.array([0, 42, 84]), np.array([-0.6, 0.0, 0.7])
    assert seen(days, shifts).shifts == pytest.approx(shifts, abs=0.08)


def test_what_was_seen_a_year_before_comes_back() -> None:
    days = np.arange(0, YEAR - 60, 42)
    shifts = np.where(days < 100, -0.6, 0.4)
    season = seen(days, shifts)
    assert season.at(np.array([YEAR + 42.0]))[0] < -0.35
    assert season.at(np.array([YEAR + 210.0]))[0] > 0.2


def test_a_day_of_a_season_never_seen_is_hardly_moved() -> None:
    season = seen(np.array([0, 14, 28]), np.array([0.5, 0.5, 0.5]))
    assert abs(season.at(np.array([28.0 + 182]))[0]) < 0.15


def test_a_steady_shop_has_no_season() -> None:
    season = seen(np.arange(0, 700, 28), np.zeros(25))
    assert np.abs(season.at(np.arange(700.0, 760.0))).max() < 0.08


def test_a_day_on_which_everybody_stayed_or_nobody_keeps_all_finite() -> None:
    days = np.repeat([0.0, 28.0], 5)
    season = Season().fit(np.zeros(10), days == 0.0, days)
    assert np.isfinite(season.at(np.array([0.0, 28.0, 56.0]))).all()
    assert season.shifts[0] > 1 > -1 > season.shifts[1]


def test_nothing_learned_moves_nothing() -> None:
    nothing = Season().fit(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0))
    assert nothing.at(np.array([1.0, 2.0])).tolist() == [0.0, 0.0]
