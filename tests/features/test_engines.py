"""Do DuckDB and Spark say what Polars says? The whole catalogue, on random worlds and on a log of two years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings

from features import catalogue, duckdb_session, referrals, snapshot
from tests.features.engines import BY_HALF_AN_HOUR, PLACES, Place, company, differences, on_duckdb, on_spark, tables_of
from tests.features.tables import AS_OF, tables
from tests.features.worlds import CUSTOMERS, World, worlds

NAMES = pl.DataFrame({"customer_id": list(CUSTOMERS)})


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """One DuckDB for all tests."""
    with duckdb_session(memory_limit="2GB") as made:
        yield made


@pytest.mark.slow
@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(world=worlds())
def test_duckdb_equals_polars_on_random_worlds(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    where: Any = {"as_of": world.as_of, "time_zone": world.time_zone, "customers": NAMES}
    found = snapshot(on_duckdb(world.tables, connection), **where)
    assert differences(found, world.snapshot()) == []


EVERYWHERE = [
    pytest.param(place, marks=pytest.mark.slow if number else (), id=place[1]) for number, place in enumerate(PLACES)
]


@pytest.mark.parametrize("place", EVERYWHERE)
def test_duckdb_equals_polars_on_a_whole_company(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    world = company(place)
    made = tables_of(world)
    where: Any = {"as_of": world.as_of, "time_zone": world.time_zone}
    assert len(world.transactions) > 2500
    assert differences(snapshot(on_duckdb(made, connection), **where), snapshot(made, **where)) == []


@pytest.mark.slow
def test_spark_equals_polars_on_a_whole_company(spark: Any) -> None:
    world = company(BY_HALF_AN_HOUR)
    made = tables_of(world)
    where: Any = {"as_of": world.as_of, "time_zone": world.time_zone}
    assert differences(snapshot(on_spark(made, spark), **where), snapshot(made, **where)) == []


def test_duckdb_equals_polars_where_a_table_is_empty_and_another_never_came(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    made = {name: rows for name, rows in tables(joined=[("anna", 3)]).items() if name != "interactions"}
    asked: Any = {"as_of": AS_OF, "customers": NAMES}
    assert differences(snapshot(on_duckdb(made, connection), **asked), snapshot(made, **asked)) == []


LINES = [("anna", "2026-03-09 23:59:59.999999", 1.0), ("anna", "2026-03-08 00:00", 2.0), ("ben", 40, 1 / 3)]
FEW = ["customer_id", "amount", "occurred_at"]


def test_duckdb_reads_times_without_a_zone_in_utc(connection: duckdb.DuckDBPyConnection) -> None:
    made = tables(LINES)["transactions"].select(FEW).collect()
    naive = made.with_columns(pl.col("occurred_at").dt.replace_time_zone(None))
    where: Any = {"as_of": AS_OF, "time_zone": "Asia/Shanghai"}
    found = snapshot({"transactions": connection.from_arrow(naive.to_arrow())}, **where)
    assert differences(found, snapshot({"transactions": made}, **where)) == []


@pytest.mark.slow
def test_spark_reads_times_without_a_zone_in_utc(spark: Any) -> None:
    from pyspark.sql import functions

    made = tables(LINES)["transactions"].select(FEW).collect()
    text = made.with_columns(pl.col("occurred_at").dt.strftime("%Y-%m-%d %H:%M:%S%.6f"))
    rows = spark.createDataFrame(text.to_arrow())
    naive = rows.withColumn("occurred_at", functions.col("occurred_at").cast("timestamp_ntz"))
    looked_at = [catalogue()[name] for name in ("days_since_last_purchase", "tenure_days", "spend")]
    where: Any = {"as_of": AS_OF, "time_zone": "Asia/Shanghai", "features": looked_at}
    assert differences(snapshot({"transactions": naive}, **where), snapshot({"transactions": made}, **where)) == []


def test_buckets_of_customers_together_are_the_whole() -> None:
    world = company(PLACES[0], examples=20)
    some = [each for each in catalogue().values() if not each.is_fitted and each.of is not referrals]
    where: Any = {"as_of": world.as_of, "time_zone": world.time_zone, "features": some}
    made, bucket = tables_of(world), pl.col("customer_id").hash(seed=7) % 4
    parts = [snapshot({n: rows.filter(bucket == k) for n, rows in made.items()}, **where) for k in range(4)]
    assert min(part.height for part in parts) > 10
    assert pl.concat(parts).sort("customer_id").equals(snapshot(made, **where))
