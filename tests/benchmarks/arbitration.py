"""How long does it take to decide who gets what, and how good is it? A million customers, eight actions, six limits.

`python tests/benchmarks/arbitration.py`. Prints seconds, peak memory and the proven gap on profits of several kinds,
then ratios against two others on the same customers in the same run: the whole problem as one linear programme
(HiGHS), and the best profit per cost first.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from serving import Limit, Plan, arbitrate

Floats = NDArray[np.float64]
ACTIONS = 8
CHANNELS = {"call": (0, 2), "visit": (1,), "letter": (3, 4), "mail": (5, 6, 7)}


def profits(customers: int, *, mostly: str, seed: int = 1) -> Floats:
    """Heavy-tailed, alike over actions; `mostly` lost, earned, the same (whole amounts) or tied (few values)."""
    dice = np.random.default_rng(seed)
    if mostly == "tied":
        return dice.integers(-5, 11, (customers, ACTIONS)) * 1.0
    worth = dice.lognormal(3.0, 1.5, (customers, 1))
    effect = dice.uniform(0.02, 0.3, ACTIONS) * dice.lognormal(0.0, 0.5, (customers, ACTIONS))
    gains = worth * effect - (dice.uniform(4, 12, ACTIONS) if mostly != "earned" else 0.0)
    gains[dice.random((customers, ACTIONS)) < 0.1] = np.nan
    return np.round(gains) if mostly == "the same" else gains


def costs(customers: int, *, seed: int = 2) -> Floats:
    """What the assignments are expected to spend, other for each customer."""
    dice = np.random.default_rng(seed)
    return dice.uniform(1, 10, ACTIONS) * dice.uniform(0.5, 1.5, (customers, 1))


def limits(customers: int) -> list[Limit]:
    """One for each channel, and one for an action."""
    most = dict(zip(CHANNELS, (0.01, 0.002, 0.03, 0.1), strict=True))
    channels = [Limit(name, actions, customers * most[name]) for name, actions in CHANNELS.items()]
    return [*channels, Limit("vouchers", (4,), customers * 0.01, 1.5)]


def by_profit_per_cost(profit: Floats, cost: Floats, *, budget: float, limits: Sequence[Limit]) -> float:
    """What a plan earns that takes the best profit per cost first while there is room."""
    weights = np.zeros((len(limits), ACTIONS))
    for row, limit in zip(weights, limits, strict=True):
        row[list(limit.actions)] = limit.share
    left = np.array([budget, *(limit.most for limit in limits)], dtype=np.float64)
    gains = np.nan_to_num(profit)
    free, earned = np.ones(len(profit), dtype=bool), 0.0
    for place in np.argsort(-(gains / cost), axis=None)[: np.count_nonzero(gains > 0)]:
        customer, action = divmod(int(place), ACTIONS)
        needs = np.concatenate([[cost[customer, action]], weights[:, action]])
        if free[customer] and (needs <= left).all():
            free[customer], left, earned = False, left - needs, earned + float(gains[customer, action])
    return earned


def as_one_programme(profit: Floats, cost: Floats, *, budget: float, limits: Sequence[Limit]) -> float:
    """What the best plan of parts of customers earns: every pair that pays is a variable."""
    customer, action = np.nonzero(profit > 0)
    pairs = np.arange(len(customer))
    shares = [np.isin(action, limit.actions) * limit.share for limit in limits]
    one_each = sparse.csr_array((np.ones(len(pairs)), (customer, pairs)), shape=(len(profit), len(pairs)))
    solved = linprog(
        -profit[customer, action],
        A_ub=sparse.vstack([sparse.csr_array(np.array([cost[customer, action], *shares])), one_each]),
        b_ub=np.concatenate([[budget, *(limit.most for limit in limits)], np.ones(len(profit))]),
        method="highs",
    )
    return -float(solved.fun)


def timed(work: Callable[[], object]) -> tuple[object, float]:
    """What the work returns, and how many seconds it took."""
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=1_000_000)
    asked.add_argument("--compared", type=int, default=20_000)
    given = asked.parse_args()
    for mostly in ("lost", "earned", "the same", "tied"):
        customers = given.customers
        profit, cost = profits(customers, mostly=mostly), costs(customers)
        plan, seconds = timed(lambda p=profit, c=cost: arbitrate(p, c, budget=0.3 * len(p), limits=limits(len(p))))
        assert isinstance(plan, Plan)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{customers} customers, mostly {mostly}: {seconds:.1f} s, {peak:.1f} GB at most so far, proven gap "
            f"{plan.gap:.1e}, below the bound by {1 - plan.profit / plan.bound:.1e}",
            flush=True,
        )
    compare(given.compared)


def compare(customers: int) -> None:
    """Ours beside the others, on customers few enough for them."""
    profit, cost = profits(customers, mostly="lost"), costs(customers)
    terms = {"budget": 0.3 * customers, "limits": limits(customers)}
    plan, ours = timed(lambda: arbitrate(profit, cost, **terms))
    whole, programme = timed(lambda: as_one_programme(profit, cost, **terms))
    greedy, sorting = timed(lambda: by_profit_per_cost(profit, cost, **terms))
    print(f"{customers} customers: ours {ours:.2f} s")
    print(f"  one linear programme: {programme / ours:.1f} times as long, {whole / plan.profit:.6f} of our profit")
    print(f"  best profit per cost first: {sorting / ours:.1f} times as long, {greedy / plan.profit:.4f} of our profit")


if __name__ == "__main__":
    main()
