"""What is said of tables that cannot be used? By table, column, count and example, all at once."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from brought import BOUGHT, asked, in_files

from features import TableUnusable, snapshot
from tests.features.tables import tables

GOOD = {"customer_id": ["a", "b"], "occurred_at": ["2026-03-01"] * 2, "amount": [1.0, 2.0]}
SPOKEN = {"customer_id": ["a", "b"], "occurred_at": ["2026-03-01"] * 2, "kind": ["visit", "visit"]}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a misspelt table": ({"transaction": GOOD}, "transaction: .* did you mean 'transactions'?"),
    "no transactions": ({"interactions": SPOKEN}, "transactions: the table is missing .found: interactions"),
    "a misspelt column": (
        {"transactions": {"customer_id": ["a"], "occurred_at": ["2026-03-01"], "amuont": [1]}},
        "transactions: required column 'amount' is missing .*did you mean 'amuont'",
    ),
    "another spelling of a column": (
        {"transactions": {"CustomerID": ["a"], "occurred_at": ["2026-03-01"], "amount": [1]}},
        "required column 'customer_id' is missing .*did you mean 'CustomerID'",
    ),
    "a misspelt column that may be missing": (
        {"transactions": GOOD | {"catgory": ["tea", "tea"]}},
        "column 'catgory' is unknown and 'category' is missing: did you mean that",
    ),
    "text for numbers": (
        {"transactions": GOOD | {"amount": ["1.5", "abc"]}},
        r"column 'amount' holds no number in 1 of 2 rows \(first: row 1: 'abc' is not a number\)",
    ),
    "numbers for times": (
        {"transactions": GOOD | {"occurred_at": [17, 18]}},
        r"column 'occurred_at' holds numbers \(for example 17\)",
    ),
    "doubtful times": (
        {"transactions": GOOD | {"occurred_at": ["01/02/2026", "2026-03-01"]}},
        r"holds no timestamp in 1 of 2 rows \(first: row 0: '01/02/2026' can be read as day/month or as month/day\)",
    ),
    "nobody": (
        {"transactions": GOOD | {"customer_id": ["a", None]}},
        r"column 'customer_id' is null in 1 of 2 rows \(first: row 1\)",
    ),
    "no amount": ({"transactions": GOOD | {"amount": [1.0, float("nan")]}}, r"column 'amount' is null in 1 of 2"),
    "an infinite amount": (
        {"transactions": GOOD | {"amount": [float("inf"), 1.0]}},
        r"'amount' is no finite number in 1 of 2 rows \(first: row 0: inf\)",
    ),
    "an unknown kind": (
        {"transactions": GOOD, "interactions": SPOKEN | {"kind": ["visit", "Complaint"]}},
        r"interactions: column 'kind' is something unknown in 1 of 2 rows \(first: row 1: 'Complaint'; "
        "did you mean 'complaint'",
    ),
    "an impossible satisfaction": (
        {"transactions": GOOD, "interactions": SPOKEN | {"satisfaction": [3, 11]}},
        r"'satisfaction' is above 5 in 1 of 2 rows \(first: row 1: 11",
    ),
    "a line twice": (
        {"transactions": GOOD | {"transaction_id": ["T1", "T1"]}},
        r"column 'transaction_id' names 2 of 2 rows more than once \(first: 'T1'\)",
    ),
    "several types": (
        {"transactions": GOOD | {"category": ["tea", 7]}},
        r"'category' holds values of several types \(int, str\)",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_used_is_refused_by_table_column_count_and_example(what: str) -> None:
    given, says = BAD[what]
    with pytest.raises(TableUnusable, match=says):
        asked({name: pd.DataFrame(columns) for name, columns in given.items()})


def test_all_that_is_wrong_with_a_table_is_told_at_once() -> None:
    lines = pl.DataFrame(GOOD | {"occurred_at": ["soon", "later"], "amount": ["x", "y"]})
    with pytest.raises(TableUnusable, match="2 problems") as refused:
        asked(lines)
    assert len(refused.value.problems) == 2
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)  # noqa: S301


def test_something_that_is_no_frame_is_refused() -> None:
    with pytest.raises(TableUnusable, match=r"transactions: holds builtins.list, not a frame"):
        asked({"transactions": [1, 2]})


def test_a_relation_without_a_required_column_is_refused() -> None:
    with duckdb.connect() as connection, pytest.raises(TableUnusable, match="required column 'amount' is missing"):
        asked(connection.sql("SELECT 'a' AS customer_id, now() AS occurred_at"))


def test_a_folder_without_transactions_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("x\n")
    with pytest.raises(TableUnusable, match=r"nor transactions.parquet or transactions.csv. It holds sales.csv"):
        asked(tmp_path)
    with pytest.raises(TableUnusable, match="there is no folder"):
        asked(tmp_path / "nowhere")


def test_a_time_zone_that_is_none_is_refused_with_the_likely_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Did you mean 'Europe/London'"):
        snapshot(tmp_path, as_of="2025-02-01", time_zone="Europe/Lodon")


def test_two_files_of_one_table_are_refused(tmp_path: Path) -> None:
    in_files(tmp_path, pl.DataFrame.write_csv, ".csv")
    in_files(tmp_path, pl.DataFrame.write_parquet, ".parquet")
    with pytest.raises(TableUnusable, match="keep one of them"):
        asked(tmp_path)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "transactions.parquet").write_text("not parquet at all")
    with pytest.raises(TableUnusable, match=r"transactions.parquet cannot be read"):
        asked(tmp_path)


def test_nulls_in_a_parquet_file_with_the_right_types_are_found(tmp_path: Path) -> None:
    lines = tables(BOUGHT)["transactions"].with_columns(customer_id=pl.lit(None, dtype=pl.String)).collect()
    lines.write_parquet(tmp_path / "transactions.parquet")
    with pytest.raises(TableUnusable, match="column 'customer_id' is null in 3 of 3 rows"):
        asked(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "transactions.csv"
    file.write_text("customer_id,occurred_at,amount\n007,2026-03-01,4.5\n")
    with pytest.raises(TableUnusable, match="is a file; give the folder"):
        snapshot(file, as_of="2026-03-10")
