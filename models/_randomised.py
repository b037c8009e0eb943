"""Who was treated or held out at random, what was known of them, and what became of them?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models._matrix import Labels, Numbers

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Randomised:
    """The customers of one action's campaigns with a known outcome: one entry per customer and campaign.

    `traits` has a column per name in `columns`, as known when the customer was assigned; not a number where unknown.
    `probability` is the calibrated one of the outcome that the action acts on, which is one to be prevented where
    `is_bad`. `is_good` says whether it ended well. `propensity` is the share of customers like this one who were
    treated, known from the draw. `effect` is what is believed of all customers alike: of those with whom it would end
    badly, the share with whom it ends well because of contact. `took` is 1 where a treated customer took what was
    offered, 0 where not, not a number where nobody said; None where nobody said it of anybody. `reach` is what the
    effect is multiplied with, customer by customer; None for the risk.
    """

    columns: tuple[str, ...]
    traits: Numbers
    probability: Numbers
    is_treated: Labels
    is_good: Labels
    propensity: Numbers
    customers: npt.NDArray[np.object_]
    campaigns: npt.NDArray[np.object_]
    effect: float
    is_bad: bool
    took: Numbers | None = None
    reach: Numbers | None = None

    def __len__(self) -> int:
        return len(self.is_good)

    @property
    def by_itself(self) -> Numbers:
        """The probability of a good outcome without contact, as predicted."""
        return 1.0 - self.probability if self.is_bad else self.probability

    @property
    def risk(self) -> Numbers:
        """The probability of a bad outcome without contact, as predicted."""
        return 1.0 - self.by_itself

    @property
    def believed(self) -> Numbers:
        """By how much contact is believed to raise the probability of a good outcome."""
        return within(self.effect * self.reached, self.by_itself)

    @property
    def reached(self) -> Numbers:
        """What the effect is multiplied with."""
        return self.risk if self.reach is None else self.reach

    def among(self, rows: Rows | Labels) -> Randomised:
        """The same of some rows only."""
        names = ("traits", "probability", "is_treated", "is_good", "propensity", "customers", "campaigns")
        told = [name for name in ("took", "reach") if getattr(self, name) is not None]
        return replace(self, **{name: getattr(self, name)[rows] for name in (*names, *told)})


def within(change: Numbers, by_itself: Numbers) -> Numbers:
    """A change in the probability of a good outcome, kept to what leaves a probability between 0 and 1."""
    return np.clip(change, -by_itself, 1.0 - by_itself)


def folds_of(trial: Randomised, count: int, *, seed: int) -> Rows:
    """The number of the fold of each row: all rows of one customer in one, arms and campaigns spread evenly."""
    return folds_among(trial.customers, ~trial.is_treated, count, seed=seed, campaigns=trial.campaigns)


def folds_among(
    customers: npt.NDArray[np.object_],
    is_rare: Labels,
    count: int,
    *,
    seed: int,
    campaigns: npt.NDArray[np.object_] | None = None,
) -> Rows:
    """The number of the fold of each row: all rows of one customer in one, the rare ones spread evenly.

    Customers are dealt out in a random order, those who were ever rare apart from the others, by the first campaign in
    which they were where `campaigns` are given.
    """
    names, first, position = np.unique(customers.astype(str), return_index=True, return_inverse=True)
    ever_rare = np.bincount(position, is_rare, minlength=len(names)) > 0
    luck = np.random.default_rng(seed).random(len(names))
    by = [luck, ever_rare] if campaigns is None else [luck, campaigns[first].astype(str), ever_rare]
    fold = np.empty(len(names), dtype=np.int64)
    fold[np.lexsort(by)] = np.arange(len(names)) % count
    return np.asarray(fold[position])


def by_customer(values: Numbers, customers: npt.NDArray[np.object_]) -> tuple[float, float]:
    """The mean of the values and its standard error, rows of one customer taken together."""
    names, position = np.unique(customers.astype(str), return_inverse=True)
    mean, count = float(values.mean()), len(names)
    parts = np.bincount(position, values - mean, minlength=count)
    return mean, float(np.sqrt((parts**2).sum() * count / max(count - 1, 1))) / len(values)
