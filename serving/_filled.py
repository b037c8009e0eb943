"""How are the places of a list filled that complaints leave? For the most profit, after what is explored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from serving._arbitration import Plan, arbitrate
from serving._arbitration_input import Limit
from serving._exploration import explored
from serving._rules import RECOVERY, Rules
from serving._worth import Matrix, Worth

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The action of each customer who gets one by exploration, -1 for the others; and the plan for the rest."""

    explored: Numbers
    plan: Plan


def filled(worth: Worth, rules: Rules, urgent: Numbers, *, open_to: Flags) -> Filled:
    """Who is given what of those who are `open_to` anything, under what the `urgent` answers to complaints leave."""
    asked = _Asked.of(worth, rules, urgent, open_to=open_to)
    plan, share = asked.plan(), rules.exploration_share
    unknown = [number for number, action in enumerate(rules.actions) if action.is_unmeasured]
    if not share or not unknown:
        return Filled(explored=np.full(len(urgent), -1), plan=plan)
    found = explored(asked.profit, asked.cost, unknown, plan, share=share, limits=asked.limits, budget=asked.budget)
    if (found >= 0).any():
        given = np.where(found >= 0, found, urgent)
        plan = _Asked.of(worth, rules, given, open_to=open_to & (found < 0)).plan()
    return Filled(explored=found, plan=plan)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What is asked of the arbitration: profits of those who are left, and limits less what was given before."""

    profit: Matrix
    cost: Matrix
    budget: float | None
    limits: Sequence[Limit]

    @classmethod
    def of(cls, worth: Worth, rules: Rules, given: Numbers, *, open_to: Flags) -> _Asked:
        """After some customers were `given` actions."""
        profit = np.where(open_to[:, None], worth.profit, np.nan)
        for number, action in enumerate(rules.actions):
            if action.name == RECOVERY:
                profit[:, number] = np.nan
        taken = given >= 0
        spent = float(worth.cost[taken, given[taken]].sum())
        budget = None if rules.limits.budget is None else max(rules.limits.budget - spent, 0.0)
        return cls(profit=profit, cost=worth.cost, budget=budget, limits=_limits(rules, given))

    def plan(self) -> Plan:
        """The most profitable one."""
        return arbitrate(self.profit, self.cost, budget=self.budget, limits=self.limits)


def _limits(rules: Rules, given: Numbers) -> list[Limit]:
    """The limits of the list, of channels and of actions, less what was given."""
    channels = [action.channel for action in rules.actions]
    used = [int((given == number).sum()) for number in range(len(channels))]
    everyone = tuple(range(len(channels)))
    made = [Limit(name="list", actions=everyone, most=rules.limits.size - sum(used))]
    for channel, most in sorted(rules.limits.capacity.items()):
        theirs = tuple(number for number in everyone if channels[number] == channel)
        if theirs:
            made.append(Limit(name=channel, actions=theirs, most=most - sum(used[number] for number in theirs)))
    for number, action in enumerate(rules.actions):
        if action.capacity is not None:
            made.append(Limit(name=action.name, actions=(number,), most=action.capacity - used[number]))
    return made
