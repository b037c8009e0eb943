"""What will each customer spend? An expectation with an interval, within the horizon and within a year.

Asked of everybody who ever bought, answered by the purchase process and gamma-gamma (see `models/_lifetime.py`), fitted
on what was known on the as-of date: no label is needed, so a young log can be asked about a year. `check_values` holds
it against what came (docs/lifetime.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from models._lifetime import ValueModel, ValueTerms, outlook

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
        found = {name: spend, f"{name}_low": spend * ahead.low, f"{name}_high": spend * ahead.high}
        made = made.with_columns(pl.Series(column, np.asarray(values)) for column, values in found.items())
    made = made.with_columns(pl.col(pl.Float64).fill_nan(None))
    return rows.select("customer_id").join(made, on="customer_id", how="left", maintain_order="left")
