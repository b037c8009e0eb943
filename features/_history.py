"""What did some customers do until a day? Event tables of one bucket, customer by customer and day by day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from features._buckets import (
    AMOUNT,
    DISCOUNT,
    HALF,
    LOW,
    ORDER,
    PAID,
    QUANTITY,
    SOME,
    WHEN,
    WHOSE,
    WIDTH,
    Lines,
)
from features._compiled import compiled
from features._loops import NONE
from features._room import Room
from features._sums import Table
from features._time import calendar_facts

Array = npt.NDArray[Any]

KIND_TABLES = {"products": "product_id", "categories": "category", "channels": "channel"}

_RECEIPT = (
    *("age_days", "day", "hour", "line_count", "returned_line_count"),
    *("amount", "discount", "quantity", "paid", "returned"),
)
_PURCHASE = (
    *("age_days", "day", "hour", "line_count", "gap_days", "amount", "discount", "quantity"),
    *("weekday", "day_of_month", "is_month_end", "is_new_day", "is_new_week", "is_first_day", "is_last_day"),
)
_KIND = ("age_days", "first_age_days", "line_count")
_MONEY = frozenset(("amount", "discount", "quantity", "paid", "returned"))
_YES_OR_NO = frozenset(name for name in _PURCHASE if name.startswith("is_"))
_PARTLY = frozenset(("gap_days",))
_WEEK = 7


@dataclass(frozen=True, slots=True)
class History:
    """A bucket's lines, customer by customer in the order of hours.

    `runs` is the matrix of runs, `starts` says where each customer's begin, `first` which run is the first of the same
    order. `kinds` has a row for each line bought, in the order of the runs, and a column for each kind.
    """

    runs: Array
    starts: Array
    first: Array
    kinds: Array

    def receipts_and_purchases(self, as_of: int, room: Room) -> dict[str, Table]:
        """The tables of receipts and of purchases, as known before the day `as_of`."""
        count = len(self.runs)
        earliest, facts = calendar(self.runs, as_of)
        receipts = room.matrix("receipts", len(_RECEIPT), count)
        purchases = room.matrix("purchases", len(_PURCHASE), count)
        scratch, of_order = room.matrix("orders", 5, count), room.matrix("of order", 2, count)
        history = self.runs, self.starts, self.first
        starts = _bought(history, as_of, (earliest, facts), (scratch, of_order), receipts, purchases)
        return {
            "receipts": Table(_RECEIPT, receipts, starts[0], by_day=True, money=_MONEY),
            "purchases": Table(
                _PURCHASE, purchases, starts[1], by_day=True, money=_MONEY, flags=_YES_OR_NO, partly=_PARTLY
            ),
        }

    def kinds_bought(self, place: int, how_many: int, as_of: int, room: Room) -> Table:
        """One row per customer and product (or category, channel), as known before the day `as_of`."""
        made = room.matrix(f"kinds {place}", len(_KIND), len(self.kinds), dtype=np.int32)
        seen = np.full((how_many, 2), -1, dtype=np.int32)
        starts = _kinds(self.runs, self.starts, self.kinds[:, place], as_of, seen, made)
        return Table(_KIND, made, starts, by_day=False)


def history(lines: Lines, customers: int, room: Room) -> History:
    """Sorts a bucket's runs."""
    count = len(lines.runs)
    made, kinds = room.matrix("sorted", count, WIDTH), room.matrix("sorted lines", *lines.kinds.shape, dtype=np.int32)
    first = room.array("first", count)
    starts = _sorted(lines.runs, lines.kinds, customers, room.array("begins", count), made, first, kinds)
    return History(made, starts, first, kinds)


@compiled
def _sorted(
    runs: Array, kinds: Array, customers: int, lines: Array, made: Array, first: Array, made_kinds: Array
) -> Array:
    """Fills runs by customer and hour, the first run of each order, the kinds of lines; where each customer's begin."""
    count = len(runs)
    starts = np.zeros(customers + 1, dtype=np.int64)
    for run in range(count):
        starts[(runs[run, WHOSE] >> HALF) + 1] += 1
    most = 0
    for customer in range(customers):
        most = max(most, starts[customer + 1])
        starts[customer + 1] += starts[customer]
    line = 0
    to = starts.copy()
    for run in range(count):
        place = to[runs[run, WHOSE] >> HALF]
        to[runs[run, WHOSE] >> HALF] += 1
        lines[place] = line
        for column in range(WIDTH):
            made[place, column] = runs[run, column]
        line += runs[run, SOME] & LOW
    size = 2
    while size < 2 * most:
        size *= 2
    table = np.full(size, -1, dtype=np.int64)
    for customer in range(customers):
        start, end = starts[customer], starts[customer + 1]
        _sort(made, lines, start, end)
        _find_first(made, start, end, table, first)
    _in_order(made, lines, kinds, made_kinds)
    return starts


@compiled
def _in_order(runs: Array, lines: Array, kinds: Array, made: Array) -> None:
    """Fills the kinds of the lines bought, in the order of the runs."""
    if len(kinds) == 0:
        return
    width, to = kinds.shape[1], 0
    flat, source = made.ravel(), kinds.ravel()
    for run in range(len(runs)):
        first, size = lines[run] * width, (runs[run, SOME] & LOW) * width
        for place in range(size):
            flat[to + place] = source[first + place]
        to += size


@compiled
def _sort(runs: Array, lines: Array, start: int, end: int) -> None:
    """Brings the runs of a customer in the order of hours; logs mostly are in it."""
    for run in range(start + 1, end):
        if runs[run, WHEN] < runs[run - 1, WHEN]:
            order = np.argsort(runs[start:end, WHEN], kind="mergesort")
            runs[start:end] = runs[start:end][order]
            lines[start:end] = lines[start:end][order]
            return


@compiled
def _find_first(runs: Array, start: int, end: int, table: Array, first: Array) -> None:
    """For each run of a customer the first one of its order. `table` may hold runs of those before, and no others."""
    size = 2
    while size < 2 * (end - start):
        size *= 2
    for run in range(start, end):
        slot = runs[run, ORDER] & (size - 1)
        while table[slot] >= start and runs[table[slot], ORDER] != runs[run, ORDER]:
            slot = (slot + 1) & (size - 1)
        if table[slot] < start:
            table[slot] = run
        first[run] = table[slot]


def calendar(runs: Array, as_of: int) -> tuple[int, Array]:
    """A first day, and what the calendar says of it and of each day after it, until that of `as_of`."""
    earliest = int(runs[:, WHEN].min() >> HALF) // 24 if len(runs) else as_of
    earliest = min(earliest, as_of) // 1000 * 1000
    return earliest, _calendar(earliest, max(as_of, earliest) + 1)


@lru_cache(maxsize=8)
def _calendar(first: int, end: int) -> Array:
    days = nw.from_native(pl.LazyFrame({"day": np.arange(first, end)}))
    facts: pl.DataFrame = calendar_facts(days).to_native().collect()
    return np.stack([facts[name].to_numpy().astype(np.int64) for name in ("weekday", "day_of_month", "is_month_end")])


@compiled
def _bought(
    history: tuple[Array, Array, Array],
    as_of: int,
    calendar: tuple[int, Array],
    room: tuple[Array, Array],
    receipts: Array,
    purchases: Array,
) -> tuple[Array, Array]:
    """Fills both tables with what was known before a day, and says where each customer's rows begin in them."""
    runs, starts, first = history
    customers = len(starts) - 1
    receipt_starts, purchase_starts = np.zeros(customers + 1, np.int64), np.zeros(customers + 1, np.int64)
    receipt, purchase = 0, 0
    scratch, of_order = room
    of_order[:] = -1
    for customer in range(customers):
        orders = 0
        for run in range(starts[customer], starts[customer + 1]):
            if np.int32(runs[run, WHEN] & LOW) >= as_of:
                continue
            hour = runs[run, WHEN] >> HALF
            day, slot = hour // 24, first[run]
            to = of_order[0, slot]
            if to < 0 or receipts[1, to] != day:
                to = of_order[0, slot] = receipt
                receipt += 1
                receipts[0, to], receipts[1, to], receipts[2, to] = as_of - day, day, hour % 24
                receipts[3:, to] = 0
            receipts[3, to] += runs[run, WHOSE] & LOW
            receipts[4, to] += runs[run, SOME] >> HALF
            receipts[5, to] += runs[run, AMOUNT]
            receipts[6, to] += runs[run, DISCOUNT]
            receipts[7, to] += runs[run, QUANTITY]
            receipts[8, to] += runs[run, PAID]
            receipts[9, to] += runs[run, PAID] - runs[run, AMOUNT]
            to = of_order[1, slot]
            if to < 0:
                to = of_order[1, slot] = orders
                orders += 1
                scratch[0, to] = hour
                scratch[1:, to] = 0
            scratch[1, to] += runs[run, WHOSE] & LOW
            scratch[2, to] += runs[run, AMOUNT]
            scratch[3, to] += runs[run, DISCOUNT]
            scratch[4, to] += runs[run, QUANTITY]
        receipt_starts[customer + 1] = receipt
        purchase = _purchases(scratch, orders, as_of, calendar, purchases, purchase)
        purchase_starts[customer + 1] = purchase
    return receipt_starts, purchase_starts


@compiled
def _purchases(orders: Array, count: int, as_of: int, calendar: tuple[int, Array], purchases: Array, begin: int) -> int:
    """Adds the orders of a customer with a positive net amount, with what the purchase before says of each."""
    earliest, facts = calendar
    to = begin
    for order in range(count):
        if orders[2, order] <= 0:
            continue
        day = orders[0, order] // 24
        purchases[0, to], purchases[1, to], purchases[2, to] = as_of - day, day, orders[0, order] % 24
        purchases[3, to] = orders[1, order]
        gap = NONE if to == begin else day - purchases[1, to - 1]
        purchases[4, to] = gap
        purchases[5, to], purchases[6, to], purchases[7, to] = orders[2, order], orders[3, order], orders[4, order]
        purchases[8, to] = facts[0, day - earliest]
        purchases[9, to] = facts[1, day - earliest]
        purchases[10, to] = facts[2, day - earliest]
        purchases[11, to] = gap == NONE or gap > 0
        purchases[12, to] = gap == NONE or (as_of - day + gap - 1) // _WEEK != (as_of - day - 1) // _WEEK
        to += 1
    for row in range(begin, to):
        purchases[13, row] = purchases[1, row] == purchases[1, begin]
        purchases[14, row] = purchases[1, row] == purchases[1, to - 1]
    return to


@compiled
def _kinds(runs: Array, starts: Array, kinds: Array, as_of: int, seen: Array, made: Array) -> Array:
    """Fills the table of what each customer bought, and says where each customer's rows begin.

    `seen` has for each kind the row of the customer who bought it last, and who that was.
    """
    customers = len(starts) - 1
    made_starts = np.zeros(customers + 1, np.int64)
    row, line = 0, 0
    for customer in range(customers):
        for run in range(starts[customer], starts[customer + 1]):
            first, line = line, line + (runs[run, SOME] & LOW)
            if np.int32(runs[run, WHEN] & LOW) >= as_of:
                continue
            age = as_of - (runs[run, WHEN] >> HALF) // 24
            for kind in kinds[first:line]:
                if kind < 0:
                    continue
                if seen[kind, 1] != customer:
                    seen[kind, 0], seen[kind, 1] = row, customer
                    made[0, row], made[1, row], made[2, row] = age, age, 1
                    row += 1
                else:
                    made[0, seen[kind, 0]] = age
                    made[2, seen[kind, 0]] += 1
        made_starts[customer + 1] = row
    return made_starts
