"""Who foretells spend best? The model and the rules it must beat, fitted to one past, judged on one later day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from models._contenders import CLEARLY, FEWEST_OUTCOMES, MODEL
from models._lifetime import INTERVAL, ValueModel
from models._matrix import Numbers
from models._spend import Spend, SpendProcess, fit_spend, tweedie

RULES = ("mean_spend", "own_rate", "last_year")
"""The mean of all; a customer's spend per day so far, carried on; that of the last year."""
PROCESS = "purchase_process"
_YEAR_DAYS = 364
_READS = {"own_rate": ("spend_ever", "tenure_days"), "last_year": ("spend_364d", "tenure_days")}


class SpendEstimator(Protocol):
    """Anything that answers feature rows with three columns: expected spend, and the bounds of its interval."""

    def predict(self, X: pd.DataFrame) -> Numbers: ...


@dataclass(frozen=True, kw_only=True)
class SpendExamples:
    """Rows to learn from: features with `as_of_day`, what was spent after them, customers, and what else is needed.

    `value` is how all customers known on the last of the days buy and spend; `seasonal` says whether shifts from date
    to date can be believed.
    """

    X: pd.DataFrame
    spend: Numbers
    customers: npt.NDArray[np.object_]
    horizon_days: int
    ahead_days: int
    seasonal: bool
    value: ValueModel
    seed: int

    @property
    def lead_days(self) -> int:
        """Days between the as-of date and the beginning of the horizon."""
        return self.ahead_days - self.horizon_days


class SpendRule:
    """A rule of thumb, with the interval in which four of five of the past lie around it."""

    def __init__(self, rule: str, *, days: int) -> None:
        self.rule = rule
        self.days = float(days)

    def fit(self, X: pd.DataFrame, spend: Numbers) -> SpendRule:
        """Learns the mean, and how far customers lie from what the rule expects."""
        self.mean = float(spend.mean())
        expected = self._expected(X)
        over = spend[expected > 0] / expected[expected > 0]
        self.bounds = [float(bound) for bound in np.quantile(over, INTERVAL)] if len(over) else [0.0, 0.0]
        return self

    def predict(self, X: pd.DataFrame) -> Numbers:
        """Three columns: expected spend, and between which sums it lies for four of five."""
        expected = self._expected(X)
        return np.column_stack([expected, *(expected * bound for bound in self.bounds)])

    def _expected(self, X: pd.DataFrame) -> Numbers:
        if self.rule == "mean_spend":
            return np.full(len(X), self.mean)
        spend, age = (np.nan_to_num(X[name].to_numpy(dtype=np.float64)) for name in _READS[self.rule])
        longest = np.inf if self.rule == "own_rate" else _YEAR_DAYS
        known = np.clip(age, min(self.days, longest), longest)
        return np.asarray(np.maximum(spend, 0.0) * self.days / known)


class ProcessRule:
    """The baseline of the journals: MBG/NBD and gamma-gamma know only when a customer bought, and for how much."""

    def __init__(self, process: SpendProcess) -> None:
        self.process = process

    def predict(self, X: pd.DataFrame) -> Numbers:
        """Three columns: expected spend, and between which sums it lies for four of five."""
        told = self.process.told(X)
        return np.column_stack([told[:, 0], told[:, 0] * told[:, 1], told[:, 0] * told[:, 2]])


def spend_baselines(examples: SpendExamples) -> tuple[str, ...]:
    """Which baselines can be fitted: all but those whose columns are excluded."""
    there = {*examples.X.columns}
    return (*(rule for rule in RULES if {*_READS.get(rule, ())} <= there), PROCESS)


def spend_fitted(name: str, examples: SpendExamples, *, share: float | None = None) -> SpendEstimator:
    """One contender by its name in reports, fitted; the model with the given share of trees, or one that it chooses."""
    if name in RULES:
        return SpendRule(name, days=examples.horizon_days).fit(examples.X, examples.spend)
    process = SpendProcess(examples.value, days=examples.horizon_days, lead_days=examples.lead_days)
    if name == PROCESS:
        return ProcessRule(process)
    return fit_spend(
        examples.X,
        examples.spend,
        customers=examples.customers,
        process=process,
        ahead_days=examples.ahead_days,
        seasonal=examples.seasonal,
        seed=examples.seed,
        share=share,
    )


def spend_winner(spend: Numbers, expected: Mapping[str, Numbers]) -> str:
    """Whom to serve: the model, or the baseline that clearly beats it on the same later customers.

    A baseline wins with a lower deviance, beyond chance (paired, one-sided 90%), both as it is and at the level of that
    one day. Of fewer than 20 customers who spent anything nothing is concluded.
    """
    if (spend > 0).sum() < FEWEST_OUTCOMES:
        return MODEL
    best, unit = MODEL, spend.mean()
    losses = {name: tweedie(spend / unit, values / unit) for name, values in expected.items()}
    levelled = {name: tweedie(spend / unit, values / max(values.mean(), 1e-12)) for name, values in expected.items()}
    for name in expected:
        if all(_clearly_less(loss[name], loss[MODEL]) for loss in (losses, levelled)):
            best = min(best, name, key=lambda one: losses[one].mean())
    return best


def spend_as_served(name: str, made: SpendEstimator, lesson: SpendExamples) -> SpendEstimator:
    """What is served: the purchase process, like the model, with level, season and interval of the past."""
    return spend_fitted(MODEL, lesson, share=0.0) if name == PROCESS else made


def spend_refitted(name: str, judged: SpendEstimator, everything: SpendExamples) -> SpendEstimator:
    """What was judged under a name, fitted to everything with the same share of trees."""
    if isinstance(judged, Spend):
        return spend_fitted(MODEL, everything, share=judged.share)
    return spend_fitted(name, everything)


def _clearly_less(one: Numbers, other: Numbers) -> bool:
    gain = other - one
    return bool(gain.mean() > max(CLEARLY * gain.std(ddof=1) / np.sqrt(len(gain)), 0.0))
