"""What profit is each customer of the living shop expected to bring? Worked out day by day, nothing drawn.

A customer's condition is a Markov chain whose daily turns are the ones that the simulation draws from
(`_living_lives.py`). So it is enough to carry, from day to day, which share of all luck leads into which condition; an
order is worth what orders are worth on average (`_living_baskets.py`). Three more shares of the same kind know who has
still to try the next category, who still holds an offer and who still has a friend to bring.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtr

from pipelines._living_actions import ACTIONS, Rate, Terms
from pipelines._living_baskets import order_values
from pipelines._living_chance import Numbers
from pipelines._living_day import INVITATION, World
from pipelines._living_lives import (
    ADOPTED_LINE_SHARE,
    HURT,
    STEADY,
    Condition,
    Lives,
    order_shares,
    rates_on,
    standings,
    turn,
)
from pipelines._living_people import NEVER, Nature

ALIVE = slice(0, 3)

EVERYBODY, NOT_TRIED, HOLDS_OFFER, HAS_FRIEND = range(4)
"""Shares that are carried: of all luck, and of the luck in which something has not happened yet."""


def expected_profit_and_offers(
    world: World, lives: Lives, *, start: int, days: int, terms: Mapping[str, Terms], stands: Numbers | None = None
) -> tuple[Numbers, Numbers]:
    """Profit by person over `days` from the morning of day `start` on, if nobody is contacted from then on.

    Margin on orders net of returns, less offers that are still to be taken and rewards for friends still to be brought;
    what these take is told beside it. `stands` (by condition and person) says how likely each condition is that
    morning; without it, the true one is sure.
    """
    future = _Future(world, lives, terms, standings(lives) if stands is None else stands)
    for day in range(start, start + days):
        future.live(day)
    return future.profit - future.offers, future.offers


class _Future:
    """The shares on the morning of a day (share x condition x person); profit and offers expected before it."""

    def __init__(self, world: World, lives: Lives, terms: Mapping[str, Terms], stands: Numbers) -> None:
        self.world, self.lives, self.own = world, lives, world.people.own
        self.ordinary, self.new = (world.nature.margin * value for value in order_values(world))
        self.hurt_share = world.people.complaint_rate * _badly_answered_share(world.nature)
        costs = np.array([terms[action].offer_cost if action in terms else 0.0 for action in ACTIONS])
        self.offer_cost, self.reward = costs[lives.offer], costs[INVITATION]
        self.profit, self.offers = np.zeros(len(lives.condition)), np.zeros(len(lives.condition))
        self.joining = np.zeros(self.own)
        self.shares = self._beginning(stands)

    def live(self, day: int) -> None:
        """One day, in the order of `_living_day.live`."""
        rates = rates_on(self.world.people, self.lives, day)
        turn(self.shares, rates)
        self._order(rates, day)
        hurt = self.shares[:, :HURT] * self.hurt_share
        self.shares[:, :HURT] -= hurt
        self.shares[:, HURT] += hurt.sum(axis=1)
        self._bring_friends(rates[Rate.REFER, : self.own], day)

    def _beginning(self, stands: Numbers) -> Numbers:
        lives = self.lives
        has_friend = np.zeros(len(lives.condition))
        has_friend[: self.own] = lives.comes_on[self.own :] == NEVER
        return np.array([stands, stands * ~lives.has_adopted, stands * (lives.offer >= 0), stands * has_friend])

    def _order(self, rates: Numbers, day: int) -> None:
        """Orders of everybody, first orders from the next category, and offers that are taken."""
        by_condition = order_shares(self.world.nature, self.world.people.purchase_rate, day)
        buying = self.shares[:, ALIVE] * by_condition[Condition.STEADY : Condition.GONE]
        orders = buying.sum(axis=1)
        tries = orders[NOT_TRIED] * rates[Rate.TRY]
        new_lines = tries + ADOPTED_LINE_SHARE * (orders[EVERYBODY] - orders[NOT_TRIED])
        self.profit += rates[Rate.SPEND] * (self.ordinary * orders[EVERYBODY] + self.new * new_lines)
        self.shares[NOT_TRIED, ALIVE] -= buying[NOT_TRIED] * rates[Rate.TRY]
        is_valid = self.lives.offer_until > day
        self.offers += self.offer_cost * orders[HOLDS_OFFER] * is_valid
        self.shares[HOLDS_OFFER, ALIVE] -= buying[HOLDS_OFFER] * is_valid

    def _bring_friends(self, share: Numbers, day: int) -> None:
        """Friends brought today join tomorrow, with an ordinary order; those brought yesterday join today."""
        self.joining += self.lives.comes_on[self.own :] == day
        self.shares[:HOLDS_OFFER, STEADY, self.own :] += self.joining
        self.profit[self.own :] += self.ordinary[self.own :] * self.joining
        has_friend = self.shares[HAS_FRIEND, ALIVE, : self.own]
        self.joining = has_friend.sum(axis=0) * share
        has_friend *= 1 - share
        self.offers[: self.own] += self.reward * self.joining * (self.lives.until[INVITATION, : self.own] > day)


def _badly_answered_share(nature: Nature) -> float:
    """Share of complaints that are answered after the customer's patience has ended, or never."""
    in_time = ndtr(np.log(nature.patience_hours / nature.answer_hours_median) / nature.answer_hours_spread)
    return float(1 - (1 - nature.unanswered_share) * in_time)
