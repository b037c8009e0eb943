"""Did the next order come when it was foretold? Dates made from the past alone, against the orders that came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from features import catalogue, fit_process, purchase_history, snapshot, tables_of
from models._known import reach
from models._next_order import WITHIN_DAYS, next_orders
from models._target import Future

ORDER_FEATURES = (
    *("purchase_day_count_ever", "purchase_count_ever", "tenure_days", "days_since_last_purchase"),
    *("mean_gap_days", "gap_variance", "overdue_ratio"),
)
"""The features that next orders are made from."""


@dataclass(frozen=True, kw_only=True)
class NextOrderCheck:
    """What was foretold on `as_of`, against the orders of at most a year after it, as far as the data reach.

    `customers`: one row per customer known by then, with the columns of `next_orders`, `purchase_day_count_ever` and
    `ordered_on` (null: no order in the data). Shares are among those with a date who did order.
    """

    as_of: date
    customers: pl.DataFrame

    @property
    def dated_share(self) -> float:
        """The share of customers who got a date."""
        return _share(self.customers, pl.col("next_order_on").is_not_null())

    @property
    def came_share(self) -> float:
        """The share of customers with a date who ordered at all."""
        return _share(self._dated, pl.col("ordered_on").is_not_null())

    @property
    def came_without_date_share(self) -> float:
        """The share of customers without a date who ordered nevertheless."""
        without = self.customers.filter(pl.col("next_order_on").is_null())
        return _share(without, pl.col("ordered_on").is_not_null())

    @property
    def before_share(self) -> float:
        """The share that came before the interval; one of ten is right, less as days are whole."""
        return _share(self._came, pl.col("ordered_on") < pl.col("next_order_from_on"))

    @property
    def half_share(self) -> float:
        """The share that came before the date itself; half is right."""
        return _share(self._came, pl.col("ordered_on") < pl.col("next_order_on"))

    @property
    def covered_share(self) -> float:
        """The share that came within the interval; four of five are right, more as days are whole."""
        return _share(self._came, pl.col("ordered_on").is_between("next_order_from_on", "next_order_until_on"))

    @property
    def median_width_days(self) -> float:
        """Days from the beginning of the interval to its end, in the median."""
        width = (pl.col("next_order_until_on") - pl.col("next_order_from_on")).dt.total_days()
        return float(self._dated.select(width.median()).item())

    @property
    def _dated(self) -> pl.DataFrame:
        return self.customers.filter(pl.col("next_order_on").is_not_null())

    @property
    def _came(self) -> pl.DataFrame:
        return self._dated.filter(pl.col("ordered_on").is_not_null())


def _share(rows: pl.DataFrame, holds: pl.Expr) -> float:
    """The share of rows for which it holds; not a number where there are none."""
    return float(rows.select(holds.mean().fill_null(float("nan"))).item())


def check_next_orders(tables: Any, *, as_of: date, time_zone: str) -> NextOrderCheck:
    """Foretells next orders from what was known on `as_of`, and looks up when they came.

    `tables` are whatever `features.snapshot` takes, but frames of DuckDB or Spark.
    """
    tables = tables_of(tables, time_zone=time_zone)
    features = [catalogue()[name] for name in ORDER_FEATURES]
    rows = snapshot(tables, as_of=as_of, time_zone=time_zone, features=features)
    buyers = rows.filter(pl.col("tenure_days").is_not_null())
    process = fit_process(*(values.to_numpy() for values in purchase_history(buyers).get_columns()))
    data = reach(tables, time_zone=time_zone)
    known_by = data.recorded_by if data else as_of
    future = Future(tables=tables, start_on=as_of, days=WITHIN_DAYS, known_by=known_by, time_zone=time_zone)
    orders: pl.LazyFrame = future.purchases.to_native()
    came = orders.group_by("customer_id").agg(ordered_on=pl.col("day").min()).collect()
    came = came.with_columns(ordered_on=pl.lit(date(1970, 1, 1)) + pl.duration(days="ordered_on"))
    told = next_orders(buyers, process, as_of=as_of).join(
        buyers.select("customer_id", "purchase_day_count_ever"), on="customer_id", how="left", maintain_order="left"
    )
    return NextOrderCheck(as_of=as_of, customers=told.join(came, on="customer_id", how="left", maintain_order="left"))
