"""Who gets what nobody knows the effect of yet? The places that are kept for exploration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from serving._actions import Action
from serving._arbitration import Plan
from serving._arbitration_input import Limit
from serving._worth import Matrix

Numbers = npt.NDArray[np.int64]


def explored(
    profit: Matrix,
    cost: Matrix,
    actions: Sequence[Action],
    plan: Plan,
    *,
    limits: Sequence[Limit],
    budget: float | None,
) -> Numbers:
    """The number of the action that each customer is given so that it gets its `exploration_places`, -1 for most.

    `profit` and `cost` (customers, actions) are what `plan` was made of under the `limits` and the `budget`. A place
    goes to the customer with whom least is given up for it at the prices of that plan: what the best other action would
    leave after it has paid for its use of the limits, less what this one leaves. Of those with whom as much is given up
    the first ones get it. Only who is expected to pay gets anything, and as far as limits and budget reach.
    """
    given = np.full(len(profit), -1, dtype=np.int64)
    left = _left(profit, cost, plan, limits)
    room = {limit.name: max(int(limit.most), 0) for limit in limits}
    money = np.inf if budget is None else budget
    for number, action in enumerate(actions):
        theirs = [limit.name for limit in limits if number in limit.actions]
        others = np.delete(left, number, axis=1).max(axis=1, initial=0.0)
        who = np.flatnonzero((given < 0) & (profit[:, number] > 0))
        who = who[np.argsort((others - left[:, number])[who], kind="stable")]
        who = who[: min([action.exploration_places, *(room[name] for name in theirs)])]
        spent = np.cumsum(cost[who, number])
        who, spent = who[spent <= money], spent[spent <= money]
        given[who] = number
        money -= spent[-1] if len(spent) else 0.0
        for name in theirs:
            room[name] -= len(who)
    return given


def _left(profit: Matrix, cost: Matrix, plan: Plan, limits: Sequence[Limit]) -> Matrix:
    """What each action would leave of its profit after paying for its use of the budget and the limits."""
    prices = np.zeros(profit.shape[1])
    for limit in limits:
        prices[list(limit.actions)] += plan.prices[limit.name]
    left: Matrix = np.where(np.isnan(profit), -np.inf, profit - plan.prices["budget"] * cost - prices)
    return left
