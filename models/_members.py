"""What are estimators made of? Boosted trees and a regularised linear model, both adding up log-odds by column."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

# Said before the trees are loaded: threads that wait for each other by spinning take minutes on a busy machine, and
# threads that never spin take twice as long on an idle one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import numpy as np
import numpy.typing as npt
import xgboost
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

from models._matrix import Labels, Matrix, Numbers
from models._parameters import USUAL, Parameters

Item = TypeVar("Item")
Made = TypeVar("Made")

MANY_ROWS = 200_000
"""From so many rows on a second thread pays; below, two threads mostly wait for each other, on a busy machine for long.
Fixed, whatever the machine has, because another number of threads adds the same numbers in another order."""
LINEAR_ROWS = 50_000
"""A linear model of a hundred columns learns as much from so many rows, evenly spaced, as from all."""
_CHUNK = 32_768
_FARTHEST = 3.0
"""Standard deviations from the mean at which a linear model stops believing: a value never seen must not decide."""
_SURE = 1e-4
"""Surer than this the purchase process is not believed."""
_RARE = 0.01
_MOSTLY_UNKNOWN = 0.95


class Member(Protocol):
    """One kind of model. `columns` are positions in the matrix that it reads; log-odds are those of yes."""

    def fit(self, X: Matrix, y: Labels) -> Member: ...

    def log_odds(self, X: Matrix) -> Numbers: ...

    def contributions(self, X: Matrix) -> Numbers: ...


class Trees:
    """Gradient-boosted trees; null is a branch of its own.

    Sampled and regularised: the rows of one customer at many dates resemble each other.
    """

    def __init__(self, columns: Sequence[int], *, seed: int, parameters: Parameters = USUAL) -> None:
        self.columns = list(columns)
        self.seed = seed
        self.parameters = parameters

    def fit(self, X: Matrix, y: Labels) -> Trees:
        """Learns from rows and their labels."""
        self.used = [number for number in self.columns if varies(X[:, number])]
        trees = XGBClassifier(
            **self.parameters.of_trees,
            max_bin=128,
            tree_method="hist",
            n_jobs=2 if len(X) >= MANY_ROWS else 1,
            random_state=self.seed,
        )
        self.trees = trees.fit(X[:, self.used], y)
        return self

    def log_odds(self, X: Matrix) -> Numbers:
        """One number per row."""
        said: Numbers = self._booster.inplace_predict(X[:, self.used], predict_type="margin")
        return said.astype(np.float64)

    def contributions(self, X: Matrix) -> Numbers:
        """TreeSHAP sums (Lundberg et al. 2020) per column of `X`: what it adds against the average customer."""
        added = self._booster.predict(xgboost.DMatrix(X[:, self.used]), pred_contribs=True)
        full = np.zeros(X.shape)
        full[:, self.used] = added[:, :-1]
        return full

    @property
    def _booster(self) -> xgboost.Booster:
        booster: xgboost.Booster = self.trees.get_booster()
        booster.set_param({"nthread": 2})  # prediction is the same on any number of threads
        return booster


class Linear:
    """Logistic regression on signed logarithms, strongly regularised, blind to how far out an outlier lies.

    A null becomes the median and, where nulls are neither rare nor the rule, a 0 or 1 of its own. `strength` is the
    inverse of the ridge penalty.
    """

    def __init__(self, columns: Sequence[int], *, strength: float) -> None:
        self.columns = list(columns)
        self.strength = strength

    def fit(self, X: Matrix, y: Labels) -> Linear:
        """Learns from rows and their labels."""
        X, y, weights = _representative(X, y)
        values = _logarithms(X[:, self.columns])
        unknown = np.isnan(values)
        share = unknown.mean(axis=0)
        used = share < _MOSTLY_UNKNOWN
        self.used = np.asarray(self.columns)[used]
        values, unknown, share = values[:, used], unknown[:, used], share[used]
        self.middle = np.nanmedian(values, axis=0)
        filled = np.where(unknown, self.middle, values)
        self.mean = filled.mean(axis=0, dtype=np.float64).astype(np.float32)
        self.spread = filled.std(axis=0, dtype=np.float64).astype(np.float32) + np.float32(1e-6)
        self.flagged = np.flatnonzero((share > _RARE) & (share < 1 - _RARE))
        design = self._design(filled, unknown)
        self.centre = design.mean(axis=0, dtype=np.float64)
        solver = "newton-cholesky"  # to the last digits, whatever the number of threads that add
        fitted = LogisticRegression(C=self.strength, solver=solver, tol=1e-8)
        fitted.fit(design.astype(np.float64), y, sample_weight=weights)
        self.weights, self.intercept = fitted.coef_[0], float(fitted.intercept_[0])
        return self

    def log_odds(self, X: Matrix) -> Numbers:
        """One number per row."""
        parts = _in_chunks(X, lambda rows: self._of(rows) @ self.weights + self.intercept)
        return np.concatenate(parts) if parts else np.zeros(0)

    def contributions(self, X: Matrix) -> Numbers:
        """Coefficient times distance from the mean, per column of `X`; a null's own part counts with its column."""
        added = (self._of(X) - self.centre) * self.weights
        full = np.zeros(X.shape)
        count = len(self.used)
        full[:, self.used] = added[:, :count]
        full[:, self.used[self.flagged]] += added[:, count:]
        return full

    def _of(self, X: Matrix) -> Matrix:
        values = _logarithms(X[:, self.used])
        unknown = np.isnan(values)
        return self._design(np.where(unknown, self.middle, values), unknown)

    def _design(self, filled: Matrix, unknown: npt.NDArray[np.bool_]) -> Matrix:
        standard = np.clip((filled - self.mean) / self.spread, -_FARTHEST, _FARTHEST)
        return np.hstack([standard, unknown[:, self.flagged].astype(np.float32)])


class Process:
    """What the purchase process says, brought to the rates seen: logistic regression on one column's log-odds.

    `column` is the position of a probability, that of no purchase; where it is unknown nothing is known.
    """

    def __init__(self, column: int) -> None:
        self.column = column

    def fit(self, X: Matrix, y: Labels) -> Process:
        """Learns from rows and their labels."""
        silence = self._silence(X)
        self.middle = float(silence.mean())
        fitted = LogisticRegression(C=1e3).fit(silence[:, None] - self.middle, y)
        self.weight, self.intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
        return self

    def log_odds(self, X: Matrix) -> Numbers:
        """One number per row."""
        return self.weight * (self._silence(X) - self.middle) + self.intercept

    def contributions(self, X: Matrix) -> Numbers:
        """Coefficient times distance from the mean, in its one column."""
        full = np.zeros(X.shape)
        full[:, self.column] = self.weight * (self._silence(X) - self.middle)
        return full

    def _silence(self, X: Matrix) -> Numbers:
        probability = np.nan_to_num(X[:, self.column].astype(np.float64), nan=0.5)
        return np.asarray(logit(np.clip(probability, _SURE, 1 - _SURE)))


def varies(values: npt.NDArray[np.float32]) -> bool:
    """Columns that say nothing would only be drawn in the place of others."""
    known = values[~np.isnan(values)]
    return bool(len(known)) and (len(known) < len(values) or known.min() < known.max())


def at_once(work: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """The work on every item, in their order, two at a time: what is done inside leaves Python to others."""
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(work, items))


def _representative(X: Matrix, y: Labels) -> tuple[Matrix, Labels, Numbers]:
    """At most about `LINEAR_ROWS` rows with their weights: evenly spaced ones of each answer, all of a rare one."""
    weights = np.zeros(len(y))
    for answer in (True, False):
        place = np.flatnonzero(y == answer)
        every = max(1, -(-len(place) // (LINEAR_ROWS // 2)))
        taken = place[::every]
        weights[taken] = len(place) / max(1, len(taken))
    kept = weights > 0
    return X[kept], y[kept], weights[kept]


def _logarithms(values: Matrix) -> Matrix:
    return np.copysign(np.log1p(np.abs(values)), values)


def _in_chunks(X: Matrix, work: Callable[[Matrix], Numbers]) -> list[Numbers]:
    return at_once(lambda start: work(X[start : start + _CHUNK]), range(0, len(X), _CHUNK))
