"""Is a row of subscriptions one term? A renewal date that moves would tell old days what came later.

A source with one row per subscription writes the next renewal date over the last. Taken for terms, such rows say of
every past day that the subscription had been agreed until the present date.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from data_contracts import ContractBroken
from features import scan, table_path

MOST_MOVED, FEWEST_MOVED = 0.2, 5
"""A few terms may have been prolonged; where nothing but the renewal date says so, all that were renewed have moved."""
_TERM = ("customer_id", "subscription_id", "occurred_at")


def ask_that_terms_stay(home: Path, rows: pl.DataFrame, *, start: datetime) -> None:
    """Raises ContractBroken when many terms that were over before `start` came again with a later renewal date."""
    path = table_path(home, "subscriptions")
    if not DeltaTable.is_deltatable(str(path)):
        return
    stored = scan(DeltaTable(str(path)), path)
    if "renews_at" not in stored.collect_schema():
        return
    known = _agreed(stored).rename({"renews_at": "was"})
    due = known.filter(pl.col("was") < start).join(_agreed(rows.lazy()), on=_TERM).collect()
    moved = due.filter(pl.col("renews_at") > pl.col("was")).sort(_TERM)
    if moved.height >= FEWEST_MOVED and moved.height > MOST_MOVED * due.height:
        raise ContractBroken("subscriptions", [_problem(moved, of=due.height)])


def _agreed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The latest renewal date of each term: by customer, subscription and beginning."""
    is_named = "subscription_id" in rows.collect_schema()
    named = pl.col("subscription_id").fill_null("") if is_named else pl.lit("").alias("subscription_id")
    return rows.with_columns(named).group_by(_TERM).agg(pl.col("renews_at").max())


def _problem(moved: pl.DataFrame, *, of: int) -> str:
    first = moved.row(0, named=True)
    return (
        f"a row is no term: of {of:,} terms that were over, {moved.height:,} came again with a later renewal date "
        f"(first: customer {first['customer_id']!r}, from {first['was']:%Y-%m-%d} to {first['renews_at']:%Y-%m-%d}). "
        "Give the beginning of the present term, so that each renewal is a row of its own, as in "
        '[tables.subscriptions.derive]: occurred_at = "renews_at - INTERVAL 1 MONTH".'
    )
