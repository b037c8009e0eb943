"""What would one more unit of the budget and of each limit earn? The prices at which just what there is gets used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from serving._choices import Choices, Counts, Floats, alike, largest

AT_ONCE, SAMPLE = 20_000, 6_000
"""So many open groups are a linear programme that is solved exactly; of more, two samples."""
CARE = 4.0
"""The next box reaches so many times as far as the answers of the two samples are apart."""
ROUNDS = 40
"""More than any case needed; the bound holds at whatever prices the last round ends."""

SMALLEST = 1e-12
"""A box that is narrower than this share of the first one tells prices apart that are the same in money."""

Flags = NDArray[np.bool_]


def shadow_prices(choices: Choices) -> Floats:
    """The prices of the budget and of each limit at which the Lagrangian bound is least; there must be some group.

    When every customer takes what leaves most after paying for its usage, the sum of what is left and of all limits at
    their prices bounds any plan; it is convex in the prices. The search keeps a box of prices. Customers whose choice
    is the same anywhere in the box are clear; the others are open. While many are open, two samples of them are priced
    as linear programmes, and how far these are apart says how much narrower the box can be. The few that are open in
    the end are priced exactly. An answer at an edge of the box means that the box was too narrow, or that prices beyond
    do as well, as they do where a limit is met exactly: the search ends when exact answers get no better.
    """
    top = _dearest(choices)
    low, high = np.zeros_like(top), top
    best, least, exactly = low, np.inf, np.inf
    for _ in range(ROUNDS):
        opened = _merged(_open(choices, low, high), choices, low, high)
        exact = len(opened.groups) <= AT_ONCE
        drawn = [opened] if exact else [_sample(opened, choices, low, high, half) for half in (0, 1)]
        answers = np.array([_best_in_box(choices, sample, low, high) for sample in drawn])
        found, stuck = answers.mean(axis=0), _at_edge(answers, low, high, top)
        bound = _bound(choices, found)
        if bound < least:
            best, least = found, bound
        if exact and (not stuck.any() or bound >= exactly * (1.0 - 1e-12)):
            break
        exactly = bound if exact else exactly
        reach = np.where(stuck, high - low, _reach(answers, low, high))
        low, high = np.maximum(found - reach, 0.0), np.minimum(found + reach, top)
        if (reach <= SMALLEST * top).all():
            break
    return np.asarray(best)


def _bound(choices: Choices, prices: Floats) -> float:
    """What no plan exceeds, by these prices."""
    left = sum(
        float((choices.members[part] * np.maximum(choices.left(prices, part).max(axis=0), 0.0)).sum())
        for part in choices.parts()
    )
    return left + float((prices * np.where(prices > 0, choices.most, 0.0)).sum())


def _at_edge(answers: Floats, low: Floats, high: Floats, top: Floats) -> Flags:
    """Prices that an answer would have put outside the box."""
    close = 1e-9 * (high - low)
    below, above = (answers <= low + close) & (low > 0), (answers >= high - close) & (high < top)
    return np.asarray((below | above).any(axis=0))


def _reach(answers: Floats, low: Floats, high: Floats) -> Floats:
    """How far around the answers the next box reaches: as far as they are apart, with care; half a box if exact."""
    width = high - low
    if len(answers) == 1:
        return np.asarray(width / 2)
    apart = np.abs(answers[0] - answers[1]) / np.where(width > 0, width, 1.0)
    return np.asarray(width * np.maximum(CARE * np.maximum(apart, apart.mean()), 0.02))


def _dearest(choices: Choices) -> Floats:
    """Prices that are never exceeded: nobody would pay more, or the limit alone would be worth more than everything."""
    total = float((choices.members * choices.profit.max(axis=0)).sum())
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gains = np.maximum(choices.profit, 0.0)
        by_cost = np.where(choices.cost > 0, gains / choices.cost, 0.0).max()
        by_limit = np.where(choices.weights > 0, gains.max(axis=1) / choices.weights, 0.0).max(axis=1)
        # What is too little for anybody (a budget that is hardly a number) is worth no more than nothing at all.
        whole = np.where((choices.most > 0) & np.isfinite(total / choices.most), total / choices.most, 0.0)
    return np.asarray(np.minimum(np.concatenate([[by_cost], by_limit]), whole))


@dataclass(frozen=True, kw_only=True)
class _Open:
    """The groups whose choice is not clear in a box, with their candidates, and what the clear ones use.

    `with_members` is how many customers each group stands for.
    """

    groups: Counts
    candidate: Flags
    with_members: Floats
    used: Floats


def _open(choices: Choices, low: Floats, high: Floats) -> _Open:
    groups, candidates, used = [], [], np.zeros(len(choices.most))
    for part in choices.parts():
        candidate, idle = _candidates(choices, part, low, high)
        opened = candidate.sum(axis=0) + idle > 1
        given = np.where(candidate & ~opened, choices.members[part], 0)
        used += choices.usage(given, part)
        groups.append(np.flatnonzero(opened) + part.start)
        candidates.append(candidate[:, opened])
    chosen = np.concatenate(groups)
    return _Open(
        groups=chosen,
        candidate=np.concatenate(candidates, axis=1),
        with_members=choices.members[chosen].astype(np.float64),
        used=used,
    )


def _candidates(choices: Choices, part: slice, low: Floats, high: Floats) -> tuple[Flags, Flags]:
    """Which actions, and whether none, may be best in a group at some prices of the box."""
    at_least = np.maximum(choices.left(high, part).max(axis=0), 0.0)
    return (choices.left(low, part) >= at_least), at_least <= 0.0


def _merged(opened: _Open, choices: Choices, low: Floats, high: Floats) -> _Open:
    """Open groups that are the same in this box, such as all who are tied at its prices, as one with all members."""
    few = np.arange(0, len(opened.groups), len(opened.groups) // 2_000 + 1)
    if len(opened.groups) <= AT_ONCE or len(alike(_seen(opened, choices, low, high, few))[1]) > 0.9 * len(few):
        return opened
    order, first = alike(_seen(opened, choices, low, high, np.arange(len(opened.groups))))
    return _Open(
        groups=opened.groups[order[first]],
        candidate=opened.candidate[:, order[first]],
        with_members=np.add.reduceat(opened.with_members[order], first),
        used=opened.used,
    )


def _seen(opened: _Open, choices: Choices, low: Floats, high: Floats, some: Counts) -> Floats:
    """All that matters of some open groups in this box, float noise rounded off: candidates, their gains and costs."""
    groups, candidate = opened.groups[some], opened.candidate[:, some]
    gain = _gains(candidate, choices, low, high, groups)
    held = choices.left(high, groups).max(axis=0, keepdims=True) > 0
    costs = np.where(candidate, choices.cost[:, groups], 0.0) if choices.cost.shape[1] > 1 else candidate[:0]
    scale = max(float(gain.max(initial=0.0)), np.finfo(float).tiny)
    return np.concatenate([np.round(gain / scale * 1e8) + 0.0, candidate, held, costs])


def _gains(candidate: Flags, choices: Choices, low: Floats, high: Floats, groups: Counts) -> Floats:
    """By how much the candidates leave more at the low end of the box than the group has for certain."""
    return np.where(candidate, choices.left(low, groups) - np.maximum(choices.left(high, groups).max(axis=0), 0.0), 0.0)


def _sample(opened: _Open, choices: Choices, low: Floats, high: Floats, half: int) -> _Open:
    """Every so many of the open groups, each standing for all that it was drawn from.

    A candidate that few groups have is drawn as often as one that many have, so that scarce actions are priced too; and
    half of the draws go by what it gains, since of a limit for very few only the greatest gains set the price.
    """
    members = opened.with_members
    gain = _gains(opened.candidate, choices, low, high, opened.groups) * members
    count = opened.candidate * members
    each = count / np.maximum(count.sum(axis=1, keepdims=True), 1.0)
    size = gain / np.maximum(gain.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    chance = np.minimum(1.0, SAMPLE / 4 / len(count) * (each + size).max(axis=0))
    passed = np.floor(np.cumsum(chance) + half / 2)
    drawn = np.flatnonzero((np.diff(passed, prepend=np.floor(half / 2)) > 0) | (chance >= 1.0))
    return _Open(
        groups=opened.groups[drawn],
        candidate=opened.candidate[:, drawn],
        with_members=members[drawn] / chance[drawn],
        used=opened.used,
    )


def _best_in_box(choices: Choices, opened: _Open, low: Floats, high: Floats) -> Floats:
    """The prices in the box at which the bound is least, counting the open groups by what they stand for.

    Solved from the other side: every group has what is best at the high end of the box for nothing, and what it gains
    at the low end by another candidate is weighed against the limits. Passing a limit costs the width of the box.
    """
    groups, members = opened.groups, opened.with_members
    rows = np.arange(len(groups))
    at_high, at_low = choices.left(high, groups), choices.left(low, groups)
    held = np.where(at_high.max(axis=0) > 0, at_high.argmax(axis=0), -1)
    has = held >= 0
    given = np.zeros(at_low.shape)
    given[held[has], rows[has]] = members[has]
    room = choices.most - opened.used - choices.usage(given, groups)
    action, row = np.nonzero(opened.candidate & (np.arange(len(at_low))[:, None] != held))
    gain = at_low[action, row] - np.where(has[row], at_low[held[row], row], 0.0)
    extra = choices.used_by(action, groups[row]) - np.where(has[row], choices.used_by(held[row], groups[row]), 0.0)
    counts = np.isfinite(room)
    price = np.zeros(len(room))
    if gain.any() and counts.any():
        price[counts] = _marginal(gain, extra[counts], row, members, room[counts], (high - low)[counts])
    return low + np.clip(price, 0.0, high - low)


def _marginal(gain: Floats, extra: Floats, row: Counts, members: Floats, room: Floats, width: Floats) -> Floats:
    """What one more unit of each limit gains in the linear programme, in figures that are scaled to about one."""
    worth, count = np.abs(gain).max(), members.mean()
    size = largest(np.abs(extra))
    limits = sparse.hstack([sparse.csr_array(extra / size[:, None]), -sparse.eye_array(len(room))])
    one_each = sparse.csr_array(
        (np.ones(len(row)), (row, np.arange(len(row)))), shape=(len(members), len(row) + len(room))
    )
    solved = linprog(
        np.concatenate([-gain / worth, width * size / worth]),
        A_ub=sparse.vstack([limits, one_each]).tocsr(),
        b_ub=np.concatenate([room / size / count, members / count]),
        method="highs-ipm",
    )
    return np.asarray(-solved.ineqlin.marginals[: len(room)] * worth / size)
