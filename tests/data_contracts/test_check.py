"""Is every row that may not be used set aside with its reason, and a broken table refused?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts import Checked, Contract, ContractBroken, check, contracts

TRANSACTIONS = replace(contracts()["transactions"], max_bad_share=0.9)
INTERACTIONS = replace(contracts()["interactions"], max_bad_share=0.9)


def run(contract: Contract, raw: pl.DataFrame, **options: Any) -> Checked:
    return check(contract, raw, **{"as_of": date(2026, 1, 10), "time_zone": "Asia/Shanghai", **options})


def lines(**columns: list[Any]) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    usual = {"customer_id": ["C1"] * count, "occurred_at": ["2026-01-05"] * count, "amount": [5.0] * count}
    return pl.DataFrame({**usual, **columns})


def test_good_rows_pass_in_the_contracts_columns() -> None:
    found = run(TRANSACTIONS, lines(transaction_id=["T-1", "T-2"], shop=["a", "b"]))
    assert found.rows.columns == list(TRANSACTIONS.column_names)
    assert found.rows["transaction_id"].to_list() == ["T-1", "T-2"]
    assert found.quarantined.is_empty()
    assert (found.row_count, found.bad_count, found.duplicate_count, found.content_key_columns) == (2, 0, 0, ())
    assert found.result["success"] is True


def test_every_bad_row_is_set_aside_once_with_one_reason_and_its_raw_content() -> None:
    raw = lines(
        transaction_id=["T-1", "T-2", None, "T-4", "T-4"],
        customer_id=["C1", None, "王小明", "C4", "C4"],
        amount=["5", "6", "六", "7", "8"],
    )
    found = run(TRANSACTIONS, raw)
    assert found.rows["transaction_id"].to_list() == ["T-1"]
    assert found.quarantined.select("table", "row_key", "reason").rows() == [
        ("transactions", "T-2", "customer_id is null"),
        ("transactions", None, "amount: '六' is not a number"),
        ("transactions", "T-4", "transaction_id 'T-4' stands 2 times with different content (amount 7.0 and 8.0)"),
        ("transactions", "T-4", "transaction_id 'T-4' stands 2 times with different content (amount 7.0 and 8.0)"),
    ]
    assert found.quarantined["content"][1] == (
        '{"customer_id": "王小明", "occurred_at": "2026-01-05", "amount": "六", "transaction_id": null}'
    )
    assert (found.row_count, found.bad_count) == (5, 4)


def test_a_quarantined_row_has_the_same_id_in_every_run_and_another_in_another_table() -> None:
    raw = lines(customer_id=["C1", None], kind=["visit", "visit"])
    first, second = (run(TRANSACTIONS, raw).quarantined["quarantine_id"].to_list() for _ in range(2))
    other = run(INTERACTIONS, raw).quarantined["quarantine_id"].to_list()
    assert first == second
    assert len(first) == len(other) == 1
    assert first != other


def test_the_same_bad_line_twice_stands_once_in_quarantine_but_counts_twice() -> None:
    found = run(TRANSACTIONS, lines(amount=["x", "x", "5"]))
    assert found.quarantined.height == 1
    assert found.bad_count == 2


def test_a_raw_row_that_json_cannot_hold_is_still_kept() -> None:
    raw = lines(customer_id=[None, "C2"], occurred_at=[date(2026, 1, 5)] * 2, quantity=[float("nan"), 1.0])
    content = json.loads(run(TRANSACTIONS, raw).quarantined["content"][0])
    assert content == {"customer_id": None, "occurred_at": "2026-01-05", "amount": 5.0, "quantity": None}


def test_a_column_of_missing_dates_that_pandas_made_floats_is_an_empty_column() -> None:
    raw = lines(kind=["visit"], resolved_at=[float("nan")])
    assert run(INTERACTIONS, raw).rows["resolved_at"].to_list() == [None]


def test_rows_outside_their_bounds_are_set_aside() -> None:
    raw = lines(kind=["survey"] * 3, satisfaction=[5, 6, 4], customer_id=["C1", "C2", "C3"])
    found = run(INTERACTIONS, raw)
    assert found.quarantined["reason"].to_list() == ["satisfaction 6.0 is not between 1 and 5"]
    assert found.rows["customer_id"].to_list() == ["C1", "C3"]


def test_too_many_bad_rows_refuse_the_table_with_an_example() -> None:
    strict = replace(TRANSACTIONS, max_bad_share=0.4)
    with pytest.raises(
        ContractBroken, match=r"transactions: 1 of 2 rows \(50.0%\).*first: amount: 'x' is not a number"
    ):
        run(strict, lines(amount=["x", "5"]))


def test_a_stale_table_is_refused_and_a_setting_can_allow_it() -> None:
    raw = lines(occurred_at=["2025-12-01", "2026-02-01"])
    with pytest.raises(ContractBroken, match="is of 2025-12-01, 40 days old"):
        run(TRANSACTIONS, raw)
    assert run(replace(TRANSACTIONS, freshness_days=40), raw).rows.height == 2


def test_the_as_of_date_begins_in_the_business_time_zone() -> None:
    raw = lines(occurred_at=["2025-12-01 00:00", "2026-01-09 20:00"])
    assert run(TRANSACTIONS, raw, time_zone="UTC").rows.height == 2
    # 20:00 in UTC on the 9th is already the 10th in Shanghai.
    with pytest.raises(ContractBroken, match="is of 2025-12-01"):
        run(TRANSACTIONS, raw, time_zone="UTC", business_time_zone="Asia/Shanghai")


def test_where_every_row_may_be_bad_an_unreadable_column_refuses_no_table() -> None:
    # Rows are released from quarantine this way.
    lenient = replace(TRANSACTIONS, max_bad_share=1.0, min_rows=0, freshness_days=None, min_week_share=None)
    found = run(lenient, lines(amount=["x", "y"]))
    assert found.quarantined["reason"].to_list() == ["amount: 'x' is not a number", "amount: 'y' is not a number"]


def test_rows_after_the_as_of_date_are_legal() -> None:
    assert run(TRANSACTIONS, lines(occurred_at=["2026-01-05", "2026-06-01"])).rows.height == 2


def test_the_timestamp_format_reaches_the_rows() -> None:
    found = run(TRANSACTIONS, lines(occurred_at=["05/01/2026"]), timestamp_format="%d/%m/%Y")
    assert found.rows["occurred_at"].dt.convert_time_zone("Asia/Shanghai").dt.date().to_list() == [date(2026, 1, 5)]


def test_all_problems_of_a_readable_table_come_together() -> None:
    strict = replace(TRANSACTIONS, max_bad_share=0.0, min_rows=5)
    with pytest.raises(ContractBroken) as broken:
        run(strict, lines(occurred_at=["2025-12-01"] * 2, amount=["x", "5"]))
    assert [problem.split(" ")[0] for problem in broken.value.problems] == ["row", "1", "the"]


def test_an_absent_optional_table_is_an_empty_one() -> None:
    found = run(INTERACTIONS, pl.DataFrame())
    assert found.rows.is_empty()
    assert dict(found.rows.schema) == INTERACTIONS.polars_schema
    assert found.quarantined.is_empty()


def test_a_customer_without_a_name_is_set_aside() -> None:
    customers = replace(contracts()["customers"], max_bad_share=0.9)
    found = run(customers, pl.DataFrame({"customer_id": ["C1", " ", None], "city": ["a", "b", "c"]}))
    assert found.rows.select("customer_id", "city").rows() == [("C1", "a")]
    assert found.quarantined["reason"].to_list() == ["customer_id is null"] * 2


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (lines(amount=["x", "y"]), "holds no number"),
        (lines(occurred_at=["2025-12-01"]), "40 days old"),
    ],
)
def test_docs_are_written_before_a_table_is_refused(raw: pl.DataFrame, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ContractBroken, match=problem):
        run(TRANSACTIONS, raw, docs=tmp_path)
    assert problem in (tmp_path / "transactions.html").read_text(encoding="utf-8")
    assert "Refused" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "transactions.validation.json").read_text(encoding="utf-8"))["success"] is False


def test_docs_show_the_rows_set_aside_at_every_door(tmp_path: Path) -> None:
    run(TRANSACTIONS, lines(amount=["x", "5", "6"], customer_id=["C1", None, "C3"]), docs=tmp_path)
    page = (tmp_path / "transactions.html").read_text(encoding="utf-8")
    assert "row 0: amount: &#x27;x&#x27; is not a number" in page
    assert "row 1: customer_id is null" in page
    assert "3 rows came, 2 were set aside." in page


def test_the_places_of_bad_rows_are_told_even_where_their_lines_are_equal() -> None:
    found = run(TRANSACTIONS, lines(transaction_id=["T-1", "T-2", "T-2", "T-3"], amount=["1", "x", "x", "3"]))
    assert found.fault_rows == (1, 2)
    assert found.quarantined.height == 1


def test_the_key_of_a_bad_row_is_read_whatever_the_case_of_its_column() -> None:
    customers = replace(contracts()["customers"], max_bad_share=1.0)
    found = run(customers, pl.DataFrame({"Customer_ID": ["7.0", "C2"], "withdrawn_at": ["never", None]}))
    assert found.quarantined["row_key"].to_list() == ["7"]
