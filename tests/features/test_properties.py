"""What holds for every feature, whatever the history? Random worlds, and all declared features at once."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from features import feature_columns
from tests.features.reference import reference_snapshot
from tests.features.worlds import CUSTOMERS, PLACES, World, same_past, worlds

steady = settings(max_examples=40, deadline=None, derandomize=True, database=None)
in_utc = worlds(places=((date(2026, 3, 10), "UTC"),))


def bytes_of(made: pl.DataFrame) -> tuple[list[str], bytes]:
    """The snapshot to the last bit."""
    return made["customer_id"].to_list(), made.drop("customer_id").to_numpy().tobytes()


@steady
@given(worlds().flatmap(lambda world: st.tuples(st.just(world), same_past(world))))
def test_nothing_at_or_after_the_as_of_date_changes_any_feature(pair: tuple[World, World]) -> None:
    world, other = pair
    assert bytes_of(world.snapshot()) == bytes_of(other.snapshot())


@pytest.mark.slow
@steady
@given(worlds(), st.randoms(use_true_random=False))
def test_row_order_changes_no_bit_of_any_feature(world: World, random: Any) -> None:
    turned = {name: list(getattr(world, name)) for name in world.tables}
    for rows in turned.values():
        random.shuffle(rows)
    assert bytes_of(world.snapshot()) == bytes_of(world.with_rows(**turned).snapshot())


@steady
@given(worlds())
def test_a_customer_without_events_has_the_declared_missing_values(world: World) -> None:
    made = world.snapshot((*CUSTOMERS, "nobody")).filter(pl.col("customer_id") == "nobody")
    declared = {name: column.missing for name, column in feature_columns().items()}
    assert made.drop("customer_id").row(0, named=True) == declared


@steady
@given(worlds(), st.lists(st.sampled_from([*CUSTOMERS, "nobody", "", "NULL"]), unique=True))
def test_customers_out_are_the_customers_in_and_each_is_the_same_in_any_company(world: World, asked: list[str]) -> None:
    made = world.snapshot(tuple(asked))
    assert made["customer_id"].to_list() == sorted(asked)
    everyone = world.snapshot((*CUSTOMERS, "nobody", "", "NULL"))
    assert bytes_of(made) == bytes_of(everyone.filter(pl.col("customer_id").is_in(asked)))


def test_every_feature_equals_the_slow_reference() -> None:
    filled: set[str] = set()

    def compare(world: World) -> None:
        place = {"as_of": world.as_of, "time_zone": world.time_zone}
        rows = (world.transactions, world.interactions, world.customers, world.subscriptions)
        expected = reference_snapshot(*rows, customers=CUSTOMERS, **place)
        for found in world.snapshot().iter_rows(named=True):
            answers = expected[found["customer_id"]]
            wrong = [name for name, answer in answers.items() if not same(found[name], answer)]
            assert {name: (found[name], answers[name]) for name in wrong} == {}
            filled.update(name for name, column in feature_columns().items() if found[name] != column.missing)

    for number in range(4):  # mostly once; what is rare may want more worlds
        seed(number)(settings(steady, max_examples=80, derandomize=False)(given(worlds())(compare)))()
        if filled == set(feature_columns()):
            break
    assert filled == set(feature_columns()), "worlds in which a feature is always missing hold it to nothing"


def same(found: float | None, answer: float | None) -> bool:
    """Equal but for the last digits of a division; averages are rounded to millionths."""
    if found is None or answer is None:
        return found is answer
    return math.isclose(found, answer, rel_tol=1e-9, abs_tol=1e-6)


CALENDAR = timedelta(days=146_097)
"""400 years: a whole number of weeks, after which the calendar repeats itself."""


@pytest.mark.slow
@steady
@given(in_utc)
def test_when_the_calendar_repeats_itself_all_is_the_same_in_utc(world: World) -> None:
    def shifted(row: dict[str, Any]) -> dict[str, Any]:
        return {name: value + CALENDAR if isinstance(value, datetime) else value for name, value in row.items()}

    later = World(
        transactions=tuple(map(shifted, world.transactions)),
        interactions=tuple(map(shifted, world.interactions)),
        customers=tuple(map(shifted, world.customers)),
        subscriptions=tuple(map(shifted, world.subscriptions)),
        as_of=world.as_of + CALENDAR,
        time_zone="UTC",
    )
    assert bytes_of(world.snapshot()) == bytes_of(later.snapshot())


def test_the_reference_knows_every_column_and_no_other() -> None:
    made = reference_snapshot([], [], as_of=PLACES[0][0], time_zone="UTC", customers=["nobody"])
    assert set(made["nobody"]) == set(feature_columns())
