"""Which events can a feature speak of? Event tables made from the tables of the contracts, cut at the as-of date."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from data_contracts import contracts
from features._time import Frame, day_start, known_before

MONEY_DECIMALS = 4
"""Amounts and their sums are rounded to ten-thousandths, so that a sum does not depend on the order of its terms."""


class UnknownColumn(Exception):
    """A definition names a column that its event table does not have."""


@dataclass(frozen=True, slots=True)
class Events:
    """One kind of event: `events.amount` is its column `amount`, checked when the expression is built."""

    name: str
    table: str
    grain: str
    columns: tuple[str, ...]

    def __getattr__(self, column: str) -> nw.Expr:
        if column.startswith("__"):
            raise AttributeError(column)
        if column not in self.columns:
            close = difflib.get_close_matches(column, self.columns, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise UnknownColumn(f"{self.name} has no column {column!r}.{hint} It has {', '.join(self.columns)}.")
        return nw.col(column)

    def within(self, days: int) -> nw.Expr:
        """True for events in the last `days` days before the as-of date."""
        return nw.col("age_days") <= days


def _columns_of(table: str, *more: str) -> tuple[str, ...]:
    return (*contracts()[table].column_names, "age_days", "local_on", *more)


lines = Events(
    name="lines",
    table="transactions",
    grain="one row per line of a receipt known before the as-of date",
    columns=_columns_of("transactions", "order_key"),
)
_ORDER_COLUMNS = ("customer_id", "order_key", "occurred_at", "local_on", "age_days", "amount", "discount", "quantity")
orders = Events(
    name="orders",
    table="transactions",
    grain="one row per order (or per customer and day when the source names no orders)",
    columns=_ORDER_COLUMNS,
)
purchases = Events(
    name="purchases",
    table="transactions",
    grain="one row per order with a positive net amount",
    columns=(*_ORDER_COLUMNS, "gap_days"),
)
returns = Events(
    name="returns",
    table="transactions",
    grain="one row per returned line (negative amount)",
    columns=lines.columns,
)
interactions = Events(
    name="interactions",
    table="interactions",
    grain="one row per interaction known before the as-of date",
    columns=_columns_of("interactions"),
)
complaints = Events(
    name="complaints",
    table="interactions",
    grain="one row per complaint known before the as-of date",
    columns=(*interactions.columns, "is_open", "open_hours", "resolution_hours"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """From where we look: the as-of date and the business time zone."""

    as_of: date
    time_zone: str


def _lines(tables: Mapping[str, Frame], moment: Moment) -> Frame:
    known = known_before(tables["transactions"], as_of=moment.as_of, time_zone=moment.time_zone)
    return with_order_key(known)


def with_order_key(lines_with_day: Frame) -> Frame:
    """Adds `order_key`: the order's own id, or the day where the source names none; numbers in ten-thousandths."""
    day = nw.concat_str(nw.lit("day "), nw.col("local_on").cast(nw.String))
    return lines_with_day.with_columns(
        nw.col("amount", "discount", "quantity").round(MONEY_DECIMALS),
        order_key=nw.when(nw.col("order_id").is_null()).then(day).otherwise(nw.col("order_id")),
    )


def orders_of(lines_with_key: Frame) -> Frame:
    """One row per customer and order: net amount, pieces, discount, and the moment of its first line."""
    return lines_with_key.group_by("customer_id", "order_key").agg(
        nw.col("occurred_at").min(),
        nw.col("local_on").min(),
        nw.col("amount").sum().round(MONEY_DECIMALS),
        nw.col("discount").sum().round(MONEY_DECIMALS),
        nw.col("quantity").sum().round(MONEY_DECIMALS),
    )


def _orders(tables: Mapping[str, Frame], moment: Moment) -> Frame:
    made = orders_of(_lines(tables, moment))
    return made.with_columns(age_days=(nw.lit(moment.as_of) - nw.col("local_on")).dt.total_minutes() // (24 * 60))


def _purchases(tables: Mapping[str, Frame], moment: Moment) -> Frame:
    bought = _orders(tables, moment).filter(nw.col("amount") > 0)
    previous = nw.col("age_days").shift(1).over("customer_id", order_by=["local_on", "order_key"])
    return bought.with_columns(gap_days=previous - nw.col("age_days"))


def _returns(tables: Mapping[str, Frame], moment: Moment) -> Frame:
    return _lines(tables, moment).filter(nw.col("amount") < 0)


def _interactions(tables: Mapping[str, Frame], moment: Moment) -> Frame:
    return known_before(tables["interactions"], as_of=moment.as_of, time_zone=moment.time_zone)


def _complaints(tables: Mapping[str, Frame], moment: Moment) -> Frame:
    start = nw.lit(day_start(moment.as_of, time_zone=moment.time_zone))
    made = _interactions(tables, moment).filter(nw.col("kind") == "complaint")
    return made.with_columns(
        is_open=nw.col("resolved_at").is_null(),
        open_hours=nw.when(nw.col("resolved_at").is_null()).then(_hours(start - nw.col("occurred_at"))),
        resolution_hours=_hours(nw.col("resolved_at") - nw.col("occurred_at")),
    )


def _hours(duration: nw.Expr) -> nw.Expr:
    return duration.dt.total_seconds() / 3600


_MAKERS: dict[str, Callable[[Mapping[str, Frame], Moment], Frame]] = {
    "lines": _lines,
    "orders": _orders,
    "purchases": _purchases,
    "returns": _returns,
    "interactions": _interactions,
    "complaints": _complaints,
}


def event_rows(events: Events, tables: Mapping[str, pl.LazyFrame], *, as_of: date, time_zone: str) -> Frame:
    """The rows of an event table as known before `as_of` began in `time_zone`.

    `tables` maps contract tables to lazy frames with their columns. Raises KeyError when the table is absent.
    """
    wrapped = {name: nw.from_native(frame) for name, frame in tables.items()}
    return _MAKERS[events.name](wrapped, Moment(as_of=as_of, time_zone=time_zone))
