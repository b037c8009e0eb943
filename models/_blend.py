"""Which model answers a question? A blend of several kinds in log-odds, as rich as the data can bear, calibrated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from models._baselines import RFM, SILENCE
from models._held_out import FOLDS, Rows, by_folds, days_of, latest_third, standard_error, study_rows
from models._matrix import AS_OF_DAY, Labels, Matrix, Numbers, block_of
from models._members import Linear, Member, Process, Trees, at_once
from models._parameters import USUAL, Parameters
from models._season import Season, shift_and_variance

Shares = Mapping[str, float]

BLENDS: tuple[Shares, ...] = (
    {"trees": 0.4, "linear": 0.2, "rfm": 0.2, "process": 0.2},
    {"trees": 0.5, "linear": 0.25, "rfm": 0.125, "process": 0.125},
    {"trees": 0.55, "linear": 0.3, "process": 0.15},
    {"trees": 0.25, "linear": 0.25, "rfm": 0.25, "process": 0.25},
)
"""Weights in log-odds to choose from. Which one is best differs between companies and is steady within one; a finer
choice would fit noise. The first stands where there is no earlier period to choose by."""
SIMPLE: Shares = {"rfm": 0.5, "process": 0.5}
REGULAR: Shares = {"linear": 1.0}
"""All columns, strongly regularised: where few outcomes are to be learned from and purchases do not tell them."""
NOTHING: Shares = {}
"""The base rate: nothing is known of anyone."""
FEWEST = 2 * FOLDS
FEW_OUTCOMES = 100
"""Fewer customers with the rarer outcome than this are too few for trees."""
_STEEPEST = 1.5
_SLOPE_SPREAD = 0.1
"""How far the slope of calibration may be expected from 1: members are nearly calibrated by themselves."""


class Blend:
    """Members averaged in log-odds, calibrated by a slope and a level, moved with the season.

    Rows are frames with `columns`, the features and `as_of_day`.
    """

    def __init__(self, columns: Sequence[str], *, shares: Shares, seed: int, parameters: Parameters = USUAL) -> None:
        self.columns = list(columns)
        self.shares = dict(shares)
        self.seed = seed
        self.parameters = parameters
        self.slope, self.level = 1.0, 0.0
        self.season = Season()

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Two columns: probability of no and of yes."""
        yes = expit(self.log_odds(X))
        return np.column_stack([1 - yes, yes])

    def log_odds(self, X: pd.DataFrame) -> Numbers:
        """Calibrated log-odds of yes on the days of the rows."""
        rows = block_of(X, self.columns)
        raw = sum((share * self.members[kind].log_odds(rows) for kind, share in self.shares.items()), np.zeros(len(X)))
        return np.asarray(self.slope * raw + self.level + self.season.at(days_of(rows)))

    def contributions(self, X: pd.DataFrame) -> Numbers:
        """What each column of `X` adds to the log-odds, against the average customer; the season in `as_of_day`."""
        rows = block_of(X, self.columns)
        added = np.zeros(rows.shape)
        for kind, share in self.shares.items():
            added += self.slope * share * self.members[kind].contributions(rows)
        added[:, -1] += self.season.at(days_of(rows))
        return added[:, [self.columns.index(name) for name in X.columns]]

    def fit_members(self, X: Matrix, y: Labels) -> None:
        """Fits every member that has a share to all rows."""
        made = members(self.columns, self.shares, seed=self.seed, parameters=self.parameters)
        self.members = dict(zip(made, at_once(lambda member: member.fit(X, y), made.values()), strict=True))

    def calibrate(self, raw: Numbers, y: Labels, *, days: Numbers, seasonal: bool) -> None:
        """Learns slope and level, and the season if it can be believed, from log-odds of held-out customers."""
        self.slope = _slope(raw, y, days)
        self.level = shift_and_variance(self.slope * raw, y)[0]
        if seasonal:
            self.season = Season().fit(self.slope * raw + self.level, y, days)


def members(columns: Sequence[str], shares: Shares, *, seed: int, parameters: Parameters) -> dict[str, Member]:
    """The unfitted members of a blend over the named columns, `as_of_day` last and read by none."""
    make: dict[str, Callable[[list[int]], Member]] = {
        "trees": lambda places: Trees(places, seed=seed, parameters=parameters),
        "linear": lambda places: Linear(places, strength=parameters.linear_strength),
        "rfm": lambda places: Linear(places, strength=0.02),
        "process": lambda places: Process(*places),
    }
    reads = _reads(columns)
    return {kind: make[kind](reads[kind]) for kind in shares}


def _possible(shares: Shares, columns: Sequence[str]) -> Shares:
    """The shares without members that have no column to read, made to add up again."""
    reads = _reads(columns)
    left = {kind: share for kind, share in shares.items() if reads[kind]}
    return {kind: share / sum(left.values()) for kind, share in left.items()}


def _reads(columns: Sequence[str]) -> dict[str, list[int]]:
    """The places of the columns that each kind of member reads; none where they are excluded."""
    features = list(range(len(columns) - 1))
    rfm = [columns.index(name) for name in RFM if name in columns]
    silence = [columns.index(name) for name in (SILENCE,) if name in columns]
    return {"trees": features, "linear": features, "rfm": rfm, "process": silence}


def fit_blend(
    X: pd.DataFrame,
    y: Labels,
    *,
    customers: npt.NDArray[np.object_],
    ahead_days: int,
    seasonal: bool,
    seed: int,
    parameters: Parameters = USUAL,
    shares: Shares | None = None,
) -> Blend:
    """Fits what the data can bear, from a blend of boosted trees and linear models down to the base rate.

    No customer stands on both sides of a fold, so calibration is that of customers never seen. `ahead_days` from an
    as-of date its label is known; `seasonal` says whether shifts by date can be believed; `shares` are chosen by the
    latest dates, predicted from earlier ones, where they are not given. The order of rows is no matter.
    """
    order = np.lexsort((customers.astype(str), X[AS_OF_DAY].to_numpy()))
    rows, y, customers = block_of(X, list(X.columns))[order], y[order], customers[order]
    study = study_rows(customers)
    held_out = HeldOut(
        rows[study], y[study], customers[study], columns=list(X.columns), seed=seed, parameters=parameters
    )
    if shares is None:
        shares = held_out.choose(ahead_days=ahead_days)
    blend = Blend(list(X.columns), shares=shares, seed=seed, parameters=parameters)
    blend.fit_members(rows, y)
    blend.calibrate(held_out.mixed(shares), y[study], days=days_of(rows[study]), seasonal=seasonal)
    return blend


class HeldOut:
    """Log-odds of customers (or later dates) that were held out from the fit, by kind of member."""

    def __init__(
        self,
        rows: Matrix,
        y: Labels,
        customers: npt.NDArray[np.object_],
        *,
        columns: list[str],
        seed: int,
        parameters: Parameters = USUAL,
    ) -> None:
        self.rows, self.y, self.customers = rows, y, customers
        self.columns, self.seed, self.parameters = columns, seed, parameters
        self.known: dict[str, Numbers] = {}

    def choose(self, *, ahead_days: int) -> Shares:
        """The shares to use: the richest the number of outcomes allows, if it is clearly better than simpler ones."""
        candidates = [NOTHING, *self._bearable()]
        if len(candidates) == 1:
            return NOTHING
        loss, customers = self._losses(candidates, ahead_days=ahead_days)
        best = min(range(len(candidates)), key=lambda k: loss[k].mean())
        if best > 1:  # one standard error (Breiman et al. 1984, CART): where a blend is not clearly better, the simple
            behind = loss[1] - loss[best]
            best = 1 if behind.mean() <= standard_error(behind, customers) else best
        return candidates[best]

    def mixed(self, shares: Shares) -> Numbers:
        """The raw log-odds of a blend, each customer's from a fit without them."""
        if set(shares) - set(self.known):
            wanted = {kind: share for kind, share in shares.items() if kind not in self.known}
            self.known |= self._by_folds(wanted)
        return mix(self.known, shares, len(self.y))

    def _bearable(self) -> list[Shares]:
        fewer = self._rarer(np.ones(len(self.y), dtype=bool))
        if fewer < FEWEST or len(np.unique(self.customers)) < 2 * FEWEST:
            return []
        bearable = (SIMPLE, *BLENDS) if fewer >= FEW_OUTCOMES else (SIMPLE, REGULAR)
        possible = [_possible(shares, self.columns) for shares in bearable]
        return [shares for shares in possible if shares]

    def _losses(
        self, candidates: Sequence[Shares], *, ahead_days: int
    ) -> tuple[list[Numbers], npt.NDArray[np.object_]]:
        kinds = dict.fromkeys(kind for shares in candidates for kind in shares)
        later = self._later(ahead_days)
        if later is None:
            self.known |= self._by_folds(kinds)
            known, y, days, customers = self.known, self.y, days_of(self.rows), self.customers
        else:
            before, after = later
            known = self._fit(kinds, before, after)
            y, days, customers = self.y[after], days_of(self.rows)[after], self.customers[after]
        return [losses(mix(known, shares, len(y)), y, days) for shares in candidates], customers

    def _later(self, ahead_days: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]] | None:
        """The rows of the latest third of the dates, and those whose label was known when the first of them began."""
        days = days_of(self.rows)
        before, after = latest_third(days, ahead_days=ahead_days)
        enough = all(self._rarer(part) >= FEW_OUTCOMES for part in (before, after))
        return (before, after) if enough and len(np.unique(days[before])) >= 2 else None

    def _rarer(self, part: npt.NDArray[np.bool_]) -> int:
        """Customers who had the rarer outcome."""
        return min(len(np.unique(self.customers[part & self.y])), len(np.unique(self.customers[part & ~self.y])))

    def _by_folds(self, kinds: Mapping[str, float | None]) -> dict[str, Numbers]:
        found = {kind: np.zeros(len(self.y)) for kind in kinds}
        if kinds:
            for test, values in by_folds(partial(self._fit, kinds), self.customers):
                for kind in kinds:
                    found[kind][test] = values[kind]
        return found

    def _fit(
        self, kinds: Mapping[str, float | None], train: Rows | npt.NDArray[np.bool_], test: Rows | npt.NDArray[np.bool_]
    ) -> dict[str, Numbers]:
        X, y, asked = self.rows[train], self.y[train], self.rows[test]
        if not 0 < y.sum() < len(y):
            return {kind: np.zeros(len(asked)) for kind in kinds}
        made = members(self.columns, dict.fromkeys(kinds, 1.0), seed=self.seed, parameters=self.parameters)
        said = at_once(lambda member: member.fit(X, y).log_odds(asked), made.values())
        return dict(zip(made, said, strict=True))


def mix(known: Mapping[str, Numbers], shares: Shares, count: int) -> Numbers:
    """Log-odds of a blend from those of its members."""
    return np.asarray(sum((share * known[kind] for kind, share in shares.items()), np.zeros(count)))


def losses(raw: Numbers, y: Labels, days: Numbers) -> Numbers:
    """Log loss of each row, each date at its own level: seasons are learned elsewhere."""
    levels = Season().fit(raw, y, days)
    shifts = dict(zip(levels.days, levels.shifts, strict=True))
    moved = raw + np.array([shifts[day] for day in days])
    return np.asarray(np.logaddexp(0.0, np.where(y, -moved, moved)))


def _slope(raw: Numbers, y: Labels, days: Numbers) -> float:
    """How much the log-odds must be stretched: logistic regression of the label, each date at a level of its own.

    With one level for all dates, what the season does to everybody would pass for noise, and the slope come out too
    flat. It is held near 1 by a weak prior and never negative.
    """
    dates, place = np.unique(days, return_inverse=True)

    def loss(at: Numbers) -> tuple[float, Numbers]:
        moved = at[0] * raw + at[1:][place]
        surplus = expit(moved) - y
        off = (at[0] - 1) / _SLOPE_SPREAD
        value = np.logaddexp(0.0, np.where(y, -moved, moved)).sum() + off**2 / 2
        slope = (surplus * raw).sum() + off / _SLOPE_SPREAD
        return float(value), np.concatenate([[slope], np.bincount(place, weights=surplus, minlength=len(dates))])

    rate = (y.sum() + 0.5) / (len(y) + 1.0)
    start = np.concatenate([[1.0], np.full(len(dates), 0.0 if raw.any() else np.log(rate / (1 - rate)))])
    bounds = [(0.0, _STEEPEST), *[(-20.0, 20.0)] * len(dates)]
    return float(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[0])
