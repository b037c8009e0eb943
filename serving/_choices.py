"""What may be given to whom, and what would it use up? Customers who are alike are one group."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

NOISE = 1e-9
"""By this share of itself a limit may be passed: sums of amounts such as 0.1 are no more exact than that."""
PART = 65_536
"""Groups that are looked at in one go."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """One column per group of customers with the same profits and costs, in an order that their content gives.

    `profit` (actions, groups) is minus infinity where an action is not allowed or earns nothing. `cost` (actions,
    groups), or (actions, 1) where it is the same for all, is what one assignment spends. `weights` (limits, actions) is
    how much of each limit it uses. `most` has the budget first, then the limits; infinite means none. `members` says
    how many customers a group has; `customers` are their positions, group after group, in their own order. `actions`
    are the positions of the rows among the actions that were asked about.
    """

    profit: Floats
    cost: Floats
    weights: Floats
    most: Floats
    members: Counts
    customers: Counts
    actions: Counts

    def left(self, prices: Floats, groups: slice | Counts) -> Floats:
        """What each action leaves in each of these groups when its usage is paid for: (actions, groups)."""
        paid = (prices[1:] @ self.weights)[:, None] + prices[0] * self._cost_of(groups)
        return np.asarray(self.profit[:, groups] - paid)

    def usage(self, given: Floats | Counts, groups: slice | Counts = slice(None)) -> Floats:
        """How much of the budget and of each limit is used when `given` (actions, groups) customers get the actions."""
        return np.concatenate([[(given * self._cost_of(groups)).sum()], self.weights @ given.sum(axis=1)])

    def used_by(self, action: Counts, groups: Counts) -> Floats:
        """What single assignments use of the budget and of each limit: (limits, assignments)."""
        cost = self.cost[action, 0 if self.cost.shape[1] == 1 else groups]
        return np.concatenate([cost[None, :], self.weights[:, action]])

    @property
    def room(self) -> Floats:
        """The most that counts as within each limit."""
        return self.most * (1.0 + NOISE)

    def parts(self) -> Iterator[slice]:
        """All groups, in parts that the processor keeps at hand; at least one part."""
        count = len(self.members)
        for start in range(0, max(count, 1), PART):
            yield slice(start, min(start + PART, count))

    def _cost_of(self, groups: slice | Counts) -> Floats:
        return self.cost if self.cost.shape[1] == 1 else self.cost[:, groups]


def choices_of(profit: Floats, cost: Floats, *, weights: Floats, most: Floats) -> Choices:
    """Keeps what pays and fits at all, and puts customers together who are alike in all that is kept.

    `profit` (customers, actions) is NaN where an action is not allowed. Nothing in the result depends on the order of
    the customers but the order within groups, nor on the order of the actions unless two have the same content.
    """
    most = _in_whole_shares(most, weights)
    room = most * (1.0 + NOISE)
    allowed = (profit > 0) & (cost <= room[0]) & (weights <= room[1:, None]).all(axis=0)
    some = np.flatnonzero(allowed.any(axis=1))
    gains = np.where(allowed[some], profit[some], -np.inf).T
    costs = np.where(allowed[some], cost[some], 0.0).T if cost.ndim == 2 else cost[:, None]
    costs = np.where(np.isfinite(costs), costs, 0.0) + 0.0
    actions = _by_content(gains, costs, weights)
    gains, costs = np.ascontiguousarray(gains[actions]), np.ascontiguousarray(costs[actions])
    order, first = alike(gains if costs.shape[1] != len(some) else np.concatenate([gains, costs]))
    return Choices(
        profit=np.ascontiguousarray(gains[:, order[first]]),
        cost=costs if costs.shape[1] == 1 and len(some) != 1 else np.ascontiguousarray(costs[:, order[first]]),
        weights=weights[:, actions],
        most=most,
        members=np.diff(np.append(first, len(some))),
        customers=some[order],
        actions=actions,
    )


def _in_whole_shares(most: Floats, weights: Floats) -> Floats:
    """Limits of which all assignments use the same, rounded down to what whole customers can use of them."""
    whole = most.copy()
    for limit, row in enumerate(weights, start=1):
        shares = np.unique(row[row > 0])
        if len(shares) == 1 and np.isfinite(most[limit]):
            whole[limit] = np.floor(most[limit] * (1.0 + NOISE) / shares[0]) * shares[0]
    return whole


def largest(usage: Floats) -> Floats:
    """The greatest usage of each limit, to count it by; one where there is none."""
    most = usage.max(axis=1, initial=0.0)
    return np.where(most > 0, most, 1.0)


def _by_content(gains: Floats, costs: Floats, weights: Floats) -> Counts:
    """The actions in an order that their figures give; exact sums, so that the order of customers does not show."""
    paid = np.where(np.isfinite(gains), costs, 0.0)
    keys = [
        (math.fsum(row[np.isfinite(row)]), math.fsum(spent), *share)
        for row, spent, share in zip(gains, paid, weights.T, strict=True)
    ]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def alike(rows: Floats) -> tuple[Counts, Counts]:
    """The columns of `rows` in an order that puts equal ones together, and where each group of equal ones begins.

    The order is that of a hash of the content: as good as random, and the same for any order of the columns.
    """
    order = np.argsort(_marks(rows), kind="stable")
    differs = np.zeros(len(order), dtype=bool)
    differs[:1] = True
    for row in rows:
        in_order = row[order]
        differs[1:] |= in_order[1:] != in_order[:-1]
    return order, np.flatnonzero(differs)


def _marks(rows: Floats) -> NDArray[np.uint64]:
    """A hash of each column's content (the mixing steps of SplitMix64, Steele, Lea and Flood 2014)."""
    mark = np.zeros(rows.shape[1], dtype=np.uint64)
    for row in rows:
        mark ^= np.ascontiguousarray(row).view(np.uint64)
        mark += np.uint64(0x9E3779B97F4A7C15)
        mark = (mark ^ (mark >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mark = (mark ^ (mark >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mark ^= mark >> np.uint64(31)
    return mark
