"""Whom would simpler rules contact, and whom somebody who knows everything? All under one budget and the same room.

Candidates are pairs of customer and action that respect allows (consent, complaints, cool-down), decided before.
Every rule returns customer_id and action, at most one action per customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from pipelines._living_actions import TERMS, Terms
from pipelines._living_chance import Chance, Numbers
from serving import Limit, arbitrate

PAIR = ("customer_id", "action")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What may be spent and done in one night: contacts and offers in currency, and contacts per action.

    An offer counts with its whole cost, taken or not, so that the budget holds whatever customers do; where the
    candidates have a column `expected_cost`, that counts instead. An action that `capacities` does not name has room
    for everybody; `together` is the most contacts of several actions taken together.
    """

    budget: float
    capacities: Mapping[str, int] = field(default_factory=dict)
    together: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    terms: Mapping[str, Terms] = field(default_factory=lambda: TERMS)

    def less(self, listed: pl.DataFrame, *, spent: float) -> Limits:
        """What the limits leave to others after `listed` (with `action`) has taken its places and money."""
        taken = listed["action"].to_list()
        return replace(
            self,
            budget=max(self.budget - spent, 0.0),
            capacities={action: most - taken.count(action) for action, most in self.capacities.items()},
            together={
                actions: most - sum(taken.count(action) for action in actions)
                for actions, most in self.together.items()
            },
        )

    @property
    def rooms(self) -> Mapping[tuple[str, ...], int]:
        """The most contacts by the actions that share them."""
        return {**{(action,): most for action, most in self.capacities.items()}, **self.together}


def complaints_first(ranked: pl.DataFrame, limits: Limits, *, action: str) -> tuple[pl.DataFrame, Limits]:
    """Who gets `action`, which answers complaints, and what of the limits is left to everything else.

    As far as places reach, the highest `priority` first, whatever that costs: a complaint waits for no budget.
    """
    asked = ranked.filter(pl.col("action") == action).with_columns(pl.col("priority").fill_null(float("-inf")))
    answered = _taken_in_order(asked, replace(limits, budget=float("inf")))
    costs = answered.join(_with_cost(asked, limits), on=PAIR)["expected_cost"]
    return answered, limits.less(answered, spent=float(costs.sum()))


def at_random(candidates: pl.DataFrame, limits: Limits, *, seed: int) -> pl.DataFrame:
    """Any customers, any action."""
    luck = Chance(seed).of("rival", np.arange(len(candidates)))
    return _taken_in_order(candidates.sort(PAIR).with_columns(priority=luck), limits)


def by_score(
    candidates: pl.DataFrame, limits: Limits, *, scores: pl.DataFrame, score: str, action: str
) -> pl.DataFrame:
    """One action for the customers with the highest score: churn probability, value, or the two multiplied.

    `scores` has customer_id and the column `score`; who has none is left out.
    """
    ranked = candidates.filter(pl.col("action") == action).join(
        scores.select("customer_id", priority=score), on="customer_id"
    )
    return _taken_in_order(ranked.drop_nulls("priority"), limits)


def by_truth(candidates: pl.DataFrame, limits: Limits, *, truth: pl.DataFrame) -> pl.DataFrame:
    """The best list there is: the greatest true incremental profit within the limits, to a proven bound.

    `truth` is that of `_living_truth.py`; a contact that brings nothing is not made.
    """
    gains = _with_cost(candidates.join(truth, on=PAIR), limits).sort(PAIR)
    if gains.is_empty():
        return gains.select(PAIR)
    actions = sorted(gains["action"].unique())
    customers, profit, cost = _wide(gains, actions)
    shared = {"+".join(named): (named, most) for named, most in limits.rooms.items()}
    rooms = [
        Limit(name=name, actions=tuple(actions.index(each) for each in named if each in actions), most=most)
        for name, (named, most) in shared.items()
        if set(named) & set(actions)
    ]
    budget = None if limits.budget == float("inf") else limits.budget
    chosen = arbitrate(profit, cost, budget=budget, limits=rooms).chosen
    some = chosen >= 0
    return pl.DataFrame(
        {"customer_id": customers.filter(some), "action": [actions[number] for number in chosen[some]]},
        schema=dict.fromkeys(PAIR, pl.String),
    )


def _wide(gains: pl.DataFrame, actions: Sequence[str]) -> tuple[pl.Series, Numbers, Numbers]:
    """Customers in order, and by customer and action the profit (not a number where there is none) and the cost."""
    customers = gains["customer_id"].unique().sort()
    row = customers.search_sorted(gains["customer_id"]).to_numpy()
    column = gains["action"].replace_strict({name: n for n, name in enumerate(actions)}, return_dtype=pl.Int64)
    profit, cost = np.full((len(customers), len(actions)), np.nan), np.zeros((len(customers), len(actions)))
    profit[row, column.to_numpy()] = gains["incremental_profit"].to_numpy()
    cost[row, column.to_numpy()] = gains["expected_cost"].to_numpy()
    return customers, profit, cost


def _taken_in_order(ranked: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """From the highest priority down, while there is budget and room; ties go by customer and action."""
    rows = _with_cost(ranked.sort("priority", *PAIR, descending=[True, False, False]), limits)
    money, seen, chosen = limits.budget, set(), []
    room = dict(limits.rooms)
    for customer, action, cost in rows.select(*PAIR, "expected_cost").iter_rows():
        shared = [actions for actions in room if action in actions]
        if customer in seen or cost > money or any(room[actions] < 1 for actions in shared):
            continue
        money -= cost
        room |= {actions: room[actions] - 1 for actions in shared}
        seen.add(customer)
        chosen.append((customer, action))
    return pl.DataFrame(chosen, schema=dict.fromkeys(PAIR, pl.String), orient="row")


def _with_cost(candidates: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    if "expected_cost" in candidates.columns:
        return candidates
    costs = {action: each.contact_cost + each.offer_cost for action, each in limits.terms.items()}
    return candidates.with_columns(expected_cost=pl.col("action").replace_strict(costs, return_dtype=pl.Float64))
