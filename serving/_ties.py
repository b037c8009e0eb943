"""What is best for each group at given prices, and who of those that are tied gets which of it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from serving._choices import NOISE, Choices, Counts, Floats, alike, largest

FEW = 100
"""So many ties are not shared out: they are decided exactly in any case."""
FINENESS = (100.0, 8.0, 2.0, 0.0)
"""Ties are of one kind whose costs are the same on a scale with so many steps per doubling; the first that will do."""
KINDS = 3_000
"""So many kinds of ties are a linear programme of a second."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Best:
    """What leaves most in each group at `prices` (`action`, -1: nothing does), how much it leaves, and by what margin.

    `turn` tells groups with the same margin apart: those to decide first have the smallest. `bound` is what no plan
    exceeds, by the prices.
    """

    action: Counts
    left: Floats
    margin: Floats
    turn: Floats
    bound: float
    prices: Floats


def best_at(choices: Choices, prices: Floats) -> Best:
    """What every group would take if usage had these prices; ties are shared out so that the limits are nearly kept."""
    return _shared_out(choices, _alone(choices, prices))


def given(choices: Choices, action: Counts, members: Counts) -> Counts:
    """Everybody in a group gets its action: (actions, groups)."""
    given = np.zeros(choices.profit.shape, dtype=np.int64)
    some = np.flatnonzero(action >= 0)
    given[action[some], some] = members[some]
    return given


def _alone(choices: Choices, prices: Floats) -> Best:
    actions, lefts, margins = [], [], []
    for part in choices.parts():
        left = choices.left(prices, part)
        idle = np.zeros((1, left.shape[1]))
        two = np.partition(np.concatenate([idle, left]), -2, axis=0)
        top = np.maximum(left.max(axis=0), 0.0)
        actions.append(np.where(top > 0, left.argmax(axis=0), -1))
        lefts.append(top)
        margins.append(top - two[-2])
    left = np.concatenate(lefts)
    limits = float((prices * np.where(prices > 0, choices.most, 0.0)).sum())
    bound = float((choices.members * left).sum()) + limits
    margin = np.concatenate(margins)
    turn = np.zeros(len(margin))
    return Best(action=np.concatenate(actions), left=left, margin=margin, turn=turn, bound=bound, prices=prices)


def _shared_out(choices: Choices, best: Best) -> Best:
    """Where very many are tied, the limits are shared out among kinds of ties, and customers of a kind in their order.

    Groups are of one kind when the same actions are best in them. Those near the turn from one action to the next come
    first among the ties, since which side of it they are on is what remains to be decided.
    """
    scale = NOISE * choices.profit.max(axis=0)
    tied = np.flatnonzero(best.margin <= scale)
    if len(tied) <= FEW:
        return best
    short = best.left[tied] - np.concatenate([choices.left(best.prices, tied), np.zeros((1, len(tied)))])
    near = short <= scale[tied]
    order, first = _kinds(choices, tied, near)
    kinds = [tied[kind] for kind in np.split(order, first[1:])]
    action, turn, margin = best.action.copy(), best.turn.copy(), best.margin.copy()
    margin[tied] = 0.0
    for kind, share in zip(kinds, _shares(choices, best, kinds, near[:, order[first]]).T, strict=True):
        ends = np.cumsum(share) * choices.members[kind].sum()
        place = np.cumsum(choices.members[kind]) - choices.members[kind] / 2
        dealt = np.minimum(np.searchsorted(ends, place), len(share) - 1)
        action[kind] = np.where(dealt < len(share) - 1, dealt, -1)
        turns = np.concatenate([ends[(ends > 0.5) & (ends < ends[-1] - 0.5)], [np.inf]])
        turn[kind] = np.abs(place[:, None] - turns).min(axis=1)
    return replace(best, action=action, margin=margin, turn=turn)


def _kinds(choices: Choices, tied: Counts, near: Flags) -> tuple[Counts, Counts]:
    """Ties of one kind put together: the same actions are best, at about the same costs; roughly, if kinds are many."""
    cost = np.where(near[:-1], choices.cost if choices.cost.shape[1] == 1 else choices.cost[:, tied], 0.0)
    steps = np.log2(np.where(cost > 0, cost, 1.0)) + np.where(cost > 0, 0.0, 999.0)
    for fine in FINENESS:
        found = alike(np.concatenate([near, np.round(steps * fine) + 0.0]))
        if len(found[1]) <= KINDS:
            break
    return found


def _shares(choices: Choices, best: Best, kinds: list[Counts], near: Flags) -> Floats:
    """The share of each kind of ties that gets each action, or none (last), so that what has a price is used up.

    A linear programme in which every kind counts with all that its customers would use. Passing a limit costs more than
    it can earn.
    """
    clear = choices.members.copy()
    clear[np.concatenate(kinds)] = 0
    room = choices.most - choices.usage(given(choices, best.action, clear))
    action, kind = np.nonzero(near)
    usage = np.zeros((len(room), len(action)))
    for column in np.flatnonzero(action < len(choices.profit)):
        groups = kinds[kind[column]]
        usage[:, column] = choices.used_by(np.full(len(groups), action[column]), groups) @ choices.members[groups]
    size, finite = largest(usage), np.isfinite(room)
    limits = sparse.hstack([sparse.csr_array(usage / size[:, None]), -sparse.eye_array(len(room))]).tocsr()[finite]
    one_each = sparse.csr_array((np.ones(len(kind)), (kind, np.arange(len(kind)))), shape=(len(kinds), limits.shape[1]))
    paid = best.prices @ usage
    worth = max(float(paid.max()), np.finfo(float).tiny)
    solved = linprog(
        np.concatenate([-paid / worth, 1.0 + 2.0 * best.prices * size / worth]),
        A_ub=limits,
        b_ub=(room / size)[finite],
        A_eq=one_each,
        b_eq=np.ones(len(kinds)),
        method="highs-ipm",
    )
    shares = np.zeros(near.shape)
    shares[action, kind] = solved.x[: len(kind)]
    return shares
