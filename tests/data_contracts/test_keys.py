"""Does every row get a name, and is at most one row left under each?"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from data_contracts import Conformed, conform, contracts

TRANSACTIONS = contracts()["transactions"]
INTERACTIONS = contracts()["interactions"]
CUSTOMERS = contracts()["customers"]


def lines(*rows: dict[str, Any]) -> Conformed:
    usual = {"customer_id": "C1", "occurred_at": "2026-01-05", "amount": 5.0}
    return conform(TRANSACTIONS, pl.DataFrame([{**usual, **row} for row in rows]), time_zone="UTC")


def complaints(*rows: dict[str, Any]) -> Conformed:
    usual = {"customer_id": "C1", "occurred_at": "2026-01-05", "kind": "complaint", "resolved_at": None}
    schema = {name: pl.String for row in rows for name in {**usual, **row}}
    return conform(INTERACTIONS, pl.DataFrame([{**usual, **row} for row in rows], schema=schema), time_zone="UTC")


def test_a_source_with_keys_needs_no_content_key() -> None:
    found = lines({"transaction_id": "T-1"}, {"transaction_id": "T-2"})
    assert found.content_key_columns == ()
    assert found.rows["transaction_id"].to_list() == ["T-1", "T-2"]


def test_a_content_key_is_made_of_the_columns_present_that_never_change() -> None:
    found = lines({"recorded_at": "2026-01-06", "category": None})
    assert found.content_key_columns == ("customer_id", "occurred_at", "amount", "category")
    assert complaints({}).content_key_columns == ("customer_id", "occurred_at", "kind")


def test_the_content_key_never_changes() -> None:
    # Stored tables are merged on these keys: should this ever fail, every stored line would be doubled.
    assert lines({"product_id": "护肤"}).rows["transaction_id"].to_list() == ["5122fb6d19b4d4e988f396410e8401ce"]


def test_a_row_without_a_key_gets_one_among_rows_that_have_theirs() -> None:
    found = lines({"transaction_id": "T-1"}, {"transaction_id": ""}, {"transaction_id": None, "amount": 6.0})
    keys = found.rows["transaction_id"].to_list()
    assert keys[0] == "T-1"
    assert len({*keys}) == 3
    assert found.content_key_columns == ("customer_id", "occurred_at", "amount")


def test_the_same_line_twice_counts_once() -> None:
    found = lines({}, {"amount": 7.0}, {})
    assert found.rows["_row"].to_list() == [0, 1]
    assert found.duplicate_count == 1
    assert found.faults.is_empty()


def test_a_negative_zero_is_zero() -> None:
    assert lines({"amount": 0.0}, {"amount": -0.0}).duplicate_count == 1


def test_a_value_in_another_column_makes_another_key() -> None:
    found = lines(
        {"order_id": "a", "product_id": None},
        {"order_id": None, "product_id": "a"},
        {"order_id": "a", "product_id": "-"},
        {"order_id": "1:a", "product_id": None},
        {"order_id": "ab", "product_id": "c"},
        {"order_id": "a", "product_id": "bc"},
    )
    assert found.rows.height == 6


def test_the_order_of_columns_and_the_time_of_recording_do_not_change_the_key() -> None:
    early = pl.DataFrame({"amount": [5], "customer_id": ["C1"], "occurred_at": ["2026-01-05"]})
    late = pl.DataFrame(
        {"occurred_at": ["2026/1/5"], "customer_id": ["C1"], "amount": ["5.00"], "recorded_at": ["2026-02-01"]}
    )
    keys = [conform(TRANSACTIONS, raw, time_zone="UTC").rows["transaction_id"][0] for raw in (early, late)]
    assert keys[0] == keys[1]


def test_one_key_with_different_content_is_a_fault_of_all_its_rows() -> None:
    found = lines(
        {"transaction_id": "T-1"},
        {"transaction_id": "T-2"},
        {"transaction_id": "T-1", "amount": 7.0},
    )
    reason = "transaction_id 'T-1' stands 2 times with different content (amount 5.0 and 7.0)"
    assert found.faults.rows() == [(0, reason), (2, reason)]
    assert found.rows["transaction_id"].to_list() == ["T-2"]


def test_the_row_recorded_last_supersedes_the_earlier() -> None:
    found = lines(
        {"transaction_id": "T-1", "amount": 7.0, "recorded_at": "2026-01-09"},
        {"transaction_id": "T-1", "amount": 5.0, "recorded_at": "2026-01-06"},
        {"transaction_id": "T-1", "amount": 4.0, "recorded_at": None},
    )
    assert found.rows["amount"].to_list() == [7.0]
    assert (found.superseded_count, found.duplicate_count) == (2, 0)
    assert found.faults.is_empty()


def test_of_equal_rows_the_one_with_a_time_of_recording_orders_the_versions() -> None:
    found = lines(
        {"transaction_id": "T-1", "amount": 7.0, "occurred_at": "2026-01-05", "recorded_at": None},
        {"transaction_id": "T-1", "amount": 7.0, "occurred_at": "2026-01-05", "recorded_at": "2026-01-05"},
        {"transaction_id": "T-1", "amount": 4.0, "occurred_at": "2026-01-04", "recorded_at": None},
    )
    assert found.rows["amount"].to_list() == [7.0]
    assert (found.duplicate_count, found.superseded_count) == (1, 1)


def test_a_repeated_key_without_a_moment_loses_no_row() -> None:
    found = lines(
        {"transaction_id": "T-1", "occurred_at": None},
        {"transaction_id": "T-1", "occurred_at": None, "amount": 7.0},
        {"transaction_id": "T-1", "recorded_at": "2026-01-09"},
        {"transaction_id": "T-2", "occurred_at": None},
        {"transaction_id": "T-2"},
    )
    assert found.rows["_row"].to_list() == [2]
    assert found.superseded_count == 2
    assert found.faults["row"].to_list() == [3, 4]


def test_two_rows_recorded_at_the_same_time_contradict_each_other() -> None:
    found = lines(
        {"transaction_id": "T-1", "amount": 7.0, "recorded_at": "2026-01-09"},
        {"transaction_id": "T-1", "amount": 5.0, "recorded_at": "2026-01-09"},
    )
    assert found.rows.is_empty()
    assert found.faults["row"].to_list() == [0, 1]


def test_when_it_happened_does_not_tell_which_version_is_later() -> None:
    found = lines(
        {"transaction_id": "T-1", "occurred_at": "2026-01-05"},
        {"transaction_id": "T-1", "occurred_at": "2026-01-06"},
    )
    assert found.rows.is_empty()
    assert "occurred_at 2026-01-05 00:00:00 UTC and 2026-01-06 00:00:00 UTC" in found.faults["reason"][0]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_complaint_that_was_resolved_replaces_its_open_version(swapped: bool) -> None:
    versions = [{"interaction_id": "I-1"}, {"interaction_id": "I-1", "resolved_at": "2026-01-08"}]
    found = complaints(*(versions[::-1] if swapped else versions))
    assert found.rows["resolved_at"].dt.date().cast(pl.String).to_list() == ["2026-01-08"]
    assert found.superseded_count == 1
    assert found.faults.is_empty()


def test_of_equally_complete_versions_the_latest_values_hold() -> None:
    found = complaints(
        {"interaction_id": "I-1", "resolved_at": "2026-01-08"},
        {"interaction_id": "I-1", "resolved_at": "2026-01-09"},
    )
    assert found.rows["resolved_at"].dt.date().cast(pl.String).to_list() == ["2026-01-09"]


def test_the_more_complete_version_holds_before_the_later_values() -> None:
    found = complaints(
        {"interaction_id": "I-1", "resolved_at": "2026-01-09", "reviewed_at": None},
        {"interaction_id": "I-1", "resolved_at": "2026-01-08", "reviewed_at": "2026-01-08"},
    )
    assert found.rows["_row"].to_list() == [1]


def test_an_open_and_a_resolved_complaint_without_keys_are_one() -> None:
    found = complaints({}, {"resolved_at": "2026-01-08"})
    assert found.rows.height == 1
    assert found.rows["resolved_at"].null_count() == 0


def test_a_complaint_of_another_kind_is_no_later_version() -> None:
    found = complaints(
        {"interaction_id": "I-1"}, {"interaction_id": "I-1", "kind": "enquiry", "resolved_at": "2026-01-08"}
    )
    assert found.rows.is_empty()
    assert "kind complaint and enquiry" in found.faults["reason"][0]


def test_a_customer_with_two_cities_contradicts_itself() -> None:
    raw = pl.DataFrame({"customer_id": ["C1", "C1", "C2", "C2"], "city": ["上海", "北京", "广州", "广州"]})
    found = conform(CUSTOMERS, raw, time_zone="UTC")
    assert found.rows["customer_id"].to_list() == ["C2"]
    reason = "customer_id 'C1' stands 2 times with different content (city 上海 and 北京)"
    assert found.faults.rows() == [(0, reason), (1, reason)]


def test_customers_without_a_name_are_not_one_customer() -> None:
    raw = pl.DataFrame({"customer_id": [None, None, "C1"], "city": ["a", "b", "c"]})
    found = conform(CUSTOMERS, raw, time_zone="UTC")
    assert found.rows.height == 3
    assert found.faults.is_empty()


def test_a_version_that_wins_keeps_the_earliest_time_that_the_source_gave() -> None:
    found = lines(
        {"transaction_id": "T-1", "amount": 7.0, "recorded_at": "2026-01-09"},
        {"transaction_id": "T-1", "amount": 5.0, "recorded_at": "2026-01-06"},
        {"transaction_id": "T-2", "amount": 5.0, "recorded_at": "2026-01-08"},
    )
    kept = found.rows.select("transaction_id", "amount", pl.col("recorded_at").dt.date().cast(pl.String)).rows()
    assert kept == [("T-1", 7.0, "2026-01-06"), ("T-2", 5.0, "2026-01-08")]
