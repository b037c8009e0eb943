"""What do we believe an action achieves? A declared effect, and what measured campaigns make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, sqrt
from typing import TypeGuard

from scipy.special import ndtri

from serving._effect import Estimate, Measured
from serving._errors import CountedTwice, NothingToMeasure

ANSWER_VARIANCE = 0.25
"""The variance of one customer's yes or no where it is greatest, at even chance."""


@dataclass(frozen=True, slots=True)
class Effect:
    """With what share of those with whom it would end badly it ends well because of contact: of leavers those who stay,
    of lost customers who would not have come back those who do.

    Below zero where contact does harm. `strength` is how many customers' answers the belief is worth; the effect is
    taken as normal around `mean` with variance 1 / (4 x (strength + 1)): a yes or no varies by at most 1/4, whatever
    the effect, so that what is below zero or near it can be learned as fast as any other. `campaigns` names those that
    are in it already.
    """

    mean: float
    strength: float
    campaigns: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not (-inf < self.mean < inf and self.strength >= 0):
            raise ValueError(
                f"an effect has a finite mean and a strength of at least 0, not {self.mean} and {self.strength}."
            )

    @property
    def variance(self) -> float:
        """How unsure the mean is; 0 for a strength without end."""
        return ANSWER_VARIANCE / (self.strength + 1.0)

    @property
    def deviation(self) -> float:
        """The standard deviation of the belief."""
        return sqrt(self.variance)

    @property
    def low(self) -> float:
        """The lower end of the interval that holds four cases of five."""
        return self.quantile(0.1)

    @property
    def high(self) -> float:
        """The upper end of the interval that holds four cases of five."""
        return self.quantile(0.9)

    def quantile(self, share: float) -> float:
        """The effect below which the true one lies with this probability."""
        return self.mean + self.deviation * float(ndtri(share))


def updated(prior: Effect, measured: Measured) -> Effect:
    """The belief after a measurement: prior and measured effect, each weighted by its precision.

    A measurement without an interval ("not enough data yet") changes nothing and is not counted; measure several
    campaigns together for it to count. Raises `CountedTwice` for a campaign that is in the prior already, and
    `NothingToMeasure` for rows that named no campaign.
    """
    effect = measured.effect
    if not _is_telling(effect):
        return prior
    if not measured.campaigns:
        raise NothingToMeasure("a measured effect without the name of its campaign could be counted twice; name it.")
    twice = sorted(prior.campaigns.intersection(measured.campaigns))
    if twice:
        raise CountedTwice(
            f"campaign {twice[0]!r} has updated this effect already; begin again from the declared effect."
        )
    precision = 1.0 / effect.standard_error**2
    share = precision / (precision + 1.0 / prior.variance) if prior.variance > 0 else 0.0
    return Effect(
        mean=prior.mean + share * (effect.mean - prior.mean),
        strength=_strength((1.0 - share) * prior.variance),
        campaigns=prior.campaigns.union(measured.campaigns),
    )


def _strength(variance: float) -> float:
    return max(ANSWER_VARIANCE / variance - 1.0, 0.0) if variance > 0 else inf


def by_segment(whole: Effect, measured: Measured) -> Mapping[str, Effect]:
    """The belief for each segment: its own measured effect, drawn towards that of the whole as far as it is unsure.

    Empirical Bayes: segments differ by the variance that their measured effects have beyond their errors (DerSimonian
    and Laird 1986); none in excess, and all segments are the whole. `whole` is the updated belief; a segment without an
    interval of its own is the whole, less sure by that variance.
    """
    effects = {name: None if part is None else part.effect for name, part in measured.segments.items()}
    between = _between([effect for effect in effects.values() if _is_telling(effect)])
    return {name: _drawn(whole, effect, between=between) for name, effect in effects.items()}


def _between(effects: list[Estimate]) -> float:
    if len(effects) < 2:
        return 0.0
    weights = [1.0 / effect.standard_error**2 for effect in effects]
    total = sum(weights)
    mean = sum(weight * effect.mean for weight, effect in zip(weights, effects, strict=True)) / total
    excess = sum(weight * (effect.mean - mean) ** 2 for weight, effect in zip(weights, effects, strict=True))
    return max(excess - (len(effects) - 1), 0.0) / (total - sum(weight**2 for weight in weights) / total)


def _drawn(whole: Effect, effect: Estimate | None, *, between: float) -> Effect:
    if not _is_telling(effect) or between == 0.0:
        return Effect(whole.mean, _strength(whole.variance + between), whole.campaigns)
    error = effect.standard_error**2
    towards = error / (error + between)
    variance = (1.0 - towards) * error + towards**2 * whole.variance
    return Effect(effect.mean + towards * (whole.mean - effect.mean), _strength(variance), whole.campaigns)


def _is_telling(effect: Estimate | None) -> TypeGuard[Estimate]:
    """Whether there is a measured effect with an interval."""
    return effect is not None and effect.low is not None
