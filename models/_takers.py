"""Who takes what is offered? Contact changes nothing for those who do not take the offer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import RidgeCV

from models._matrix import Labels, Numbers
from models._randomised import Randomised, by_customer, folds_of

FEWEST_TOLD = 50
"""So many contacted customers must be known to have taken the offer or not,"""
FEWEST_OF_EACH = 10
"""and so many of each."""
_STRENGTHS = tuple(10.0**power for power in range(6))
_LEAST = 0.1
"""Nobody is thought to take an offer less often than this share of what all do."""
_FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Takers:
    """The share of customers with such traits (ranks) who take the offer, learned from those who were contacted.

    An offer works through those who take it and would not have acted by themselves: the compliers of Angrist, Imbens
    and Rubin (1996). So the effect of all is thought to be spread by the share who take it, times the risk. `factor`
    leaves the mean change of those who were contacted as it is.
    """

    level: float
    slopes: Numbers
    least: float
    factor: float

    @classmethod
    def of(cls, trial: Randomised) -> Takers:
        """Learned from the contacted customers of a trial, whose traits are ranks."""
        told = told_of(trial)
        took = _took(trial)[told]
        fitted = RidgeCV(alphas=_STRENGTHS).fit(trial.traits[told], took)
        made = cls(
            level=float(fitted.intercept_),
            slopes=np.asarray(fitted.coef_),
            least=_LEAST * float(took.mean()),
            factor=1.0,
        )
        treated = trial.among(trial.is_treated)
        spread = float(made.reach(treated.traits, treated.risk).sum())
        return replace(made, factor=float(treated.risk.sum()) / spread if spread > 0 else 0.0)

    def share(self, traits: Numbers) -> Numbers:
        """The share who take it, of customers with these traits."""
        return np.asarray(np.clip(self.level + traits @ self.slopes, self.least, 1.0))

    def reach(self, traits: Numbers, risk: Numbers) -> Numbers:
        """What the effect of all is multiplied with."""
        return np.asarray(self.factor * self.share(traits) * risk)

    def among(self, trial: Randomised) -> Randomised:
        """The trial with the effect of all spread so over its customers."""
        return replace(trial, reach=self.reach(trial.traits, trial.risk))


def told_of(trial: Randomised) -> Labels:
    """Of whom it is known whether they took the offer."""
    return np.isfinite(_took(trial))


def are_told(trial: Randomised) -> bool:
    """Whether enough customers are known to have taken the offer, and enough not to, to learn who does."""
    took = _took(trial)[told_of(trial)]
    return len(took) >= FEWEST_TOLD and bool(FEWEST_OF_EACH <= took.sum() <= len(took) - FEWEST_OF_EACH)


def are_known_by_traits(trial: Randomised, *, seed: int, needed: float) -> bool:
    """Whether traits (ranks) foretell who takes the offer, of customers who were not learned from.

    They must be ahead of the same share for all by `needed` standard errors of the paired difference of the losses.
    """
    if not are_told(trial):
        return False
    trial = trial.among(told_of(trial))
    fold = folds_of(trial, _FOLDS, seed=seed)
    took, ahead = _took(trial), np.zeros(len(trial))
    for number in range(_FOLDS):
        asked = fold == number
        if not asked.any():
            continue
        known = trial.among(~asked)
        foretold, alike = Takers.of(known).share(trial.traits[asked]), float(_took(known).mean())
        ahead[asked] = (took[asked] - alike) ** 2 - (took[asked] - foretold) ** 2
    mean, error = by_customer(ahead, trial.customers)
    return mean > needed * error


def _took(trial: Randomised) -> Numbers:
    return np.full(len(trial), np.nan) if trial.took is None else trial.took
