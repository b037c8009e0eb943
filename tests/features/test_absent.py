"""Is what a source does not say unknown, and no zero? Columns that never came, on every path and engine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from features import (
    Events,
    Feature,
    _absent,
    attribute,
    catalogue,
    complaints,
    count,
    feature,
    feature_columns,
    fingerprint,
    lines,
    open_lake,
    snapshot,
    total,
)
from tests.features.paths import differing, portable
from tests.features.random_logs import random_log
from tests.features.tables import AS_OF, tables
from tests.features.test_lake import keep

UNKNOWN_WITHOUT = {
    "discount": {"discount_total", "discount_share", "discounted_purchase_share"}
    | {"overall_discount_share", "overall_discounted_purchase_share"},
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
    knows_some_though_empty = {name for name in unknown if empty[name].null_count() < empty.height}
    assert bool(knows_some_though_empty) == (column not in ("satisfaction", "order_id", "recorded_at"))


def _type(column: str) -> pl.DataType:
    return next(rows.collect_schema()[column] for rows in random_log().values() if column in rows.collect_schema())


def test_open_complaints_are_counted_where_the_source_says_what_is_resolved_and_else_unknown() -> None:
    brought = tables([("anna", 9, 5.0)], [("anna", 9, "complaint")])
    nobody = brought | {"interactions": brought["interactions"].drop("resolved_at")}
    assert snapshot(brought, as_of=AS_OF)["open_complaint_count"].to_list() == [1]
    assert snapshot(nobody, as_of=AS_OF)["open_complaint_count"].to_list() == [None]
    assert snapshot(nobody, as_of=AS_OF)["complaint_count_28d"].to_list() == [1]


def test_what_customers_say_of_a_complaint_is_unknown_where_its_resolution_is() -> None:
    said = [("anna", 9, "complaint", {"satisfaction": 1.0, "resolved_at": 8}), ("anna", 9, "visit")]
    brought = tables([("anna", 9, 5.0)], said)
    brought["interactions"] = brought["interactions"].drop("resolved_at")
    low = own(complaints, lambda: count(complaints.satisfaction < 3), missing=0)
    assert snapshot(brought, as_of=AS_OF, features=[low])["own"].to_list() == [None]


@pytest.mark.parametrize(
    "build",
    [
        lambda: total(lines.discount),
        lambda: total(nw.sum_horizontal("discount", "quantity")),
        lambda: nw.max_horizontal("discount").max(),
    ],
)
def test_a_column_is_seen_however_it_is_named(build: Callable[[], Any]) -> None:
    brought = tables([("anna", 9, 5.0)])
    brought["transactions"] = brought["transactions"].drop("discount")
    assert snapshot(brought, as_of=AS_OF, features=[own(lines, build, missing=0)])["own"].to_list() == [None]


def test_what_is_made_from_an_unknown_column_is_unknown_whatever_stands_for_none() -> None:
    @feature(unit="-", missing=0)
    def discount_or_none(discount_total_84d: nw.Expr) -> nw.Expr:
        """Whether there was a discount."""
        return nw.when(discount_total_84d > 0).then(1.0).otherwise(0.0)

    brought = tables([("anna", 9, 5.0)])
    asked = [catalogue()["discount_total"], discount_or_none]
    assert snapshot(brought, as_of=AS_OF, features=asked)["discount_or_none"].to_list() == [0]
    brought["transactions"] = brought["transactions"].drop("discount")
    assert snapshot(brought, as_of=AS_OF, features=asked)["discount_or_none"].to_list() == [None]


def test_an_attribute_may_bear_the_name_of_a_column_that_is_not_there() -> None:
    language = attribute(name="language", column="tongue", unit="-", meaning="Tongue.", known_from=None)
    people = pl.DataFrame({"customer_id": ["anna"], "tongue": [3.0]})
    brought = {"transactions": tables([("anna", 9, 5.0)])["transactions"].collect(), "customers": people}
    assert snapshot(brought, as_of=AS_OF, features=[language])["language"].to_list() == [3.0]
    relations = {name: duckdb.sql("SELECT * FROM frame") for name, frame in brought.items()}
    assert snapshot(relations, as_of=AS_OF, features=[language])["language"].to_list() == [3.0]


def test_a_log_line_names_the_columns_that_never_came(caplog: pytest.LogCaptureFixture) -> None:
    brought = tables([("anna", 9, 5.0)])
    brought["transactions"] = brought["transactions"].drop("discount", "order_id")
    with caplog.at_level(logging.INFO):
        snapshot(brought, as_of=AS_OF)
    told = [line for line in caplog.messages if line.startswith("no column")]
    assert told == ["no column discount in transactions: the features made from it are null"]


def test_the_fingerprint_tells_what_a_column_is_made_from(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint.__wrapped__()
    monkeypatch.setattr(_absent, "_optional", lambda table: set())
    assert fingerprint.__wrapped__() != before


def own(of: Events, build: Callable[[], Any], *, missing: float | None) -> Feature:
    """A feature that is not in the catalogue."""

    def own() -> Any:
        """Something."""
        return build()

    return feature(of=of, unit="-", missing=missing)(own)


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
