"""Did what was predicted come about? Predicted shares of leavers beside what happened, by tenths of the customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import sqrt

import polars as pl

TENTHS = 10
_Z = 1.2815515655446004
"""The standard normal quantile of 0.9: with it an interval holds four cases of five."""


@dataclass(frozen=True, kw_only=True)
class Matured:
    """Scores whose horizon is over: `rows` with `predicted` (probability of churn) and `happened` (boolean), one per
    customer who was asked about on `as_of`."""

    as_of: date
    horizon_days: int
    rows: pl.DataFrame


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenth:
    """Customers of like probability: how many of them were to leave, and left (`low` to `high`: as chance has it)."""

    number: int
    customers: int
    predicted: float
    happened: float
    low: float
    high: float


def tenths(matured: Matured) -> list[Tenth]:
    """The customers by probability in ten groups alike in size, the lowest first; equals are in one group."""
    rows = matured.rows.with_columns(
        tenth=(pl.col("predicted").rank("min").cast(pl.Int64) - 1) * TENTHS // pl.len() + 1
    )
    found = rows.group_by("tenth").agg(
        customers=pl.len(), predicted=pl.col("predicted").mean(), happened=pl.col("happened").cast(pl.Float64).mean()
    )
    return [_tenth(*row) for row in found.sort("tenth").iter_rows()]


def _tenth(number: int, customers: int, predicted: float, happened: float) -> Tenth:
    low, high = _wilson(happened, customers)
    return Tenth(number=number, customers=customers, predicted=predicted, happened=happened, low=low, high=high)


def _wilson(share: float, count: int) -> tuple[float, float]:
    """The interval of a share that was seen among `count` (Wilson 1927)."""
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)
