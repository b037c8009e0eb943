"""What did some customers do until a day? Event tables of one bucket, customer by customer and day by day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from features._buckets import Lines
from features._compiled import compiled
from features._loops import NONE
from features._order import HALF, LOW, WHOSE, by_customer
from features._room import Room
from features._runs import AMOUNT, DISCOUNT, ORDER, PAID, QUANTITY, SOME, WHEN, WIDTH
from features._sums import Table
from features._time import calendar_facts

Array = npt.NDArray[Any]

KIND_TABLES = {"products": "product_id", "categories": "category", "channels": "channel"}

_FACTS = ("age_days", "day", "hour", "line_count", "amount", "discount", "quantity")
AGE, DAY, HOUR, LINE_COUNT, NET, SAVED, PIECES = range(len(_FACTS))
_RECEIPT = (*_FACTS, "returned_line_count", "paid", "returned")
RETURNED_LINES, PAID_IN, PAID_BACK = range(len(_FACTS), len(_RECEIPT))
_PURCHASE = (
    *(*_FACTS, "gap_days", "weekday", "day_of_month", "is_month_end"),
    *("is_new_day", "is_new_week", "is_first_day", "is_last_day"),
)
GAP, WEEKDAY, MONTH_DAY, MONTH_END, NEW_DAY, NEW_WEEK, FIRST_DAY, LAST_DAY = range(len(_FACTS), len(_PURCHASE))
_KIND = ("age_days", "first_age_days", "line_count")
OLDEST, TIMES = 1, 2
"""The rows of the tables: what both receipts and purchases have, and what is their own."""

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
        starts = _bought(
            (self.runs, self.starts, self.first),
            as_of,
            (earliest, facts),
            room.matrix("of order", 2, count),
            receipts,
            purchases,
        )
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
    came, first = room.array("came", count), room.array("first", count)
    starts = by_customer(lines.runs, customers, WHEN, made, came)
    begins = np.cumsum(lines.runs[:, SOME] & LOW) - (lines.runs[:, SOME] & LOW)
    _kinds_in_order(made, begins, came, lines.kinds, kinds)
    _find_orders(made, starts, first)
    return History(made, starts, first, kinds)


@compiled
def _kinds_in_order(runs: Array, begins: Array, came: Array, kinds: Array, made: Array) -> None:
    """Fills the kinds of the lines bought in the order of the runs; those of a run that came stood where it begins."""
    if kinds.size == 0:
        return
    width, to = kinds.shape[1], 0
    flat, source = made.ravel(), kinds.ravel()
    for run in range(len(runs)):
        first, size = begins[came[run]] * width, (runs[run, SOME] & LOW) * width
        for place in range(size):
            flat[to + place] = source[first + place]
        to += size


@compiled
def _find_orders(runs: Array, starts: Array, first: Array) -> None:
    """Fills for each run the first one of its order, by a table of hashes for each customer."""
    most = 0
    for customer in range(len(starts) - 1):
        most = max(most, starts[customer + 1] - starts[customer])
    table = np.full(_room_for(most), -1, dtype=np.int64)
    for customer in range(len(starts) - 1):
        _find_first(runs, starts[customer], starts[customer + 1], table, first)


@compiled
def _room_for(runs: int) -> int:
    """A power of two, at least twice as many."""
    size = 2
    while size < 2 * runs:
        size *= 2
    return size


@compiled
def _find_first(runs: Array, start: int, end: int, table: Array, first: Array) -> None:
    """For each run of a customer the first one of its order. `table` may hold runs of those before, and no others."""
    size = _room_for(end - start)
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
    of_order: Array,
    receipts: Array,
    purchases: Array,
) -> tuple[Array, Array]:
    """Fills both tables with what was known before a day, and says where each customer's rows begin in them.

    `of_order` keeps for each order its latest receipt and its place among the purchases.
    """
    runs, starts, first = history
    customers = len(starts) - 1
    receipt_starts, purchase_starts = np.zeros(customers + 1, np.int64), np.zeros(customers + 1, np.int64)
    receipt, purchase = 0, 0
    of_order[:] = -1
    for customer in range(customers):
        order = purchase
        for run in range(starts[customer], starts[customer + 1]):
            if np.int32(runs[run, WHEN] & LOW) >= as_of:
                continue
            hour, slot = runs[run, WHEN] >> HALF, first[run]
            to = of_order[0, slot]
            if to < 0 or receipts[DAY, to] != hour // 24:
                to = of_order[0, slot] = receipt
                receipt += 1
                _begin(receipts, to, hour, as_of)
            _add(runs[run], receipts, to)
            _add_returns(runs[run], receipts, to)
            to = of_order[1, slot]
            if to < 0:
                to = of_order[1, slot] = order
                order += 1
                _begin(purchases, to, hour, as_of)
            _add(runs[run], purchases, to)
        receipt_starts[customer + 1] = receipt
        purchase = _keep_purchases(purchases, purchase, order, as_of, calendar)
        purchase_starts[customer + 1] = purchase
    return receipt_starts, purchase_starts


@compiled
def _begin(table: Array, to: int, hour: int, as_of: int) -> None:
    """A row of a table of receipts or purchases, dated, with nothing in it yet."""
    table[AGE, to], table[DAY, to], table[HOUR, to] = as_of - hour // 24, hour // 24, hour % 24
    table[LINE_COUNT:, to] = 0


@compiled
def _add(run: Array, table: Array, to: int) -> None:
    """Adds a run to a receipt or a purchase."""
    table[LINE_COUNT, to] += run[WHOSE] & LOW
    table[NET, to] += run[AMOUNT]
    table[SAVED, to] += run[DISCOUNT]
    table[PIECES, to] += run[QUANTITY]


@compiled
def _add_returns(run: Array, receipts: Array, to: int) -> None:
    """Adds what of a run was paid and what was returned to a receipt."""
    receipts[RETURNED_LINES, to] += run[SOME] >> HALF
    receipts[PAID_IN, to] += run[PAID]
    receipts[PAID_BACK, to] += run[PAID] - run[AMOUNT]


@compiled
def _keep_purchases(purchases: Array, begin: int, end: int, as_of: int, calendar: tuple[int, Array]) -> int:
    """Keeps of a customer's orders those with a positive net amount, with what the one before says of each."""
    earliest, facts = calendar
    to = begin
    for order in range(begin, end):
        if purchases[NET, order] <= 0:
            continue
        for fact in range(GAP):
            purchases[fact, to] = purchases[fact, order]
        day = purchases[DAY, to]
        gap = NONE if to == begin else day - purchases[DAY, to - 1]
        purchases[GAP, to] = gap
        purchases[WEEKDAY, to] = facts[0, day - earliest]
        purchases[MONTH_DAY, to] = facts[1, day - earliest]
        purchases[MONTH_END, to] = facts[2, day - earliest]
        purchases[NEW_DAY, to] = gap == NONE or gap > 0
        purchases[NEW_WEEK, to] = gap == NONE or (as_of - day + gap - 1) // _WEEK != (as_of - day - 1) // _WEEK
        to += 1
    for row in range(begin, to):
        purchases[FIRST_DAY, row] = purchases[DAY, row] == purchases[DAY, begin]
        purchases[LAST_DAY, row] = purchases[DAY, row] == purchases[DAY, to - 1]
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
                    made[AGE, row], made[OLDEST, row], made[TIMES, row] = age, age, 1
                    row += 1
                else:
                    made[AGE, seen[kind, 0]] = age
                    made[TIMES, seen[kind, 0]] += 1
        made_starts[customer + 1] = row
    return made_starts
