"""Who tells who takes an offer? Those who were offered it; else those who were offered others; else habits alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models._matrix import Numbers
from models._randomised import Randomised
from models._ranked import Ranked
from models._takers import FEWEST_TOLD, Customers, Habits, Offered, Takers, are_known_by_traits, speak_against

OWN, OTHERS, HABITS = "own", "others", "habits"


@dataclass(frozen=True, kw_only=True)
class Besides:
    """What is known besides an action's own campaigns of who takes its offer.

    `habits` are believed to tell it. `others` are customers contacted by other actions, each action's share who took it
    made the same. `traits` and `risk` are of tonight's customers whom the outcome is predicted of, or some of them;
    nobody where enough were contacted by the action itself.
    """

    habits: Habits
    others: Offered
    traits: Numbers
    risk: Numbers

    @classmethod
    def nothing(cls, columns: Sequence[str]) -> Besides:
        """Nothing, of customers with the traits in `columns`."""
        nobody = np.zeros((0, len(columns)))
        none = np.zeros(0)
        others = Offered(traits=nobody, risk=none, took=none, weight=none, customers=none.astype(np.object_))
        return cls(habits=Habits.among(columns, spread=0.0), others=others, traits=nobody, risk=none)

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
        habits, others = self.besides.habits, self.besides.others
        if self.by == OWN:
            return Takers.of(self.own, habits=habits)
        over = self._of_whom(known)
        return Takers.of(others, habits=habits, over=over) if self.by == OTHERS else Takers.by_habits(habits, over=over)

    def without(self, customers: npt.NDArray[np.object_]) -> Told:
        """The same without what some customers tell of this offer."""
        return replace(self, own=self.own.without(customers))

    def _of_whom(self, known: Randomised) -> Customers:
        treated = known.is_treated
        if treated.sum() >= FEWEST_TOLD or not len(self.besides.risk):
            return known.traits[treated], known.risk[treated]
        return self.besides.traits, self.besides.risk


def told_besides(known: Randomised, own: Offered, besides: Besides, *, seed: int, needed: float) -> Told | None:
    """What tells who takes the offer where own customers do not; None where nothing does. Traits are ranks.

    Others, if traits foretell it of them; else habits. Of neither, if own customers speak against it.
    """
    habits = besides.habits
    by = {
        OTHERS: are_known_by_traits(besides.others, habits=habits, seed=seed, needed=needed),
        HABITS: habits.say_anything,
    }
    for name, can_tell in by.items():
        told = Told(by=name, own=own, besides=besides)
        if can_tell and not speak_against(own, told.takers(known), needed=needed):
            return told
    return None
