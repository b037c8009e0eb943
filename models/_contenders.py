"""Who answers best? The blend and the baselines it must beat, fitted to one past and judged on one later day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score

from features import PurchaseProcess
from models._baselines import BaseRate, PurchaseRule, RecencyRule, logistic_rfm
from models._blend import Blend, Shares, fit_blend
from models._matrix import Labels, Numbers

MODEL = "model"
BASELINES = ("base_rate", "recency_rule", "logistic_rfm", "purchase_process")
"""From the simplest on; the last two need both outcomes."""
FEWEST_CUSTOMERS = 10
"""Of fewer, or with one outcome only, nothing is learned but the base rate."""
CLEARLY = 1.2816
"""Standard errors by which a baseline must be ahead to win: nine in ten of all samples of customers would agree."""


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


def contenders(examples: Examples) -> dict[str, Estimator]:
    """The model and every baseline that can be fitted; with only one outcome, or nobody, base rate and recency."""
    both = 0 < examples.y.sum() < len(examples.y)
    return {name: fitted(name, examples) for name in (MODEL, *(BASELINES if both else BASELINES[:2]))}


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

    A baseline wins with a lower Brier score, beyond chance (paired, one-sided 90%), and no lower average precision.
    """
    model, best = predicted[MODEL], MODEL
    for name, values in predicted.items():
        gain = (model - label) ** 2 - (values - label) ** 2
        error = gain.std() / np.sqrt(len(gain))
        ahead = gain.mean() > CLEARLY * error and gain.mean() > 0
        if ahead and _precision(label, values) >= _precision(label, model):
            best = min(best, name, key=lambda one: float(((predicted[one] - label) ** 2).mean()))
    return best


def shares_of(model: Estimator) -> Shares | None:
    """What a judged blend was made of, so that the final fit is the one that was judged."""
    return model.shares if isinstance(model, Blend) else None


def _precision(label: Labels, probability: Numbers) -> float:
    return float(average_precision_score(label, probability)) if 0 < label.sum() < len(label) else 0.0
