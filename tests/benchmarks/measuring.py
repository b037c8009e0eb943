"""Do the intervals of a measured campaign hold the truth? Simulated campaigns whose effect is known.

Prints the Markdown tables of docs/measuring.md: `PYTHONPATH=tests/support python tests/benchmarks/measuring.py`, about
ten minutes on two cores; a number after it says how many campaigns of each kind (1,000).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
from simulated_campaign import World, campaign

from serving._effect import Estimate, Measured, measure
from serving._power import needed_for_effect

CAMPAIGNS = 1000
SIZES = (200, 1000, 5000, 20_000)
WORLDS = {
    "keep, 20% leave, spread 1.5": World(customers=0, rate=0.2),
    "keep, 3% leave, spread 1.5": World(customers=0, rate=0.03),
    "keep, 20% leave, spread 2.5": World(customers=0, rate=0.2, spread=2.5),
    "win back, 3% come back, spread 1.5": World(customers=0, rate=0.03, effect=0.006, keeps=False),
    "win back, 3% come back, spread 2.5": World(customers=0, rate=0.03, effect=0.006, spread=2.5, keeps=False),
    "harm, 20% leave, spread 1.5": World(customers=0, rate=0.2, effect=-0.2),
}


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One Markdown table."""
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
    print()


def coverage(world: World, *, campaigns: int) -> list[object]:
    """How often there is an interval, how often it holds the truth, and how much of the variance the past explains."""
    seen = [_both(world, number) for number in range(campaigns)]
    cells: list[object] = [f"{world.customers:,}", f"{world.customers * world.holdout_share:,.0f}"]
    for outcome in ("good_share", "profit"):
        known = [each[outcome] for each in seen if each[outcome] is not None]
        cells += [f"{len(known) / campaigns:.0%}"]
        enough = len(known) > campaigns / 20
        cells += [f"{np.mean([holds for holds, _ in known]):.3f}" if enough else ""]
        cells += [f"{np.mean([less for _, less in known]):.0%}" if enough else ""]
    return cells


def _both(world: World, number: int) -> dict[str, tuple[bool, float] | None]:
    made = campaign(world, seed=(world.customers, number))
    found = measure(made.rows)
    return {
        "good_share": _held(found.good_share, made.good_share),
        "profit": _held(found.profit_per_customer, made.profit),
    }


def _held(estimate: Estimate, truth: float) -> tuple[bool, float] | None:
    if estimate.low is None or estimate.high is None:
        return None
    return estimate.low <= truth <= estimate.high, estimate.variance_reduction


def power(world: World, *, campaigns: int) -> list[object]:
    """How often an effect is seen where as many customers were assigned as it is said to need."""
    sample = campaign(replace(world, customers=20_000), seed=0).rows["risk"]
    asked = needed_for_effect(world.effect, sample, holdout_share=world.holdout_share)
    assert asked is not None
    planned = replace(world, customers=asked.customers)
    seen = np.mean([_sees(measure(campaign(planned, seed=(7, number)).rows)) for number in range(campaigns)])
    return [f"{world.holdout_share:.0%}", f"{asked.treated:,}", f"{asked.held_out:,}", f"{seen:.2f}"]


def _sees(found: Measured) -> bool:
    low, high = found.good_share.low, found.good_share.high
    return low is not None and high is not None and (low > 0 or high < 0)


def main(campaigns: int) -> None:
    """Both tables."""
    kinds = [(name, replace(world, customers=size)) for name, world in WORLDS.items() for size in SIZES]
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_coverage, [(world, campaigns) for _, world in kinds]))
        header = ("campaign", "customers", "held out", "interval for customers", "holds the truth", "variance less")
        table((*header, "interval for profit", "holds the truth", "variance less"), _named(kinds, rows))
        shares = [replace(world, holdout_share=share) for world in _planned() for share in (0.1, 0.3)]
        rows = list(pool.map(_power, [(world, campaigns) for world in shares]))
    kinds = [
        (f"{'keep' if world.keeps else 'win back'}, {world.rate:.0%}, effect {world.effect}", world) for world in shares
    ]
    table(("campaign", "held out", "treated needed", "held out needed", "seen"), _named(kinds, rows))


def _planned() -> list[World]:
    return [WORLDS["keep, 20% leave, spread 1.5"], replace(WORLDS["win back, 3% come back, spread 1.5"], effect=0.018)]


def _coverage(asked: tuple[World, int]) -> list[object]:
    return coverage(asked[0], campaigns=asked[1])


def _power(asked: tuple[World, int]) -> list[object]:
    return power(asked[0], campaigns=asked[1])


def _named(kinds: list[tuple[str, World]], rows: list[list[object]]) -> Iterable[Sequence[object]]:
    return ([name, *row] for (name, _), row in zip(kinds, rows, strict=True))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CAMPAIGNS)
