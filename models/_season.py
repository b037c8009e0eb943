"""How does the level move with the season? Shifts of the log-odds seen on past as-of dates, carried to a later one.

In a shop with a Christmas, one and the same customer is likelier to stay away in January than in September. Each past
as-of date whose label is known shows by how much all log-odds of that day should have been higher or lower. These
shifts are taken for a smooth function of time that nearly repeats every 52 weeks and drifts a little, a Gaussian
process (Rasmussen and Williams 2006, "Gaussian Processes for Machine Learning", chapters 2 and 5.4.3: a decaying
periodic kernel and an exponential one, with fixed parameters), whose mean on the day to be scored is the shift used.
A year ago counts most; yesterday counts where the horizon is short; where neither is known the shift is near zero.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from models._matrix import Labels, Numbers

YEAR_DAYS = 364.0
"""52 whole weeks, so that weekdays meet weekdays."""
SEASON_SPREAD, SEASON_WIDTH, SEASON_MEMORY_DAYS = 0.5, 0.8, 1500.0
"""Standard deviation of the seasonal part in log-odds, its width (0.8: about two months), and how long it lasts."""
DRIFT_SPREAD, DRIFT_MEMORY_DAYS = 0.15, 120.0
NOISE = 0.05
"""Standard deviation of what is peculiar to one day, beside what its number of customers lets expect."""


_DIGITS = 9
"""What comes after them differs from one solution of the same equations to the next, by where in memory they lie."""


class Season:
    """The shifts of past as-of dates and what follows from them for others."""

    def __init__(self) -> None:
        self.days: Numbers = np.zeros(0)
        self.shifts: Numbers = np.zeros(0)
        self.weights: Numbers = np.zeros(0)

    def fit(self, log_odds: Numbers, y: Labels, days: Numbers) -> Season:
        """Learns from log-odds predicted for customers who were held out, their labels and the day of each row."""
        dates = np.unique(days)
        seen = [shift_and_variance(log_odds[days == day], y[days == day]) for day in dates]
        return self.fit_shifts(dates, np.array([one for one, _ in seen]), np.array([one for _, one in seen]))

    def fit_shifts(self, days: Numbers, shifts: Numbers, variances: Numbers) -> Season:
        """Learns from the shift seen on each of the days, and how unsure it is."""
        self.days, self.shifts = days, shifts
        covariance = _kernel(self.days, self.days) + np.diag(variances + NOISE**2)
        solved = np.linalg.solve(covariance, self.shifts) if len(self.days) else np.zeros(0)
        self.weights = np.round(solved, _DIGITS)
        return self

    def at(self, days: Numbers) -> Numbers:
        """The shift of the log-odds on each of the days since 1970; zero where nothing was learned."""
        asked, place = np.unique(days, return_inverse=True)
        shifts: Numbers = (_kernel(asked, self.days) * self.weights).sum(axis=1)  # a matrix product may differ by a bit
        return shifts[place]


def _kernel(one: Numbers, other: Numbers) -> Numbers:
    apart = np.abs(np.subtract.outer(one.astype(np.float64), other.astype(np.float64)))
    wave = np.exp(-2.0 * np.sin(np.pi * apart / YEAR_DAYS) ** 2 / SEASON_WIDTH**2)
    season = SEASON_SPREAD**2 * wave * np.exp(-apart / SEASON_MEMORY_DAYS)
    return np.asarray(season + DRIFT_SPREAD**2 * np.exp(-apart / DRIFT_MEMORY_DAYS))


def shift_and_variance(log_odds: Numbers, y: Labels) -> tuple[float, float]:
    """By how much the log-odds of a day must move for their mean to be the rate observed, and its variance."""
    count = len(y)
    rate = (y.sum() + 0.5) / (count + 1.0)
    shift = brentq(lambda more: expit(log_odds + more).mean() - rate, -40.0, 40.0)
    probability = expit(log_odds + shift)
    return float(shift), 1.0 / max(float((probability * (1.0 - probability)).sum()), 1e-9)
