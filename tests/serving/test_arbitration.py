"""Is the plan within every limit, as good as any plan can be, and the same whoever comes first?"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from serving import Limit, Plan, arbitrate

NO = float("nan")
Floats = NDArray[np.float64]
Problem = tuple[Floats, Floats, float | None, list[Limit]]

ENOUGH = 1.0 + 1e-9


@st.composite
def problems(draw: st.DrawFn, customers: int = 5, actions: int = 3) -> Problem:
    """Few customers, many ties, customers who are alike, costs of zero, limits that nothing fits or that all fit."""
    n, a = draw(st.integers(0, customers)), draw(st.integers(1, actions))
    amounts = st.sampled_from([NO, -2.0, 0.0, 0.1, 1.0, 1.0, 2.5, 7.0, 1e3])
    profit = np.array(draw(st.lists(st.lists(amounts, min_size=a, max_size=a), min_size=n, max_size=n))).reshape(n, a)
    costs = st.sampled_from([0.0, 0.1, 0.2, 1.0, 3.0])
    shape = (n, a) if draw(st.booleans()) else (a,)
    cost = np.array(draw(st.lists(costs, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))).reshape(shape)
    most = st.sampled_from([0.0, 0.3, 1.0, 2.0, 2.5, 100.0])
    limits = [
        Limit(f"limit {number}", draw(st.sampled_from([(0,), (a - 1,), tuple(range(a))])), draw(most))
        for number in range(draw(st.integers(0, 2)))
    ]
    return profit, cost, draw(st.none() | most), limits


def many(seed: int, *, customers: int, actions: int = 4, whole: bool = False, each: bool = True) -> Problem:
    """Heavy-tailed profits that go together over a customer's actions, most of them negative, and limits that bind."""
    dice = np.random.default_rng(seed)
    worth = dice.lognormal(2.0, 1.5, (customers, 1))
    profit = worth * dice.lognormal(0.0, 0.5, (customers, actions)) * dice.uniform(0.0, 0.3, actions) - dice.uniform(
        1, 10, actions
    )
    cost = dice.uniform(1, 10, actions) * (dice.uniform(0.5, 1.5, (customers, 1)) if each else 1.0)
    limits = [Limit(f"action {action}", (action,), round(customers * 0.02)) for action in range(actions)]
    limits += [Limit("channel", (0, actions - 1), customers * 0.03, (1.0, 0.5))]
    return (np.round(profit) if whole else profit), cost, customers * 0.2, limits


def solve(problem: Problem) -> Plan:
    profit, cost, budget, limits = problem
    return arbitrate(profit, cost, budget=budget, limits=limits)


def usage(chosen: NDArray[np.int64], problem: Problem) -> list[tuple[float, float]]:
    """Pairs of how much is used and how much there is, of the budget and of each limit, counted one by one."""
    profit, cost, budget, limits = problem
    table = np.broadcast_to(cost, profit.shape)
    pairs = [(sum(table[row, action] for row, action in enumerate(chosen) if action >= 0), budget)]
    for limit in limits:
        shares = limit.share if isinstance(limit.share, tuple) else (limit.share,) * len(limit.actions)
        weight = dict(zip(limit.actions, shares, strict=True))
        pairs.append((sum(weight.get(int(action), 0.0) for action in chosen), limit.most))
    return [(used, most) for used, most in pairs if most is not None]


def earned(chosen: NDArray[np.int64], profit: Floats) -> float:
    return float(sum(profit[row, action] for row, action in enumerate(chosen) if action >= 0))


def constraints(problem: Problem) -> tuple[Floats, Floats, Floats]:
    """The whole problem as one matrix: gains, usage of budget, limits and customers, and how much there is."""
    profit, cost, budget, limits = problem
    customers, actions = profit.shape
    gains = np.where(profit > 0, profit, 0.0)
    rows = [np.broadcast_to(cost, profit.shape).ravel()]
    for limit in limits:
        weight = np.zeros(actions)
        weight[list(limit.actions)] = limit.share
        rows.append(np.tile(weight, customers))
    rows += list(np.kron(np.eye(customers), np.ones(actions)))
    most = [np.inf if budget is None else budget, *(limit.most for limit in limits), *np.ones(customers)]
    return gains.ravel(), np.array(rows), np.array(most)


@given(problems())
@settings(max_examples=150, deadline=None)
def test_no_plan_of_a_few_customers_is_better(problem: Problem) -> None:
    profit = problem[0]
    plan = solve(problem)
    best = 0.0
    for chosen in product(range(-1, profit.shape[1]), repeat=len(profit)):
        some = np.array(chosen, dtype=np.int64)
        if all(used <= most * ENOUGH for used, most in usage(some, problem)):
            worth = earned(some, profit)
            best = max(best, worth if np.isfinite(worth) else 0.0)
    assert plan.profit == pytest.approx(best, rel=2e-6)
    assert plan.gap <= 2e-6


@given(problems(customers=12, actions=4))
@settings(max_examples=100, deadline=None)
def test_a_plan_keeps_every_limit_and_says_what_it_uses(problem: Problem) -> None:
    profit, cost, _, limits = problem
    plan = solve(problem)
    pairs = usage(plan.chosen, problem)
    assert all(used <= most * ENOUGH for used, most in pairs)
    some = np.flatnonzero(plan.chosen >= 0)
    assert (profit[some, plan.chosen[some]] > 0).all()
    assert plan.profit == pytest.approx(earned(plan.chosen, profit))
    assert plan.spent == pytest.approx(np.broadcast_to(cost, profit.shape)[some, plan.chosen[some]].sum())
    assert list(plan.used.values()) == pytest.approx([used for used, _ in pairs[-len(limits) :]] if limits else [])
    assert plan.bound >= plan.profit
    assert list(plan.prices) == ["budget", *plan.used]
    assert min(plan.prices.values()) >= 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("whole", [False, True])
def test_a_few_hundred_customers_get_what_a_general_solver_would_give_them(seed: int, whole: bool) -> None:
    problem = many(seed, customers=250, whole=whole, each=seed % 2 == 0)
    gains, matrix, most = constraints(problem)
    best = milp(
        -gains,
        integrality=np.ones(len(gains)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=most),
        options={"mip_rel_gap": 0.0},
    )
    assert solve(problem).profit == pytest.approx(-best.fun, rel=2e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_what_parts_of_customers_could_earn(seed: int) -> None:
    problem = many(seed, customers=400)
    gains, matrix, most = constraints(problem)
    best = linprog(-gains, A_ub=matrix, b_ub=most, bounds=(0, 1), method="highs")
    assert solve(problem).bound == pytest.approx(-best.fun)


@pytest.mark.parametrize("seed", range(4))
def test_a_price_lies_between_what_one_more_unit_earns_and_what_one_less_costs(seed: int) -> None:
    profit, cost, budget, limits = problem = many(seed, customers=400)
    plan = solve(problem)
    for number, limit in enumerate(limits[:-1]):
        more, less = (
            arbitrate(
                profit,
                cost,
                budget=budget,
                limits=[*limits[:number], replace(limit, most=limit.most + change), *limits[number + 1 :]],
            ).bound
            for change in (1, -1)
        )
        price, close = plan.prices[limit.name], 1e-6
        assert more - plan.bound <= price + close
        assert price <= plan.bound - less + close


def test_places_in_part_are_of_no_use_and_do_not_count() -> None:
    plan = arbitrate([[5.0], [4.0], [3.0]], [1.0], budget=None, limits=[Limit("calls", (0,), 1.2, 0.5)])
    assert (plan.profit, plan.bound, plan.gap) == (9.0, 9.0, 0.0)


@pytest.mark.parametrize("places", [1, 3])
def test_few_places_for_very_many_go_to_those_who_earn_most(places: int) -> None:
    profit = np.random.default_rng(8).pareto(1.0, (60_000, 3))
    plan = arbitrate(profit, np.zeros(3), budget=None, limits=[Limit("visits", (0, 1, 2), places)])
    assert plan.profit == pytest.approx(np.sort(profit.max(axis=1))[-places:].sum())


@pytest.mark.parametrize("each", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_many_customers_are_planned_to_within_a_hundred_thousandth(whole: bool, each: bool) -> None:
    problem = many(1, customers=60_000, actions=6, whole=whole, each=each)
    plan = solve(problem)
    assert plan.profit >= plan.bound * (1 - 1e-5)
    assert all(used <= most * ENOUGH for used, most in usage(plan.chosen, problem))


@pytest.mark.parametrize(
    "cost",
    [np.arange(1.0, 5.0), np.random.default_rng(1).integers(1, 10, (40_000, 4)) * 1.0],
    ids=["same for all", "whole amounts"],
)
def test_very_many_ties_are_no_obstacle(cost: Floats) -> None:
    profit = np.random.default_rng(2).integers(-5, 9, (40_000, 4)) * 1.0
    limits = [Limit(f"action {action}", (action,), 1_500) for action in range(4)]
    problem = (profit, cost, 12_000.0, limits)
    plan = solve(problem)
    assert plan.profit >= plan.bound * (1 - 1e-3)
    assert all(used <= most * ENOUGH for used, most in usage(plan.chosen, problem))


def test_profits_in_proportion_to_costs_use_up_the_budget() -> None:
    cost = np.random.default_rng(3).uniform(1, 3, (30_000, 2))
    plan = arbitrate(2 * cost, cost, budget=20_000)
    assert plan.spent == pytest.approx(20_000, rel=1e-5)
    assert plan.profit == pytest.approx(40_000, rel=1e-5)


@given(problems(customers=8), st.floats(0.0, 5.0))
@example(problem=(np.array([[0.1]]), np.array([0.0]), None, []), more=5e-324)
@settings(max_examples=60, deadline=None)
def test_a_greater_budget_never_earns_less(problem: Problem, more: float) -> None:
    profit, cost, budget, limits = problem
    least = budget or 0.0
    before = arbitrate(profit, cost, budget=least, limits=limits)
    after = arbitrate(profit, cost, budget=least + more, limits=limits)
    assert after.profit >= before.profit * (1 - 2e-6)


@pytest.mark.parametrize("seed", range(3))
def test_taking_the_best_profit_per_cost_first_is_never_better(seed: int) -> None:
    problem = many(seed, customers=2_000)
    profit, cost, budget, limits = problem
    left = np.array([budget, *(limit.most for limit in limits)], dtype=np.float64)
    weights = constraints((profit[:1], np.zeros(profit.shape[1]), None, limits))[1][1:-1]
    chosen = np.full(len(profit), -1, dtype=np.int64)
    for place in np.argsort(-(np.where(profit > 0, profit, 0.0) / cost), axis=None):
        row, action = divmod(int(place), profit.shape[1])
        needs = np.concatenate([[cost[row, action]], weights[:, action]])
        if chosen[row] < 0 and profit[row, action] > 0 and (needs <= left).all():
            chosen[row], left = action, left - needs
    assert 0 < earned(chosen, profit) < solve(problem).profit


def test_of_customers_who_are_alike_the_first_get_the_places() -> None:
    plan = arbitrate([[5.0], [5.0], [5.0], [5.0]], [1.0], budget=None, limits=[Limit("calls", (0,), 2.9)])
    assert plan.chosen.tolist() == [0, 0, -1, -1]
    assert plan.prices == {"budget": 0.0, "calls": pytest.approx(5.0)}


def test_of_customers_who_are_alike_the_first_get_what_earns_most() -> None:
    limits = [Limit("calls", (0,), 1), Limit("mails", (1,), 2)]
    assert arbitrate([[2.0, 1.0]] * 4, [0.0, 0.0], budget=None, limits=limits).chosen.tolist() == [0, 1, 1, -1]


def test_a_limit_that_sums_of_amounts_meet_exactly_is_kept() -> None:
    assert arbitrate([[5.0]] * 3, [0.1], budget=0.3).chosen.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("profit", "cost", "budget", "most"),
    [
        (np.zeros((0, 2)), [1.0, 1.0], 5.0, 5.0),
        (np.zeros((3, 2)), [1.0, 1.0], 5.0, 5.0),
        (np.full((3, 2), NO), [NO, NO], 5.0, 5.0),
        (np.full((3, 2), -4.0), [1.0, 1.0], None, 5.0),
        (np.ones((3, 2)), [1.0, 1.0], 0.0, 5.0),
        (np.ones((3, 2)), [0.0, 0.0], None, 0.0),
    ],
    ids=["nobody", "nothing pays", "not allowed", "all lose", "no budget", "no places"],
)
def test_where_nothing_can_be_given_nobody_gets_anything(
    profit: Floats, cost: list[float], budget: float | None, most: float
) -> None:
    plan = arbitrate(profit, cost, budget=budget, limits=[Limit("all", (0, 1), most)])
    assert plan.chosen.tolist() == [-1] * len(profit)
    assert (plan.profit, plan.bound, plan.gap, plan.spent) == (0.0, 0.0, 0.0, 0.0)


def test_without_limits_everybody_gets_what_earns_most() -> None:
    problem = many(5, customers=500)
    best = np.where(problem[0].max(axis=1) > 0, problem[0].argmax(axis=1), -1)
    plan = arbitrate(problem[0], problem[1], budget=None)
    assert plan.chosen.tolist() == best.tolist()
    assert plan.gap == 0.0
    assert plan.prices == {"budget": 0.0}


@pytest.mark.parametrize("customers", [300, 40_000])
def test_neither_the_order_of_customers_nor_that_of_actions_shows(customers: int) -> None:
    profit, cost, budget, _ = many(6, customers=customers)
    limits = [Limit("calls", (0, 2), customers * 0.02)]
    plan = arbitrate(profit, cost, budget=budget, limits=limits)
    dice = np.random.default_rng(6)
    rows, columns = dice.permutation(customers), dice.permutation(4)
    place = {int(action): position for position, action in enumerate(columns)}
    moved = [Limit("calls", (place[0], place[2]), customers * 0.02)]
    other = arbitrate(profit[rows][:, columns], cost[rows][:, columns], budget=budget, limits=moved)
    assert (other.profit, other.spent) == (plan.profit, plan.spent)
    assert np.where(other.chosen < 0, -1, columns[other.chosen]).tolist() == plan.chosen[rows].tolist()


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for seed in range(3):
        solve(many(seed, customers=3_000, actions=8))
    assert capfd.readouterr() == ("", "")
