"""Who answers best? The blend and the baselines it must beat, fitted to one past and judged on one later day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from sklearn.metrics import average_precision_score

from features import PurchaseProcess
from models._baselines import HISTORY, RFM, BaseRate, PurchaseRule, RecencyRule, logistic_rfm
from models._blend import Blend, Shares, fit_blend
from models._matrix import Labels, Numbers
from models._parameters import USUAL, Parameters
from models._season import shift_and_variance
from models._seasonal import Seasonal

MODEL = "model"
BASELINES = ("base_rate", "recency_rule", "logistic_rfm", "purchase_process")
"""From the simplest on."""
NEED_BOTH = ("logistic_rfm", "purchase_process")
READS = {"recency_rule": HISTORY[2:], "logistic_rfm": RFM, "purchase_process": HISTORY}
"""The columns without which a baseline cannot be fitted."""
FEWEST_CUSTOMERS = 10
"""Of fewer, or with one outcome only, nothing is learned but the base rate."""
FEWEST_OUTCOMES = 20
CLEARLY = 1.2816
"""Standard errors by which a baseline must be ahead to win: nine in ten of all samples of customers would agree."""


@runtime_checkable
class Estimator(Protocol):
    """Anything that answers feature rows with two columns: the probability of no and of yes."""

    def predict_proba(self, X: pd.DataFrame) -> Numbers: ...


@runtime_checkable
class Explained(Protocol):
    """An estimator that says what each column adds to its log-odds."""

    def contributions(self, X: pd.DataFrame) -> Numbers: ...


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Rows to learn from: features with `as_of_day`, labels, customers, and what else a contender needs to know.

    `process` is the purchase process of all customers as known on the last of the days; `seasonal` says whether
    shifts from date to date can be believed.
    """

    X: pd.DataFrame
    y: Labels
    customers: npt.NDArray[np.object_]
    ahead_days: int
    seasonal: bool
    process: PurchaseProcess
    seed: int
    parameters: Parameters = USUAL


def baselines(examples: Examples) -> tuple[str, ...]:
    """Which baselines can be fitted: with both outcomes all of them, but for those whose columns are excluded."""
    both, there = 0 < examples.y.sum() < len(examples.y), {*examples.X.columns}
    can = [name for name in BASELINES if both or name not in NEED_BOTH]
    return tuple(name for name in can if {*READS.get(name, ())} <= there)


def fitted(name: str, examples: Examples, *, shares: Shares | None = None) -> Estimator:
    """One contender by its name in reports, fitted; the model with the given shares, or those that it chooses."""
    X, y = examples.X, examples.y
    enough = 0 < y.sum() < len(y) and len(np.unique(examples.customers)) >= FEWEST_CUSTOMERS
    if name == MODEL and enough:
        return fit_blend(
            X,
            y,
            customers=examples.customers,
            ahead_days=examples.ahead_days,
            seasonal=examples.seasonal,
            seed=examples.seed,
            parameters=examples.parameters,
            shares=shares,
        )
    if name in (MODEL, "base_rate"):
        return BaseRate().fit(X, y)
    if name == "recency_rule":
        return RecencyRule().fit(X, y)
    if name == "logistic_rfm":
        fitted_one: Estimator = logistic_rfm().fit(X, y)
        return fitted_one
    return PurchaseRule(examples.process, ahead_days=examples.ahead_days).fit(X, y)


def winner(label: Labels, predicted: Mapping[str, Numbers]) -> str:
    """Whom to serve: the model, or the baseline that clearly beats it on the same later customers.

    A baseline wins with a lower Brier score, beyond chance (paired, one-sided 90%) and not by the level of that one day
    alone, and no lower average precision. Of fewer than 20 customers with the rarer outcome nothing is concluded.
    """
    if min(label.sum(), (~label).sum()) < FEWEST_OUTCOMES:
        return MODEL
    best = MODEL
    for name, values in predicted.items():
        gain = _squares(label, predicted[MODEL]) - _squares(label, values)
        ahead = gain.mean() > CLEARLY * gain.std(ddof=1) / np.sqrt(len(gain)) and gain.mean() > 0
        by_level = _brier(label, _levelled(label, values)) >= _brier(label, _levelled(label, predicted[MODEL]))
        precise = average_precision_score(label, values) >= average_precision_score(label, predicted[MODEL])
        if ahead and precise and not by_level:
            best = min(best, name, key=lambda one: _brier(label, predicted[one]))
    return best


def refitted(name: str, judged: Estimator, everything: Examples) -> Estimator:
    """What was judged under a name, fitted to everything: the same shares, or the base rate where it was one."""
    if isinstance(judged, BaseRate):
        return fitted("base_rate", everything)
    made = fitted(name, everything, shares=judged.shares if isinstance(judged, Blend) else None)
    return as_served(name, made, everything)


def as_served(name: str, made: Estimator, lesson: Examples) -> Estimator:
    """What is served: the model as it is; a baseline, which knows no season, moved with that of the past."""
    return Seasonal(made).fit(lesson.X, lesson.y) if name != MODEL and lesson.seasonal else made


def _squares(label: Labels, probability: Numbers) -> Numbers:
    return np.asarray((probability - label) ** 2)


def _brier(label: Labels, probability: Numbers) -> float:
    return float(_squares(label, probability).mean())


def _levelled(label: Labels, probability: Numbers) -> Numbers:
    """The probabilities moved, in log-odds, to the rate of the day."""
    odds = logit(np.clip(probability.astype(np.float64), 1e-6, 1 - 1e-6))
    return np.asarray(expit(odds + shift_and_variance(odds, label)[0]))
