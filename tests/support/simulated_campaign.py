"""Campaigns whose true effect is known: few large spenders, a small holdout, rare outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

SEGMENTS = ("VIP", "major", "ordinary", "small")
SHARES = (0.05, 0.15, 0.3, 0.5)
SPEND = (800.0, 240.0, 80.0, 20.0)


@dataclass(frozen=True, kw_only=True)
class World:
    """What a campaign meets. `rate` is the mean probability of the outcome, `spread` the deviation of log spend.

    With `keeps`, the outcome is leaving and the action keeps the share `effect` of those who would leave; without, it
    is growing, and so many of those who would not grow do. Who does not leave, or grows, spends.
    """

    customers: int
    rate: float = 0.2
    effect: float = 0.2
    spread: float = 1.5
    holdout_share: float = 0.1
    keeps: bool = True
    margin: float = 0.3
    cost: float = 1.0


@dataclass(frozen=True)
class Campaign:
    """The rows to measure, and what is true of them: good outcomes and profit caused per treated customer."""

    rows: pl.DataFrame
    good_share: float
    profit: float


def campaign(world: World, *, seed: int | Sequence[int], name: str = "offer-2026-11") -> Campaign:
    """One campaign, assigned within segments, as the world has it."""
    rng = np.random.default_rng(seed)
    segment = rng.choice(len(SEGMENTS), world.customers, p=SHARES)
    probability = rng.beta(2.0, 2.0 / world.rate - 2.0, world.customers)
    # Half of the variance of log spend is known beforehand.
    half = world.spread / 2**0.5
    spend = np.array(SPEND)[segment] * rng.lognormal(-(half**2) / 2, half, world.customers)
    later = world.margin * spend * rng.lognormal(-(half**2) / 2, half, world.customers)
    is_treated = _assigned(segment, share=world.holdout_share, rng=rng)
    risk = probability if world.keeps else 1.0 - probability
    # The same luck decides in both arms, so that the effect is on customers, not on dice.
    is_good = rng.random(world.customers) >= risk * (1.0 - world.effect * is_treated)
    changed = world.effect * risk[is_treated]
    rows = pl.DataFrame(
        {
            "campaign": np.full(world.customers, name),
            "customer_id": [f"{number:06d}" for number in range(world.customers)],
            "arm": np.where(is_treated, "treated", "held_out"),
            "segment": np.array(SEGMENTS)[segment],
            "risk": risk,
            "stake": world.margin * spend,
            "is_good": is_good,
            "profit": later * is_good,
            "cost": world.cost * is_treated,
            "spend_before": spend,
            "expected_profit": world.effect * risk * world.margin * spend - world.cost,
        }
    )
    profit = float((changed * world.margin * spend[is_treated]).mean()) - world.cost
    return Campaign(rows, good_share=float(changed.mean()), profit=profit)


def _assigned(segment: np.ndarray, *, share: float, rng: np.random.Generator) -> np.ndarray:
    is_treated = np.ones(len(segment), dtype=bool)
    for number in range(len(SEGMENTS)):
        members = rng.permutation(np.flatnonzero(segment == number))
        is_treated[members[: int(len(members) * share + rng.random())]] = False
    return is_treated
