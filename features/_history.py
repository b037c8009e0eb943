"""What did some customers do until a day? Event tables of one bucket, sorted by customer, as of a date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from features._buckets import DAY_BITS, Codes, Lines, run_columns
from features._makers import purchase_facts
from features._sums import Table
from features._time import calendar_facts

Array = npt.NDArray[Any]
Columns = dict[str, Array]

_MONEY = ("amount", "paid", "discount", "quantity")


@dataclass(frozen=True, slots=True)
class History:
    """A bucket's lines, in the order of customers and orders."""

    lines: Lines
    runs: Columns
    codes: Codes

    def tables(self, names: set[str], *, as_of: int, base: int, customers: int) -> dict[str, Table]:
        """The event tables asked for, as known before the day `as_of`."""
        made: dict[str, Table] = {}
        if names & {"receipts", "purchases", "customers"}:
            made |= self._bought(as_of, customers)
        for name in names & set(KIND_TABLES):
            made[name] = self._kinds(KIND_TABLES[name], as_of=as_of, base=base, customers=customers)
        return made

    def _bought(self, as_of: int, customers: int) -> dict[str, Table]:
        known = self.runs["known"] < as_of
        runs = self.runs if known.all() else {name: values[known] for name, values in self.runs.items()}
        receipts = _receipts(runs)
        purchases = _purchases(receipts)
        bought = _by_day(purchases, purchases["code"])
        return {
            "receipts": _table(_by_day(receipts, receipts["code"]), as_of, customers),
            "purchases": _table(_dated(_with_gaps(bought)), as_of, customers, make=purchase_facts),
        }

    def _kinds(self, kind: str, *, as_of: int, base: int, customers: int) -> Table:
        soon, late = self.lines.soon[kind], self.lines.late[kind]
        age = np.uint64((1 << DAY_BITS) - 1)
        since = np.uint64(base - as_of)
        if as_of < base:
            soon = soon[(soon & age) > since]
            late = late[late[:, 1] < np.uint64(as_of)]
        keys = np.concatenate([soon, late[:, 0]])
        keys.sort()
        pair = keys >> np.uint64(DAY_BITS)
        starts = _edges(pair)
        ends = np.append(starts, len(keys))[1:] - 1
        ages = ((keys & age) - since).astype(np.int32)
        code = self.codes.numbers(keys[starts])
        columns = {
            "age_days": ages[starts],
            "first_age_days": ages[ends],
            "line_count": (ends - starts + 1).astype(np.int32),
        }
        return Table(columns, _starts(code, customers), by_day=False)


KIND_TABLES = {"products": "product_id", "categories": "category", "channels": "channel"}


def history(lines: Lines, codes: Codes) -> History:
    """Sorts a bucket's runs by customer, order and day."""
    runs = run_columns(lines.runs.take(np.argsort(lines.runs[:, 0].copy().view(np.uint64)), axis=0))
    runs["code"] = codes.numbers(runs["key"])
    runs["day"] = runs["at"] // 24
    same = _same(runs, ("code", "order"))
    if ((runs["key"][1:] == runs["key"][:-1]) & ~same).any():  # two orders share the bits of a key
        order = np.lexsort((runs["day"], runs["order"], runs["code"]))
        runs = {name: values[order] for name, values in runs.items()}
    elif (same & (runs["day"][1:] < runs["day"][:-1])).any():
        runs = _by_day(runs, np.concatenate(([0], np.cumsum(~same))))
    return History(lines, runs, codes)


def _same(rows: Columns, names: tuple[str, ...]) -> Array:
    """Whether each row but the first agrees with the one before."""
    same: Array = rows[names[0]][1:] == rows[names[0]][:-1]
    for name in names[1:]:
        same &= rows[name][1:] == rows[name][:-1]
    return same


def _edges(keys: Array) -> Array:
    """Where sorted keys change, and the beginning."""
    return (
        np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1)) if len(keys) else np.empty(0, dtype=np.int64)
    )


def _merged(rows: Columns, names: tuple[str, ...], sums: tuple[str, ...]) -> Columns:
    """Neighbouring rows that agree in `names` become one: sums, the earliest hour, and the rest from the first."""
    count = len(rows["code"])
    if count == 0 or not (same := _same(rows, names)).any():
        return dict(rows)
    starts = np.concatenate(([0], np.flatnonzero(~same) + 1))
    first = {name: values[starts] for name, values in rows.items() if name not in sums}
    first["at"] = np.minimum.reduceat(rows["at"], starts)
    return first | {name: np.add.reduceat(rows[name], starts) for name in sums}


_SUMS = (*_MONEY, "line_count", "returned_line_count")


def _receipts(runs: Columns) -> Columns:
    """One row per order and day; the runs of an order are in the order of days."""
    ordered = {name: runs[name] for name in ("code", "order", "day", "at", *_SUMS)}
    return _merged(ordered, ("code", "order", "day"), _SUMS)


def _purchases(receipts: Columns) -> Columns:
    """One row per order with a positive net amount, dated by its first line."""
    orders = _merged(receipts, ("code", "order"), _SUMS)
    bought = orders["amount"] > 0
    return {name: values[bought] for name, values in orders.items()}


def _by_day(rows: Columns, group: Array) -> Columns:
    """The rows of each group in the order of days; the groups stay in their order."""
    day = rows["day"]
    if len(day) == 0:
        return dict(rows)
    span = (day - day.min()).astype(np.uint64)
    index_bits, day_bits = int(len(day) - 1).bit_length(), int(span.max()).bit_length()
    if int(group[-1]).bit_length() + day_bits + index_bits > 64:
        order = np.lexsort((day, group))
    else:
        packed = (group.astype(np.uint64) << np.uint64(day_bits)) | span
        packed = (packed << np.uint64(index_bits)) | np.arange(len(day), dtype=np.uint64)
        packed.sort()
        order = (packed & np.uint64((1 << index_bits) - 1)).astype(np.int64)
    return {name: values.take(order) for name, values in rows.items()}


def _with_gaps(purchases: Columns) -> Columns:
    """Adds the days since the purchase before, NaN for the first, and whether it was on the first or the last day."""
    code, day = purchases["code"], purchases["day"]
    gap = np.full(len(day), np.nan)
    same = _same(purchases, ("code",))
    gap[1:][same] = (day[1:] - day[:-1])[same]
    starts = _edges(code)
    count = np.diff(starts, append=len(code))
    first, last = (day[at] if len(at) else day for at in (starts, starts + count - 1))
    return purchases | {
        "gap_days": gap,
        "is_first_day": day == np.repeat(first, count),
        "is_last_day": day == np.repeat(last, count),
    }


def _dated(rows: Columns) -> Columns:
    """Adds what the calendar says of each day, asked once a day."""
    day = rows["day"]
    days = pl.DataFrame({"day": np.arange(day.min(), day.max() + 1) if len(day) else day})
    facts: pl.DataFrame = calendar_facts(nw.from_native(days.lazy())).to_native().collect()
    place = day - day.min() if len(day) else day
    return rows | {name: facts[name].to_numpy()[place] for name in facts.columns if name != "day"}


def _table(rows: Columns, as_of: int, customers: int, *, make: Callable[[Any], Any] | None = None) -> Table:
    plain = {name: values for name, values in rows.items() if name not in (*_MONEY, "code", "order", "at")}
    plain |= {"age_days": as_of - rows["day"], "hour": rows["at"] % 24}
    money = {name: rows[name] for name in _MONEY} | {"returned": rows["paid"] - rows["amount"]}
    return Table(plain, _starts(rows["code"], customers), by_day=True, money=money, make=make)


def _starts(code: Array, customers: int) -> Array:
    """Where the rows of each customer begin, and where the last ends."""
    return np.concatenate(([0], np.cumsum(np.bincount(code, minlength=customers))))
