"""Who stayed away and came back, do they buy at the pace of before, or have they become slow? As the past shows.

The purchase process takes a long silence of somebody who came back for a sign of a slow pace, for it knows nobody who
leaves and comes back. Where customers do leave and come back, the silence was no part of their pace.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from features import PurchaseProcess, event_rows
from features import purchases as purchase_events
from models._ahead import Histories, Silence
from models._randomised import by_customer

Numbers = npt.NDArray[np.float64]

WINDOWS = (28, 84, 182, 364)
"""Days for which somebody who came back is followed: the longest that lies before the as-of date."""
FEWEST = 30
"""Of the reactivations of fewer customers nothing is learned."""
MOST_CUSTOMERS = 20_000
"""So many customers who came back are looked at, evenly spaced."""
NEEDED = 1.96
"""Standard errors by which what is learned must foretell better than the whole silence; the best of many is easily one
or two ahead."""
SHARES = (0.25, 0.5, 0.75, 1.0)
MOST = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, np.inf)
"""What is tried: these shares of a silence, and at the most so many times the days after which somebody has lapsed."""


def reactivations_known(
    tables: Mapping[str, pl.LazyFrame], rows: pl.DataFrame, *, silent_days: int, as_of: date, time_zone: str
) -> pl.DataFrame:
    """Every purchase after more than `silent_days` without one, as known on the as-of date, and what followed.

    `rows` is the snapshot of all customers on that day. One row per reactivation, in the order of customer and time, of
    at most 20,000 customers: `repeats`, `last_days` and `age_days` are the history on that day, the purchase of it not
    counted; `days` is how long they were followed (one of `WINDOWS`) and `purchases` on how many of these days they
    bought. Who came back less than 28 days ago is left out.
    """
    came = rows.filter(pl.col("longest_gap_days").cast(pl.Float64) > silent_days)["customer_id"].sort()
    some = came.gather_every(max(-(-len(came) // MOST_CUSTOMERS), 1)).to_frame().lazy()
    asked = dict(tables) | {"transactions": tables["transactions"].join(some, on="customer_id", how="semi")}
    events: pl.LazyFrame = event_rows(purchase_events, asked, as_of=as_of, time_zone=time_zone).to_native()
    bought = events.select("customer_id", ago=pl.col("age_days").cast(pl.Int64)).unique().collect()
    days = bought.sort("customer_id", "ago", descending=[False, True]).with_columns(
        before=pl.col("ago").shift(1).over("customer_id"),
        first=pl.col("ago").first().over("customer_id"),
        place=pl.int_range(pl.len()).over("customer_id"),
    )
    window = pl.max_horizontal(*(pl.when(pl.col("ago") > days).then(days) for days in WINDOWS))
    back = days.filter(pl.col("before") - pl.col("ago") > silent_days).with_columns(days=window).drop_nulls("days")
    back = back.with_columns(upto=pl.col("ago") - pl.col("days"), row=pl.int_range(pl.len()))
    later = back.join(days.select("customer_id", then="ago"), on="customer_id")
    followed = later.filter(pl.col("then") < pl.col("ago"), pl.col("then") >= pl.col("upto"))
    counts = followed.group_by("row").agg(purchases=pl.len())
    told = back.join(counts, on="row", how="left", maintain_order="left")
    return told.select(
        "customer_id",
        repeats=(pl.col("place") - 1).cast(pl.Float64),
        last_days=(pl.col("first") - pl.col("before")).cast(pl.Float64),
        age_days=(pl.col("first") - pl.col("ago")).cast(pl.Float64),
        days="days",
        purchases=pl.col("purchases").fill_null(0).cast(pl.Float64),
    )


def learned_silence(process: PurchaseProcess, reactivations: pl.DataFrame, *, silent_days: int) -> Silence:
    """How much of a silence counts of who comes back, by what followed earlier `reactivations` (`reactivations_known`).

    Counted in full, as the purchase process has it, somebody who came back is slow; not at all, they are as they were
    before. Of a grid of shares and most days that one is taken whose expected purchases have the least mean Poisson
    deviance from those that followed; the whole silence unless that is behind by 1.96 standard errors of the
    difference, customers taken together, and with reactivations of fewer than 30 customers.
    """
    if reactivations["customer_id"].n_unique() < FEWEST:
        return Silence()
    bought = reactivations["purchases"].to_numpy()
    tried = [Silence(share, most * silent_days) for share in reversed(SHARES) for most in reversed(MOST)]
    losses = [_deviance(bought, foretold(process, reactivations, one)) for one in tried]
    best = int(np.argmin([loss.mean() for loss in losses]))
    mean, error = by_customer(losses[0] - losses[best], reactivations["customer_id"].to_numpy())
    return tried[best] if mean > NEEDED * error else Silence()


def foretold(process: PurchaseProcess, reactivations: pl.DataFrame, silence: Silence) -> Numbers:
    """The purchases to be expected after each of some reactivations where so much of the silence counts."""
    before = Histories(*(reactivations[name].to_numpy() for name in ("repeats", "last_days", "age_days")))
    known, days = before.back_today(silence), reactivations["days"].to_numpy()
    made = np.empty(len(days))
    for window in np.unique(days):
        theirs = days == window
        made[theirs] = process.expected_purchases(
            known.repeats[theirs], known.last_days[theirs], known.age_days[theirs], days=float(window)
        )
    return made


def _deviance(bought: Numbers, foretold: Numbers) -> Numbers:
    ratio = np.log(np.where(bought > 0, bought / foretold, 1.0))
    return np.asarray(2.0 * (bought * ratio - (bought - foretold)))
