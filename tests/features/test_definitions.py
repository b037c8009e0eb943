"""Is every feature what its docstring says? Tiny tables, written out, with the answer beside them."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from features import catalogue, day_start, feature_columns, snapshot
from tests.features.cases import CASES
from tests.features.tables import AS_OF, Case, frame, tables

ZONES = ("UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe")


@pytest.mark.parametrize("case", CASES, ids=[f"{case.column}-{case.claim}" for case in CASES])
def test_the_claim_holds(case: Case) -> None:
    assert case.found() == dict(case.is_)


def test_every_column_has_a_claim_and_no_claim_is_made_twice() -> None:
    # What is to be expected of a customer has no round answer; test_prospect.py makes claims about it.
    claimed = {name for name, column in feature_columns().items() if not column.feature.is_fitted}
    assert {case.column for case in CASES} == claimed
    claims = [case.claim for case in CASES]
    assert len(claims) == len(set(claims))


def everything_at(when: datetime) -> dict[str, pl.LazyFrame]:
    """A bit of everything that any feature counts, all at one moment, by anna; ben never did anything."""
    kinds = ("visit", "enquiry", "complaint", "campaign_contact", "campaign_response", "survey")
    return tables(
        [
            ("anna", when, 10.0, {"order_id": "o1", "category": "toys", "product_id": "p1", "discount": 1.0}),
            ("anna", when, -1.0, {"order_id": "o2"}),
        ],
        [("anna", when, kind, {"satisfaction": 3.0, "topic": "delivery"}) for kind in (*kinds, "complaint")],
        [("anna", None), ("ben", None), ("brought by anna", when, {"referred_by": "anna"})],
        [("anna", when, None)],
    )


def values_of(tables_then: dict[str, pl.LazyFrame], *, time_zone: str) -> tuple[dict[str, float], dict[str, float]]:
    """All columns of anna, and of ben."""
    names = pl.DataFrame({"customer_id": ["anna", "ben"]})
    made = snapshot(tables_then, as_of=AS_OF, time_zone=time_zone, customers=names).drop("customer_id")
    return made.row(0, named=True), made.row(1, named=True)


@pytest.mark.parametrize("time_zone", ZONES)
def test_nothing_at_the_midnight_of_the_as_of_date_counts_for_any_feature(time_zone: str) -> None:
    anna, ben = values_of(everything_at(day_start(AS_OF, time_zone=time_zone)), time_zone=time_zone)
    assert anna == ben


@pytest.mark.parametrize("time_zone", ZONES)
@pytest.mark.parametrize("days", sorted({column.days for column in feature_columns().values() if column.days}))
def test_the_first_moment_of_the_window_is_in_and_the_moment_before_is_out(days: int, time_zone: str) -> None:
    first = day_start(AS_OF - timedelta(days=days), time_zone=time_zone)
    windowed = [name for name, column in feature_columns().items() if column.days == days]
    inside, nobody = values_of(everything_at(first), time_zone=time_zone)
    outside, _ = values_of(everything_at(first - timedelta(microseconds=1)), time_zone=time_zone)
    assert [name for name in windowed if inside[name] == nobody[name]] == []
    assert [name for name in windowed if outside[name] != nobody[name]] == []


def test_features_of_a_table_that_never_came_are_null_and_never_zero() -> None:
    only_bought = {"transactions": tables([("anna", 3, 1.0)])["transactions"]}
    made = snapshot(only_bought, as_of=AS_OF)
    of_interactions = [
        c.name for c in feature_columns().values() if c.feature.of and "transactions" not in c.feature.of.tables
    ]
    for name in (*of_interactions, "campaign_response_ratio"):
        assert made[name].to_list() == [None], name
    assert made["purchase_count_28d"].to_list() == [1]


def test_a_table_without_rows_is_no_absent_table() -> None:
    made = snapshot(tables([("anna", 3, 1.0)]), as_of=AS_OF)
    assert made["complaint_count_28d"].to_list() == [0]


def test_without_any_event_there_is_an_empty_snapshot_with_every_column() -> None:
    made = snapshot(tables(), as_of=AS_OF)
    assert made.height == 0
    assert made.columns == ["customer_id", *feature_columns()]


def test_every_column_is_a_number_whoever_is_asked_about() -> None:
    for world in (
        tables(),
        tables([("anna", 3, 1.0)], [("anna", 3, "visit")]),
        {"transactions": tables()["transactions"]},
    ):
        assert set(snapshot(world, as_of=AS_OF).drop("customer_id").dtypes) == {pl.Float64()}


def test_without_a_population_the_rows_are_those_with_a_transaction_known_by_then() -> None:
    world = tables(
        [("anna", 3, 1.0), ("late", 3, 1.0, {"recorded_at": -1}), ("future", -1, 1.0), ("returns only", 3, -1.0)],
        [("talks only", 3, "visit")],
    )
    assert snapshot(world, as_of=AS_OF)["customer_id"].to_list() == ["anna", "returns only"]


def test_a_population_that_names_a_customer_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="each customer_id once"):
        snapshot(tables(), as_of=AS_OF, customers=pl.DataFrame({"customer_id": ["anna", "anna"]}))


def test_no_column_is_ever_minus_zero() -> None:
    cents = [("anna", 3, 0.5, {"discount": -0.00001}), ("anna", 3, -0.5), ("ben", 4, 8.0), ("cara", 4, -0.00001)]
    made = snapshot(tables(cents), as_of=AS_OF).drop("customer_id")
    assert [name for name in made.columns if "-0.0" in map(str, made[name].to_list())] == []


def test_unknown_amounts_quantities_and_discounts_are_no_numbers() -> None:
    rows = [("anna", 3, None, {"order_id": "o1", "category": "toys"}), ("anna", 3, 2.0, {"order_id": "o1"})]
    made = snapshot(tables(rows), as_of=AS_OF).row(0, named=True)
    assert (made["spend_28d"], made["purchase_count_28d"], made["category_count_84d"]) == (2.0, 1.0, 0.0)


def test_sums_are_the_same_bytes_in_any_row_order() -> None:
    amounts = [0.1, 0.2, -0.3, 1e6 + 0.01, 0.07, -1e6, 3.33, 0.00005, 12.345]
    rows = [("anna", 3 + n, amount, {"order_id": "o", "discount": amount}) for n, amount in enumerate(amounts)]
    first = snapshot(tables(rows), as_of=AS_OF).drop("customer_id").to_numpy().tobytes()
    for turn in range(1, len(rows)):
        turned = [*rows[turn:], *rows[:turn]]
        assert snapshot(tables(turned), as_of=AS_OF).drop("customer_id").to_numpy().tobytes() == first
        assert snapshot(tables(turned[::-1]), as_of=AS_OF).drop("customer_id").to_numpy().tobytes() == first


def test_a_feature_alone_is_the_same_as_among_all() -> None:
    world = tables([("anna", 3, 1.0), ("anna", 9, 2.0)], [("anna", 3, "visit")])
    everything = snapshot(world, as_of=AS_OF)
    for feature in catalogue().values():
        if feature.of is not None:
            alone = snapshot(world, as_of=AS_OF, features=[feature])
            assert alone.equals(everything.select(alone.columns)), feature.name


def test_timestamps_of_another_precision_are_the_same_moments() -> None:
    world = tables([("anna", "2026-03-09 23:30", 1.0), ("ben", "2026-03-10 00:30", 1.0)])
    coarse = world["transactions"].with_columns(pl.col("occurred_at", "recorded_at").dt.cast_time_unit("ms"))
    assert snapshot({"transactions": coarse}, as_of=AS_OF).equals(
        snapshot({"transactions": world["transactions"]}, as_of=AS_OF)
    )


def test_the_frame_helper_keeps_the_contract() -> None:
    assert frame("transactions", []).collect_schema()["occurred_at"] == pl.Datetime("us", "UTC")
