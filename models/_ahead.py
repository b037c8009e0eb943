"""How many purchases lie ahead of each customer, when, and how surely? The purchase process over several periods.

All is exact under MBG/NBD (see `features/_process.py`). Of a customer alive on the as-of date the purchase rate is
gamma-distributed with shape s = r + x and rate A = alpha + T, and the share of leaving beta-distributed with a and
b + x + 1, for x repeats at age T; whether the customer is alive is one factor for all that lies ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import hyp2f1

from features import PurchaseProcess, purchase_history

Numbers = npt.NDArray[np.float64]

NEAR_POLE = 1e-4
"""The pairs divide zero by zero at a = 1 and a = 2; nearer than this they are the mean of both sides."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How much of the days since the last purchase counts, of somebody who comes back, as time in which they might have
    bought: a `share`, and `most_days` at the most. What does not count is time in which they were gone."""

    share: float = 1.0
    most_days: float = np.inf

    def __str__(self) -> str:
        most = f", at most {self.most_days:.0f} days" if np.isfinite(self.most_days) else ""
        return f"{self.share:.0%} of it{most}"

    def counted(self, days: Numbers) -> Numbers:
        """The days that count."""
        return np.minimum(self.share * days, self.most_days)


@dataclass(frozen=True, slots=True)
class Histories:
    """When customers bought, one element per customer: see `features/_process.py`."""

    repeats: Numbers
    last_days: Numbers
    age_days: Numbers

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Histories:
        """The histories of customers in a snapshot, all of whom have bought."""
        return cls(*(values.to_numpy() for values in purchase_history(rows).get_columns()))

    def back_today(self, silence: Silence) -> Histories:
        """The same with one purchase more, on the as-of date, and of the silence before it what counts."""
        age = self.last_days + silence.counted(self.age_days - self.last_days)
        return Histories(self.repeats + 1.0, age, age)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of customers if they are alive today, one row per customer.

    `purchases`: expected purchases, one column per period. `pairs`: expected N (N - 1) for N purchases in all periods
    together. `none`: the chance of N = 0.
    """

    purchases: Numbers
    pairs: Numbers
    none: Numbers


def purchases_ahead(process: PurchaseProcess, known: Histories, *, ends_days: Numbers) -> Ahead:
    """What lies ahead in the periods that end `ends_days` after the as-of date, the first beginning on it."""
    x, age, same = _distinct(known)
    upto = np.column_stack([process.purchases_if_alive(x, age, days=float(days)) for days in ends_days])
    shape, wait = process.r + x, float(ends_days[-1]) / (process.alpha + age)
    return Ahead(
        purchases=np.diff(upto, axis=1, prepend=0.0)[same],
        pairs=_pairs(process, x, wait, upto[:, -1])[same],
        none=np.exp(-shape * np.log1p(wait))[same],
    )


def still_customer(process: PurchaseProcess, known: Histories, *, at_days: Numbers) -> Numbers:
    """The chance that a customer who is alive today has not left `at_days` later, one column for each.

    The mean of (1 + p z)^-s, z = t / A: 2F1(s, a; c; -z) with c = a + b + x + 1, by Pfaff's transformation.
    """
    x, age, same = _distinct(known)
    a, b, c = process.a, process.b, process.a + process.b + x + 1.0
    waits = [float(days) / (process.alpha + age) for days in at_days]
    chances = [(1.0 + z) ** -a * hyp2f1(a + b + 1.0 - process.r, a, c, z / (1.0 + z)) for z in waits]
    return np.asarray(np.clip(np.column_stack(chances), 0.0, 1.0)[same])


def _distinct(known: Histories) -> tuple[Numbers, Numbers, npt.NDArray[np.intp]]:
    """Repeats and ages that occur, and which of them each customer has: all that matters if alive."""
    key = known.repeats * (1.0 + known.age_days.max(initial=0.0)) + known.age_days
    _, first, same = np.unique(key, return_index=True, return_inverse=True)
    return known.repeats[first], known.age_days[first], same


def _pairs(process: PurchaseProcess, x: Numbers, wait: Numbers, expected: Numbers) -> Numbers:
    """Expected N (N - 1) of customers alive: the mean of 2 (1 - p) (1 - exp(-m) (1 + m)) / p^2, m = lambda p days.

    Two purchases at times u < v are there with density lambda^2 (1 - p) exp(-lambda p v): the first was not the
    last, and neither was any other before v. At least what an expected number that is certain would give, at most
    what a customer who never leaves would.
    """
    near = [pole for pole in (1.0, 2.0) if abs(process.a - pole) < NEAR_POLE]
    beside = (near[0] - NEAR_POLE, near[0] + NEAR_POLE) if near else (process.a,)
    made = np.mean([_pairs_beside(process, a, x, wait) for a in beside], axis=0)
    least = np.maximum(expected * (expected - 1.0), 0.0)
    shape = process.r + x
    return np.clip(np.where(np.isfinite(made), made, least), least, shape * (shape + 1.0) * wait**2)


def _pairs_beside(process: PurchaseProcess, a: float, x: Numbers, wait: Numbers) -> Numbers:
    """The closed form of the mean in `_pairs`, for `a` in place of the process's own.

    2 b' (c - 1) / ((a - 1) (a - 2)) (1 - 2F1(s, a - 2; c - 1; -z) - s z (a - 2) / (c - 1) 2F1(s + 1, a - 1; c; -z))
    with b' = b + x + 1 and c = a + b', both functions by Pfaff's transformation.
    """
    b, c = process.b + x + 1.0, a + process.b + x
    ratio, rest, shape = wait / (1.0 + wait), a + process.b - process.r, process.r + x
    with np.errstate(over="ignore", invalid="ignore"):
        silent = _shrunk(wait, 2.0 - a) * hyp2f1(rest, a - 2.0, c, ratio)
        once = _shrunk(wait, 1.0 - a) * hyp2f1(rest, a - 1.0, c + 1.0, ratio)
        several = 1.0 - silent - shape * wait * (a - 2.0) / c * once
        return np.asarray(2.0 * several * b * c / ((a - 1.0) * (a - 2.0)))


def _shrunk(wait: Numbers, power: float) -> Numbers:
    return np.asarray(np.exp(power * np.log1p(wait)))
