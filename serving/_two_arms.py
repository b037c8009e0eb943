"""By how much do two arms differ, once what was known of their customers before is allowed for?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arms:
    """Who was treated, who is alike, and what was known of each before: one entry per customer.

    `stratum` numbers the strata from 0 on; each must have customers in both arms. `known_before` has a column per
    number that was known when the customers were assigned.
    """

    is_treated: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.int64]
    known_before: Numbers

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return int(self.stratum.max()) + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Treated less held out, per treated customer, and how sure that is.

    `unadjusted_error` is the standard error that the difference would have had without what was known before.
    """

    mean: float
    standard_error: float
    degrees: float
    unadjusted_error: float

    @property
    def variance_reduction(self) -> float:
        """The share (below 1) of the variance that went because of what was known before; below 0 where it grew."""
        return 1.0 - (self.standard_error / self.unadjusted_error) ** 2 if self.unadjusted_error > 0 else 0.0

    def margin(self, confidence: float) -> float:
        """Half the width of the interval that holds the truth with that confidence (Student's t)."""
        return float(stdtrit(self.degrees, (1.0 + confidence) / 2.0)) * self.standard_error


def difference(outcome: Numbers, arms: Arms) -> Difference:
    """The mean difference between the arms, of customers mixed as the treated are.

    Post-stratified: each stratum's difference counts by its share of the treated. Adjusted for what was known before as
    in CUPED (Deng, Xu, Kohavi and Walker 2013), with slopes learned within strata and arms and common to both arms:
    slopes for each arm (Lin 2013) would have to be learned from the few held out alone.
    """
    plain, adjusted = (_compared(values, arms) for values in (outcome, _adjusted(outcome, arms)))
    return Difference(mean=adjusted[0], standard_error=adjusted[1], degrees=adjusted[2], unadjusted_error=plain[1])


def _adjusted(outcome: Numbers, arms: Arms) -> Numbers:
    cell = arms.stratum * 2 + arms.is_treated
    known = arms.known_before - arms.known_before[arms.is_treated].mean(axis=0)
    within = _without_means(known, cell)
    spread = np.sqrt((within**2).mean(axis=0))
    # What does not vary within strata and arms tells nothing; rounding must not make it look as if it did.
    varies = spread > 1e-9 * np.abs(arms.known_before).max(axis=0)
    if not varies.any():
        return outcome
    slopes, *_ = np.linalg.lstsq(within[:, varies] / spread[varies], outcome, rcond=1e-9)
    return np.asarray(outcome - (known[:, varies] / spread[varies]) @ slopes)


def _without_means(values: Numbers, cell: npt.NDArray[np.int64]) -> Numbers:
    sizes = np.maximum(np.bincount(cell), 1)
    means = np.column_stack([np.bincount(cell, column) / sizes for column in values.T])
    return values - means[cell]


def _compared(outcome: Numbers, arms: Arms) -> tuple[float, float, float]:
    """The difference, its standard error and its degrees of freedom.

    Each arm's variance is robust (HC3). The smaller arm's is never taken to be less than the larger one's would make
    it: where few are held out, a mean that missed the rare large spenders comes with a variance that missed them too.
    """
    weights = np.bincount(arms.stratum[arms.is_treated], minlength=arms.strata) / arms.is_treated.sum()
    treated, held_out = (_arm(outcome[who], arms.stratum[who], weights) for who in (arms.is_treated, ~arms.is_treated))
    small, large = sorted((treated, held_out), key=lambda arm: arm.customers)
    variances = np.array([max(small.variance, small.borrowed(large)), large.variance])
    degrees = np.array([max(arm.customers - arms.strata, 1) for arm in (small, large)])
    total = float(variances.sum())
    satterthwaite = total**2 / float((variances**2 / degrees).sum()) if total > 0 else 1.0
    return treated.mean - held_out.mean, total**0.5, satterthwaite


@dataclass(frozen=True, kw_only=True, slots=True)
class _Arm:
    customers: int
    mean: float
    variance: float
    weights: Numbers
    sizes: npt.NDArray[np.int64]
    spread: Numbers

    def borrowed(self, other: _Arm) -> float:
        """The variance of this arm's mean if its customers differed among themselves as the other arm's do."""
        return float((self.weights**2 * other.spread / self.sizes).sum())


def _arm(outcome: Numbers, stratum: npt.NDArray[np.int64], weights: Numbers) -> _Arm:
    sizes = np.bincount(stratum, minlength=len(weights))
    means = np.bincount(stratum, outcome, minlength=len(weights)) / sizes
    squares = np.bincount(stratum, (outcome - means[stratum]) ** 2, minlength=len(weights))
    free = np.maximum(sizes - 1, 1)
    return _Arm(
        customers=len(outcome),
        mean=float((weights * means).sum()),
        variance=float((weights**2 * squares / free**2).sum()),
        weights=weights,
        sizes=sizes,
        spread=squares / free,
    )
