"""For whom is a model good? The groups in which models are judged one by one: value tiers and tenures."""

from __future__ import annotations

import polars as pl

TIERS = {"VIP": 0.05, "major": 0.20, "ordinary": 0.50, "small": 1.0}
"""Each tier with the share of customers, highest yearly spend first, at which it ends.

VIP and major customers together are the fifth that brings most of the profit; the other two halve the rest of the
first half from the second.
"""

TENURES = {"up to 90 days": 90, "91 to 364 days": 364, "365 days and more": 10**9}
"""Each group with the most days since the first known purchase."""


def tier(spend: str = "spend_364d") -> pl.Expr:
    """The value tier of each customer among all rows: `VIP`, `major`, `ordinary` or `small`.

    `spend` names the column to rank by (yearly spend, in the company's currency). Customers who spend alike share a
    tier, the lower one, so that a log without amounts has small customers only; unknown spend counts as lowest. Use
    `.over("as_of")` where rows of several as-of dates stand together.
    """
    known = pl.col(spend).fill_null(float("-inf"))
    share = known.rank("max", descending=True) / pl.len()
    highest, *between, lowest = TIERS
    told = pl.lit(lowest)
    for name in reversed([highest, *between]):
        told = pl.when(share <= TIERS[name]).then(pl.lit(name)).otherwise(told)
    return told


def tenure() -> pl.Expr:
    """The group of each customer's tenure, by `tenure_days`; null where nobody knows it."""
    told = pl.lit(None, dtype=pl.String)
    for name, most in reversed(TENURES.items()):
        told = pl.when(pl.col("tenure_days") <= most).then(pl.lit(name)).otherwise(told)
    return told
