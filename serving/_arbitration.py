"""Which one action does each customer get, so that all together earn most within the budget and every limit?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from serving._arbitration_input import Limit, checked_budget, checked_cost, checked_limits, checked_profit
from serving._choices import Choices, Counts, Floats, choices_of
from serving._prices import shadow_prices
from serving._whole import NOBODY, Whole, whole_plan


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Who gets what, and what is proven of it.

    `chosen` is the action of each customer, -1 for none. `profit` is what all of them are expected to earn together,
    `spent` what that is expected to cost, `used` how much of each limit it takes. No plan earns more than `bound`, not
    even one that gives customers parts of actions. `gap` is the share of the best plan of whole customers that this one
    may lack at most: 0 where it is proven best. `prices` say what one more unit of the `budget` and of each limit would
    earn; nothing where there is enough. They say nothing of a limit that is too small for even one customer.
    """

    chosen: Counts
    profit: float
    bound: float
    gap: float
    spent: float
    used: dict[str, float]
    prices: dict[str, float]


def arbitrate(profit: ArrayLike, cost: ArrayLike, *, budget: float | None, limits: Sequence[Limit] = ()) -> Plan:
    """One action or none for each customer, for the greatest total profit within the budget and the limits.

    `profit` (customers, actions) is what each action is expected to earn, NaN where the customer must not get it; what
    earns nothing is never chosen. `cost` (actions) or (customers, actions) is what an assignment is expected to spend
    of `budget` (None: no limit). A limit counts as kept when it is passed by a billionth of itself at most, since sums
    of amounts are no more exact than that; one that is used in equal shares is rounded down to whole ones. The same
    input gives the same plan; of customers who are alike the first ones are chosen, those with the more profitable
    action first.

    The problem is a multiple-choice knapsack with several knapsacks (Kellerer, Pferschy and Pisinger, Knapsack
    Problems, 2004, chapters 9 and 11). The budget and limits get prices (Lagrangian relaxation: Fisher, Management
    Science 27, 1981); given these, every customer decides alone, and the sum bounds any plan. The prices with the least
    bound leave few customers in doubt, who are then decided exactly by branch and bound.

    ValueError for figures that cannot be: negative or infinite costs, a negative budget or limit, infinite profits,
    shapes that do not fit.
    """
    gains = checked_profit(profit)
    costs = checked_cost(cost, gains)
    weights, most = checked_limits(limits, actions=gains.shape[1])
    most = np.concatenate([[checked_budget(budget)], most])
    choices = choices_of(gains, costs, weights=weights, most=most)
    some = len(choices.members) > 0
    prices = shadow_prices(choices) if some else np.zeros(len(most))
    whole = whole_plan(choices, prices) if some else NOBODY
    chosen = _chosen(choices, whole.given, customers=len(gains)) if some else np.full(len(gains), -1)
    return _plan(
        chosen, gains, costs, weights=weights, names=[limit.name for limit in limits], prices=prices, whole=whole
    )


def _chosen(choices: Choices, given: Counts, *, customers: int) -> Counts:
    """The action of each customer: in each group the first ones get the action that earns most, the last ones none."""
    ranked = np.argsort(-choices.profit, axis=0, kind="stable")
    counts = np.take_along_axis(given, ranked, axis=0)
    idle = choices.members - counts.sum(axis=0)
    actions = np.concatenate([choices.actions[ranked], np.full((1, len(idle)), -1)])
    dealt = np.repeat(actions.T.ravel(), np.concatenate([counts, idle[None, :]]).T.ravel())
    chosen = np.full(customers, -1, dtype=np.int64)
    chosen[choices.customers] = dealt
    return chosen


def _plan(
    chosen: Counts, profit: Floats, cost: Floats, *, weights: Floats, names: list[str], prices: Floats, whole: Whole
) -> Plan:
    """Adds up exactly, so that the order of customers does not show."""
    who = np.flatnonzero(chosen >= 0)
    what = chosen[who]
    earned = math.fsum(profit[who, what])
    counts = np.bincount(what, minlength=profit.shape[1])
    best = max(whole.whole_bound, earned)
    return Plan(
        chosen=chosen,
        profit=earned,
        bound=max(whole.bound, earned),
        gap=(best - earned) / best if best > 0 else 0.0,
        spent=math.fsum(cost[who, what] if cost.ndim == 2 else cost[what]),
        used={name: math.fsum(row * counts) for name, row in zip(names, weights, strict=True)},
        prices=dict(zip(["budget", *names], prices.tolist(), strict=True)),
    )
