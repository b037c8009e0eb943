"""What is it worth that a customer brought others, and who will bring another?

Only those brought directly count, so that nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from features import event_rows
from features import referrals as referral_events
from models._cash import DAYS_PER_YEAR

Numbers = npt.NDArray[np.float64]

_AS_MANY = 20
"""The share of all counts as much as what is known of so many customers."""
_EXACT = 10_000
"""Money is added in whole ten-thousandths, so that the order of rows does not show."""


def referrals_known(tables: Mapping[str, pl.LazyFrame], *, as_of: date, time_zone: str) -> pl.DataFrame | None:
    """Who brought whom, as known on the as-of date: `customer_id` and the `referred_id` whom they brought.

    One row per customer brought; who named themselves is left out. None without a table of customers that says.
    """
    customers = tables.get("customers")
    if customers is None or "referred_by" not in customers.collect_schema().names():
        return None
    events: pl.LazyFrame = event_rows(referral_events, tables, as_of=as_of, time_zone=time_zone).to_native()
    return events.filter(pl.col("is_referral")).select("customer_id", "referred_id").collect()


def referral_values(buyers: pl.DataFrame, net: Numbers, brought: pl.DataFrame | None) -> Numbers:
    """Net income through each customer of `buyers`: the sum of what is `net` of those whom they brought themselves.

    Whom these brought in turn is counted with them, and not again here. Someone brought who never bought adds
    nothing. NaN where `referral_count_ever` is null or `brought` is None: unknown is not zero.
    """
    if brought is None:
        return np.full(buyers.height, np.nan)
    exact = pl.Series("net", np.rint(net * _EXACT)).fill_nan(None).cast(pl.Int64)
    theirs = brought.join(buyers.select(referred_id="customer_id").with_columns(exact), on="referred_id", how="inner")
    sums = theirs.group_by("customer_id").agg(pl.col("net").sum())
    told = buyers.select("customer_id", "referral_count_ever").join(
        sums, on="customer_id", how="left", maintain_order="left"
    )
    value = pl.when(pl.col("referral_count_ever").is_not_null()).then(pl.col("net").fill_null(0))
    # NumPy divides one number as it divides many; Polars 2.1 does not.
    return told.select(value.cast(pl.Float64).fill_null(np.nan)).to_series().to_numpy() / _EXACT


def referral_probability(rows: pl.DataFrame, *, days: int) -> pl.Series:
    """The probability that each customer of a snapshot brings another within `days`; null where no referral is known.

    The share of those like them who did within the last 364 days, by the length of the time: of those who had brought
    somebody before that year, or of all others. Who has brought somebody may do it again, or have nobody left to bring.
    Few customers are nearer to the share of all (the mean of a beta distribution, with `_AS_MANY` customers before any
    is seen).
    """
    name = "referral_probability"
    ever, lately = (rows[column].cast(pl.Float64) for column in ("referral_count_ever", "referral_count_364d"))
    brought, had_before = (lately > 0).cast(pl.Float64), ever > lately
    whole = brought.mean()
    if whole is None:
        return pl.Series(name, [None], dtype=pl.Float64).new_from_index(0, rows.height)
    again, anew = (_share(brought.filter(theirs), float(whole)) for theirs in (had_before, ~had_before))  # type: ignore[arg-type]
    shares = pl.select(pl.when((ever > 0).fill_null(False)).then(again).otherwise(anew)).to_series()
    return (shares * min(days / DAYS_PER_YEAR, 1.0)).alias(name)


def _share(brought: pl.Series, whole: float) -> float:
    return (float(brought.sum()) + _AS_MANY * whole) / (brought.count() + _AS_MANY)
