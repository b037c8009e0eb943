"""Randomised campaigns in worlds where it is known what contact changes for each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models._randomised import Randomised
from models._uplift import PROBABILITY

KINDS = ("same", "linear", "step", "harm", "flat")


@dataclass(frozen=True, kw_only=True)
class World:
    """What a campaign meets: `kind` says how the effect depends on the customer.

    `same`: it does not. `linear`: with three traits. `step`: only one customer of three can be persuaded. `harm`: half
    are persuaded, half driven away. `flat`: the same share of customers changes, whatever their risk. `effect`
    is right on average but for what probabilities between 0 and 1 forbid, and believed unless `believed` says something
    else; `rate` is the mean probability of the outcome, which is to be prevented where `is_bad`.
    """

    kind: str
    customers: int = 2000
    traits: int = 30
    rate: float = 0.3
    effect: float = 0.2
    spread: float = 0.3
    holdout_share: float = 0.2
    is_bad: bool = True
    believed: float | None = None


def trial(world: World, *, seed: int | Sequence[int]) -> tuple[Randomised, np.ndarray]:
    """One campaign, and by how much contact changed the probability of a good outcome of each of its customers."""
    chance = np.random.default_rng(seed)
    traits = _traits(world, chance)
    # What is known of a customer says how likely the outcome is, too: a fifth of what differs between them.
    sign = traits[:, 5:8].sum(axis=1) / 3**0.5
    probability = _probability(world, sign, chance)
    by_itself = 1.0 - probability if world.is_bad else probability
    risk, share = 1.0 - by_itself, world.effect + _beyond(world, traits)
    if world.kind == "flat":
        share = world.effect * risk.mean() / risk
    change = np.clip(share * risk, -by_itself, risk)
    is_treated = chance.random(world.customers) >= world.holdout_share
    is_good = chance.random(world.customers) < by_itself + change * is_treated
    shown = np.where(chance.random(traits.shape) < 0.03, np.nan, np.exp(traits))
    made = Randomised(
        columns=tuple(f"trait_{number}" for number in range(world.traits)),
        traits=shown,
        probability=probability,
        is_treated=is_treated,
        is_good=is_good,
        propensity=np.full(world.customers, is_treated.mean()),
        customers=np.array([f"C{number:05}" for number in range(world.customers)], dtype=object),
        campaigns=np.full(world.customers, "offer-2026-11", dtype=object),
        effect=world.effect if world.believed is None else world.believed,
        is_bad=world.is_bad,
    )
    return made, change


def _traits(world: World, chance: np.random.Generator) -> np.ndarray:
    """Traits in families that resemble one another, as counts over several windows do."""
    families = chance.normal(size=(world.customers, (world.traits + 4) // 5))
    own = chance.normal(size=(world.customers, world.traits))
    return np.asarray(np.repeat(families, 5, axis=1)[:, : world.traits] * 0.8**0.5 + own * 0.2**0.5)


def _probability(world: World, sign: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    raw = sign * 0.45 + chance.normal(size=len(sign)) * 0.9
    odds = np.exp(raw + np.log(world.rate / (1 - world.rate)))
    return np.asarray(np.clip(odds / (1 + odds), 0.005, 0.995))


def _beyond(world: World, traits: np.ndarray) -> np.ndarray:
    """By how much the effect of each customer differs from that of all."""
    first, second, third = traits[:, 0], traits[:, 10], traits[:, 20]
    if world.kind == "linear":
        return np.asarray(world.spread * (first + second - third) / 3**0.5)
    if world.kind == "step":
        return np.where(first > 0.43, 2.0, -1.0) * world.spread / 2**0.5
    if world.kind == "harm":
        return np.where(first + second > 0, 1.0, -1.0) * world.spread
    return np.zeros(len(traits))


ALIKE = World(kind="same", customers=600, traits=25, rate=0.4, effect=0.0, believed=0.2)
"""Contact changes nobody but through the offer (`offered`)."""


def offered(world: World, *, seed: int, through: float = 0.7, beside: float = 0.0) -> tuple[Randomised, np.ndarray]:
    """A trial whose traits foretell who takes an offer, and what contact changes for each customer.

    Of those who take it and would not have acted by themselves `through` act because of it; `beside` is what contact
    changes for those who do not take it.
    """
    known, _ = trial(world, seed=seed)
    chance = np.random.default_rng(seed + 1000)
    take = 1 / (1 + np.exp(-1.5 * np.nan_to_num(np.log(known.traits[:, 3])) + 1.0))
    change = known.risk * (through * take + beside * (1.0 - take))
    is_good = chance.random(len(known)) < known.by_itself + change * known.is_treated
    took = np.where(known.is_treated, chance.random(len(known)) < take, np.nan)
    return replace(known, is_good=is_good, took=took), change


def shown(known: Randomised) -> pd.DataFrame:
    """The customers of a trial as an uplift model is asked about them."""
    return pd.DataFrame(known.traits, columns=list(known.columns)).assign(**{PROBABILITY: known.probability})
