"""Who gets a place kept for exploration? Where least is given up, only where it pays, as far as limits reach."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from serving import PURPOSES, Action, Effect
from serving._arbitration import arbitrate
from serving._arbitration_input import Limit
from serving._exploration import explored

BOTH = (0, 1)


def action(name: str, places: int) -> Action:
    """An action with so many places for exploration."""
    return Action(
        name=name,
        channel="mail",
        contact_cost=1.0,
        offer_cost=0.0,
        effect=Effect(0.1, 50.0),
        stages=PURPOSES[name].possible,
        capacity=None,
        holdout_share=0.2,
        salt="salt",
        exploration_places=places,
    )


def given(profit: Any, *, places: tuple[int, int], size: float, budget: float | None = None) -> list[int]:
    """What each customer is given, of two actions whose contacts cost 1 each, on a list of so many."""
    gains = np.asarray(profit, dtype=np.float64)
    limits = [Limit(name="list", actions=BOTH, most=size)]
    plan = arbitrate(gains, np.ones_like(gains), budget=budget, limits=limits)
    actions = [action(name, most) for name, most in zip(("retention_offer", "upsell"), places, strict=True)]
    found = explored(gains, np.ones_like(gains), actions, plan, limits=limits, budget=budget)
    return [int(each) for each in found]


def test_the_places_go_to_those_with_whom_least_is_given_up() -> None:
    # 9, 1, 5 and 2 are given up.
    assert given([[10, 1], [3, 2], [7, 2], [6, 4]], places=(0, 2), size=4) == [-1, 1, -1, 1]


def test_a_full_list_has_its_price_so_that_who_would_have_no_place_is_no_cheaper() -> None:
    # On a list of two a place costs what the third best would leave; giving the last one a place takes it from 8.
    assert given([[10, 1], [8, 7], [0.5, 0.4]], places=(0, 1), size=2) == [-1, 1, -1]


def test_nothing_is_explored_where_it_is_not_expected_to_pay_or_not_allowed() -> None:
    assert given([[3, 0], [3, -1], [3, np.nan]], places=(0, 3), size=3) == [-1, -1, -1]


def test_nobody_is_explored_on_twice_and_no_place_or_money_is_spent_twice() -> None:
    profit = [[2, 2], [2, 2], [2, 2]]
    assert sorted(given(profit, places=(2, 2), size=9)) == [0, 0, 1]
    assert sorted(given(profit, places=(2, 2), size=1)) == [-1, -1, 0]
    assert sorted(given(profit, places=(2, 2), size=9, budget=2.5)) == [-1, 0, 0]
    assert given(profit, places=(2, 2), size=0) == [-1, -1, -1]


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    profit=st.lists(st.tuples(*[st.integers(-3, 30)] * 2), min_size=1, max_size=6),
    places=st.integers(0, 4),
)
def test_where_the_list_has_room_no_other_choice_for_the_places_earns_more(
    profit: list[tuple[int, int]], places: int
) -> None:
    """Against all ways to fill the places, each with the best that can be made of the others."""
    found = given(profit, places=(0, places), size=len(profit))
    chosen = frozenset(number for number, action in enumerate(found) if action == 1)
    able = [number for number, (_, gain) in enumerate(profit) if gain > 0]
    assert len(chosen) == min(places, len(able))
    totals = {frozenset(who): _in_all(profit, frozenset(who)) for who in combinations(able, len(chosen))}
    assert totals[chosen] == max(totals.values())


def _in_all(profit: list[tuple[int, int]], who: frozenset[int]) -> int:
    """What is earned if the second action is given to these, and the best to the others."""
    return sum(row[1] if number in who else max(*row, 0) for number, row in enumerate(profit))
