"""Who tells who takes an offer? Those who were offered it; else those who were offered others; else habits alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models._matrix import Numbers
from models._randomised import Randomised
from models._ranked import Ranked
from models._takers import (
    FEWEST_TOLD,
    Customers,
    Habits,
    Leaning,
    Offered,
    Takers,
    are_known_by_traits,
    are_told,
    speak_against,
)

OWN, OTHERS, HABITS = "own", "others", "habits"


@dataclass(frozen=True, kw_only=True)
class Besides:
    """What is known besides an action's own campaigns of who takes its offer.

    `habits` are believed to tell it. `others` are customers contacted by other actions, each action's share who took it
    made the same. `traits` and `risk` are of tonight's customers whom the outcome is predicted of, or some of them.
    """

    habits: Habits
    others: Offered
    traits: Numbers
    risk: Numbers

    @classmethod
    def nothing(cls, columns: Sequence[str]) -> Besides:
        """Nothing, of customers with the traits in `columns`."""
        nobody, none = np.zeros((0, len(columns))), np.zeros(0)
        others = Offered(traits=nobody, risk=none, took=none, weight=none, customers=none.astype(np.object_))
        return cls(habits=Habits.among(columns, spread=0.0), others=others, traits=nobody, risk=none)

    @property
    def leaning(self) -> Leaning:
        """What habits say, of traits that are ranks."""
        return self.habits.leaning(self.traits)

    def ranked(self, ranked: Ranked) -> Besides:
        """The same with ranks for traits."""
        return replace(self, others=self.others.ranked(ranked), traits=ranked.apply(self.traits))


@dataclass(frozen=True, kw_only=True)
class Told:
    """What tells who takes the offer: `OWN` customers, who were offered it, `OTHERS`, who were offered other things, or
    `HABITS` alone. Traits are ranks."""

    by: str
    own: Offered
    besides: Besides

    @property
    def count(self) -> int:
        """How many assignments tell it."""
        return {OWN: len(self.own), OTHERS: len(self.besides.others), HABITS: 0}[self.by]

    def takers(self, known: Randomised) -> Takers:
        """Who takes it, as all of these tell.

        Where others tell it or habits, the effect of all is of the treated among `known`, if they are many; else of
        those whom it could be done to tonight.
        """
        leaning = self.besides.leaning
        if self.by == OWN:
            return Takers.of(self.own, leaning=leaning)
        over = self.of_whom(known)
        if self.by == HABITS:
            return Takers.by_habits(leaning, over=over)
        return Takers.of(self.besides.others, leaning=leaning, over=over)

    def of_whom(self, known: Randomised) -> Customers:
        """Traits and risks of those of whom the effect of all is."""
        treated = known.is_treated
        if treated.sum() >= FEWEST_TOLD:
            return known.traits[treated], known.risk[treated]
        return self.besides.traits, self.besides.risk

    def without(self, customers: npt.NDArray[np.object_]) -> Told:
        """The same without what some customers tell."""
        others = self.besides.others.without(customers)
        return replace(self, own=self.own.without(customers), besides=replace(self.besides, others=others))


def told_besides(known: Randomised, own: Offered, besides: Besides, *, seed: int, needed: float) -> Told | None:
    """What tells who takes the offer where own customers do not; None where nothing does. Traits are ranks.

    Others, if traits foretell it of them; else habits. Of neither, if own customers speak against it, or there is
    nobody of whom the effect of all could be.
    """
    told = Told(by=OTHERS, own=own, besides=besides)
    if not len(told.of_whom(known)[1]):
        return None
    if are_known_by_traits(besides.others, leaning=besides.leaning, seed=seed, needed=needed):
        apart = told.without(own.customers)
        rest = apart if are_told(apart.besides.others) else told
        if not speak_against(own, rest.takers(known), needed=needed):
            return told
    told = replace(told, by=HABITS)
    if not besides.leaning.says_anything or speak_against(own, told.takers(known), needed=needed):
        return None
    return told
