"""Who takes what is offered? Contact changes nothing for those who do not take the offer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import RidgeCV

from models._matrix import Labels, Numbers
from models._randomised import Randomised, Rows, by_customer, folds_among

FEWEST_TOLD = 50
"""So many contacted customers must be known to have taken the offer or not,"""
FEWEST_OF_EACH = 10
"""and so many of each."""
_STRENGTHS = tuple(10.0**power for power in range(6))
_LEAST = 0.1
"""Nobody is thought to take an offer less often than this share of what all do."""
_FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Offered:
    """Contacted customers of whom it is known whether they took the offer: one entry per customer and campaign.

    `took` is 0 for who did not; for who did 1, or, where there was less time to take it than others had, as many as
    would have. `weight` is how much an entry counts; with less time it tells less. `traits` and `risk` are as known on
    the night of assignment.
    """

    traits: Numbers
    risk: Numbers
    took: Numbers
    weight: Numbers
    customers: npt.NDArray[np.object_]

    @classmethod
    def of(cls, trial: Randomised) -> Offered:
        """Those of a trial."""
        took = np.full(len(trial), np.nan) if trial.took is None else trial.took
        told = np.isfinite(took)
        return cls(
            traits=trial.traits[told],
            risk=trial.risk[told],
            took=took[told],
            weight=np.ones(int(told.sum())),
            customers=trial.customers[told],
        )

    def __len__(self) -> int:
        return len(self.took)

    def among(self, rows: Rows | Labels) -> Offered:
        """The same of some rows only."""
        return replace(self, **{one.name: getattr(self, one.name)[rows] for one in fields(self)})

    def without(self, customers: npt.NDArray[np.object_]) -> Offered:
        """The same without some customers."""
        return self.among(~np.isin(self.customers.astype(str), customers.astype(str)))

    def and_of(self, other: Offered | None) -> Offered:
        """With others, who were offered the same in campaigns of their own."""
        if other is None or not len(other):
            return self
        both = {one.name: np.concatenate([getattr(each, one.name) for each in (self, other)]) for one in fields(self)}
        return replace(self, **both)


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
    def of(cls, offered: Offered) -> Takers:
        """Learned from contacted customers whose traits are ranks."""
        fitted = RidgeCV(alphas=_STRENGTHS).fit(offered.traits, offered.took, sample_weight=offered.weight)
        made = cls(
            level=float(fitted.intercept_),
            slopes=np.asarray(fitted.coef_),
            least=_LEAST * _mean(offered),
            factor=1.0,
        )
        spread = float(made.reach(offered.traits, offered.risk).sum())
        return replace(made, factor=float(offered.risk.sum()) / spread if spread > 0 else 0.0)

    def share(self, traits: Numbers) -> Numbers:
        """The share who take it, of customers with these traits."""
        return np.asarray(np.clip(self.level + traits @ self.slopes, self.least, 1.0))

    def reach(self, traits: Numbers, risk: Numbers) -> Numbers:
        """What the effect of all is multiplied with."""
        return np.asarray(self.factor * self.share(traits) * risk)

    def among(self, trial: Randomised) -> Randomised:
        """The trial with the effect of all spread so over its customers."""
        return replace(trial, reach=self.reach(trial.traits, trial.risk))


def are_told(offered: Offered) -> bool:
    """Whether enough customers are known to have taken the offer, and enough not to, to learn who does."""
    taking = int((offered.took > 0).sum())
    return len(offered) >= FEWEST_TOLD and FEWEST_OF_EACH <= taking <= len(offered) - FEWEST_OF_EACH


def are_known_by_traits(offered: Offered, *, seed: int, needed: float) -> bool:
    """Whether traits (ranks) foretell who takes the offer, of customers who were not learned from.

    They must be ahead of the same share for all by `needed` standard errors of the paired difference of the losses.
    """
    if not are_told(offered):
        return False
    fold = folds_among(offered.customers, offered.took <= 0, _FOLDS, seed=seed)
    ahead = np.zeros(len(offered))
    for number in range(_FOLDS):
        asked = fold == number
        if not asked.any():
            continue
        known, took = offered.among(~asked), offered.took[asked]
        foretold, alike = Takers.of(known).share(offered.traits[asked]), _mean(known)
        ahead[asked] = offered.weight[asked] * ((took - alike) ** 2 - (took - foretold) ** 2)
    mean, error = by_customer(ahead, offered.customers)
    return mean > needed * error


def _mean(offered: Offered) -> float:
    return float((offered.weight * offered.took).sum() / offered.weight.sum())
