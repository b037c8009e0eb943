"""Is what a source does not say unknown, and no zero? Columns that never came, on every path and engine."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from features import feature_columns, open_lake, snapshot
from tests.features.paths import differing, portable
from tests.features.random_logs import random_log
from tests.features.tables import AS_OF, tables
from tests.features.test_lake import keep

UNKNOWN_WITHOUT = {
    "discount": {"discount_total", "discount_share", "discounted_purchase_share"},
    "category": {"category_count", "category_count_ever", "favourite_category_share", "new_category_count"}
    | {"recent_category_share"},
    "product_id": {"product_count", "product_count_ever", "favourite_product_share", "rebought_product_share"}
    | {"new_product_count", "days_since_new_product", "new_product_share"},
    "channel": {"channel_count_ever", "favourite_channel_share"},
    "quantity": {"mean_purchase_quantity"},
    "resolved_at": {"open_complaint_count", "oldest_open_complaint_hours", "mean_resolution_hours"}
    | {"worst_resolution_hours", "last_resolution_hours", "slow_complaint_count", "resolved_within_24h_share"},
    "reviewed_at": {"unreviewed_complaint_count"},
    "topic": {"repeated_complaint_count"},
    "satisfaction": {"mean_satisfaction", "last_satisfaction", "satisfaction_change"},
    "order_id": set(),
    "recorded_at": set(),
}
"""By a column of a source, the features that nobody can know without it."""


def without(column: str, how: pl.Expr | None = None) -> dict[str, pl.LazyFrame]:
    """A random log in which a column never came, or holds what is said here."""
    log = {name: rows.collect() for name, rows in random_log().items()}
    held = {name: rows for name, rows in log.items() if column in rows.columns}
    changed = {name: rows.drop(column) if how is None else rows.with_columns(how) for name, rows in held.items()}
    return {name: rows.lazy() for name, rows in (log | changed).items()}


@pytest.mark.parametrize("path", ["fast", "portable"])
@pytest.mark.parametrize("column", UNKNOWN_WITHOUT)
def test_what_is_made_from_a_column_that_never_came_is_null_and_the_rest_as_if_it_were_empty(
    column: str, path: str
) -> None:
    ask = portable if path == "portable" else snapshot
    absent = ask(without(column), as_of=AS_OF)
    empty = ask(without(column, pl.lit(None).cast(_type(column)).alias(column)), as_of=AS_OF)
    unknown = {n for n, each in feature_columns().items() if each.feature.name in UNKNOWN_WITHOUT[column]}
    assert {name for name in unknown if absent[name].null_count() < absent.height} == set()
    assert set(differing(absent, empty)) <= unknown
    assert unknown == set() or {n for n in unknown if empty[n].null_count() < empty.height} or column == "satisfaction"


def _type(column: str) -> pl.DataType:
    return next(rows.collect_schema()[column] for rows in random_log().values() if column in rows.collect_schema())


def test_open_complaints_are_counted_where_the_source_says_what_is_resolved_and_else_unknown() -> None:
    brought = tables([("anna", 9, 5.0)], [("anna", 9, "complaint")])
    nobody = brought | {"interactions": brought["interactions"].drop("resolved_at")}
    assert snapshot(brought, as_of=AS_OF)["open_complaint_count"].to_list() == [1]
    assert snapshot(nobody, as_of=AS_OF)["open_complaint_count"].to_list() == [None]
    assert snapshot(nobody, as_of=AS_OF)["complaint_count_28d"].to_list() == [1]


def test_duckdb_says_the_same() -> None:
    brought = {"transactions": tables([("anna", 9, 5.0)])["transactions"].drop("discount", "category").collect()}
    relations = {name: duckdb.sql("SELECT * FROM rows") for name, rows in brought.items()}
    found, known = snapshot(relations, as_of=AS_OF), snapshot(brought, as_of=AS_OF)
    assert differing(found, known) == []
    assert found["discount_total_84d"].to_list() == [None]


def test_a_lake_keeps_what_never_came_apart_from_what_is_empty(tmp_path: Path) -> None:
    rows = tables([("anna", 9, 5.0)])["transactions"].collect()
    keep(tmp_path, "transactions", rows.drop("discount"))
    start = pl.datetime(2026, 3, 10, time_zone="UTC")
    before = pl.select(start).item()
    for lake in (open_lake(tmp_path), open_lake(tmp_path, before=before)):
        made = snapshot(lake, as_of=AS_OF)
        assert made.select("discount_total_84d", "category_count_ever").row(0) == (None, 0)
    keep(tmp_path, "transactions", rows.with_columns(transaction_id=pl.lit("other")), schema_mode="merge")
    assert snapshot(open_lake(tmp_path), as_of=AS_OF)["discount_total_84d"].to_list() == [0]
