"""When will this customer order again? A date with an interval, from the purchase process and the customer's own gaps.

While alive, a customer buys at a rate of their own that the purchase process has learned from everybody's past
(`features/_process.py`). Gaps are then random (exponential) for most; but a customer whose own gaps vary clearly less
than chance would have it, keeps a rhythm, and the wait is told from the last purchase (Weibull-distributed gaps). Both
are one formula: with shape k = 1 the Weibull distribution is the exponential one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import gammaln

from features import PurchaseProcess
from models._ahead import Histories

Numbers = npt.NDArray[np.float64]

WITHIN_DAYS = 364
"""An order later than that is not foretold: a year in whole weeks."""
LEAST_PROBABILITY = 0.5
"""Who orders within a year with less than this probability, probably never orders again: no date."""
QUANTILES = (0.1, 0.5, 0.9)
"""The beginning of the interval, the date, and the end of the interval."""
CHANCE = 0.5
"""Gaps whose variance is less than this share of their squared mean are more regular than chance; chance gives 1, and
a few gaps often somewhat less."""
DOUBT = 5.0
"""So many gaps make half of a rhythm believed."""
ROUNDING = 0.3
"""Days by which a gap in whole days deviates without meaning it (the standard deviation of rounding)."""


def next_orders(rows: pl.DataFrame, process: PurchaseProcess, *, as_of: date) -> pl.DataFrame:
    """When each customer will order next: one row per row of `rows`, in its order.

    `rows` is a snapshot of `as_of` with the columns `purchase_day_count_ever`, `tenure_days`,
    `days_since_last_purchase`, `purchase_count_ever`, `mean_gap_days`, `gap_variance` and `overdue_ratio`. Columns:
    `customer_id`; `next_order_on`, before which the order comes in half of the cases where it comes within a year;
    `next_order_from_on` and `next_order_until_on`, between which it then comes in four of five; `overdue_ratio`, the
    days since the last purchase over the usual gap (above 1 is overdue; null before the second purchase day).

    The dates are null for a customer who orders within a year with less than even chance, and for who never bought.
    """
    buyers = rows.filter(pl.col("tenure_days").is_not_null() & (pl.col("purchase_day_count_ever") > 0))
    wait = _waits(buyers, process)
    within = wait.probability_by(float(WITHIN_DAYS))
    days = [np.where(within >= LEAST_PROBABILITY, wait.days_until(share * within), np.nan) for share in QUANTILES]
    names = ("next_order_from_on", "next_order_on", "next_order_until_on")
    whole = {name: pl.Series(np.floor(each)).fill_nan(None) for name, each in zip(names, days, strict=True)}
    made = buyers.select("customer_id").with_columns(**whole)
    made = made.with_columns(
        (pl.lit(as_of) + pl.duration(days=pl.col(name).cast(pl.Int64))).alias(name) for name in names
    )
    columns = ("next_order_on", "next_order_from_on", "next_order_until_on", "overdue_ratio")
    told = rows.select("customer_id", "overdue_ratio").join(made, on="customer_id", how="left", maintain_order="left")
    return told.select("customer_id", *columns)


@dataclass(frozen=True, slots=True)
class _Wait:
    """How the days until the next order are distributed, one element per customer.

    The gap exceeds g with probability (1 + (c g)^k / rate)^-shape, c the mean of a Weibull variable of shape k; the
    customer has waited `waited` days already, and orders at all with probability `alive`. That is a Weibull gap whose
    rate to the power of k is gamma-distributed: before any gap with shape r / k^2, which spreads the logarithms of the
    customers' rates as the purchase process does, and each known gap adds 1.
    """

    k: Numbers
    rate: Numbers
    shape: Numbers
    waited: Numbers
    alive: Numbers

    def probability_by(self, days: float) -> Numbers:
        """The probability that the order comes within so many days."""
        longer = (self.rate + self._stretched(self.waited + days)) / (self.rate + self._stretched(self.waited))
        return np.asarray(self.alive * -np.expm1(-self.shape * np.log(longer)))

    def days_until(self, probability: Numbers) -> Numbers:
        """The days within which the order comes with that probability."""
        if_alive = np.minimum(probability / self.alive, 1.0 - 1e-12)
        stretched = (self.rate + self._stretched(self.waited)) * np.exp(-np.log1p(-if_alive) / self.shape) - self.rate
        return np.asarray(np.maximum(stretched ** (1.0 / self.k) / self._factor - self.waited, 0.0))

    @property
    def _factor(self) -> Numbers:
        return np.asarray(np.exp(gammaln(1.0 + 1.0 / self.k)))

    def _stretched(self, gap: Numbers) -> Numbers:
        return np.asarray((self._factor * gap) ** self.k)


def _waits(buyers: pl.DataFrame, process: PurchaseProcess) -> _Wait:
    known = Histories.of(buyers)
    k = _regularity(buyers, known)
    shape = process.r / k**2 + known.repeats
    return _Wait(
        k=k,
        rate=shape * ((process.alpha + known.last_days) / (process.r + known.repeats)) ** k,
        shape=shape,
        waited=known.age_days - known.last_days,
        alive=process.alive_probability(known.repeats, known.last_days, known.age_days),
    )


def _regularity(buyers: pl.DataFrame, known: Histories) -> Numbers:
    """The shape k of each customer's gaps: 1 unless their own gaps vary clearly less than chance; more is steadier.

    From the squared variation of the gaps between purchase days, drawn towards chance the fewer there are; k is
    variation^-1.086, an approximation of the Weibull distribution's within 1 percent (Justus et al. 1978, "Methods for
    estimating wind speed frequency distributions", Journal of Applied Meteorology 17).
    """
    gaps = (buyers["purchase_count_ever"] - 1).cast(pl.Float64).to_numpy()
    mean, variance = (buyers[name].fill_null(0.0).to_numpy() for name in ("mean_gap_days", "gap_variance"))
    repeats = np.maximum(known.repeats, 1.0)
    gap = np.maximum(known.last_days / repeats, 1.0)
    # Several purchases on one day have gaps of 0: left out, they leave the sums of gaps and of squared gaps alone.
    squares = (variance + mean**2) * gaps
    variation = (squares - repeats * gap**2) / np.maximum(repeats - 1.0, 1.0) / gap**2
    variation = np.maximum(variation, (ROUNDING / gap) ** 2)
    freedom = np.maximum(known.repeats - 1.0, 0.0)
    steadier = np.minimum(np.log(variation / CHANCE), 0.0) * freedom / (freedom + DOUBT)
    return np.asarray(np.exp(-1.086 / 2 * steadier))
