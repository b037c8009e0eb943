"""Who gets what, when customers come in one piece? Whoever is clear at the shadow prices, and the near-ties exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from serving._choices import NOISE, Choices, Counts, Floats, largest
from serving._silence import without_lines
from serving._ties import Best, best_at, given

TIED = (100, 400, 2_000)
"""How many groups with the smallest margins are decided exactly, more where fewer did not do."""
NODES = 300
"""Branches that are looked at; a number, and no time, so that the same night gives the same plan."""
CLOSE = 1e-6
"""A share of the bound that no further search is worth."""
SOLVER = b"HighsMipSolverData::"
"""How a line begins that the solver prints whatever it is told."""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """How many customers of each group get each action (`given`, actions by groups), and what that is known to earn.

    `bound` holds for any plan, even of parts of customers; `whole_bound` for any plan of whole customers.
    """

    given: Counts
    profit: float
    bound: float
    whole_bound: float


NOBODY = Whole(given=np.zeros((0, 0), dtype=np.int64), profit=0.0, bound=0.0, whole_bound=0.0)


def whole_plan(choices: Choices, prices: Floats) -> Whole:
    """The best plan of whole customers that is found near these prices, never beyond a limit, and how good it must be.

    A plan in which a group gets anything that leaves less than its best by a margin lies below the bound by at least
    that margin. So only groups with small margins are open, and who is left out of them is left out with proof.
    """
    best = best_at(choices, prices)
    plan = _trimmed(choices, best)
    order = np.lexsort((best.turn, best.margin))
    for size in TIED:
        tied = np.sort(order[:size])
        beyond = float(best.margin[order[size]]) if size < len(order) else np.inf
        solved = _solved(choices, best, tied, beyond)
        if solved:
            plan = _better(plan, solved, max(solved.whole_bound, best.bound - beyond))
        if plan.whole_bound - plan.profit <= CLOSE * best.bound or size >= len(order):
            break
    return plan


def _better(plan: Whole, other: Whole, whole_bound: float) -> Whole:
    """The plan that earns more, with the least of the bounds."""
    more = other if other.profit > plan.profit else plan
    return replace(more, whole_bound=max(min(plan.whole_bound, whole_bound), more.profit))


def _earned(choices: Choices, given: Counts) -> float:
    return float((np.where(given > 0, choices.profit, 0.0) * given).sum())


def _trimmed(choices: Choices, best: Best) -> Whole:
    """What is best at the prices, less those who leave least where it is too much for a limit."""
    members = choices.members.copy()
    order = np.argsort(-best.left, kind="stable")
    usage = np.where(best.action >= 0, choices.used_by(best.action, np.arange(len(members))), 0.0)
    for each, room in zip(usage, choices.room, strict=True):
        users = order[each[order] > 0]
        used = each[users] * members[users]
        fits = np.floor(np.maximum(room - np.cumsum(used) + used, 0.0) / each[users])
        members[users] = np.minimum(members[users], fits)
    kept = given(choices, best.action, members)
    return Whole(given=kept, profit=_earned(choices, kept), bound=best.bound, whole_bound=best.bound)


def _solved(choices: Choices, best: Best, tied: Counts, beyond: float) -> Whole | None:
    """All groups but the tied ones get what is best; these get what is then best. Its bound is that of any such plan.

    Nothing where the clear groups alone are too much for a limit.
    """
    clear = choices.members.copy()
    clear[tied] = 0
    plan = given(choices, best.action, clear)
    used, fixed = choices.usage(plan), _earned(choices, plan)
    if (used > choices.room).any():
        return None
    ties = _candidates(choices, best, tied, beyond)
    ceiling = np.inf
    for less in (0.0, 2e-6):
        room = np.maximum(choices.most - used - less * ties.usage.max(axis=1, initial=0.0), 0.0)
        counts, bound = _branched(ties, room, close=CLOSE * best.bound)
        ceiling = bound if np.isinf(ceiling) else ceiling
        plan[ties.action, tied[ties.row]] = counts
        if (choices.usage(plan) <= choices.room).all():
            return Whole(given=plan, profit=_earned(choices, plan), bound=best.bound, whole_bound=fixed + ceiling)
    return None


@dataclass(frozen=True, kw_only=True)
class _Ties:
    """What may be given to the tied groups, one entry per action and group (`row` among the tied ones)."""

    action: Counts
    row: Counts
    profit: Floats
    usage: Floats
    members: Counts


def _candidates(choices: Choices, best: Best, tied: Counts, beyond: float) -> _Ties:
    """The actions that leave less than the best by no more than the margin of those who are not tied."""
    least = np.maximum(beyond, NOISE * choices.profit[:, tied].max(axis=0))
    near = best.left[tied] - choices.left(best.prices, tied) <= least
    action, row = np.nonzero(near & np.isfinite(choices.profit[:, tied]))
    return _Ties(
        action=action,
        row=row,
        profit=choices.profit[action, tied[row]],
        usage=choices.used_by(action, tied[row]),
        members=choices.members[tied],
    )


def _branched(ties: _Ties, room: Floats, *, close: float) -> tuple[Counts, float]:
    """How many take each candidate for the greatest profit, by branch and bound, and a bound on that profit."""
    if not len(ties.row):
        return np.zeros(0, dtype=np.int64), 0.0
    shape = (len(ties.members), len(ties.row))
    one_each = sparse.csr_array((np.ones(len(ties.row)), (ties.row, np.arange(len(ties.row)))), shape=shape)
    limited, size, worth = np.isfinite(room), largest(ties.usage), ties.profit.max()
    limits = LinearConstraint((ties.usage / size[:, None])[limited], ub=(room / size)[limited])
    most = ties.members[ties.row]
    with without_lines(SOLVER):
        solved = milp(
            -ties.profit / worth,
            integrality=np.ones(len(most)),
            bounds=Bounds(0, most),
            constraints=[LinearConstraint(one_each, ub=ties.members), limits],
            options={"node_limit": NODES, "mip_rel_gap": close / float(ties.profit @ most)},
        )
    found = np.zeros(len(most)) if solved.x is None else solved.x
    return np.rint(found).astype(np.int64), -solved.mip_dual_bound * worth
