"""What happens in the living shop on one day? Contacts work from the morning on; then customers turn, buy and join.

The order of the day: contacts, turns of mind, orders, complaints, visits and other interactions, friends brought,
newcomers. Newcomers do nothing on their first day but order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from pipelines._living_actions import ACTIONS, TAKES_OFFER, Rate
from pipelines._living_chance import Chance, Indices, Numbers
from pipelines._living_lives import (
    ACTION_NUMBERS,
    ADOPTED_LINE_SHARE,
    Condition,
    Lives,
    contacted,
    order_shares,
)
from pipelines._living_people import NEVER, Nature, People

Columns = Mapping[str, npt.NDArray[Any]]
"""Entries of one kind of event: `customer`, `day` and what else belongs to it, by name."""

_WHOLE, _NUMBER = np.dtype(np.int64), np.dtype(np.float64)
_OF_TEAM = {"customer": _WHOLE, "day": _WHOLE, "action": _WHOLE, "campaign": _WHOLE}
EVENTS: Mapping[str, Mapping[str, np.dtype[Any]]] = {
    "contacts": _OF_TEAM,
    "responses": _OF_TEAM,
    "orders": {"customer": _WHOLE, "day": _WHOLE, "spend": _NUMBER, "new_line": _WHOLE},
    "complaints": {"customer": _WHOLE, "day": _WHOLE, "answer_hours": _NUMBER},
    "visits": {"customer": _WHOLE, "day": _WHOLE},
    "enquiries": {"customer": _WHOLE, "day": _WHOLE},
    "surveys": {"customer": _WHOLE, "day": _WHOLE, "satisfaction": _NUMBER},
}
"""The kinds of events and what is told of each."""

INVITATION = ACTION_NUMBERS["referral_invitation"]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What does not change: how people are, who they are, and all luck.

    `origin` is the luck that made the people, prices and attributes; `chance` that of the days.
    """

    nature: Nature
    people: People
    origin: Chance
    chance: Chance


def reach(world: World, lives: Lives, day: int, *, action: str, campaign: int, who: Indices) -> Columns:
    """The team contacts `who` on the morning of the day; changes the lives in place."""
    number, effect = ACTION_NUMBERS[action], ACTIONS[action]
    kinds = contacted(world.people, lives, action, who=who, day=day)
    lives.campaign[number, who] = campaign
    if effect.has_offer:
        lives.offer[who] = np.where(TAKES_OFFER[kinds] > 0, number, -1)
        lives.offer_until[who] = day + effect.days
    return {"customer": who, "day": _all(who, day), "action": _all(who, number), "campaign": _all(who, campaign)}


def live(world: World, lives: Lives, day: int, *, rates: Numbers) -> dict[str, Columns]:
    """Lives one day in place, at the `rates` of everybody on that day; returns what happened, by kind of event."""
    here = np.flatnonzero(lives.condition != Condition.ABSENT)
    rates = rates[:, here]
    _turn(world.chance, lives, day, here, rates)
    is_alive = lives.condition[here] != Condition.GONE
    alive, rates = here[is_alive], rates[:, is_alive]
    orders, responses = _order(world, lives, day, alive, rates)
    small = _interactions(world, lives, day, alive)
    complaints = _complain(world, lives, day, alive)
    rewards = _refer(world, lives, day, alive, rates)
    first = _join(lives, day)
    return {
        "orders": joined("orders", [orders, first]),
        "responses": joined("responses", [responses, rewards]),
        "complaints": complaints,
        **small,
    }


def joined(events: str, parts: Sequence[Columns]) -> Columns:
    """Events of one kind, one part after the other; with no parts an empty one."""
    columns = EVENTS[events]
    return {
        name: np.concatenate([np.empty(0, kind), *(part[name] for part in parts)]) for name, kind in columns.items()
    }


def _turn(chance: Chance, lives: Lives, day: int, here: Indices, rates: Numbers) -> None:
    """Who begins to waver, settles, heals, leaves or comes back. Low luck leaves, high luck settles."""
    condition, luck = lives.condition[here], chance.of("turn", here, day)
    wavering, hurt = condition == Condition.WAVERING, condition == Condition.HURT
    leaves = wavering & (luck < rates[Rate.LEAVE]) | hurt & (luck < rates[Rate.LEAVE_HURT])
    settles = wavering & (luck > 1 - rates[Rate.SETTLE]) | hurt & (luck > 1 - rates[Rate.HEAL])
    returns = (condition == Condition.GONE) & (luck < rates[Rate.COME_BACK])
    wavers = (condition == Condition.STEADY) & (luck < rates[Rate.WAVER])
    for turned, new in (
        (leaves, Condition.GONE),
        (settles | returns, Condition.STEADY),
        (wavers, Condition.WAVERING),
    ):
        lives.condition[here[turned]] = new


def _order(world: World, lives: Lives, day: int, alive: Indices, rates: Numbers) -> tuple[Columns, Columns]:
    """Orders, and the offers taken with them. `new_line` marks a line from the category that is, or once was, new."""
    chance, people = world.chance, world.people
    shares = order_shares(world.nature, people.purchase_rate[alive], day)
    buys = chance.of("order", alive, day) < shares[lives.condition[alive], np.arange(len(alive))]
    who, rates = alive[buys], rates[:, buys]
    luck = chance.of("try", who, day)
    has_adopted = lives.has_adopted[who]
    new_line = luck < np.where(has_adopted, ADOPTED_LINE_SHARE, rates[Rate.TRY])
    lives.has_adopted[who] = has_adopted | new_line
    orders = {"customer": who, "day": _all(who, day), "spend": rates[Rate.SPEND], "new_line": new_line.astype(np.int64)}
    taking = who[(lives.offer[who] >= 0) & (lives.offer_until[who] > day)]
    offer = lives.offer[taking]
    lives.offer[taking] = -1
    taken = {"customer": taking, "day": _all(taking, day), "action": offer, "campaign": lives.campaign[offer, taking]}
    return orders, taken


def _complain(world: World, lives: Lives, day: int, alive: Indices) -> Columns:
    """Complaints and after how many hours they are answered (NaN: never). Late or no answer hurts from tomorrow on."""
    nature, chance = world.nature, world.chance
    who = alive[chance.of("complain", alive, day) < world.people.complaint_rate[alive]]
    hours = nature.answer_hours_median * np.exp(nature.answer_hours_spread * ndtri(chance.of("answer", who, day)))
    hours[chance.of("answered", who, day) < nature.unanswered_share] = np.nan
    lives.condition[who[~(hours <= nature.patience_hours)]] = Condition.HURT
    return {"customer": who, "day": _all(who, day), "answer_hours": hours}


def visit_shares(world: World, who: Indices, day: int) -> Numbers:
    """The share of customers who visit without an order on that day, by condition and person."""
    rate = world.nature.visits_per_order * world.people.engagement[who] * world.people.purchase_rate[who]
    return order_shares(world.nature, rate, day)


def _interactions(world: World, lives: Lives, day: int, alive: Indices) -> dict[str, Columns]:
    """Visits without an order, which fade while a customer wavers; enquiries; answers to the yearly survey."""
    nature, chance = world.nature, world.chance
    pace = visit_shares(world, alive, day)
    visits = chance.of("visit", alive, day) < pace[lives.condition[alive], np.arange(len(alive))]
    answers = alive[chance.of("survey", alive, day) < nature.survey_rate]
    mood = np.array([0.0, 4.2, 3.5, 2.6, 0.0])[lives.condition[answers]]
    points = np.clip(np.rint(mood + 0.8 * ndtri(chance.of("points", answers, day))), 1, 5)
    enquiries = chance.of("enquire", alive, day) < nature.enquiry_rate
    return {
        "visits": {"customer": alive[visits], "day": _all(alive[visits], day)},
        "enquiries": {"customer": alive[enquiries], "day": _all(alive[enquiries], day)},
        "surveys": {"customer": answers, "day": _all(answers, day), "satisfaction": points},
    }


def _refer(world: World, lives: Lives, day: int, alive: Indices, rates: Numbers) -> Columns:
    """Who brings the friend, who joins tomorrow; those who were invited to get their reward."""
    own = alive < world.people.own
    who, share = alive[own], rates[Rate.REFER][own]
    free = lives.comes_on[who + world.people.own] == NEVER
    who = who[free & (world.chance.of("refer", who, day) < share)]
    lives.comes_on[who + world.people.own] = day + 1
    paid = who[lives.until[INVITATION, who] > day]
    campaign = lives.campaign[INVITATION, paid]
    return {"customer": paid, "day": _all(paid, day), "action": _all(paid, INVITATION), "campaign": campaign}


def _join(lives: Lives, day: int) -> Columns:
    who = np.flatnonzero(lives.comes_on == day)
    lives.condition[who] = Condition.STEADY
    return {"customer": who, "day": _all(who, day), "spend": np.ones(len(who)), "new_line": _all(who, 0)}


def _all(who: Indices, value: int) -> Indices:
    return np.full(len(who), value, dtype=np.int64)
