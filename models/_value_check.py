"""Was the value right? What was predicted from the past alone, against what customers then spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features import catalogue, snapshot, tables_of
from models._cash import DAYS_PER_YEAR
from models._errors import LabelNotMature
from models._known import reach
from models._lifetime import ValueTerms, fit_value, lifetime_values
from models._target import Future

PREDICTORS = ("model", "last_year", "own_rate")
"""The model; last year's spend scaled to the days asked about; the customer's spend per day so far, carried on."""
VALUE_FEATURES = (
    *("purchase_day_count_ever", "tenure_days", "days_since_last_purchase", "spend_ever", "spend"),
    *("acquisition_cost", "referral_count_ever"),
)
"""The features that lifetime values and their baselines are made from."""
_PARTS, _CENT = 10, 0.01


@dataclass(frozen=True, kw_only=True)
class ValueCheck:
    """What was predicted on `as_of` for the `days` after it, against what was spent, for customers known by then.

    `customers`: one row each with `customer_id`, `spent`, the interval `low` to `high` and the predictions `model`,
    `last_year` and `own_rate` (see `PREDICTORS`).
    """

    as_of: date
    days: int
    customers: pl.DataFrame

    def total_ratio(self, predictor: str = "model") -> float:
        """Predicted over true spend of all customers: 1 is right, 1.1 a tenth too much."""
        return float(self._numbers(predictor).sum() / self._numbers("spent").sum())

    def mean_error(self, predictor: str = "model") -> float:
        """Mean distance of predicted and true spend per customer, over the mean spend."""
        spent = self._numbers("spent")
        return float(np.abs(self._numbers(predictor) - spent).sum() / spent.sum())

    @property
    def covered_share(self) -> float:
        """The share of customers whose spend lies in their interval, which is to be four of five or more.

        More where many spend nothing: the interval then begins at nothing, below which nobody can be.
        """
        spent = np.maximum(self._numbers("spent"), 0.0)
        low, high = self._numbers("low"), self._numbers("high")
        return float(np.mean((spent >= low - _CENT) & (spent <= high + _CENT)))

    @property
    def above_share(self) -> float:
        """The share of customers who spent more than their interval says; one of ten is right."""
        return float(np.mean(self._numbers("spent") > self._numbers("high") + _CENT))

    def deciles(self, predictor: str = "model") -> pl.DataFrame:
        """One row per tenth of the customers by prediction, lowest first: `decile`, `customers`, `predicted`, `spent`.

        Money is per customer.
        """
        rank = (pl.struct(predictor, "customer_id").rank("ordinal") - 1) * _PARTS // pl.len() + 1
        grouped = self.customers.group_by(rank.cast(pl.Int64).alias("decile")).agg(
            customers=pl.len(), predicted=pl.col(predictor).mean(), spent=pl.col("spent").mean()
        )
        return grouped.sort("decile")

    def _numbers(self, column: str) -> npt.NDArray[np.float64]:
        return self.customers[column].to_numpy()


def check_values(tables: Any, *, as_of: date, days: int, time_zone: str) -> ValueCheck:
    """Predicts spend from what was known on `as_of`, and compares it with the `days` after it.

    `tables` are whatever `features.snapshot` takes, but frames of DuckDB or Spark. Raises LabelNotMature when these
    days are not over in the data.
    """
    tables = tables_of(tables, time_zone=time_zone)
    data = reach(tables, time_zone=time_zone)
    over = as_of + timedelta(days=days)
    if data is None or over > data.over_by:
        known = f"the data reach to {data.over_by}" if data else "there are no transactions"
        raise LabelNotMature(f"the {days} days after {as_of} are over on {over}, but {known}. Choose an earlier date.")
    rows = snapshot(tables, as_of=as_of, time_zone=time_zone, features=[catalogue()[name] for name in VALUE_FEATURES])
    buyers = rows.filter(pl.col("tenure_days").is_not_null())
    future = Future(tables=tables, start_on=as_of, days=days, known_by=data.recorded_by, time_zone=time_zone)
    lines: pl.LazyFrame = future.lines.to_native()
    spent = lines.group_by("customer_id").agg(spent=pl.col("amount").sum()).collect()
    joined = _predicted(buyers, days).join(spent, on="customer_id", how="left", maintain_order="left")
    return ValueCheck(as_of=as_of, days=days, customers=joined.with_columns(pl.col("spent").fill_null(0.0)))


def _predicted(buyers: pl.DataFrame, days: int) -> pl.DataFrame:
    plain = ValueTerms(years=days / DAYS_PER_YEAR, discount_rate=0.0)
    values = lifetime_values(buyers, fit_value(buyers), terms=plain)
    so_far = values["lifetime_value"] - values["value_to_come"]
    # Last year is at most as long as the log: otherwise a young log would make a bad baseline of it.
    year = min(float(DAYS_PER_YEAR), float(buyers["tenure_days"].to_numpy().max()))
    return values.select(
        "customer_id",
        low=pl.col("lifetime_value_low") - so_far,
        high=pl.col("lifetime_value_high") - so_far,
        model="value_to_come",
        last_year=buyers["spend_364d"].clip(0) * days / year,
        own_rate=buyers["spend_ever"].clip(0) * days / buyers["tenure_days"],
    )
