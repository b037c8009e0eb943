"""Where does each customer stand, and how likely is each turn of that life on a day?

The simulation draws from these likelihoods and the truth (`_living_truth.py`) adds them up: one place for both.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pipelines._living_actions import ACTIONS, FAMILIES, Rate, effect_factors
from pipelines._living_chance import Flags, Indices, Numbers
from pipelines._living_people import Nature, People

MOST = 0.5
"""No turn is likelier than this on one day, whatever works on the customer."""

ADOPTED_LINE_SHARE = 0.3
"""Share of the later orders in which a customer buys again from the category that was once new."""

ACTION_NUMBERS = {action: number for number, action in enumerate(ACTIONS)}
_FACTORS = effect_factors()
_FAMILY_OF_ACTION = np.array([FAMILIES.index(effect.family) for effect in ACTIONS.values()])


class Condition(IntEnum):
    """Where a customer stands."""

    ABSENT = 0
    STEADY = 1
    WAVERING = 2
    HURT = 3
    GONE = 4


STEADY, WAVERING, HURT, GONE = range(4)
"""The rows of shares by condition; nobody who is absent has any."""


@dataclass(kw_only=True, slots=True)
class Lives:
    """The state of all people at the beginning of a day. Arrays are by person; `until` and `campaign` by action too.

    `until` is the first day on which an action works no more; `campaign` names it by its place in the shop's list.
    `offer` is the action whose voucher the customer holds and would take, -1 for none.
    """

    condition: npt.NDArray[np.int8]
    has_adopted: Flags
    comes_on: Indices
    until: Indices
    campaign: Indices
    offer: Indices
    offer_until: Indices

    def copy(self) -> Lives:
        """The same state, to be lived on independently."""
        return Lives(**{each.name: getattr(self, each.name).copy() for each in fields(self)})


def beginning(people: People) -> Lives:
    """Everybody before the first day: those who joined earlier are steady customers, the others not there yet."""
    n = len(people.comes_on)
    return Lives(
        condition=np.where(people.comes_on < 0, Condition.STEADY, Condition.ABSENT).astype(np.int8),
        has_adopted=np.zeros(n, dtype=np.bool_),
        comes_on=people.comes_on.copy(),
        until=np.zeros((len(ACTIONS), n), dtype=np.int64),
        campaign=np.full((len(ACTIONS), n), -1),
        offer=np.full(n, -1),
        offer_until=np.zeros(n, dtype=np.int64),
    )


def contacted(people: People, lives: Lives, action: str, *, who: Indices, day: int) -> Indices:
    """Lets an action begin to work, in place; returns the kinds that the contacted are of.

    A new offer takes the place of an older one that was not taken; an action that still works runs anew.
    """
    number, effect = ACTION_NUMBERS[action], ACTIONS[action]
    kinds: Indices = people.kinds[_FAMILY_OF_ACTION[number], who]
    lives.until[number, who] = day + effect.days
    if effect.heals:
        healed = who[(kinds == 0) & (lives.condition[who] == Condition.HURT)]
        lives.condition[healed] = Condition.STEADY
    return kinds


def rates_on(people: People, lives: Lives, day: int, *, who: Indices | None = None) -> Numbers:
    """The daily rates of everybody (or of `who`), by `Rate`, with all that works on that day."""
    until = lives.until if who is None else lives.until[:, who]
    rates = people.rates.copy() if who is None else people.rates[:, who]
    for number, family in enumerate(_FAMILY_OF_ACTION):
        reached = np.flatnonzero(until[number] > day)
        if len(reached):
            kinds = people.kinds[family, reached if who is None else who[reached]]
            rates[:, reached] *= _FACTORS[number, kinds].T
    turns = [rate for rate in Rate if rate is not Rate.SPEND]
    rates[turns] = np.minimum(rates[turns], MOST)
    return rates


def family_of(action: int) -> int:
    """The number of the family of an action, by its own number."""
    return int(_FAMILY_OF_ACTION[action])


def standings(lives: Lives) -> Numbers:
    """By condition and person: 1 where the customer stands, 0 elsewhere."""
    return np.array([lives.condition == each for each in list(Condition)[1:]], dtype=np.float64)


def turn(shares: Numbers, rates: Numbers) -> None:
    """Lets the shares of each condition (the last axis but one) turn as customers do on a morning, in place."""
    steady, wavering, hurt, gone = (shares[..., standing, :] for standing in (STEADY, WAVERING, HURT, GONE))
    wavers, settles, heals = steady * rates[Rate.WAVER], wavering * rates[Rate.SETTLE], hurt * rates[Rate.HEAL]
    leaves, leaves_hurt = wavering * rates[Rate.LEAVE], hurt * rates[Rate.LEAVE_HURT]
    returns = gone * rates[Rate.COME_BACK]
    steady += settles + heals + returns - wavers
    wavering += wavers - settles - leaves
    hurt -= heals + leaves_hurt
    gone += leaves + leaves_hurt - returns


def order_shares(nature: Nature, purchase_rate: Numbers, day: int) -> Numbers:
    """The share of customers who order on that day, by condition (absent and gone: none) and person."""
    pace = np.array([0.0, 1.0, nature.wavering_pace, nature.hurt_pace, 0.0])
    share: Numbers = 1.0 - np.exp(-np.multiply.outer(pace, purchase_rate * busyness(nature, day)))
    return share


def busyness(nature: Nature, day: int) -> float:
    """How busy the shop is on that day, about 1 on average: weekends, a slow spring, a rush in November."""
    that = nature.begin + timedelta(days=day)
    weekday = (0.8, 0.8, 0.85, 0.9, 1.1, 1.35, 1.2)[that.weekday()]
    yearly = 1 + 0.2 * np.cos(2 * np.pi * (that.timetuple().tm_yday - 325) / 366)
    rush = 1.5 if date(that.year, 11, 1) <= that <= date(that.year, 11, 12) else 1.0
    return float(weekday * yearly * rush)
