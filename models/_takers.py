"""Who takes what is offered? Contact changes nothing for those who do not take the offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import RidgeCV

from models._matrix import Labels, Numbers
from models._randomised import Randomised, Rows, by_customer, folds_among
from models._ranked import Ranked
from models._uplift_traits import PRONE

Customers = tuple[Numbers, Numbers]
"""Traits (ranks) of customers, and the risk of each."""

FEWEST_TOLD = 50
"""So many contacted customers must be known to have taken the offer or not,"""
FEWEST_OF_EACH = 10
"""and so many of each."""
_STRENGTHS = tuple(10.0**power for power in range(6))
_LEAST = 0.1
"""Nobody is thought to take an offer less often than this share of what all do."""
_FOLDS = 5
_ALIKE = 1e-9
"""Who deviates no more than this from the mean of ranks stands where all do."""


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

    def ranked(self, ranked: Ranked) -> Offered:
        """The same with ranks for traits."""
        return replace(self, traits=ranked.apply(self.traits))

    def without(self, customers: npt.NDArray[np.object_]) -> Offered:
        """The same without some customers."""
        return self.among(~np.isin(self.customers.astype(str), customers.astype(str)))

    def and_of(self, other: Offered | None) -> Offered:
        """With others, who were offered the same in campaigns of their own."""
        if other is None or not len(other):
            return self
        both = {one.name: np.concatenate([getattr(each, one.name) for each in (self, other)]) for one in fields(self)}
        return replace(self, **both)

    @property
    def mean(self) -> float:
        """The share who took it."""
        return float((self.weight * self.took).sum() / self.weight.sum())


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What habits are believed to say of who takes an offer, before anybody was offered it.

    `told` marks the traits that say it (`PRONE`), as many as `spread` times more often somebody takes an offer who
    stands one standard deviation above the mean of them. A spread of 0 says nothing.
    """

    told: Labels
    spread: float

    @classmethod
    def among(cls, columns: Sequence[str], *, spread: float) -> Habits:
        """Those among the traits in `columns`."""
        return cls(told=np.isin(columns, PRONE), spread=spread)

    def leaning(self, ranks: Numbers) -> Leaning:
        """What they say, of traits that are ranks; the mean and the deviation are those of customers with `ranks`.

        Nothing, where all of these stand alike or there are none.
        """
        standing = ranks @ self.told.astype(np.float64) if len(ranks) else np.zeros(1)
        deviation = float(standing.std())
        each = self.spread / deviation if deviation > _ALIKE else 0.0
        return Leaning(slopes=np.asarray(self.told * each), centre=float(standing.mean()) * each)


@dataclass(frozen=True, kw_only=True)
class Leaning:
    """What is believed of the share who take an offer, over the mean share: 1 + ranks x `slopes` - `centre`."""

    slopes: Numbers
    centre: float

    @classmethod
    def none(cls, traits: int) -> Leaning:
        """That so many traits say nothing."""
        return cls(slopes=np.zeros(traits), centre=0.0)

    @property
    def says_anything(self) -> bool:
        """Whether any trait says something."""
        return bool(self.slopes.any())


@dataclass(frozen=True, kw_only=True)
class Takers:
    """The share of customers with such traits (ranks) who take the offer, as contacted customers or habits tell.

    An offer works through those who take it and would not have acted by themselves: the compliers of Angrist, Imbens
    and Rubin (1996). So the effect of all is thought to be spread by the share who take it, times the risk. `factor`
    leaves the mean change of those of whom the effect is as it is. Where `is_share` is false others told, or habits
    alone: what they tell orders customers, but is not the share who take this offer.
    """

    level: float
    slopes: Numbers
    least: float
    factor: float
    is_share: bool

    @classmethod
    def of(cls, offered: Offered, *, leaning: Leaning, over: Customers | None = None) -> Takers:
        """Learned from contacted customers whose traits are ranks; where little is told, near what is believed.

        The effect is of them; or, where they were offered something else, of the customers `over` whom it is.
        """
        prior = offered.mean * leaning.slopes
        beyond = offered.took - offered.traits @ prior
        fitted = RidgeCV(alphas=_STRENGTHS).fit(offered.traits, beyond, sample_weight=offered.weight)
        made = cls(
            level=float(fitted.intercept_),
            slopes=prior + np.asarray(fitted.coef_),
            least=_LEAST * offered.mean,
            factor=1.0,
            is_share=over is None,
        )
        return made._of_all(over or (offered.traits, offered.risk))

    @classmethod
    def by_habits(cls, leaning: Leaning, *, over: Customers) -> Takers:
        """As is believed before anybody told; the effect is of the customers `over` whom it is, whose traits are ranks.

        The shares are told over the mean share.
        """
        level = 1.0 - leaning.centre
        return cls(level=level, slopes=leaning.slopes, least=_LEAST, factor=1.0, is_share=False)._of_all(over)

    def share(self, traits: Numbers) -> Numbers:
        """The share who take it, of customers with these traits."""
        most = 1.0 if self.is_share else np.inf
        return np.asarray(np.clip(self.level + traits @ self.slopes, self.least, most))

    def reach(self, traits: Numbers, risk: Numbers) -> Numbers:
        """What the effect of all is multiplied with."""
        return np.asarray(self.factor * self.share(traits) * risk)

    def among(self, trial: Randomised) -> Randomised:
        """The trial with the effect of all spread so over its customers."""
        return replace(trial, reach=self.reach(trial.traits, trial.risk))

    def _of_all(self, customers: Customers) -> Takers:
        """The same, the mean change of these customers as the effect of all says."""
        traits, risk = customers
        spread = float(self.reach(traits, risk).sum())
        return replace(self, factor=float(risk.sum()) / spread if spread > 0 else 1.0)


def are_told(offered: Offered) -> bool:
    """Whether enough customers are known to have taken the offer, and enough not to, to learn who does."""
    taking = int((offered.took > 0).sum())
    return len(offered) >= FEWEST_TOLD and FEWEST_OF_EACH <= taking <= len(offered) - FEWEST_OF_EACH


def are_known_by_traits(offered: Offered, *, leaning: Leaning, seed: int, needed: float) -> bool:
    """Whether traits (ranks) foretell who takes the offer, of customers who were not learned from.

    They must be ahead of the same share for all by `needed` standard errors of the paired difference of the losses.
    """
    if not are_told(offered):
        return False
    fold = folds_among(offered.customers, offered.took <= 0, _FOLDS, seed=seed)
    foretold, alike = np.zeros(len(offered)), np.zeros(len(offered))
    for number in range(_FOLDS):
        asked = fold == number
        if not asked.any():
            continue
        known = offered.among(~asked)
        foretold[asked], alike[asked] = Takers.of(known, leaning=leaning).share(offered.traits[asked]), known.mean
    return _standard_errors_ahead(offered, foretold, alike) > needed


def speak_against(offered: Offered, takers: Takers, *, needed: float) -> bool:
    """Whether those who were offered the same speak against what others, or habits, tell of who takes it.

    Brought to the mean of these, it must be behind the same share for all by `needed` standard errors.
    """
    if not are_told(offered):
        return False
    share = takers.share(offered.traits)
    foretold = share * offered.mean / float(np.average(share, weights=offered.weight))
    return _standard_errors_ahead(offered, foretold, np.full(len(offered), offered.mean)) < -needed


def _standard_errors_ahead(offered: Offered, foretold: Numbers, alike: Numbers) -> float:
    ahead = offered.weight * ((offered.took - alike) ** 2 - (offered.took - foretold) ** 2)
    mean, error = by_customer(ahead, offered.customers)
    return mean / error if error > 0 else 0.0
