"""Who takes what is offered? Contact changes nothing for those who do not take the offer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import RidgeCV

from models._matrix import Labels, Numbers
from models._randomised import Randomised, Rows, by_customer, folds_among
from models._ranked import Ranked

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
class Takers:
    """The share of customers with such traits (ranks) who take the offer, learned from those who were contacted.

    An offer works through those who take it and would not have acted by themselves: the compliers of Angrist, Imbens
    and Rubin (1996). So the effect of all is thought to be spread by the share who take it, times the risk. `factor`
    leaves the mean change of those of whom the effect is as it is. `are_lent` where other offers told: then the share
    orders customers, but is not that of this offer.
    """

    level: float
    slopes: Numbers
    least: float
    factor: float
    are_lent: bool

    @classmethod
    def of(cls, offered: Offered, *, over: tuple[Numbers, Numbers] | None = None) -> Takers:
        """Learned from contacted customers whose traits are ranks.

        The effect is of them; or, where they were offered something else, of customers with the traits and risks of
        `over`.
        """
        fitted = RidgeCV(alphas=_STRENGTHS).fit(offered.traits, offered.took, sample_weight=offered.weight)
        made = cls(
            level=float(fitted.intercept_),
            slopes=np.asarray(fitted.coef_),
            least=_LEAST * offered.mean,
            factor=1.0,
            are_lent=over is not None,
        )
        traits, risk = over or (offered.traits, offered.risk)
        spread = float(made.reach(traits, risk).sum())
        return replace(made, factor=float(risk.sum()) / spread if spread > 0 else 0.0)

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
    foretold, alike = np.zeros(len(offered)), np.zeros(len(offered))
    for number in range(_FOLDS):
        asked = fold == number
        if not asked.any():
            continue
        known = offered.among(~asked)
        foretold[asked], alike[asked] = Takers.of(known).share(offered.traits[asked]), known.mean
    return _standard_errors_ahead(offered, foretold, alike) > needed


def are_like(offered: Offered, lent: Offered, *, needed: float) -> bool:
    """Whether those who were offered the same do not speak against it that who takes other offers takes this one.

    What these tell of it, brought to the same mean, must not be behind the same share for all by `needed` standard
    errors.
    """
    if not are_told(offered):
        return True
    share = Takers.of(lent).share(offered.traits)
    foretold = share * offered.mean / float(np.average(share, weights=offered.weight))
    return _standard_errors_ahead(offered, foretold, np.full(len(offered), offered.mean)) > -needed


def _standard_errors_ahead(offered: Offered, foretold: Numbers, alike: Numbers) -> float:
    ahead = offered.weight * ((offered.took - alike) ** 2 - (offered.took - foretold) ** 2)
    mean, error = by_customer(ahead, offered.customers)
    return mean / error if error > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class Lent:
    """Who takes other offers, for an action of which too little is known; and whom tonight it could be done to.

    `offered` are customers contacted by other actions, each action's share who took it made the same. `traits` and
    `risk` are of tonight's customers whom the outcome is predicted of, or some of them.
    """

    offered: Offered
    traits: Numbers
    risk: Numbers

    def ranked(self, ranked: Ranked) -> Lent:
        """The same with ranks for traits."""
        return replace(self, offered=self.offered.ranked(ranked), traits=ranked.apply(self.traits))


@dataclass(frozen=True, kw_only=True)
class Told:
    """By whom is told who takes the offer: `own`, who were offered it, or, of those who were offered other things,
    `lent`. Traits are ranks."""

    own: Offered
    lent: Lent | None

    @property
    def count(self) -> int:
        """How many tell it."""
        return len(self.lent.offered if self.lent else self.own)

    def takers(self, known: Randomised) -> Takers:
        """Who takes it, as all of these tell; the effect of all is of the treated among `known`, where they are many.

        Else it is of those whom it could be done to tonight.
        """
        if self.lent is None:
            return Takers.of(self.own)
        treated = known.is_treated
        many = treated.sum() >= FEWEST_TOLD
        over = (known.traits[treated], known.risk[treated]) if many else (self.lent.traits, self.lent.risk)
        return Takers.of(self.lent.offered, over=over)

    def without(self, customers: npt.NDArray[np.object_]) -> Told:
        """The same without what some customers tell of this offer."""
        return replace(self, own=self.own.without(customers))


def told_by_lent(own: Offered, lent: Lent, *, seed: int, needed: float) -> Told | None:
    """That who takes other offers tells who takes this one, if traits (ranks) foretell it of them, and those who were
    offered the same do not speak against it (`are_like`); else None."""
    if not are_known_by_traits(lent.offered, seed=seed, needed=needed) or not are_like(
        own, lent.offered, needed=needed
    ):
        return None
    return Told(own=own, lent=lent)
