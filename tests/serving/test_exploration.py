"""Who gets a contact kept for exploration? Where least is given up, only where it pays, as far as its share reaches."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from serving._arbitration import arbitrate
from serving._arbitration_input import Limit
from serving._exploration import explored


def given(
    profit: Any,
    *,
    share: float,
    actions: tuple[int, ...] = (1,),
    cost: Any = 1.0,
    budget: float | None = None,
    **limits: tuple[tuple[int, ...], float],
) -> list[int]:
    """What each customer is given to explore some `actions`; a limit is the actions that use it, and how much."""
    gains = np.asarray(profit, dtype=np.float64)
    costs = np.broadcast_to(np.asarray(cost, dtype=np.float64), gains.shape)
    told = [Limit(name=name, actions=used_by, most=most) for name, (used_by, most) in limits.items()]
    plan = arbitrate(gains, costs, budget=budget, limits=told)
    return explored(gains, costs, actions, plan, share=share, limits=told, budget=budget).tolist()


def test_the_places_go_to_those_with_whom_least_is_given_up() -> None:
    # 9, 1, 5 and 2 are given up.
    assert given([[10, 1], [3, 2], [7, 2], [6, 4]], share=0.5) == [-1, 1, -1, 1]


def test_a_place_that_others_want_is_not_free() -> None:
    # On a list of two a place costs what the third would leave; giving the last one a place takes it from 8.
    assert given([[10, 1], [8, 7], [0.5, 0.4]], share=0.5, list=((0, 1), 2)) == [-1, 1, -1]


def test_what_nobody_can_have_is_not_given_up() -> None:
    # The first action has no place left, or costs more than there is: 5 is given to the first customer.
    profit = [[100, 5], [0.1, 4]]
    assert given(profit, share=0.5, phone=((0,), 0)) == [1, -1]
    assert given(profit, share=0.5, cost=[[50, 1], [50, 1]], budget=20.0) == [1, -1]


def test_money_has_its_price_too() -> None:
    # The first customer's other action would cost all the money; the second one's costs next to none.
    profit, cost = [[6, 4], [5, 4], [9, 0]], [[9, 1], [1, 1], [9, 1]]
    assert given(profit, share=0.5, cost=cost, budget=10.0) == [1, -1, -1]


def test_nothing_is_explored_where_it_is_not_expected_to_pay_or_not_allowed() -> None:
    assert given([[3, 0], [3, -1], [3, np.nan]], share=0.5) == [-1, -1, -1]


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.09, 0), (0.1, 1), (0.29, 2), (0.3, 3), (0.5, 5)])
def test_they_are_a_share_of_the_contacts_that_there_would_be(share: float, count: int) -> None:
    profit = np.full((40, 2), [3.0, 2.0])
    in_budget = given(profit, share=share, budget=10.0, list=((0, 1), 30))
    in_channel = given(profit, share=share, mail=((0, 1), 10))
    on_list = given(profit, share=share, list=((0, 1), 10))
    assert [each.count(1) for each in (in_budget, in_channel, on_list)] == [count] * 3


def test_actions_take_turns_and_no_place_is_given_twice() -> None:
    profit = np.full((20, 3), [9.0, 6.0, 5.0])
    found = given(profit, share=0.5, actions=(1, 2), mail=((0, 1, 2), 10))
    assert (found.count(1), found.count(2)) == (3, 2)
    narrow = given(profit, share=0.5, actions=(1, 2), own=((1,), 1), list=((0, 1, 2), 10))
    assert (narrow.count(1), narrow.count(2)) == (1, 4)


def test_of_a_channel_that_others_use_it_takes_its_share() -> None:
    profit = [[9.0, 6.0]] * 4 + [[9.0, np.nan]] * 36
    found = given(profit, share=0.1, phone=((0, 1), 4), list=((0, 1), 40))
    assert found.count(1) == 0
    wide = [[5.0, 6.0, 9.0]] * 40
    # 4 of 40 contacts, but of 5 calls a tenth, rounded up.
    found = given(wide, share=0.1, phone=((0, 1), 5), list=((0, 1, 2), 40))
    assert found.count(1) == 1


def test_who_is_too_dear_is_passed_over() -> None:
    profit, cost = [[0, 100], [2, 3], [2, 3], [2, 1]], [[1, 10], [1, 1], [1, 1], [1, 1]]
    assert given(profit, share=0.7, cost=cost, budget=5.0) == [-1, 1, 1, -1]


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    profit=st.lists(st.tuples(*[st.integers(-3, 30)] * 2), min_size=1, max_size=6),
    share=st.sampled_from([0.2, 0.34, 0.5]),
)
def test_where_nothing_is_scarce_no_other_choice_for_the_places_earns_more(
    profit: list[tuple[int, int]], share: float
) -> None:
    """Against all ways to fill the places, each with the best that can be made of the others."""
    found = given(profit, share=share)
    chosen = frozenset(number for number, action in enumerate(found) if action == 1)
    able = [number for number, (_, gain) in enumerate(profit) if gain > 0]
    assert len(chosen) == min(int(share * sum(max(row) > 0 for row in profit) + 1e-9), len(able))
    totals = {frozenset(who): _in_all(profit, frozenset(who)) for who in combinations(able, len(chosen))}
    assert totals[chosen] == max(totals.values())


def _in_all(profit: list[tuple[int, int]], who: frozenset[int]) -> int:
    """What is earned if the second action is given to these, and the best to the others."""
    return sum(row[1] if number in who else max(*row, 0) for number, row in enumerate(profit))
