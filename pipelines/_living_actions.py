"""What does each action do to whom? The truth about actions in the living shop, which nobody in the shop knows.

A customer answers actions of one family in one of four ways (the names are those of the uplift literature, Kane, Lo
and Zheng 2014): a **persuadable** acts because of it, a **sure thing** would have acted anyway, a **lost cause** never
does, a **sleeping dog** is driven away by it. An action multiplies daily rates of the customer's life for some days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from pipelines._living_chance import Numbers


class Rate(IntEnum):
    """The daily rates that actions and natures change."""

    WAVER = 0
    """A steady customer begins to think of leaving."""
    LEAVE = 1
    """A wavering customer leaves."""
    SETTLE = 2
    """A wavering customer is steady again."""
    LEAVE_HURT = 3
    """A customer hurt by a badly answered complaint leaves."""
    HEAL = 4
    """A hurt customer is steady again."""
    COME_BACK = 5
    """A customer who left buys again."""
    SPEND = 6
    """Pieces in a line of a basket, against the usual."""
    TRY = 7
    """With an order the customer first buys from the category that would be next."""
    REFER = 8
    """The customer brings the one friend whom everybody has."""


class Kind(IntEnum):
    """How a customer answers the actions of a family."""

    PERSUADABLE = 0
    SURE_THING = 1
    LOST_CAUSE = 2
    SLEEPING_DOG = 3


FAMILIES = ("retention", "win_back", "growth", "referral", "service")
"""A customer has one kind per family."""

NATURAL: Mapping[str, Mapping[Kind, Mapping[Rate, float]]] = {
    "retention": {Kind.SURE_THING: {Rate.LEAVE: 0.3, Rate.SETTLE: 2.0}, Kind.LOST_CAUSE: {Rate.LEAVE: 1.6}},
    "win_back": {Kind.SURE_THING: {Rate.COME_BACK: 5.0}, Kind.LOST_CAUSE: {Rate.COME_BACK: 0.0}},
    "growth": {Kind.SURE_THING: {Rate.TRY: 5.0}, Kind.LOST_CAUSE: {Rate.TRY: 0.3}},
    "referral": {Kind.SURE_THING: {Rate.REFER: 5.0}, Kind.LOST_CAUSE: {Rate.REFER: 0.0}},
    "service": {Kind.SURE_THING: {Rate.HEAL: 5.0}, Kind.LOST_CAUSE: {Rate.HEAL: 0.3}},
}
"""How kinds differ though nobody contacts them: a sure thing does by itself what the action asks for."""

DRIVEN_AWAY: Mapping[Rate, float] = {Rate.WAVER: 2.5, Rate.LEAVE: 1.5, Rate.LEAVE_HURT: 1.5, Rate.COME_BACK: 0.0}
"""What any action does to a sleeping dog of its family."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What an action does to persuadables for `days` days from the day of contact on.

    `heals` undoes the hurt of a complaint at once. `has_offer` gives a voucher that is taken with the first order in
    those days; `pays_referral` a reward for whoever brings a friend in them.
    """

    family: str
    days: int
    persuades: Mapping[Rate, float]
    heals: bool = False
    has_offer: bool = False
    pays_referral: bool = False


ACTIONS: Mapping[str, Effect] = {
    "service_recovery": Effect(family="service", days=14, persuades={}, heals=True),
    "retention_offer": Effect(
        family="retention", days=42, persuades={Rate.LEAVE: 0.2, Rate.SETTLE: 4.0}, has_offer=True
    ),
    "win_back_offer": Effect(family="win_back", days=56, persuades={Rate.COME_BACK: 12.0}, has_offer=True),
    "upsell": Effect(family="growth", days=28, persuades={Rate.SPEND: 1.4}, has_offer=True),
    "cross_sell": Effect(family="growth", days=42, persuades={Rate.TRY: 8.0}),
    "referral_invitation": Effect(family="referral", days=28, persuades={Rate.REFER: 12.0}, pays_referral=True),
    "thank_you": Effect(family="retention", days=28, persuades={Rate.WAVER: 0.7}),
}
"""The effect of every action the team may do, by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What an action costs, in currency: per contact, and per offer taken (or friend brought)."""

    contact_cost: float
    offer_cost: float = 0.0


TERMS: Mapping[str, Terms] = {
    "service_recovery": Terms(contact_cost=12.0),
    "retention_offer": Terms(contact_cost=2.0, offer_cost=12.0),
    "win_back_offer": Terms(contact_cost=2.0, offer_cost=15.0),
    "upsell": Terms(contact_cost=2.0, offer_cost=5.0),
    "cross_sell": Terms(contact_cost=3.0),
    "referral_invitation": Terms(contact_cost=1.0, offer_cost=30.0),
    "thank_you": Terms(contact_cost=1.5),
}
"""What the actions cost unless the company says otherwise."""

TAKES_OFFER = np.array([1.0, 1.0, 0.0, 0.0])
"""Whether each kind takes an offer with the next order; what sure things take is given away."""


def factors(rates: Mapping[Rate, float]) -> Numbers:
    """One factor per rate, 1 where nothing is said."""
    by_rate = np.ones(len(Rate))
    for rate, factor in rates.items():
        by_rate[rate] = factor
    return by_rate


def effect_factors() -> Numbers:
    """By action (in the order of `ACTIONS`), kind and rate: what the rate is multiplied with while the action works."""
    table = np.ones((len(ACTIONS), len(Kind), len(Rate)))
    for number, effect in enumerate(ACTIONS.values()):
        table[number, Kind.PERSUADABLE] = factors(effect.persuades)
        table[number, Kind.SLEEPING_DOG] = factors(DRIVEN_AWAY)
    return table
