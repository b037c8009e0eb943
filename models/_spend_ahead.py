"""What will each customer spend in the windows ahead? By the purchase process, and by the learned model where it is.

The purchase process and gamma-gamma (see `models/_lifetime.py`) are fitted on what was known on the as-of date: no
label is needed, so a young log can be asked about a year. `check_values` holds them against what came
(docs/lifetime.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from models._lifetime import ValueModel, ValueTerms, outlook, spend_bounds

YEAR_DAYS = 364


def expected_spend(rows: pl.DataFrame, model: ValueModel, *, days: Mapping[str, int]) -> pl.DataFrame:
    """Spend to be expected, one row per row of `rows` (a snapshot), in its order: `customer_id` and three per window.

    `days` maps the name of a column to a length: `{"expected_spend": 28}` makes `expected_spend`, `expected_spend_low`
    and `expected_spend_high`, between which four of five will spend, in the company's currency, net of returns and not
    discounted. Null for a customer who never bought and where no amounts are known.
    """
    buyers = rows.filter(pl.col("tenure_days").is_not_null() & (pl.col("purchase_day_count_ever") > 0))
    made = buyers.select("customer_id")
    for name, length in days.items():
        ahead = outlook(buyers, model, ValueTerms(years=length / YEAR_DAYS, discount_rate=0.0))
        spend = ahead.purchases * ahead.average
        low, high = spend_bounds(buyers, model, ahead)
        found = {name: spend, f"{name}_low": spend * low, f"{name}_high": spend * high}
        made = made.with_columns(pl.Series(column, np.asarray(values)) for column, values in found.items())
    made = made.with_columns(pl.col(pl.Float64).fill_nan(None))
    return rows.select("customer_id").join(made, on="customer_id", how="left", maintain_order="left")


def with_learned(spend: pl.DataFrame, learned: pl.DataFrame, *, name: str, year: str) -> pl.DataFrame:
    """The same spend, of those in `learned` what the model says within its horizon in place of the purchase process.

    `name` is the window of the model, of which `learned` has the three columns beside `customer_id`; `year` that of a
    year: what the process expects of the rest of it is added, and its interval keeps its proportions. Of a horizon
    longer than a year the share that the process expects within the year is taken.
    """
    bounds = ("", "_low", "_high")
    told = learned.rename({f"{name}{bound}": f"learned{bound}" for bound in bounds})
    known = spend.join(told, on="customer_id", how="left", validate="1:1", maintain_order="left")
    within = (pl.col(year) / pl.col(name)).clip(0.0, 1.0).fill_nan(1.0)
    whole = pl.col("learned") * within + (pl.col(year) - pl.col(name)).clip(0.0)
    stretched = pl.when(pl.col(year) > 0).then(whole / pl.col(year)).otherwise(1.0)
    made = {f"{year}{bound}": pl.col(f"{year}{bound}") * stretched for bound in bounds}
    made |= {f"{name}{bound}": pl.col(f"learned{bound}") for bound in bounds}
    is_told = pl.col("learned").is_not_null()
    chosen = {column: pl.when(is_told).then(value).otherwise(pl.col(column)) for column, value in made.items()}
    return known.with_columns(**chosen).select(spend.columns)
