"""Which histories can a company have? Small random worlds of a few customers, crowded around every boundary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from data_contracts import contracts
from features import day_start, feature_columns, snapshot
from tests.features.tables import frame

CUSTOMERS = ("anna", "O'Neil; --", "客户 一")
FRIEND = "a friend who never bought"
PLACES = (
    (date(2026, 3, 10), "UTC"),
    (date(2026, 3, 30), "Europe/London"),
    (date(2026, 11, 2), "America/New_York"),
    (date(2026, 3, 10), "Asia/Shanghai"),
)
"""As-of dates and zones: two with a change of clocks on the day before."""
WINDOWS = sorted({column.days for column in feature_columns().values() if column.days})
KINDS = next(column for column in contracts()["interactions"].columns if column.name == "kind").one_of

Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class World:
    """All that ever happens, before and after the as-of date."""

    transactions: Rows
    interactions: Rows
    customers: Rows
    subscriptions: Rows
    as_of: date
    time_zone: str

    @property
    def start(self) -> datetime:
        """The moment at which the as-of date begins."""
        return day_start(self.as_of, time_zone=self.time_zone)

    @property
    def tables(self) -> dict[str, pl.LazyFrame]:
        """The world as contract tables."""
        return {
            "transactions": frame("transactions", self.transactions),
            "interactions": frame("interactions", self.interactions),
            "customers": frame("customers", self.customers),
            "subscriptions": frame("subscriptions", self.subscriptions),
        }

    def snapshot(self, customers: tuple[str, ...] = CUSTOMERS) -> pl.DataFrame:
        """What the pipeline says of these customers."""
        names = pl.DataFrame({"customer_id": list(customers)}, schema={"customer_id": pl.String()})
        return snapshot(self.tables, as_of=self.as_of, time_zone=self.time_zone, customers=names)

    def is_past(self, row: dict[str, Any]) -> bool:
        """Whether the row was there when the as-of date began."""
        return row["occurred_at"] < self.start and (row["recorded_at"] or row["occurred_at"]) < self.start

    def with_rows(self, **rows: Any) -> World:
        """The same place with another history in some of the tables."""
        return replace(self, **{name: tuple(each) for name, each in rows.items()})


@st.composite
def moments(draw: st.DrawFn, place: tuple[date, str], *, days: st.SearchStrategy[int]) -> datetime:
    """A moment at, or just beside, the local beginning of some day, or within it."""
    as_of, time_zone = place
    beginning = day_start(as_of - timedelta(days=draw(days)), time_zone=time_zone)
    beside = st.sampled_from([timedelta(0), timedelta(microseconds=-1), timedelta(seconds=1)])
    return beginning + draw(beside | st.integers(0, 23 * 60).map(lambda minutes: timedelta(minutes=minutes)))


def past_or_future_days() -> st.SearchStrategy[int]:
    """Days before the as-of date: around every window's edge, lately, anywhere; sometimes after it."""
    edges = [days + more for days in WINDOWS for more in (0, 1)]
    return st.integers(-3, 30) | st.sampled_from(edges) | st.integers(-40, 800)


def _delayed(draw: st.DrawFn, occurred_at: datetime, start: datetime) -> datetime | None:
    delay = st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=1, seconds=30), timedelta(days=20)])
    around = st.sampled_from([start, start - timedelta(microseconds=1)]).map(lambda moment: max(moment, occurred_at))
    return draw(st.none() | delay.map(lambda later: occurred_at + later) | around)


AMOUNTS = st.sampled_from([0.1, 0.2, 0.3, -0.1, -0.3, 10.0, -10.0, 0.0]) | st.integers(-2000, 9000).map(
    lambda cents: cents / 100
)


@st.composite
def transaction_lines(draw: st.DrawFn, place: tuple[date, str], days: st.SearchStrategy[int]) -> dict[str, Any]:
    """One line, bought or returned, of few orders, products, categories and channels."""
    occurred_at = draw(moments(place, days=days))
    return dict.fromkeys(contracts()["transactions"].column_names) | {
        "customer_id": draw(st.sampled_from(CUSTOMERS)),
        "occurred_at": occurred_at,
        "recorded_at": _delayed(draw, occurred_at, day_start(place[0], time_zone=place[1])),
        "amount": draw(AMOUNTS),
        "order_id": draw(st.none() | st.sampled_from(["o1", "o2", "o3"])),
        "product_id": draw(st.none() | st.sampled_from(["p1", "p2", "p3"])),
        "category": draw(st.none() | st.sampled_from(["toys", "books"])),
        "quantity": draw(st.none() | st.integers(-3, 3).map(float)),
        "discount": draw(st.none() | st.integers(0, 300).map(lambda cents: cents / 100)),
        "channel": draw(st.none() | st.sampled_from(["shop", "web"])),
    }


@st.composite
def talks(draw: st.DrawFn, place: tuple[date, str], days: st.SearchStrategy[int]) -> dict[str, Any]:
    """One interaction; perhaps resolved, reviewed, answered."""
    occurred_at, start = draw(moments(place, days=days)), day_start(place[0], time_zone=place[1])
    resolved_at = _delayed(draw, occurred_at, start)
    return dict.fromkeys(contracts()["interactions"].column_names) | {
        "customer_id": draw(st.sampled_from(CUSTOMERS)),
        "occurred_at": occurred_at,
        "recorded_at": _delayed(draw, occurred_at, start),
        "kind": draw(st.sampled_from(["visit", "visit", "complaint", "complaint", *KINDS])),
        "topic": draw(st.sampled_from([None, "delivery", "delivery", "delivery", "price"])),
        "resolved_at": resolved_at,
        "reviewed_at": resolved_at,
        "satisfaction": draw(st.none() | st.integers(2, 10).map(lambda halves: halves / 2)),
    }


@st.composite
def joined(draw: st.DrawFn, place: tuple[date, str], days: st.SearchStrategy[int]) -> Rows:
    """The customers table: some of the customers and a friend of theirs, perhaps brought by one of them."""
    names = draw(st.lists(st.sampled_from([*CUSTOMERS, FRIEND]), unique=True))
    blank = dict.fromkeys(contracts()["customers"].column_names)
    return tuple(
        blank
        | {
            "customer_id": name,
            "joined_at": draw(st.none() | moments(place, days=days)),
            "referred_by": draw(st.none() | st.sampled_from(CUSTOMERS)),
            "acquisition_cost": draw(st.none() | st.integers(0, 9000).map(lambda cents: cents / 100)),
        }
        for name in names
    )


@st.composite
def terms(draw: st.DrawFn, place: tuple[date, str], days: st.SearchStrategy[int]) -> dict[str, Any]:
    """One term of few subscriptions and plans, perhaps ended early, perhaps with an announcement."""
    occurred_at, start = draw(moments(place, days=days)), day_start(place[0], time_zone=place[1])
    length = st.sampled_from([0, 1, 30, 364]).map(lambda days: occurred_at + timedelta(days=days))
    around = st.sampled_from([start, start - timedelta(microseconds=1)]).map(lambda moment: max(moment, occurred_at))
    return dict.fromkeys(contracts()["subscriptions"].column_names) | {
        "customer_id": draw(st.sampled_from(CUSTOMERS)),
        "occurred_at": occurred_at,
        "recorded_at": _delayed(draw, occurred_at, start),
        "subscription_id": draw(st.sampled_from(["s1", "s1", None])),
        "renews_at": draw(st.none() | length | length | around | moments(place, days=st.integers(-400, 0))),
        "started_at": draw(st.none() | moments(place, days=days)),
        "plan": draw(st.sampled_from(["basic", "plus", None])),
        "monthly_amount": draw(st.sampled_from([1.0, 2.0, 0.1, None])),
        "ended_at": draw(st.none() | around | moments(place, days=st.integers(-40, 0))),
        "cancelled_at": _delayed(draw, occurred_at, start),
    }


@st.composite
def worlds(draw: st.DrawFn, places: tuple[tuple[date, str], ...] = PLACES) -> World:
    """Up to two dozen lines, sixteen interactions and eight terms of a few customers, some in the customers table."""
    place = draw(st.sampled_from(places))
    days = past_or_future_days()
    fewest = draw(st.sampled_from([0, 3, 10]))
    return World(
        transactions=tuple(draw(st.lists(transaction_lines(place, days), min_size=fewest, max_size=24))),
        interactions=tuple(draw(st.lists(talks(place, days), min_size=fewest, max_size=16))),
        customers=draw(joined(place, days)),
        subscriptions=tuple(draw(st.lists(terms(place, days), min_size=fewest // 2, max_size=8))),
        as_of=place[0],
        time_zone=place[1],
    )


@st.composite
def same_past(draw: st.DrawFn, world: World) -> World:
    """Another world with the same past: rows of its future are dropped, corrupted and added."""
    place, later = (world.as_of, world.time_zone), st.integers(-40, -1)
    kept = [[row for row in rows if world.is_past(row)] for rows in (world.transactions, world.interactions)]
    corrupt = [_corrupted(row) for row in world.transactions if not world.is_past(row) and draw(st.booleans())]
    said = [_corrupted(row) for row in world.interactions if not world.is_past(row) and draw(st.booleans())]
    added = draw(st.lists(transaction_lines(place, later), max_size=4))
    heard = draw(st.lists(talks(place, later), max_size=4))
    resolved = [_otherwise_resolved(row, world, forget=draw(st.booleans())) for row in kept[1]]
    return world.with_rows(
        transactions=[*kept[0], *corrupt, *added],
        interactions=[*resolved, *said, *heard],
        customers=_otherwise_joined(draw, world),
        subscriptions=[*_otherwise_ended(draw, world), *draw(st.lists(terms(place, later), max_size=4))],
    )


def _otherwise_ended(draw: st.DrawFn, world: World) -> list[dict[str, Any]]:
    """A term that was there could end otherwise from then on; what was announced of it is never a matter."""
    past = [row for row in world.subscriptions if world.is_past(row)]
    ends = st.none() | st.just(world.start) | st.just(world.start + timedelta(days=3))
    changed = [row | {"cancelled_at": draw(ends | st.just(row["occurred_at"]))} for row in past]
    is_open = [row["ended_at"] is None or row["ended_at"] >= world.start for row in past]
    return [row | ({"ended_at": draw(ends)} if still else {}) for row, still in zip(changed, is_open, strict=True)]


def _otherwise_joined(draw: st.DrawFn, world: World) -> list[dict[str, Any]]:
    """Who joins later could join otherwise or not at all, and be brought by others; so could who was never seen."""
    seen = {row["customer_id"] for row in world.transactions if world.is_past(row)}
    rows = [row for row in world.customers if row["joined_at"] is None or row["joined_at"] < world.start]
    wrong = {"acquisition_cost": 1e6, "referred_by": CUSTOMERS[0]}
    never = [row for row in rows if row["joined_at"] is None and row["customer_id"] not in seen]
    later = [row | wrong for row in world.customers if row not in rows and draw(st.booleans())]
    joins = world.start + draw(st.sampled_from([timedelta(0), timedelta(1)]))
    more = dict.fromkeys(contracts()["customers"].column_names) | {"customer_id": "joins later", "joined_at": joins}
    return [*(row | wrong if row in never else row for row in rows), *later, more | wrong]


def _corrupted(row: dict[str, Any]) -> dict[str, Any]:
    wrong = {"amount": 1e6, "order_id": "o1", "category": "corrupted", "kind": "complaint", "satisfaction": 1.0}
    return row | {name: value for name, value in wrong.items() if name in row} | {"customer_id": CUSTOMERS[0]}


def _otherwise_resolved(row: dict[str, Any], world: World, *, forget: bool) -> dict[str, Any]:
    """What was filled in at or after the as-of date could have been filled in otherwise, or never."""
    later = {n: None if forget else world.start + timedelta(days=3) for n in ("resolved_at", "reviewed_at")}
    unknown = {n: value for n, value in later.items() if row[n] is None or row[n] >= world.start}
    waits = row["kind"] in ("complaint", "enquiry") and "resolved_at" in unknown
    return row | unknown | ({"satisfaction": 5.0} if waits else {})
