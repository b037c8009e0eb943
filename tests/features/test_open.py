"""Is no more read than a day needs, and the same by every engine? Files, rows and columns of the lake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from deltalake import write_deltalake

from data_contracts import contracts
from features import Lake, attribute, count, day_start, duckdb_session, feature, lines, open_lake, snapshot
from features._needs import columns_needed
from features._open import FilesNotPlain
from tests.features.tables import AS_OF, Row, tables
from tests.features.test_lake import keep

BEFORE = day_start(AS_OF, time_zone="UTC")
ENGINES = ("polars", "duckdb")
DIFFICULT = "my shop 客户 'x' #1 {a} *"


def bought(*rows: Row) -> pl.DataFrame:
    return tables(rows)["transactions"].collect()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three files, in a home with a difficult name: before the day, at its very beginning, and recorded after it."""
    home = tmp_path / DIFFICULT
    keep(home, "transactions", bought(("anna", 9, 1.0), ("ben", -4, 1.0)))
    keep(home, "transactions", bought(("ben", "2026-03-10 00:00", 1.0), ("ben", -3, 1.0), ("ben", -4, 1.0)))
    keep(home, "transactions", bought(("cara", 3, 1.0, {"recorded_at": -1})))
    keep(home, "interactions", tables(said=[("anna", 3, "complaint")])["interactions"].collect())
    return home


def rows_in(lake: Lake) -> int:
    """How many transactions the lake holds."""
    return nw.from_native(lake.tables["transactions"]).lazy().collect("polars").to_native().height


@pytest.mark.parametrize("engine", ENGINES)
def test_files_of_which_nothing_was_known_by_the_day_are_not_read(home: Path, engine: str) -> None:
    lake = open_lake(home, engine=engine, before=BEFORE)
    reads = {read.table: (read.files, read.of_files, read.rows, read.of_rows) for read in lake.reads}
    assert reads == {"transactions": (1, 3, 2, 6), "interactions": (1, 1, 1, 1)}
    assert rows_in(lake) == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_read_changes_nothing(home: Path, engine: str) -> None:
    expected = snapshot(open_lake(home), as_of=AS_OF)
    assert snapshot(open_lake(home, engine=engine, before=BEFORE), as_of=AS_OF).equals(expected)
    assert snapshot(open_lake(home, engine=engine), as_of=AS_OF).equals(expected)
    assert expected["customer_id"].to_list() == ["anna"]


@pytest.mark.slow
def test_spark_reads_the_same_files_and_columns(home: Path, spark: Any) -> None:
    lake = open_lake(home, engine="spark", session=spark, before=BEFORE)
    assert rows_in(lake) == 2
    assert str(lake.reads) == str(open_lake(home, before=BEFORE).reads)
    assert (
        lake.tables["transactions"].columns
        == open_lake(home, engine="duckdb", before=BEFORE).tables["transactions"].columns
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_version_is_read_as_it_was(home: Path, engine: str) -> None:
    assert rows_in(open_lake(home, engine=engine, versions={"transactions": 1})) == 5
    assert rows_in(open_lake(home, engine=engine, versions={"transactions": 1}, before=BEFORE)) == 2


def test_a_day_before_everything_reads_no_file(home: Path) -> None:
    for engine in ENGINES:
        lake = open_lake(home, engine=engine, before=BEFORE - timedelta(days=400))
        assert [(read.files, read.rows) for read in lake.reads] == [(0, 0), (0, 0)]
        made = snapshot(lake, as_of=AS_OF - timedelta(days=400))
        assert made.height == 0


def test_a_file_of_whose_times_the_log_is_silent_is_read(tmp_path: Path) -> None:
    later = bought(("anna", -3, 1.0))
    silent = {"delta.dataSkippingNumIndexedCols": "0"}
    path = tmp_path / "tables" / "transactions"
    path.parent.mkdir()
    write_deltalake(str(path), later, configuration=silent)
    (read,) = open_lake(tmp_path, before=BEFORE).reads
    assert (read.files, read.of_files) == (1, 1)


def test_a_file_in_which_some_rows_were_recorded_as_they_happened_is_read(tmp_path: Path) -> None:
    keep(
        tmp_path, "transactions", bought(("anna", 3, 1.0, {"recorded_at": -1}), ("ben", 3, 1.0, {"recorded_at": None}))
    )
    lake = open_lake(tmp_path, before=BEFORE)
    assert lake.reads[0].files == 1
    assert snapshot(lake, as_of=AS_OF)["customer_id"].to_list() == ["ben"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_that_old_files_lack_is_null_there(tmp_path: Path, engine: str) -> None:
    keep(tmp_path, "transactions", bought(("anna", 9, 1.0)).drop("discount", "order_id", "recorded_at"))
    keep(tmp_path, "transactions", bought(("ben", -3, 1.0, {"discount": 2.0})), schema_mode="merge")
    expected = snapshot(open_lake(tmp_path), as_of=AS_OF)
    for before in (None, BEFORE):
        found = snapshot(open_lake(tmp_path, engine=engine, before=before), as_of=AS_OF)
        assert found.equals(expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_partitioned_table_is_read_by_polars_and_refused_by_the_others(tmp_path: Path, engine: str) -> None:
    keep(tmp_path, "transactions", bought(("anna", 9, 1.0, {"channel": "web"})), partition_by="channel")
    if engine == "polars":
        assert rows_in(open_lake(tmp_path, before=BEFORE)) == 1
        return
    with pytest.raises(FilesNotPlain, match="keeps the column 'channel' in the names of its folders"):
        open_lake(tmp_path, engine=engine)


def test_an_unknown_engine_is_refused_with_those_there_are(home: Path) -> None:
    with pytest.raises(ValueError, match="no engine 'dask'; there are polars, duckdb, spark"):
        open_lake(home, engine="dask")


def schemas(**more: Mapping[str, Any]) -> dict[str, pl.Schema]:
    names = ("transactions", "interactions", "customers")
    return {name: pl.Schema(contracts()[name].polars_schema | more.get(name, {})) for name in names}


def test_ids_of_rows_are_not_read_for_the_catalogue() -> None:
    needed = columns_needed(schemas())
    assert needed["transactions"] & {"transaction_id", "amount", "order_id"} == {"amount", "order_id"}
    assert "interaction_id" not in needed["interactions"]
    assert {"joined_at", "referred_by"} <= needed["customers"]
    assert not {"consent_at", "withdrawn_at", "language"} & needed["customers"]


def test_a_feature_that_names_a_column_has_it_read() -> None:
    @feature(of=lines, unit="lines", missing=0)
    def by_name() -> Any:
        """Lines with a name of their own."""
        return count(~lines.transaction_id.is_null())

    assert columns_needed(schemas(), features=[by_name])["transactions"] >= {"transaction_id", "occurred_at"}
    assert "product_id" not in columns_needed(schemas(), features=[by_name])["transactions"]


def test_an_attribute_has_its_column_read() -> None:
    age = attribute(name="age_years", unit="years", meaning="Age; null when unknown.", known_from=None, column="Age")
    assert "Age" in columns_needed(schemas(customers={"Age": pl.Int64()}), features=[age])["customers"]


def test_duckdb_keeps_to_its_memory_and_asks_no_network(tmp_path: Path) -> None:
    with duckdb_session(memory_limit="300MB", temp_folder=tmp_path / "spill") as connection:
        names = ("memory_limit", "temp_directory", "autoinstall_known_extensions")
        found = [connection.execute("SELECT current_setting(?)", [name]).fetchall()[0][0] for name in names]
    assert found == ["286.1 MiB", str(tmp_path / "spill"), False]
