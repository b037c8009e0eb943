"""Are the figures of an arbitration possible at all? The last door before they decide who is contacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from serving._choices import Floats


@dataclass(frozen=True)
class Limit:
    """How much there is of something that several assignments share, such as the calls of a month.

    `actions` are the positions of the actions that use it, `most` is how much there is (infinite: no limit). `share` is
    how much one assignment uses: one number for all these actions, or one for each of them.
    """

    name: str
    actions: tuple[int, ...]
    most: float
    share: float | tuple[float, ...] = 1.0


def checked_profit(profit: ArrayLike) -> Floats:
    """Profits as a table of numbers (customers, actions)."""
    table = np.asarray(profit, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"profit has shape {table.shape}; it must be (customers, actions), such as (1000000, 8).")
    _refuse(np.isinf(table), table, "profit", "infinite. Use NaN where a customer must not get an action")
    return table


def checked_cost(cost: ArrayLike, profit: Floats) -> Floats:
    """Costs of the actions, or of the customers' actions; unknown only where the profit is NaN."""
    table = np.asarray(cost, dtype=np.float64)
    if table.shape not in (profit.shape, profit.shape[1:]):
        raise ValueError(
            f"cost has shape {table.shape} and profit {profit.shape}; cost must have {profit.shape[1:]} or "
            f"{profit.shape}."
        )
    _refuse(np.isinf(table), table, "cost", "infinite. Use NaN in profit where a customer must not get an action")
    _refuse(table < 0, table, "cost", "negative. What an action brings in belongs in profit")
    possible = ~np.isnan(profit) if table.ndim == 2 else (~np.isnan(profit)).any(axis=0)
    _refuse(np.isnan(table) & possible, table, "cost", "unknown where profit is known")
    return table


def checked_budget(budget: float | None) -> float:
    """The budget; infinite where there is none."""
    return np.inf if budget is None else _amount(budget, "budget")


def checked_limits(limits: Sequence[Limit], *, actions: int) -> tuple[Floats, Floats]:
    """How much of each limit an action uses (limits, actions), and how much there is."""
    names = ["budget", *(limit.name for limit in limits)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"limits: {len(twice)} names stand for two things (first: {twice[0]!r}). Rename one of them.")
    weights = np.zeros((len(limits), actions))
    for row, limit in zip(weights, limits, strict=True):
        _check_actions(limit, actions)
        shares = limit.share if isinstance(limit.share, tuple) else (limit.share,) * len(limit.actions)
        if len(shares) != len(limit.actions):
            raise ValueError(
                f"limit {limit.name!r}: {len(shares)} shares for {len(limit.actions)} actions; give one number for "
                "each action, or one for all."
            )
        row[list(limit.actions)] = [_amount(share, f"limit {limit.name!r}: share", finite=True) for share in shares]
    return weights, np.array([_amount(limit.most, f"limit {limit.name!r}: most") for limit in limits], dtype=np.float64)


def _check_actions(limit: Limit, actions: int) -> None:
    wrong = [action for action in limit.actions if isinstance(action, bool) or not 0 <= action < actions]
    if wrong:
        raise ValueError(
            f"limit {limit.name!r}: {len(wrong)} of {len(limit.actions)} actions do not exist (first: {wrong[0]!r}); "
            f"actions are positions from 0 to {actions - 1}."
        )
    if len(set(limit.actions)) < len(limit.actions):
        raise ValueError(f"limit {limit.name!r}: an action is named twice in {limit.actions}; name each once.")


def _amount(amount: float, what: str, *, finite: bool = False) -> float:
    if np.isnan(amount) or amount < 0 or (finite and np.isinf(amount)):
        raise ValueError(f"{what} is {amount}; it must be a number that is not negative, such as 500.")
    return float(amount)


def _refuse(wrong: NDArray[np.bool_], table: Floats, what: str, why: str) -> None:
    """Raises where any number is wrong: which table, how many, the first with its place, and what is wrong."""
    count = int(np.count_nonzero(wrong))
    if count:
        place = tuple(int(part) for part in np.argwhere(wrong)[0])
        where = f"customer {place[0]}, action {place[1]}" if len(place) == 2 else f"action {place[0]}"
        raise ValueError(f"{what}: {count} of {table.size} numbers are {why} (first: {where}: {table[place]}).")
