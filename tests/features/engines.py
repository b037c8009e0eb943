"""What do tests of the engines compare? A company of many random worlds and a log of some years, on each engine."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import Phase, given, settings

from data_contracts import contracts
from tests.features.tables import frame
from tests.features.worlds import KINDS, World, worlds

Place = tuple[date, str]

BY_HALF_AN_HOUR: Place = (date(2026, 4, 6), "Australia/Lord_Howe")
PLACES: tuple[Place, ...] = (
    (date(2026, 3, 30), "Europe/London"),
    (date(2026, 11, 2), "America/New_York"),
    BY_HALF_AN_HOUR,
    (date(2026, 3, 10), "Asia/Kathmandu"),
)
"""As-of dates and zones: three the day after a change of clocks (one by half an hour), one a quarter of an hour off."""


def company(place: Place, *, examples: int = 60, customers: int = 100) -> World:
    """Many small worlds and one long log in one: a customer of the n-th world is called "n/anna"."""
    return _together([*_random_worlds(place, examples), long_log(place, customers=customers)])


def _random_worlds(place: Place, examples: int) -> list[World]:
    drawn: list[World] = []

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(worlds(places=(place,)))
    def draw(world: World) -> None:
        drawn.append(world)

    draw()
    return drawn


def _together(parts: list[World]) -> World:
    def named(table: str) -> tuple[dict[str, Any], ...]:
        return tuple(_named(row, n) for n, part in enumerate(parts) for row in getattr(part, table))

    made = {table: named(table) for table in parts[0].tables}
    return World(**made, as_of=parts[0].as_of, time_zone=parts[0].time_zone)


def _named(row: dict[str, Any], world: int) -> dict[str, Any]:
    names = ("customer_id", "referred_by")
    return row | {name: f"{world}/{row[name]}" for name in names if row.get(name) is not None}


def long_log(place: Place, *, customers: int, seed: int = 7) -> World:
    """Two years of purchases, returns and talks, some at the very edges of local days, some recorded late."""
    chance = random.Random(seed)  # noqa: S311
    names = [f"c{number:03}" for number in range(customers)]
    bought = [_line(chance, place, name) for name in names for _ in range(chance.choice([1, 4, 30, 90]))]
    said = [_talk(chance, place, name) for name in names for _ in range(chance.choice([0, 2, 12]))]
    joined = [_person(chance, place, name, names) for name in names if chance.random() < 0.8]
    agreed = [_term(chance, place, name) for name in names for _ in range(chance.choice([0, 1, 6]))]
    rows = {"transactions": tuple(bought), "interactions": tuple(said), "customers": tuple(joined)}
    return World(**rows, subscriptions=tuple(agreed), as_of=place[0], time_zone=place[1])


def _line(chance: random.Random, place: Place, customer: str) -> dict[str, Any]:
    at, cents = _moment(chance, place), chance.choice([-2999, -250, 0, 1, 333, 1999, 1999, 4250, 125_000])
    return dict.fromkeys(contracts()["transactions"].column_names) | {
        "customer_id": customer,
        "occurred_at": at,
        "recorded_at": _later(chance, at),
        # A sum with three and more decimals: half-way cases of rounding included.
        "amount": cents / 100 * chance.choice([1, 1, 1.07, 1 / 3]),
        "order_id": chance.choice([None, f"order {at:%Y%m%d}", f"order {at:%Y%m}"]),
        "product_id": chance.choice([None, *(f"p{n}" for n in range(12))]),
        "category": chance.choice([None, "toys", "books", "食品"]),
        "quantity": chance.choice([None, 1.0, 2.0, 0.125]),
        "discount": chance.choice([None, 0.0, 0.1, 2.5]),
        "channel": chance.choice([None, "shop", "web"]),
    }


def _talk(chance: random.Random, place: Place, customer: str) -> dict[str, Any]:
    at = _moment(chance, place)
    return dict.fromkeys(contracts()["interactions"].column_names) | {
        "customer_id": customer,
        "occurred_at": at,
        "recorded_at": _later(chance, at),
        "kind": chance.choice(KINDS),
        "topic": chance.choice([None, "delivery", "price"]),
        "channel": chance.choice([None, "phone"]),
        "resolved_at": _later(chance, at),
        "reviewed_at": _later(chance, at),
        "satisfaction": chance.choice([None, 1.0, 3.5, 5.0]),
    }


def _term(chance: random.Random, place: Place, customer: str) -> dict[str, Any]:
    at = _moment(chance, place)
    return dict.fromkeys(contracts()["subscriptions"].column_names) | {
        "customer_id": customer,
        "subscription_id": chance.choice([None, "one", "two"]),
        "occurred_at": at,
        "recorded_at": _later(chance, at),
        "renews_at": chance.choice([None, at, at + timedelta(days=30), at + timedelta(days=364)]),
        "started_at": chance.choice([None, _moment(chance, place)]),
        "plan": chance.choice([None, "basic", "plus"]),
        "monthly_amount": chance.choice([None, 0.0, 9.99, 19.5]),
        "ended_at": chance.choice([None, None, _later(chance, at)]),
        "cancelled_at": _later(chance, at),
    }


def _person(chance: random.Random, place: Place, customer: str, names: list[str]) -> dict[str, Any]:
    return dict.fromkeys(contracts()["customers"].column_names) | {
        "customer_id": customer,
        "joined_at": chance.choice([None, _moment(chance, place)]),
        "referred_by": chance.choice([None, *names[:5]]),
        "acquisition_cost": chance.choice([None, 12.345, 0.0]),
    }


def _moment(chance: random.Random, place: Place) -> datetime:
    """Some moment of two years, often the first or last of a local day, up to a month after the as-of date."""
    day = place[0] - timedelta(days=int(chance.triangular(-30, 730, 20)))
    start = datetime.combine(day, time.min, tzinfo=ZoneInfo(place[1])).astimezone(UTC)
    beside = [timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1)]
    return start + chance.choice([*beside, *(timedelta(seconds=chance.randrange(86_400)) for _ in range(6))])


def _later(chance: random.Random, at: datetime) -> datetime | None:
    return chance.choice([None, at, at + timedelta(hours=chance.randrange(100)), at + timedelta(days=40)])


def on_duckdb(tables: Mapping[str, pl.LazyFrame], connection: Any) -> dict[str, Any]:
    """The tables as relations."""
    return {name: connection.from_arrow(rows.collect().to_arrow()) for name, rows in tables.items()}


def on_spark(tables: Mapping[str, pl.LazyFrame], session: Any) -> dict[str, Any]:
    """The tables as Spark DataFrames."""
    return {name: session.createDataFrame(rows.collect().to_arrow()) for name, rows in tables.items()}


def tables_of(world: World) -> dict[str, pl.LazyFrame]:
    """The world as contract tables, each held in memory."""
    return {name: frame(name, getattr(world, name)) for name in world.tables}


def differences(found: pl.DataFrame, expected: pl.DataFrame) -> list[tuple[str, str, float | None, float | None]]:
    """Customer, column, what was found and what was expected, where they differ by more than 1e-9 or in a null."""
    assert found.columns == expected.columns
    assert found["customer_id"].to_list() == expected["customer_id"].to_list()
    wrong = []
    for column in expected.columns[1:]:
        for customer, value, right in zip(expected["customer_id"], found[column], expected[column], strict=True):
            if not _same(value, right):
                wrong.append((customer, column, value, right))
    return wrong


def _same(value: float | None, right: float | None) -> bool:
    if value is None or right is None:
        return value is right
    return math.isclose(value, right, rel_tol=1e-9, abs_tol=1e-9)
