"""What might a customer try next? The category that goes best with those already bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from features._engine import Native
from features._events import lines
from features._makers import event_rows

CANDIDATES = 300
"""Only so many of the most bought categories are ever suggested: of seldom ones too little is known."""
_ROWS_AT_ONCE = 50_000

Numbers = npt.NDArray[np.float64]


def suggested_categories(tables: Mapping[str, Native], *, as_of: date, time_zone: str) -> pl.DataFrame:
    """One row per customer who bought from a known category: `customer_id`, `suggested_category`.

    Suggested is, among categories that the customer has not bought from, the one whose buyers bought what this
    customer bought: the sum of cosine similarities to the customer's own categories (item-based collaborative
    filtering: Sarwar, Karypis, Konstan and Riedl 2001). Null for who has bought from all of them, and where nobody who
    bought the same has bought anything else. Nobody where no category is known.
    """
    if "category" not in tables["transactions"].collect_schema():
        return pl.DataFrame(schema={"customer_id": pl.String, "suggested_category": pl.String})
    known = event_rows(lines, tables, as_of=as_of, time_zone=time_zone).to_native()
    bought = (
        known.filter(pl.col("amount") > 0, pl.col("category").is_not_null())
        .select("customer_id", "category")
        .unique()
        .sort("customer_id", "category")
        .collect()
    )
    return suggested(bought)


def suggested(bought: pl.DataFrame) -> pl.DataFrame:
    """The suggestion for each customer of `bought`, which has `customer_id` and `category`, each pair once."""
    customers = bought["customer_id"].unique().sort()
    popular = bought["category"].value_counts().sort(["count", "category"], descending=[True, False])
    names = popular["category"].head(CANDIDATES)
    counted = bought.filter(pl.col("category").is_in(names.implode()))
    made = pl.DataFrame({"customer_id": customers}).with_columns(suggested_category=pl.lit(None, dtype=pl.String))
    if counted.is_empty():
        return made
    basket = _baskets(counted, customers, names)
    best = np.concatenate(list(_best(basket, _similarity(basket))))
    told = names.gather(pl.Series(np.where(best >= 0, best, 0))).scatter(np.flatnonzero(best < 0), None)
    return made.with_columns(suggested_category=told)


def _baskets(counted: pl.DataFrame, customers: pl.Series, names: pl.Series) -> sparse.csr_matrix:
    """Who (rows) has bought from which category (columns)."""
    row = pl.DataFrame({"customer_id": customers}).with_row_index("row")
    column = pl.DataFrame({"category": names}).with_row_index("column")
    placed = counted.join(row, on="customer_id").join(column, on="category")
    ones = np.ones(placed.height)
    return sparse.csr_matrix((ones, (placed["row"], placed["column"])), shape=(len(customers), len(names)))


def _similarity(basket: sparse.csr_matrix) -> Numbers:
    """How alike the buyers of two categories are, 0 to 1; nothing between a category and itself."""
    together: Numbers = (basket.T @ basket).toarray()
    buyers = np.sqrt(np.diag(together))
    alike: Numbers = together / np.outer(buyers, buyers)
    np.fill_diagonal(alike, 0.0)
    return alike


def _best(basket: sparse.csr_matrix, alike: Numbers) -> Iterator[npt.NDArray[np.int64]]:
    """The number of the best category for each customer, the more popular of equals; -1 where there is none."""
    for first in range(0, basket.shape[0], _ROWS_AT_ONCE):
        part = basket[first : first + _ROWS_AT_ONCE]
        fits = np.round(part @ alike, 9)
        fits[part.nonzero()] = 0.0
        best = fits.argmax(axis=1)
        yield np.where(fits[np.arange(len(best)), best] > 0, best, -1)
