"""Who gets what nobody knows the effect of yet? The places that are kept for exploration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from serving._arbitration import Plan
from serving._arbitration_input import Limit
from serving._choices import NOISE
from serving._worth import Matrix

Numbers = npt.NDArray[np.int64]


def explored(
    profit: Matrix,
    cost: Matrix,
    actions: Sequence[int],
    plan: Plan,
    *,
    share: float,
    limits: Sequence[Limit],
    budget: float | None,
) -> Numbers:
    """The number of the action that each customer is given so that `actions` are explored, -1 for most.

    `profit` and `cost` (customers, actions) are what `plan` was made of under the `limits` and the `budget`. As many as
    the `share` of its contacts are places for exploration, dealt out to the actions in turn; they may spend that share
    of the budget, and take that share, rounded up, of what several actions use. A place goes to the customer with whom
    least is given up for it at the prices of the plan: what the best other action would leave after it has paid for its
    use of the limits, less what this one leaves. Of those with whom as much is given up the first ones get it, and only
    who is expected to pay gets anything.
    """
    given = np.full(len(profit), -1, dtype=np.int64)
    possible = _possible(profit, cost, limits=limits, budget=budget)
    places = int(share * int((plan.chosen >= 0).sum()) + NOISE)
    money = math.inf if budget is None else share * budget * (1 + NOISE)
    room = {limit.name: _room(limit, share=share) for limit in limits}
    left = possible - _price(cost, plan, limits=limits)
    waiting = {number: _in_turn(possible[:, number], left, number) for number in actions} if places else {}
    while places and waiting:
        for number in list(waiting):
            theirs = [limit.name for limit in limits if number in limit.actions]
            can = places > 0 and all(room[name] > 0 for name in theirs)
            # What is spent is spent: who is too dear now stays so.
            fits = (who for who in waiting[number] if given[who] < 0 and cost[who, number] <= money)
            who = next(fits, None) if can else None
            if who is None:
                del waiting[number]
                continue
            given[who], money, places = number, money - cost[who, number], places - 1
            room |= {name: room[name] - 1 for name in theirs}
    return given


def _possible(profit: Matrix, cost: Matrix, *, limits: Sequence[Limit], budget: float | None) -> Matrix:
    """The profits, minus infinity where nobody can have the action: not allowed, no room left, or beyond the budget."""
    none = [number for limit in limits if limit.most < 1 for number in limit.actions]
    possible: Matrix = np.where(np.isnan(profit) | (cost > (math.inf if budget is None else budget)), -np.inf, profit)
    possible[:, none] = -np.inf
    return possible


def _room(limit: Limit, *, share: float) -> int:
    """How many places of a limit may be used; all, where no other action uses it."""
    if math.isinf(limit.most):
        return 2**62
    return int(limit.most) if len(limit.actions) == 1 else math.ceil(share * limit.most - NOISE)


def _price(cost: Matrix, plan: Plan, *, limits: Sequence[Limit]) -> Matrix:
    """What each action costs each customer at the prices of the plan, for its use of the budget and the limits."""
    price: Matrix = plan.prices["budget"] * cost
    for limit in limits:
        price[:, list(limit.actions)] += plan.prices[limit.name]
    return price


def _in_turn(profit: Matrix, left: Matrix, number: int) -> Iterator[int]:
    """The customers with whom the action is expected to pay; those with whom least is given up come first."""
    others = np.delete(left, number, axis=1).max(axis=1, initial=0.0)
    who = np.flatnonzero(profit > 0)
    return iter(who[np.argsort((others - left[:, number])[who], kind="stable")].tolist())
