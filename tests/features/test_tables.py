"""May one bring any tables? Folders, lakes and plain frames in; the same snapshot out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from brought import BOUGHT, SAID, asked, in_files
from deltalake import write_deltalake
from polars.testing import assert_frame_equal

from features import Lake, open_lake, snapshot, table_path, tables_of
from tests.features.tables import tables


@pytest.fixture
def expected() -> pl.DataFrame:
    made: pl.DataFrame = asked(tables(BOUGHT, SAID))
    return made


@pytest.fixture
def brought() -> dict[str, pd.DataFrame]:
    """Plain frames of pandas, without a single value in most optional columns."""
    made = {name: frame.collect().to_pandas() for name, frame in tables(BOUGHT, SAID).items()}
    return {name: frame.dropna(axis="columns", how="all") for name, frame in made.items()}


def test_a_folder_of_parquet_files_gives_the_same_snapshot(tmp_path: Path, expected: pl.DataFrame) -> None:
    in_files(tmp_path, pl.DataFrame.write_parquet, ".parquet")
    assert_frame_equal(asked(tmp_path), expected)
    assert_frame_equal(asked(str(tmp_path)), expected)


def test_a_folder_of_csv_files_gives_the_same_snapshot(tmp_path: Path, expected: pl.DataFrame) -> None:
    in_files(tmp_path, pl.DataFrame.write_csv, ".csv")
    assert_frame_equal(asked(tmp_path), expected)


def test_a_home_and_its_lake_give_the_same_snapshot(tmp_path: Path, expected: pl.DataFrame) -> None:
    for name, frame in tables(BOUGHT, SAID).items():
        write_deltalake(str(table_path(tmp_path, name)), frame.collect().to_arrow())
    assert_frame_equal(asked(tmp_path), expected)
    lake = open_lake(tmp_path)
    assert isinstance(lake, Lake)
    assert_frame_equal(asked(lake), expected)


def test_relations_of_duckdb_pass_as_they_are(expected: pl.DataFrame) -> None:
    with duckdb.connect() as connection:
        for name, frame in tables(BOUGHT, SAID).items():
            connection.register(name, frame.collect().to_arrow())
        relations = {name: connection.table(name) for name in ("transactions", "interactions")}
        assert all(tables_of(relations)[name] is relation for name, relation in relations.items())
        assert_frame_equal(asked(relations), expected)


def test_pandas_in_is_pandas_out(brought: dict[str, pd.DataFrame], expected: pl.DataFrame) -> None:
    made = asked(brought)
    assert isinstance(made, pd.DataFrame)
    assert_frame_equal(pl.from_pandas(made), expected)
    assert_frame_equal(asked(brought, as_pandas=False), expected)
    assert isinstance(asked(tables(BOUGHT, SAID), as_pandas=True), pd.DataFrame)


def test_one_frame_alone_is_the_transactions(brought: dict[str, pd.DataFrame], expected: pl.DataFrame) -> None:
    made = asked(brought["transactions"], as_pandas=False)
    assert made["spend_28d"].to_list() == expected["spend_28d"].to_list()


def test_without_interactions_their_features_are_null_and_not_zero(brought: dict[str, pd.DataFrame]) -> None:
    made = asked({"transactions": brought["transactions"]}, as_pandas=False)
    assert made["complaint_count_28d"].to_list() == [None, None]


def test_lazy_frames_with_the_types_of_the_contract_are_not_touched() -> None:
    given = tables(BOUGHT, SAID)
    assert all(tables_of(given)[name] is frame for name, frame in given.items())


def test_whole_numbers_in_a_lazy_frame_are_read_without_loading_it() -> None:
    lines = pl.LazyFrame({"customer_id": [7, 8], "occurred_at": [date(2026, 3, 9)] * 2, "amount": [1, 2]})
    read = tables_of(lines, time_zone="Asia/Shanghai")["transactions"]
    assert "DF [" in read.explain()
    assert read.collect().select("customer_id", "occurred_at", "amount").rows() == [
        ("7", datetime.fromisoformat("2026-03-08T16:00:00Z"), 1.0),
        ("8", datetime.fromisoformat("2026-03-08T16:00:00Z"), 2.0),
    ]


@pytest.mark.parametrize(
    "times",
    [
        ["2026-03-09 23:30", "2026-03-10 00:30"],
        pd.to_datetime(["2026-03-09 23:30", "2026-03-10 00:30"]),
        pd.to_datetime(["2026-03-09 23:30", "2026-03-10 00:30"]).tz_localize("Asia/Shanghai"),
        ["2026-03-09T15:30:00Z", "2026-03-09T16:30:00+00:00"],
    ],
    ids=["text", "naive", "zoned", "text with a zone"],
)
def test_a_time_without_a_zone_is_meant_in_the_business_time_zone(times: Any) -> None:
    lines = pd.DataFrame({"customer_id": [7, 7], "occurred_at": times, "amount": [1, 2]})
    made = asked(lines, time_zone="Asia/Shanghai", as_pandas=False)
    assert made.select("customer_id", "spend_28d").rows() == [("7", 1.0)]


def test_ids_of_every_kind_are_the_same_text() -> None:
    lines = {"occurred_at": ["2026-03-09"] * 2, "amount": [1, 2]}
    for ids in ([7, 8], [7.0, 8.0], ["7", "8"], pd.Categorical(["7", "8"]), pd.array([7, 8], dtype="Int64")):
        made = asked(pd.DataFrame({"customer_id": ids, **lines}), as_pandas=False)
        assert made["customer_id"].to_list() == ["7", "8"]


def test_an_index_that_the_contract_knows_is_a_column(brought: dict[str, pd.DataFrame], expected: pl.DataFrame) -> None:
    indexed = {name: frame.set_index("customer_id") for name, frame in brought.items()}
    assert_frame_equal(asked(indexed, as_pandas=False), expected)


def test_a_customers_table_keeps_the_columns_that_no_contract_names() -> None:
    people = pd.DataFrame({"customer_id": [1], "region": ["north"]})
    lines = pd.DataFrame({"customer_id": [1], "occurred_at": ["2026-03-01"], "amount": [1]})
    read = tables_of({"transactions": lines, "customers": people})["customers"]
    assert read.collect().select("customer_id", "region", "language").rows() == [("1", "north", None)]


def test_a_customers_table_of_text_in_a_lazy_frame_keeps_them_too() -> None:
    people = pl.LazyFrame({"customer_id": ["1"], "joined_at": ["2026-01-01"], "region": ["north"]})
    lines = pl.LazyFrame({"customer_id": ["1"], "occurred_at": ["2026-03-01"], "amount": ["1"], "till": ["7"]})
    read = tables_of({"transactions": lines, "customers": people})
    assert read["customers"].collect()["region"].to_list() == ["north"]
    assert "till" not in read["transactions"].collect_schema()


DAYS: list[Any] = ["2026-03-10", pd.Timestamp("2026-03-10"), np.datetime64("2026-03-10"), datetime(2026, 3, 10)]  # noqa: DTZ001


@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_an_as_of_date_may_be_what_notebooks_hold(day: Any, expected: pl.DataFrame) -> None:
    assert_frame_equal(asked(tables(BOUGHT, SAID), as_of=day), expected)


NO_DAYS: list[Any] = ["yesterday", "2026-03-10 12:00", pd.Timestamp("2026-03-10", tz="UTC"), pd.NaT, 20260310, None]


@pytest.mark.parametrize("day", NO_DAYS, ids=repr)
def test_an_as_of_date_with_a_time_of_day_is_refused(day: Any) -> None:
    with pytest.raises(ValueError, match="without a time of day"):
        asked(tables(BOUGHT, SAID), as_of=day)


@pytest.mark.parametrize(
    "customers",
    [["ben", "cleo"], pd.DataFrame({"customer_id": ["cleo", "ben"]}), pl.LazyFrame({"customer_id": ["ben", "cleo"]})],
    ids=["list", "pandas", "polars"],
)
def test_the_customers_asked_about_may_be_a_list_or_a_frame(customers: Any) -> None:
    made = asked(tables(BOUGHT, SAID), customers=customers)
    assert made.select("customer_id", "spend_28d").rows() == [("ben", 7.25), ("cleo", 0.0)]


def test_a_folder_needs_no_column_but_customer_time_and_amount(tmp_path: Path) -> None:
    (tmp_path / "transactions.csv").write_text("customer_id,occurred_at,amount\nanna,2025-01-01,3\nben,2025-01-02,4\n")
    assert snapshot(tmp_path, as_of="2025-02-01")["spend_ever"].to_list() == [3.0, 4.0]


def test_a_folder_may_divide_its_columns_by_semicolons(tmp_path: Path) -> None:
    (tmp_path / "transactions.csv").write_text("customer_id;occurred_at;amount\n007;2026-03-01;4.5\n")
    assert snapshot(tmp_path, as_of="2026-03-10").select("customer_id", "spend_ever").rows() == [("007", 4.5)]


def test_one_customer_may_be_asked_about_by_name() -> None:
    lines = pd.DataFrame({"customer_id": ["anna", "ben"], "occurred_at": ["2026-03-01"] * 2, "amount": [1, 2]})
    assert snapshot(lines, as_of="2026-03-10", customers="ben")["customer_id"].tolist() == ["ben"]
