"""Are the tables read as they stood, old versions included?"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake

from data_contracts import contracts
from features import SnapshotStore, open_lake, snapshot, table_path
from tests.features.tables import AS_OF, Row, tables


def keep(home: Path, table: str, rows: pl.DataFrame, **how: str) -> None:
    """Appends rows to the Delta table, as one version."""
    path = table_path(home, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_deltalake(str(path), rows, mode="append", **how)


def bought(*rows: Row) -> pl.DataFrame:
    return tables(rows)["transactions"].collect()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two nights: anna bought, then ben."""
    keep(tmp_path, "transactions", bought(("anna", 9, 1.0)))
    keep(tmp_path, "transactions", bought(("ben", 3, 1.0)))
    return tmp_path


def names(table: pl.LazyFrame) -> list[str]:
    return sorted(table.collect()["customer_id"].to_list())


def test_the_newest_version_is_read_and_named(home: Path) -> None:
    lake = open_lake(home)
    assert (names(lake.tables["transactions"]), dict(lake.versions)) == (["anna", "ben"], {"transactions": 1})


def test_an_older_version_gives_the_older_rows(home: Path) -> None:
    lake = open_lake(home, versions={"transactions": 0})
    assert (names(lake.tables["transactions"]), dict(lake.versions)) == (["anna"], {"transactions": 0})


def test_an_open_lake_stays_as_it_was_while_the_next_night_arrives(home: Path) -> None:
    lake = open_lake(home)
    keep(home, "transactions", bought(("cara", 2, 1.0)))
    assert names(lake.tables["transactions"]) == ["anna", "ben"]
    assert names(open_lake(home).tables["transactions"]) == ["anna", "ben", "cara"]


def test_a_table_that_never_came_is_absent_and_its_features_are_null(home: Path) -> None:
    lake = open_lake(home)
    assert "interactions" not in lake.tables
    assert snapshot(lake.tables, as_of=AS_OF)["complaint_count_28d"].to_list() == [None, None]


def test_a_home_without_tables_is_an_empty_lake(tmp_path: Path) -> None:
    lake = open_lake(tmp_path)
    assert (dict(lake.tables), dict(lake.versions)) == ({}, {})


def test_without_a_customers_table_the_customers_are_those_who_bought(home: Path) -> None:
    customers = open_lake(home).tables["customers"].collect()
    assert sorted(customers["customer_id"].to_list()) == ["anna", "ben"]
    assert dict(customers.schema) == contracts()["customers"].polars_schema
    assert customers.drop("customer_id").null_count().row(0) == (2,) * (customers.width - 1)


def test_customers_of_an_older_version_are_those_who_had_bought_by_then(home: Path) -> None:
    assert names(open_lake(home, versions={"transactions": 0}).tables["customers"]) == ["anna"]


def test_a_customers_table_that_came_is_the_one_read(home: Path) -> None:
    schema = contracts()["customers"].polars_schema
    keep(home, "customers", pl.DataFrame({"customer_id": ["anna", "prospect"]}, schema_overrides=schema))
    lake = open_lake(home)
    assert names(lake.tables["customers"]) == ["anna", "prospect"]
    assert lake.versions["customers"] == 0
    assert names(open_lake(home, versions={"transactions": 1}).tables["customers"]) == ["anna", "ben"]


def test_what_is_made_from_a_column_that_an_old_version_lacks_is_null_there(tmp_path: Path) -> None:
    keep(tmp_path, "transactions", bought(("anna", 9, 1.0)).drop("discount", "order_id", "recorded_at"))
    keep(tmp_path, "transactions", bought(("ben", 3, 1.0, {"discount": 2.0})), schema_mode="merge")
    old = snapshot(open_lake(tmp_path, versions={"transactions": 0}).tables, as_of=AS_OF)
    new = snapshot(open_lake(tmp_path).tables, as_of=AS_OF)
    looked_at = ["customer_id", "purchase_count_28d", "discount_total_84d"]
    assert old.select(looked_at).rows() == [("anna", 1, None)]
    assert new.select(looked_at).rows() == [("anna", 1, 0), ("ben", 1, 2)]


def test_a_snapshot_of_an_old_version_is_what_it_was_then(home: Path, tmp_path: Path) -> None:
    then = open_lake(home, versions={"transactions": 0})
    store = SnapshotStore(folder=tmp_path / "snapshots", tables=then.tables, versions=then.versions, time_zone="UTC")
    made = store.at(AS_OF)
    keep(home, "transactions", bought(("anna", 2, 99.0)))
    again = open_lake(home, versions=dict(then.versions))
    assert made.equals(snapshot(again.tables, as_of=AS_OF))
    assert made["customer_id"].to_list() == ["anna"]
