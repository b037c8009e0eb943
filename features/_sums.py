"""How are events summed up fast? Summaries become lists of whole numbers, which compiled loops follow (`_loops`).

The answers equal those of `Aggregate.expression` on any other engine: all sums are sums of whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from features._aggregate import (
    AVERAGE_DECIMALS,
    MONEY_DECIMALS,
    Aggregate,
    Compound,
    Summary,
    Where,
    named_in,
    plain_name,
)
from features._conditions import Condition, simple_condition, simple_product
from features._loops import ALWAYS, FLOAT, KINDS, NONE, NOTHING, WHOLE, run_loops
from features._room import Room

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Table:
    """An event table of some customers: the rows of a customer together, and where each customer's begin.

    `values` is a matrix of whole numbers with a row for each of `names`, `age_days` first, `NONE` where one is unknown;
    those in `money` count ten-thousandths, those in `flags` are 1 for yes, and those in `partly` may be unknown.
    `starts` has one more entry than there are customers; a customer may have no rows. With `by_day` the rows of a
    customer are in the order of days. `others` are columns of another kind, made when they are asked for.
    """

    names: tuple[str, ...]
    values: Array
    starts: Array
    by_day: bool
    money: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    others: Mapping[str, Callable[[], pl.Series]] | None = None

    def rows(self, name: str) -> Array:
        """A column of whole numbers as it is kept."""
        return self.values[self.names.index(name), : self.starts[-1]]

    def column(self, name: str) -> pl.Series:
        """A column as a definition means it: money in units of the currency, unknown values null."""
        if name not in self.names:
            return (self.others or {})[name]().alias(name)
        whole = self.rows(name)
        if name in self.flags:
            return pl.Series(name, whole.astype(np.bool_))
        if name in self.money:
            return pl.Series(name, whole / float(10**MONEY_DECIMALS))
        known = pl.Series(name, whole)
        return known.set(pl.Series(whole == NONE), None) if name in self.partly else known


class Programme:
    """The summaries of one event table, as lists of whole numbers that a compiled loop follows.

    A summary asks for running sums and takes the difference between the two ends of a customer's rows, or of a window's
    where the rows are in the order of days. Many summaries share a running sum.
    """

    def __init__(self, summaries: Iterable[Summary], table: Table) -> None:
        self.summaries = list(summaries)
        self._names, self._money, self._by_day = table.names, table.money, table.by_day
        self._flags, self._partly = table.flags, table.partly
        self._steps: dict[str, tuple[int, ...]] = {}
        self._conditions: dict[str, nw.Expr] = {}
        self._floats: dict[str, nw.Expr] = {}
        self._edges: list[int] = []
        self._masks: list[tuple[int, ...]] = []
        self._sums: list[tuple[int, ...]] = []
        for summary in self.summaries:
            self._add(summary)
        self._plan = _matrix(self._masks, 5), _matrix(self._sums, 4), _matrix(list(self._steps.values()), 8)
        self._simple = {place: self._simply(each) for place, each in enumerate(self._conditions.values(), start=1)}
        self._products = {place: self._product(each) for place, each in enumerate(self._floats.values())}
        asked = {f"if {n}": e for n, e in enumerate(self._conditions.values(), start=1) if self._simple[n] is None}
        asked |= {f"value {n}": e for n, e in enumerate(self._floats.values()) if self._products[n] is None}
        self._asked = asked
        self._columns = sorted({name for expression in asked.values() for name in named_in(expression)})

    def _simply(self, condition: nw.Expr) -> Condition | None:
        wholes = set(self._names) - self._flags - self._partly
        scales = {name: 10**MONEY_DECIMALS if name in self._money else 1 for name in wholes}
        return simple_condition(condition, flags=self._flags, scales=scales)

    def _product(self, value: nw.Expr) -> tuple[str, str] | None:
        names = simple_product(value)
        return names if names and set(names) <= set(self._names) - self._flags - self._money else None

    def _add(self, summary: Summary) -> None:
        if isinstance(summary, Compound):
            self._add(summary.left)
            self._add(summary.right)
        elif _name(summary) not in self._steps:
            self._steps[_name(summary)] = self._step(summary)

    def _step(self, part: Aggregate) -> tuple[int, ...]:
        """Kind, edges of the window, source, place and decimals of the value, mask, and running sum."""
        where, mask = part.where, (0, ALWAYS, 0)
        if where.condition is not None:
            mask = (_place(self._conditions, repr(where.condition), where.condition) + 1, ALWAYS, 0)
        days = ALWAYS if where.days is None else where.days
        if not self._by_day:
            mask, days, after = (mask[0], days, where.after), ALWAYS, 0
        else:
            after = where.after
        source = self._source(part.value)
        known = source[:2] if part.kind == "average" else (NOTHING, 0)
        running = self._running(part, source, mask)
        edges = (_listed(self._edges, days), _listed(self._edges, after))
        return (KINDS.index(part.kind), *edges, *source, _listed(self._masks, (*mask, *known)), running)

    def _source(self, value: nw.Expr | None) -> tuple[int, int, int]:
        if value is None:
            return NOTHING, 0, 0
        name = plain_name(value)
        if name in self._names:
            return WHOLE, self._names.index(name), MONEY_DECIMALS if name in self._money else 0
        return FLOAT, _place(self._floats, repr(value), value), 0

    def _running(self, part: Aggregate, source: tuple[int, int, int], mask: tuple[int, ...]) -> int:
        """The running sum that a total or an average needs, with the decimals that a float is rounded to."""
        if part.kind not in ("total", "average"):
            return 0
        decimals = MONEY_DECIMALS if part.kind == "total" else AVERAGE_DECIMALS
        return _listed(self._sums, (*source[:2], decimals, _listed(self._masks, (*mask, NOTHING, 0))))

    def run(self, table: Table, room: Room) -> list[Array]:
        """For each summary one float per customer; NaN for null, and for a customer without rows."""
        conditions, floats = self._computed(table, room)
        customers = len(table.starts) - 1
        found = room.matrix("found", len(self._steps), customers, dtype=np.float64)
        edges = np.array(self._edges, dtype=np.int64)
        if not run_loops((table.values, floats, conditions), table.starts, edges, self._plan, found):
            raise ValueError(
                "a feature adds numbers that are not finite, or too large: see what it divides or multiplies"
            )
        rows = dict(zip(self._steps, found, strict=True))
        return [_value(summary, rows) for summary in self.summaries]

    def _computed(self, table: Table, room: Room) -> tuple[Array, Array]:
        """The conditions and the values that are no plain columns, for every row; the first condition always holds."""
        rows = int(table.starts[-1])
        conditions = room.matrix("conditions", len(self._conditions) + 1, rows, dtype=np.bool_)
        floats = room.matrix("floats", len(self._floats), rows, dtype=np.float64)
        conditions[0] = True
        for place, condition in self._simple.items():
            if condition is not None:
                conditions[place] = condition(table.rows)
        for place, names in self._products.items():
            if names is not None:
                one, other = (table.rows(name) for name in names)
                floats[place] = np.where((one == NONE) | (other == NONE), np.nan, one.astype(np.float64) * other)
        if not self._asked or not rows:
            return conditions, floats
        frame = nw.from_native(pl.DataFrame([table.column(name) for name in self._columns]).lazy())
        made: pl.DataFrame = frame.select(**self._asked).to_native().collect(engine="in-memory")
        for name in self._asked:
            kind, _, number = name.partition(" ")
            if kind == "if":
                conditions[int(number)] = made[name].fill_null(False).to_numpy()
            else:
                floats[int(number)] = _numbers(made[name])
        return conditions, floats


def _matrix(rows: list[tuple[int, ...]], width: int) -> Array:
    return np.array(rows, dtype=np.int64).reshape(-1, width)


def _place(listed: dict[str, nw.Expr], name: str, expression: nw.Expr) -> int:
    listed.setdefault(name, expression)
    return list(listed).index(name)


def _listed(listed: list[Any], each: Any) -> int:
    if each not in listed:
        listed.append(each)
    return listed.index(each)


def _value(summary: Summary, found: Mapping[str, Array]) -> Array:
    if isinstance(summary, Compound):
        return _combined(summary.sign, _value(summary.left, found), _value(summary.right, found))
    return found[_name(summary)]


def _numbers(values: pl.Series) -> Array:
    """Numbers as floats, NaN for null; texts and times as numbers of their own, alike where they are alike."""
    plain = values if values.dtype.is_numeric() or values.dtype == pl.Boolean else values.rank("dense")
    numbers: Array = plain.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return numbers


def parts_of(summary: Summary) -> list[Aggregate]:
    """The summaries that a compound is made of, or the one itself."""
    if isinstance(summary, Compound):
        return parts_of(summary.left) + parts_of(summary.right)
    return [summary]


def expressions_of(summary: Summary) -> list[nw.Expr]:
    """What must be computed for every row before a summary can be summed up."""
    given = [each for part in parts_of(summary) for each in (part.value, part.where.condition)]
    return [each for each in given if each is not None]


def _name(part: Aggregate) -> str:
    where: Where = part.where
    return repr((part.kind, repr(part.value), where.days, where.after, repr(where.condition)))


def _combined(sign: str, left: Array, right: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        match sign:
            case "/":
                return np.where(right == 0, np.nan, left / right)
            case "*":
                return left * right
            case "+":
                return left + right
            case _:
                return left - right
