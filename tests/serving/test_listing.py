"""What does the team read? The order of the list, what to do and until when, and what changed since last night."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from serving import changes_since, listing

AS_OF = date(2025, 12, 1)
OUTCOME = {"customer_id": "A", "outcome": "listed", "action": "retention_offer", "expected_profit": 10.0}

TYPES = {"suggested_category": pl.String, "action": pl.String, "expected_profit": pl.Float64}


def listed(*changed: dict[str, Any]) -> pl.DataFrame:
    rows = [{**OUTCOME, "suggested_category": None, **one} for one in changed]
    decided = pl.DataFrame(rows, schema_overrides=dict(TYPES))
    return listing(decided, as_of=AS_OF, act_within_days=7)


def test_complaints_come_first_then_the_more_profitable_and_ties_by_id() -> None:
    found = listed(
        {"customer_id": "A", "expected_profit": 10.0},
        {"customer_id": "C", "expected_profit": 50.0},
        {"customer_id": "B", "expected_profit": 50.0},
        {"customer_id": "D", "expected_profit": -5.0, "action": "service_recovery"},
        {"customer_id": "E", "outcome": "held_out", "expected_profit": 99.0},
    )
    assert found.select("rank", "customer_id").rows() == [(1, "D"), (2, "B"), (3, "C"), (4, "A")]


def test_a_complaint_is_to_be_answered_within_a_day() -> None:
    found = listed({}, {"customer_id": "B", "action": "service_recovery"})
    assert dict(found.select("customer_id", "until_on").iter_rows()) == {"A": date(2025, 12, 8), "B": date(2025, 12, 2)}


def test_what_to_do_names_the_category_in_both_languages() -> None:
    found = listed({"action": "cross_sell", "suggested_category": "wine $1"}).to_dicts()[0]
    assert found["to_do_en"] == "suggest something from wine $1"
    assert found["to_do_zh"] == "推荐wine $1类商品"


def test_a_list_of_nobody_has_its_columns() -> None:
    found = listed({"outcome": "not_worth_it", "action": None})
    assert found.height == 0
    assert {"rank", "to_do_en", "to_do_zh", "until_on"} <= {*found.columns}


def changes(before: list[str] | None, now: list[tuple[str, str]], outcomes: dict[str, str]) -> list[tuple[Any, ...]]:
    then = None
    if before is not None:
        then = pl.DataFrame(
            {"rank": range(1, len(before) + 1), "customer_id": before, "action": ["retention_offer"] * len(before)},
            schema={"rank": pl.Int64, "customer_id": pl.String, "action": pl.String},
        )
    tonight = pl.DataFrame(
        [(rank, customer, action) for rank, (customer, action) in enumerate(now, start=1)],
        schema={"rank": pl.Int64, "customer_id": pl.String, "action": pl.String},
        orient="row",
    )
    decided = pl.DataFrame(
        list(outcomes.items()), schema={"customer_id": pl.String, "outcome": pl.String}, orient="row"
    )
    return changes_since(tonight, then, decided).select("customer_id", "change", "why_en").rows()


def test_changes_tell_who_is_new_moved_and_gone_and_what_became_of_them() -> None:
    found = changes(
        ["A", "B", "C", "D"],
        [("N", "upsell"), ("B", "upsell"), ("A", "retention_offer")],
        {"N": "listed", "A": "listed", "B": "listed", "C": "cool_down"},
    )
    assert found == [
        ("N", "new", "pays, and there is a place"),
        ("B", "moved", "another action pays more"),
        ("C", "gone", "contacted or held out lately"),
        ("D", "gone", "no longer asked about"),
    ]


def test_without_a_list_before_everybody_is_new() -> None:
    assert changes(None, [("A", "upsell")], {"A": "listed"}) == [("A", "new", "pays, and there is a place")]
    assert changes(None, [("A", "service_recovery")], {"A": "listed"}) == [("A", "new", "open complaint")]


def test_the_same_list_again_changes_nothing() -> None:
    assert changes(["A"], [("A", "retention_offer")], {"A": "listed"}) == []
