"""How many customers does a campaign need, for its effect to be seen?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl
from scipy.special import ndtri

from serving._effect import MIN_CUSTOMERS, MIN_RARER
from serving._errors import NothingToMeasure


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """How many customers must be treated and held out."""

    treated: int
    held_out: int

    @property
    def customers(self) -> int:
        """How many must be assigned in all."""
        return self.treated + self.held_out


def needed(
    difference: float,
    *,
    variance: float,
    holdout_share: float,
    treated_variance: float | None = None,
    explained: float = 0.0,
    power: float = 0.8,
    confidence: float = 0.95,
) -> Needed | None:
    """The customers for whom a difference between the arms is seen with that power; null for a difference of zero.

    `variance`: of the outcome among customers, in the unit of `difference` squared; `treated_variance` where it is
    another for the treated. `explained`: the share of it that is known beforehand (`variance_reduction` of an earlier
    campaign). By the normal distribution (Lachin 1981), with a share h held out, (z of the confidence + z of the
    power)^2 x (variance / h + treated variance / (1 - h)) / difference^2 customers; variances are the unexplained ones
    and, as in `measure`, the smaller arm's is no less than the other's. Never fewer than an interval asks for.
    """
    _check(holdout_share, variance=variance, explained=explained)
    if difference == 0:
        return None
    treated = variance if treated_variance is None else treated_variance
    spread = _spread(variance, treated, holdout_share=holdout_share) * (1.0 - explained)
    customers = _quantiles(power, confidence) ** 2 * spread / difference**2
    return _split(max(customers, MIN_CUSTOMERS / min(holdout_share, 1.0 - holdout_share)), holdout_share)


def needed_for_effect(
    effect: float,
    risk: pl.Series,
    *,
    holdout_share: float,
    power: float = 0.8,
    confidence: float = 0.95,
) -> Needed | None:
    """The customers needed for an action's effect to be seen in how many end well; null where it changes nothing.

    `risk`: the calibrated probability that it ends badly without contact, for customers like those to be assigned. It
    says how much the outcome varies, and by the law of total variance how much of that the prediction explains.
    """
    variance, explained, rate = _of_outcome(risk)
    treated_rate = min(max(rate * (1.0 - effect), 0.0), 1.0)
    found = needed(
        rate - treated_rate,
        variance=variance,
        treated_variance=treated_rate * (1.0 - treated_rate),
        holdout_share=holdout_share,
        explained=explained,
        power=power,
        confidence=confidence,
    )
    if found is None or variance == 0:
        return found
    rarer = MIN_RARER / (min(rate, 1.0 - rate) * min(holdout_share, 1.0 - holdout_share))
    return _split(max(found.customers, rarer), holdout_share)


def smallest_visible(
    customers: int,
    *,
    variance: float,
    holdout_share: float,
    explained: float = 0.0,
    power: float = 0.8,
    confidence: float = 0.95,
) -> float:
    """The smallest difference between the arms that so many assigned customers show with that power.

    In the unit of the outcome; over the mean risk it is the smallest visible effect. Endless for nobody.
    """
    _check(holdout_share, variance=variance, explained=explained)
    if customers <= 0:
        return math.inf
    spread = _spread(variance, variance, holdout_share=holdout_share) * (1.0 - explained)
    return _quantiles(power, confidence) * math.sqrt(spread / customers)


def _spread(held_out: float, treated: float, *, holdout_share: float) -> float:
    """The variance of the difference times the customers assigned; the smaller arm varies no less than the other."""
    if holdout_share <= 0.5:
        return max(held_out, treated) / holdout_share + treated / (1.0 - holdout_share)
    return held_out / holdout_share + max(held_out, treated) / (1.0 - holdout_share)


def _check(holdout_share: float, *, variance: float, explained: float) -> None:
    if not 0.0 < holdout_share < 1.0:
        raise NothingToMeasure(
            f"with a holdout_share of {holdout_share} one arm is empty; give the action one between them, such as 0.1."
        )
    if not (0.0 <= variance < math.inf and explained <= 1.0):
        raise ValueError(f"a variance of {variance}, {explained} of it explained, cannot be.")


def _quantiles(power: float, confidence: float) -> float:
    if not (0.5 <= power < 1.0 and 0.0 < confidence < 1.0):
        raise ValueError(f"power is {power} and confidence {confidence}; shares such as 0.8 and 0.95 are asked for.")
    return float(ndtri((1.0 + confidence) / 2.0) + ndtri(power))


def _split(customers: float, holdout_share: float) -> Needed:
    return Needed(treated=math.ceil(customers * (1.0 - holdout_share)), held_out=math.ceil(customers * holdout_share))


def _of_outcome(risk: pl.Series) -> tuple[float, float, float]:
    """The outcome's variance, the share of it that the prediction explains, and its rate."""
    values = risk.cast(pl.Float64).to_numpy()
    if not len(values) or not ((values >= 0) & (values <= 1)).all():
        raise NothingToMeasure("a campaign is planned from the risks, 0 to 1, of at least one customer.")
    rate = float(values.mean())
    variance = rate * (1.0 - rate)
    return variance, float(values.var()) / variance if variance > 0 else 0.0, rate
