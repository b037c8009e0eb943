"""Do DuckDB and Spark say what Polars says? The whole catalogue, on random worlds and on a log of two years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings

from features import snapshot
from features._open import EngineUnavailable, duckdb_session, spark_session
from tests.features.engines import PLACES, Place, company, differences, on_duckdb, on_spark, tables_of
from tests.features.tables import AS_OF, tables
from tests.features.worlds import CUSTOMERS, World, worlds

# PySpark 4.3 says on import that it has not been tried with pandas 3, which nothing here asks of it.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
NAMES = pl.DataFrame({"customer_id": list(CUSTOMERS)})


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """One DuckDB for all tests."""
    with duckdb_session(memory_limit="2GB") as made:
        yield made


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark on this machine for all tests; starting one takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        options = {
            "spark.sql.shuffle.partitions": "1",
            "spark.ui.enabled": "false",
            "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("spark")),
            # Not that of the business: nothing may depend on it.
            "spark.sql.session.timeZone": "America/Sao_Paulo",
        }
        told = " ".join(f"--conf {name}={value}" for name, value in options.items())
        patch.setenv("PYSPARK_SUBMIT_ARGS", f"--master local[1] --driver-memory 1g {told} pyspark-shell")
        try:
            session = spark_session()
        except EngineUnavailable as error:
            pytest.skip(str(error))
    yield session
    session.stop()


@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(world=worlds())
def test_duckdb_equals_polars_on_random_worlds(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    where: Any = {"as_of": world.as_of, "time_zone": world.time_zone, "customers": NAMES}
    found = snapshot(on_duckdb(world.tables, connection), **where)
    assert differences(found, world.snapshot()) == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[1])
def test_duckdb_equals_polars_on_a_whole_company(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    world = company(place)
    made = tables_of(world)
    where: Any = {"as_of": world.as_of, "time_zone": world.time_zone}
    assert len(world.transactions) > 2500
    assert differences(snapshot(on_duckdb(made, connection), **where), snapshot(made, **where)) == []


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES[:2], ids=lambda place: place[1])
def test_spark_equals_polars_on_a_whole_company(spark: Any, place: Place) -> None:
    world = company(place)
    made = tables_of(world)
    where: Any = {"as_of": world.as_of, "time_zone": world.time_zone}
    assert differences(snapshot(on_spark(made, spark), **where), snapshot(made, **where)) == []


@pytest.mark.slow
def test_spark_equals_polars_where_a_table_is_empty_and_another_never_came(spark: Any) -> None:
    made = {name: rows for name, rows in tables(joined=[("anna", 3)]).items() if name != "interactions"}
    asked: Any = {"as_of": AS_OF, "customers": NAMES}
    assert differences(snapshot(on_spark(made, spark), **asked), snapshot(made, **asked)) == []


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
    where: Any = {"as_of": AS_OF, "time_zone": "Asia/Shanghai"}
    assert differences(snapshot({"transactions": naive}, **where), snapshot({"transactions": made}, **where)) == []
