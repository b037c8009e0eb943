"""What is it worth that a customer brought others? Only those brought directly, so that nothing counts twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from features import event_rows
from features import referrals as referral_events

Numbers = npt.NDArray[np.float64]

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
