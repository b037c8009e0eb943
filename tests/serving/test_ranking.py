"""Is the list in order, no longer than asked for, and is everybody who is not on it accounted for?"""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import rank

Row = tuple[float, float, bool | None]

customers = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.01, 5.0, 5.0, 80.25]),
        st.sampled_from([0.0, 0.2, 0.9]),
        st.sampled_from([True, False, None]),
    ),
    max_size=30,
)


def scores(rows: list[Row]) -> pl.DataFrame:
    """Rows `(value at risk, churn probability, may contact)` of customers 0, 1, 2 and so on."""
    return pl.DataFrame(
        [(f"{number:03d}", *row) for number, row in enumerate(rows)],
        schema={
            "customer_id": pl.String,
            "value_at_risk": pl.Float64,
            "churn_probability": pl.Float64,
            "may_contact": pl.Boolean,
        },
        orient="row",
    ).with_columns(is_active=pl.lit(True))


def order(rows: list[Row], size: int = 100) -> list[str]:
    return rank(scores(rows), size=size).listed["customer_id"].to_list()


def test_the_greatest_value_at_risk_comes_first() -> None:
    assert order([(5.0, 0.9, True), (80.0, 0.1, True), (20.0, 0.5, True)]) == ["001", "002", "000"]


def test_ties_go_to_the_more_probable_and_then_to_the_smaller_id() -> None:
    assert order([(5.0, 0.2, True), (5.0, 0.9, True), (5.0, 0.2, True), (5.0, 0.9, True)]) == [
        "001",
        "003",
        "000",
        "002",
    ]


def test_who_may_not_be_contacted_is_left_out_and_unknown_consent_is_not() -> None:
    assert order([(9.0, 0.5, False), (5.0, 0.5, None), (7.0, 0.5, True)]) == ["002", "001"]


def test_counts_name_each_way_of_not_being_listed() -> None:
    rows = [
        (9.0, 0.5, False),
        (8.0, 0.5, True),
        (7.0, 0.5, None),
        (6.0, 0.5, True),
        (0.0, 0.5, True),
        (0.0, 0.5, False),
    ]
    assert rank(scores(rows), size=2).counts == {
        "population": 6,
        "listed": 2,
        "beyond_list_size": 1,
        "no_value_at_risk": 1,
        "not_active": 0,
        "no_consent": 2,
    }


@given(customers, st.integers(0, 40), st.randoms(use_true_random=False))
def test_everybody_is_counted_once_and_the_list_keeps_its_promises(rows: list[Row], size: int, random: object) -> None:
    table = scores(rows)
    ranked = rank(table, size=size)
    parts = [number for name, number in ranked.counts.items() if name != "population"]
    assert sum(parts) == ranked.counts["population"] == len(rows)
    assert min(parts) >= 0
    listed = ranked.listed
    assert listed.height == ranked.counts["listed"] <= size
    assert listed["rank"].to_list() == list(range(1, listed.height + 1))
    assert listed["customer_id"].is_unique().all()
    assert not listed["may_contact"].eq(False).any()
    assert (listed["value_at_risk"] > 0).all()
    assert listed["value_at_risk"].is_sorted(descending=True)
    mixed = table.sample(fraction=1, shuffle=True, seed=random.randrange(99))  # type: ignore[attr-defined]
    assert rank(mixed, size=size).listed.equals(listed)


@pytest.mark.parametrize(("size", "expected"), [(0, 0), (1, 1), (3, 3), (4, 3)])
def test_the_list_is_as_long_as_asked_for_or_as_there_are_customers(size: int, expected: int) -> None:
    assert len(order([(5.0, 0.5, True)] * 3, size=size)) == expected


def test_nobody_at_all_gives_an_empty_list_with_the_same_columns() -> None:
    assert rank(scores([]), size=5).listed.columns == rank(scores([(1.0, 0.5, True)]), size=5).listed.columns


def test_customers_who_are_not_active_are_counted_and_not_listed() -> None:
    some = scores([(5.0, 0.9, True), (80.25, 0.9, True)]).with_columns(is_active=pl.Series([True, False]))
    ranked = rank(some, size=5)
    assert ranked.listed["customer_id"].to_list() == ["000"]
    assert ranked.counts["not_active"] == 1
    assert ranked.counts["population"] == 2
