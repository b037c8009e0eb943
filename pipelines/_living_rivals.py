"""Whom would simpler rules contact, and whom somebody who knows everything? All under one budget and the same room.

Candidates are pairs of customer and action that respect allows (consent, complaints, cool-down), decided before.
Every rule returns customer_id and action, at most one action per customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from pipelines._living_actions import TERMS, Terms
from pipelines._living_chance import Chance

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

    @property
    def rooms(self) -> Mapping[tuple[str, ...], int]:
        """The most contacts by the actions that share them."""
        return {**{(action,): most for action, most in self.capacities.items()}, **self.together}


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
    gains = candidates.join(truth, on=PAIR).filter(pl.col("incremental_profit") > 0).sort(PAIR)
    if gains.is_empty():
        return gains.select(PAIR)
    profit = gains["incremental_profit"].to_numpy()
    solved = milp(
        -profit,
        integrality=np.ones(len(profit)),
        bounds=Bounds(0, 1),
        constraints=_constraints(gains, limits),
        # With its presolve, the solver of SciPy 1.17 prints lines of its own; without it, it is faster here as well.
        options={"mip_rel_gap": 1e-5, "presolve": False},
    )
    return gains.filter(pl.Series(solved.x > 0.5)).select(PAIR)


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


def _constraints(gains: pl.DataFrame, limits: Limits) -> list[LinearConstraint]:
    """One action per customer, the budget, and the room of each action."""
    customers = gains["customer_id"].rank("dense").to_numpy() - 1
    columns = np.arange(len(gains))
    once = csr_array((np.ones(len(gains)), (customers, columns)))
    costs = _with_cost(gains, limits)["expected_cost"].to_numpy()
    rooms = [(gains["action"].is_in(actions).to_numpy().astype(float), most) for actions, most in limits.rooms.items()]
    return [
        LinearConstraint(once, ub=1),
        LinearConstraint(costs[None, :], ub=limits.budget),
        *(LinearConstraint(row[None, :], ub=most) for row, most in rooms),
    ]
