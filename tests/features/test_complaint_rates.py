"""Are the shop's complaints counted as they were known on the day?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import duckdb
import pytest

from features._complaint_rates import ComplaintRates, complaint_rates
from tests.features.tables import AS_OF, Row, tables

AT_MIDNIGHT = "2026-03-10 00:00"


def rates(bought: list[Row], said: list[Row], days: int = 364) -> ComplaintRates:
    """The rates in UTC."""
    made = complaint_rates(tables(bought, said), as_of=AS_OF, time_zone="UTC", days=days)
    assert made is not None
    return made


def test_complaints_are_told_per_customer_who_was_seen_in_the_window() -> None:
    bought: list[Row] = [("anna", 364, 1.0), ("ben", 365, 1.0), ("cara", 3, -1.0), ("dora", "2026-03-10 00:00", 1.0)]
    said: list[Row] = [
        ("anna", 364, "complaint"),
        ("anna", 3, "complaint"),
        ("anna", 365, "complaint"),
        ("anna", 3, "enquiry"),
        ("emil", 2, "complaint"),
        ("finn", 2, "visit"),
        ("gus", 2, "complaint", {"recorded_at": AT_MIDNIGHT}),
    ]
    made = rates(bought, said)
    assert (made.customer_count, made.complaint_count, made.complaints_per_customer) == (4, 3, 0.75)


def test_a_complaint_neither_resolved_nor_reviewed_before_the_as_of_date_was_never_processed() -> None:
    said: list[Row] = [
        ("anna", 9, "complaint", {"resolved_at": 8}),
        ("anna", 9, "complaint", {"reviewed_at": 8}),
        ("anna", 9, "complaint", {"resolved_at": AT_MIDNIGHT}),
        ("anna", 9, "complaint", {"reviewed_at": AT_MIDNIGHT}),
        ("anna", 9, "enquiry"),
    ]
    assert rates([], said).never_processed_share == 0.5


@pytest.mark.parametrize(("unnamed", "share"), [([], 0.0), (["resolved_at"], None), (["reviewed_at"], None)])
def test_what_no_column_says_is_no_reason_to_call_a_complaint_unprocessed(
    unnamed: list[str], share: float | None
) -> None:
    brought = tables([], [("anna", 9, "complaint", {"resolved_at": 8})])
    brought["interactions"] = brought["interactions"].drop(unnamed)
    made = complaint_rates(brought, as_of=AS_OF, time_zone="UTC", days=364)
    assert made is not None
    assert made.never_processed_share == share


def test_what_took_longer_than_a_day_is_counted_apart() -> None:
    said: list[Row] = [
        (
            "anna",
            "2026-03-01 08:00",
            "complaint",
            {"recorded_at": "2026-03-02 08:00", "resolved_at": "2026-03-02 08:00"},
        ),
        (
            "anna",
            "2026-03-01 08:00",
            "complaint",
            {"recorded_at": "2026-03-02 08:01", "resolved_at": "2026-03-02 08:01"},
        ),
        ("ben", "2026-03-09 00:00", "complaint", {"reviewed_at": "2026-03-09 01:00"}),
        ("ben", "2026-03-08 23:59", "complaint"),
        ("ben", 500, "complaint"),
        ("ben", 500, "complaint", {"recorded_at": 400, "resolved_at": 300}),
    ]
    made = rates([], said)
    assert (made.recorded_late_count, made.resolved_late_count) == (1, 1)
    assert (made.open_count, made.open_late_count) == (3, 2)
    assert (made.never_processed_count, made.not_reviewed_count) == (1, 3)


@pytest.mark.parametrize(
    ("unnamed", "unknown"),
    [
        ("recorded_at", {"recorded_late_count"}),
        ("reviewed_at", {"never_processed_count", "not_reviewed_count"}),
        ("resolved_at", {"never_processed_count", "resolved_late_count", "open_count", "open_late_count"}),
    ],
)
def test_a_count_that_no_column_says_is_unknown_and_not_nothing(unnamed: str, unknown: set[str]) -> None:
    brought = tables([], [("anna", 9, "complaint", {"resolved_at": 8})])
    brought["interactions"] = brought["interactions"].drop(unnamed)
    made = complaint_rates(brought, as_of=AS_OF, time_zone="UTC", days=364)
    assert made is not None
    counts = {name: value for name, value in asdict(made).items() if name.endswith("_count")}
    assert {name for name, value in counts.items() if value is None} == unknown


def test_dissatisfied_is_an_answer_below_the_middle_of_the_scale() -> None:
    said: list[Row] = [
        *(
            ("anna", 9, "complaint", {"satisfaction": points, "resolved_at": 8})
            for points in (1.0, 2.5, 3.0, 5.0, None)
        ),
        ("anna", 9, "complaint", {"satisfaction": 1.0, "resolved_at": AT_MIDNIGHT}),
        ("anna", 9, "survey", {"satisfaction": 1.0}),
    ]
    made = rates([], said)
    assert (made.answered_count, made.dissatisfied_share) == (4, 0.5)


def test_without_complaints_no_share_of_them_is_made_up() -> None:
    made = rates([("anna", 3, 1.0)], [("anna", 3, "visit")])
    assert (made.complaints_per_customer, made.never_processed_share, made.dissatisfied_share) == (0, None, None)
    assert rates([], []).complaints_per_customer is None


def test_without_interactions_nothing_is_known_of_complaints() -> None:
    only_bought = {"transactions": tables([("anna", 3, 1.0)])["transactions"]}
    assert complaint_rates(only_bought, as_of=AS_OF, time_zone="UTC", days=364) is None


@pytest.mark.parametrize(("time_zone", "complaint_count"), [("UTC", 1), ("Asia/Shanghai", 0), ("America/New_York", 2)])
def test_days_begin_at_midnight_of_the_business_time_zone(time_zone: str, complaint_count: int) -> None:
    said: list[Row] = [("anna", "2026-03-09 20:00", "complaint"), ("anna", "2026-03-10 02:00", "complaint")]
    made = complaint_rates(tables((), said), as_of=AS_OF, time_zone=time_zone, days=28)
    assert made is not None
    assert made.complaint_count == complaint_count


def test_an_earlier_day_gives_the_rates_of_that_day() -> None:
    said: list[Row] = [("anna", 3, "complaint"), ("anna", 30, "complaint", {"resolved_at": 2})]
    made = complaint_rates(tables((), said), as_of=AS_OF - timedelta(days=7), time_zone="UTC", days=28)
    assert made is not None
    assert (made.complaint_count, made.never_processed_share) == (1, 1)


def test_duckdb_says_the_same() -> None:
    said: list[Row] = [("anna", 9, "complaint", {"satisfaction": 1.0, "resolved_at": 8}), ("ben", 3, "complaint")]
    polars = tables([("anna", 3, 1.0), ("cara", 3, 1.0)], said)
    frames = {name: frame.collect() for name, frame in polars.items()}
    with duckdb.connect() as connection:
        for name, frame in frames.items():
            connection.register(name, frame.to_arrow())
        made = complaint_rates(
            {name: connection.table(name) for name in frames}, as_of=AS_OF, time_zone="UTC", days=364
        )
    assert made == complaint_rates(polars, as_of=AS_OF, time_zone="UTC", days=364)
