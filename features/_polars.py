"""How is a snapshot computed on one machine? Polars reads, compiled loops add up: almost as fast as the log is read.

The log is read once for any number of as-of dates and spread over buckets of customers (`_buckets`, `_talks`); each
bucket gives event tables as of each date (`_history`), and one loop over their rows gives the features (`_sums`). What
the fast path does not know (a feature of single lines, a narwhals aggregate of one's own, numbers without end) is left
to the portable path, which every engine shares.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from features._aggregate import Aggregate, Compound, named_in
from features._buckets import LINES_PER_BUCKET, THREADS, Spread, TooWide, plain_lines, spread
from features._compiled import compiled, is_kept
from features._engine import Native, rows_of
from features._events import Events
from features._feature import FeatureColumn
from features._history import KIND_TABLES, History, history
from features._room import Room, Rooms
from features._sums import Programme, Table, expressions_of, parts_of
from features._talks import KNOWN_HERE, NO_NUMBERS, SAID, Talks, plain_talks
from features._time import Frame, Shifts, day_number, day_start, is_known_before, micros, zone_shifts

logger = logging.getLogger(__name__)

Array = npt.NDArray[Any]
Columns = Mapping[Events, Sequence[FeatureColumn]]

IS_BUYER = "has a line known before the as-of date"

_BOUGHT = ("receipts", "purchases")
_UNKNOWN_HERE = {"customer_id", "order_key", "product_id", "category", "channel"}
"""Columns of the tables of purchases that the fast path does not keep."""

_BY_THE_ONE_BEFORE = {"gap_days", "is_new_day", "is_new_week"}
_DIFFERENT_WITHIN_A_DAY = {"hour", "amount", "discount", "quantity", "line_count"}

_LONG_AGO = date(1900, 1, 1)


def is_fast(column: FeatureColumn) -> bool:
    """Whether the fast path can compute a column of events, and would say what the portable one says."""
    events, summary = column.feature.of, column.summary
    if events is None or not isinstance(summary, Aggregate | Compound):
        return False
    expressions = expressions_of(summary)
    if not all(_is_readable(expression) for expression in expressions):
        return False
    named = {name for expression in expressions for name in named_in(expression)}
    if events.name in SAID:
        return named <= KNOWN_HERE and all(_is_number(part) for part in parts_of(summary))
    if events.name == "purchases" and any(_asks_for_an_order_within_days(part) for part in parts_of(summary)):
        return False
    return events.name in (*_BOUGHT, *KIND_TABLES) and not named & _UNKNOWN_HERE


def _is_readable(expression: nw.Expr) -> bool:
    """Whether the text of an expression says all of it: its columns, and constants that are not cut short."""
    text = repr(expression)
    is_cut_short = any(sign in text for sign in ("...", "…", "horizontal"))
    return bool(named_in(expression)) and not is_cut_short and not re.search(r"col\([^()]*,", text)


def _is_number(part: Aggregate) -> bool:
    """Whether the value is a number; different texts and times can be counted, but not added or compared here."""
    return part.value is None or part.kind == "distinct" or not named_in(part.value) & NO_NUMBERS


def _asks_for_an_order_within_days(part: Aggregate) -> bool:
    """Whether it matters which purchase of a day comes first: the two paths have different answers."""
    named = {name for expression in expressions_of(part) for name in named_in(expression)}
    return bool(named & _BY_THE_ONE_BEFORE) and bool(named & _DIFFERENT_WITHIN_A_DAY)


@dataclass(frozen=True)
class Moment:
    """An as-of date with the beginning of its day."""

    as_of: date
    time_zone: str

    @property
    def start(self) -> int:
        """Microseconds since 1970 at which the day begins."""
        return micros(day_start(self.as_of, time_zone=self.time_zone))

    @property
    def number(self) -> int:
        """The day as a number."""
        return day_number(self.as_of)


@dataclass(frozen=True)
class _Bucket:
    """What is kept of some customers' log: lines and interactions, each sorted."""

    bought: History
    said: tuple[Array, Array] | None


@dataclass(frozen=True)
class _Made:
    """A row for each feature and a column for each customer; and who of them is known, and who bought."""

    values: Array
    known: Array

    def of(self, begin: int, end: int) -> _Made:
        """Those of some of the customers, in the same memory."""
        return _Made(self.values[:, begin:end], self.known[:, begin:end])


class Log:
    """The transactions and interactions of a company, read once, as of any of some dates."""

    def __init__(
        self, tables: Mapping[str, Native], columns: Columns, *, as_of: Sequence[date], time_zone: str
    ) -> None:
        if not is_kept():
            logger.warning("compiling the loops that sum up events, once on this machine: about half a minute")
        self.columns = columns
        self.last = Moment(max(as_of), time_zone)
        self.time_zone = time_zone
        asked = {events.name for events in columns}
        self._kinds = tuple(name for name in KIND_TABLES if name in asked)
        bits, shifts = _bits(tables["transactions"]), clocks(self.last)
        self.lines = Spread(tuple(KIND_TABLES[name] for name in self._kinds), bits=bits, shifts=shifts)
        _read(plain_lines(self._known(tables, "transactions"), self.lines.kinds), self.lines)
        self.talks = Talks(self.lines.customers, bits=bits, shifts=shifts) if asked & set(SAID) else None
        if self.talks:
            _read(plain_talks(self._known(tables, "interactions")), self.talks)
        self._programmes: dict[Events, Programme] = {}
        self._places = {column.name: place for place, column in enumerate(c for cs in columns.values() for c in cs)}

    def _known(self, tables: Mapping[str, Native], table: str) -> Frame:
        return rows_of(tables[table], table).filter(is_known_before(self.last.start))

    def parts(self, as_of: Sequence[date]) -> Iterator[pl.DataFrame]:
        """For each date, one row per customer with a known event: `customer_id`, `IS_BUYER`, the columns asked for.

        The rows are in the order of `customer_id`. A column is null, or what its feature says of a customer without
        such events.
        """
        names = self.lines.customers.texts()
        order = names.arg_sort()
        sorted_names = names.gather(order).alias("customer_id")
        counts = [self.lines.customer_count(bucket) for bucket in range(1 << self.lines.bits)]
        begins = np.cumsum([0, *counts])
        number = order.to_numpy().astype(np.int64)
        places = begins[number & ((1 << self.lines.bits) - 1)] + (number >> self.lines.bits)
        kept: list[_Bucket | None] = [None] * len(counts)
        rooms = Rooms()
        with ThreadPoolExecutor(THREADS) as pool:
            for place, day in enumerate(as_of):
                moment, is_last = Moment(day, self.time_zone), place == len(as_of) - 1
                made = _Made(np.empty((len(self._places), len(names))), np.zeros((2, len(names)), dtype=np.bool_))

                def one(number: int, moment: Moment = moment, made: _Made = made, is_last: bool = is_last) -> None:
                    bucket = kept[number] or self._bucket(number, rooms.mine() if is_last else Room(lends=False))
                    kept[number] = None if is_last else bucket
                    self._add_up(bucket, moment, rooms.mine(), made.of(begins[number], begins[number + 1]))

                list(pool.map(one, range(len(kept))))
                list(pool.map(lambda values: _in_order(values, places), made.values))
                yield self._frame(sorted_names, made.values, made.known[:, places])

    def _bucket(self, number: int, room: Room) -> _Bucket:
        customers = self.lines.customer_count(number)
        said = self.talks.bucket(number, customers, room) if self.talks else None
        return _Bucket(history(self.lines.bucket(number, room), customers, room), said)

    def _add_up(self, bucket: _Bucket, moment: Moment, room: Room, to: _Made) -> None:
        """Puts the features of a bucket's customers, and who of them is known, into `to`."""
        tables = bucket.bought.receipts_and_purchases(moment.number, room)
        counts = self.lines.kind_counts()
        for place, name in enumerate(self._kinds):
            tables[name] = bucket.bought.kinds_bought(place, int(counts[place]), moment.number, room)
        if self.talks and bucket.said:
            tables |= self.talks.tables(bucket.said, as_of=moment.number, start=moment.start, room=room)
        has_rows = {name: np.diff(table.starts) > 0 for name, table in tables.items()}
        to.known[0] = np.logical_or.reduce(list(has_rows.values()))
        to.known[1] = has_rows["receipts"]
        for events, columns in self.columns.items():
            programme = self._programme(events, tables[events.name])
            for column, values in zip(columns, programme.run(tables[events.name], room), strict=True):
                missing = np.nan if column.missing is None else float(column.missing)
                _put(values, missing, to.values[self._places[column.name]])

    def _programme(self, events: Events, table: Table) -> Programme:
        if events not in self._programmes:
            summaries = [column.summary for column in self.columns[events]]
            self._programmes[events] = Programme(summaries, table)  # type: ignore[arg-type]
        return self._programmes[events]

    def _frame(self, names: pl.Series, found: Array, known: Array) -> pl.DataFrame:
        columns = [names, pl.Series(IS_BUYER, known[1])]
        columns += [_column(name, found[place]) for name, place in self._places.items()]
        made = pl.DataFrame(columns)
        return made if known[0].all() else made.filter(pl.Series(known[0]))


@compiled
def _put(values: Array, missing: float, to: Array) -> None:
    """Copies values; none is infinite, and a zero has no sign."""
    for customer in range(len(values)):
        value = values[customer]
        to[customer] = value + 0.0 if np.isfinite(value) else missing


def _in_order(values: Array, places: Array) -> None:
    """Brings values into the order of `places`, in the same memory: new memory costs more than the work."""
    values[:] = values.take(places)


def _column(name: str, values: Array) -> pl.Series:
    """A column of floats, null where NaN; the values are not copied."""
    known = np.packbits(~np.isnan(values), bitorder="little")
    arrow = pa.Array.from_buffers(pa.float64(), len(values), [pa.py_buffer(known), pa.py_buffer(values)])
    made = pl.from_arrow(arrow)
    return made.alias(name)  # type: ignore[union-attr]


def clocks(moment: Moment) -> Shifts:
    """All changes of the business's clocks until the end of the year after a moment, whenever the log begins."""
    return zone_shifts(moment.time_zone, first=_LONG_AGO, last=date(moment.as_of.year + 1, 12, 31))


def _read(rows: pl.LazyFrame, into: Spread | Talks) -> None:
    spread(_batches(rows), into.add)


def _batches(rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    return rows.collect_batches(maintain_order=True)


def _bits(native: Native) -> int:
    """How many bits of buckets a log needs, so that a bucket has no more lines than it should."""
    frame: pl.LazyFrame = nw.from_native(native).lazy().to_native()
    lines = frame.select(pl.len()).collect().item()
    return int(lines // LINES_PER_BUCKET).bit_length()


__all__ = ["IS_BUYER", "Log", "TooWide", "is_fast"]
