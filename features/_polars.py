"""How is a snapshot computed on one machine? Polars reads, arrays add up: as fast as the log can be read, almost.

The log is read once for any number of as-of dates and spread over buckets of customers (`_buckets`); each bucket gives
sorted event tables as of each date (`_history`), and running sums give the features (`_sums`). What the fast path does
not know (a feature of single lines, a narwhals aggregate of one's own, more customers than it has room for) is left to
the portable path, which every engine shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from features._aggregate import Aggregate, Compound, Summary
from features._buckets import (
    CODE_BITS,
    LINES_PER_BUCKET,
    ROWS_PER_BATCH,
    THREADS,
    Codes,
    Spread,
    TooWide,
    held,
    line_numbers,
    spread,
)
from features._engine import Native, rows_of, shifts_of
from features._events import Events
from features._feature import FeatureColumn
from features._history import KIND_TABLES, History, history
from features._makers import complaints_of, interactions_of
from features._sums import Table, expressions_of
from features._time import Frame, Shifts, day_number, day_start, is_known_before, known_before, micros

Columns = Mapping[Events, Sequence[FeatureColumn]]

IS_BUYER = "has a line known before the as-of date"

_BOUGHT = ("receipts", "purchases", *KIND_TABLES)
_SAID = ("interactions", "complaints")
_UNKNOWN_HERE = {"customer_id", "order_key", "product_id", "category", "channel"}
"""Columns of the tables of purchases that the fast path does not keep."""


def is_fast(column: FeatureColumn) -> bool:
    """Whether the fast path can compute a column of events."""
    events, summary = column.feature.of, column.summary
    if events is None or events.name not in (*_BOUGHT, *_SAID) or not isinstance(summary, Aggregate | Compound):
        return False
    return events.name in _SAID or not named_columns(summary) & _UNKNOWN_HERE


def named_columns(summary: Summary) -> set[str]:
    """The columns of the event table that a summary speaks of."""
    return {name for part in expressions_of(summary) for name in re.findall(r"col\(([^()]*)\)", repr(part))}


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


class Log:
    """The transactions and interactions of a company, read once, as of any of some dates."""

    def __init__(
        self, tables: Mapping[str, Native], columns: Columns, *, as_of: Sequence[date], time_zone: str
    ) -> None:
        self.columns = columns
        self.last = Moment(max(as_of), time_zone)
        self.time_zone = time_zone
        bits = _bits(tables["transactions"])
        self.codes = Codes(bits)
        asked = {events.name for events in columns}
        self.lines = Spread(
            self.codes, tuple(kind for name, kind in KIND_TABLES.items() if name in asked), base=self.last.number
        )
        self._read_lines(tables["transactions"])
        self.talks: list[list[pl.DataFrame]] = [[] for _ in range(1 << bits)]
        self.shifts: Shifts = ((0, 0),)
        self.nothing_said = pl.DataFrame()
        if asked & set(_SAID):
            self._read_talks(tables["interactions"])

    def _known(self, native: Native, table: str) -> tuple[Frame, Shifts]:
        rows = rows_of(native, table)
        shifts = shifts_of(rows, time_zone=self.time_zone, until=self.last.as_of)
        return rows.filter(is_known_before(self.last.start)), shifts

    def _read_lines(self, native: Native) -> None:
        known, shifts = self._known(native, "transactions")
        kinds = {name: pl.Categories.random() for name in self.lines.kinds}
        holding = [held(categories) for categories in kinds.values()]
        spread(_batches(line_numbers(known, shifts=shifts, kinds=kinds)), self.lines.add)
        del holding

    def _read_talks(self, native: Native) -> None:
        rows, self.shifts = self._known(native, "interactions")
        known: pl.LazyFrame = rows.to_native()
        there = set(known.collect_schema().names())
        needed = {"customer_id", "kind", "occurred_us", "recorded_us", "resolved_us", "resolved_at", "satisfaction"}
        for events, columns in self.columns.items():
            if events.name in _SAID:
                needed |= {name for column in columns for name in named_columns(column.summary)}  # type: ignore[arg-type]
        needed |= {f"{name[:-3]}_{clock}" for name in needed if name[-3:] in ("_at", "_us") for clock in ("at", "us")}
        text = [_category(name) for name in ("kind", "channel", "topic") if name in needed & there]
        chosen = known.select(sorted(needed & there)).with_columns(text)
        self.nothing_said = pl.DataFrame(schema=chosen.collect_schema() | {"customer_id": pl.Int32()})
        spread(_batches(chosen), self._add_talks)

    def _add_talks(self, batch: pl.DataFrame) -> None:
        place = self.codes.places(batch["customer_id"])
        bits = self.codes.bits
        number = (place & np.uint64((1 << (CODE_BITS - bits)) - 1)).astype(np.int32)
        bucket = (place >> np.uint64(CODE_BITS - bits)).astype(np.int32)
        dealt = batch.with_columns(customer_id=pl.Series(number), bucket=pl.Series(bucket))
        for (key,), part in dealt.partition_by("bucket", as_dict=True, include_key=False, maintain_order=True).items():
            self.talks[int(key)].append(part)

    def parts(self, as_of: Sequence[date]) -> Iterator[pl.DataFrame]:
        """For each date, one row per customer with a known event: `customer_id`, the columns asked for, `IS_BUYER`.

        The rows are in no order. A column is null for a customer without such events.
        """
        histories: list[History | None] = [None] * (1 << self.codes.bits)
        with ThreadPoolExecutor(THREADS) as pool:
            for place, day in enumerate(as_of):
                moment, is_last = Moment(day, self.time_zone), place == len(as_of) - 1

                def one(bucket: int, moment: Moment = moment, is_last: bool = is_last) -> pl.DataFrame:
                    made = histories[bucket] or history(self.lines.bucket(bucket), self.codes)
                    histories[bucket] = None if is_last else made
                    return self._of_bucket(bucket, made, moment)

                yield pl.concat(pool.map(one, range(len(histories))))

    def _of_bucket(self, bucket: int, made: History, moment: Moment) -> pl.DataFrame:
        names = self.codes.names(bucket)
        asked = {events.name for events in self.columns} | {"receipts"}
        tables = made.tables(asked, as_of=moment.number, base=self.last.number, customers=len(names))
        tables |= self._said(bucket, moment, asked, len(names))
        has_rows = {name: np.diff(table.starts) > 0 for name, table in tables.items()}
        is_known = np.logical_or.reduce(list(has_rows.values()))
        found = [names.filter(pl.Series(is_known)).alias("customer_id")]
        found.append(pl.Series(IS_BUYER, has_rows["receipts"][is_known]))
        for events, columns in self.columns.items():
            table, without = tables[events.name], ~has_rows[events.name]
            table.prepare(part for column in columns for part in expressions_of(column.summary))  # type: ignore[arg-type]
            for column in columns:
                values = table.summed(column.summary)  # type: ignore[arg-type]
                values[without] = np.nan
                found.append(pl.Series(column.name, values[is_known]))
        return pl.DataFrame(found).with_columns(pl.col(pl.Float64).fill_nan(None))

    def _said(self, bucket: int, moment: Moment, asked: set[str], customers: int) -> dict[str, Table]:
        if not asked & set(_SAID):
            return {}
        parts = self.talks[bucket] or [self.nothing_said]
        rows = nw.from_native(pl.concat(parts).lazy())
        known = known_before(rows, as_of=moment.as_of, time_zone=self.time_zone, shifts=self.shifts)
        made = {"interactions": interactions_of(known), "complaints": complaints_of(known, start=moment.start)}
        return {name: _talk_table(frame, customers) for name, frame in made.items() if name in asked}


def _category(name: str) -> pl.Expr:
    """A text column of few values: numbers inside, compared by its words. One type for all batches."""
    return pl.col(name).cast(pl.Categorical(pl.Categories("interactions", name)))


def _talk_table(frame: Any, customers: int) -> Table:
    rows: pl.DataFrame = frame.to_native().sort("customer_id", "day").collect(engine="in-memory")
    plain: dict[str, Any] = {
        name: rows[name] if rows[name].null_count() or not _is_number(rows[name]) else rows[name].to_numpy()
        for name in rows.columns
    }
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows["customer_id"].to_numpy(), minlength=customers))))
    return Table(plain, starts, by_day=True)


def _is_number(series: pl.Series) -> bool:
    return series.dtype.is_numeric() or series.dtype == pl.Boolean


def _batches(rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    return rows.collect_batches(chunk_size=ROWS_PER_BATCH, maintain_order=True)


def _bits(native: Native) -> int:
    """How many bits of buckets a log needs, so that a bucket has no more lines than a batch."""
    frame: pl.LazyFrame = nw.from_native(native).lazy().to_native()
    lines = frame.select(pl.len()).collect().item()
    return int(lines // LINES_PER_BUCKET).bit_length()


__all__ = ["IS_BUYER", "Log", "TooWide", "is_fast"]
