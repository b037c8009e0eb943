"""How are events summed up fast? Rows sorted by customer, running sums, and a difference per customer and window.

Where the rows of a customer stand together, every sum over some of them is the difference of two running sums. Where
they are in the order of days as well, the rows of a window stand together, and many windows share one running sum.
The answers equal those of `Aggregate.expression` on any other engine: all sums are sums of whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from features._aggregate import AVERAGE_DECIMALS, MONEY_DECIMALS, Aggregate, Compound, Summary, Where

Array = npt.NDArray[Any]


class Table:
    """An event table of some customers: columns, the rows of a customer together, and where each customer's begin.

    `starts` has one more entry than there are customers; a customer may have no rows. With `by_day` the rows of a
    customer are in the order of days. NaN in a column of floats is an unknown value. `money` holds columns as whole
    ten-thousandths. `make` adds columns that are made from the others when they are asked for.
    """

    def __init__(
        self,
        columns: Mapping[str, Array | pl.Series],
        starts: Array,
        *,
        by_day: bool,
        money: dict[str, Array] | None = None,
        make: Callable[[Any], Any] | None = None,
    ) -> None:
        self.columns, self.starts, self.by_day, self.money, self._make = columns, starts, by_day, money or {}, make
        self._values: dict[str, Array] = {}
        self._series: dict[str, pl.Series] = {}
        self._running: dict[tuple[str, ...], Array] = {}
        self._frame: Any = None

    def summed(self, summary: Summary) -> Array:
        """One float per customer; NaN for null."""
        if isinstance(summary, Compound):
            return _combined(summary.sign, self.summed(summary.left), self.summed(summary.right))
        return _KINDS[summary.kind](self, summary)

    def values(self, expression: nw.Expr) -> Array:
        """A column, or an expression over columns, for every row."""
        name = repr(expression)
        if name not in self._values:
            plain = self.columns.get(_column(name))
            if _column(name) in self.money:
                plain = self.money[_column(name)] / float(10**MONEY_DECIMALS)
            self._values[name] = plain if isinstance(plain, np.ndarray) else self._computed(expression)
        return self._values[name]

    def whole(self, expression: nw.Expr, decimals: int) -> Array:
        """A column, or an expression over columns, as whole numbers of its smallest decimals; 0 where unknown."""
        money = self.money.get(_column(repr(expression)))
        if money is not None:
            return money * int(10 ** (decimals - MONEY_DECIMALS))
        return _whole(self.values(expression), decimals)

    def prepare(self, expressions: Iterable[nw.Expr]) -> None:
        """Computes several expressions over columns at once, which is faster than one by one."""
        unknown = {repr(expression): expression for expression in expressions}
        unknown = {name: e for name, e in unknown.items() if not self._is_plain(name) and name not in self._series}
        if not unknown:
            return
        named = {f"made {place}": expression for place, expression in enumerate(unknown.values())}
        found: pl.DataFrame = self._rows().select(**named).to_native().collect(engine="in-memory")
        self._series |= dict(zip(unknown, found.get_columns(), strict=True))

    def _is_plain(self, name: str) -> bool:
        return _column(name) in self.money or isinstance(self.columns.get(_column(name)), np.ndarray)

    def _computed(self, expression: nw.Expr) -> Array:
        series = self.series(expression)
        values: Array = (series.fill_null(False) if series.dtype == pl.Boolean else series).to_numpy()
        return values

    def series(self, expression: nw.Expr) -> pl.Series:
        """An expression over columns, for every row, with its nulls."""
        name = repr(expression)
        if name not in self._series:
            if self._is_plain(name):
                return _series(self.values(expression))
            self.prepare([expression])
        return self._series[name]

    def _rows(self) -> Any:
        if self._frame is None:
            columns = dict(self.columns) | {
                name: values / float(10**MONEY_DECIMALS) for name, values in self.money.items()
            }
            made = pl.DataFrame({name: _series(values) for name, values in columns.items()})
            frame = nw.from_native(made.lazy())
            self._frame = self._make(frame) if self._make else frame
        return self._frame

    def condition(self, where: Where) -> tuple[str, Array | None]:
        """The rows that count, but for the window where that is a stretch of rows; and a name for them."""
        expression = where.condition
        if not self.by_day and (where.days is not None or where.after):
            expression = where.expression
        return ("", None) if expression is None else (repr(expression), self.values(expression))

    def stretch(self, where: Where) -> tuple[Array, Array]:
        """The first row of each customer that lies in the window, and the one after the last."""
        if not self.by_day:
            return self.starts[:-1], self.starts[1:]
        first = self.starts[:-1] if where.days is None else self._younger(where.days)
        return first, (self._younger(where.after) if where.after else self.starts[1:])

    def _younger(self, days: int) -> Array:
        """The first row of each customer of at most so many days."""
        older = self.running(("older", str(days)), lambda: self.values(nw.col("age_days")) > days)
        return self.starts[:-1] + older[self.starts[1:]] - older[self.starts[:-1]]

    def running(self, name: tuple[str, ...], make: Callable[[], Array]) -> Array:
        """The running sum of whole numbers, from 0 before the first row."""
        if name not in self._running:
            values = make()
            is_condition = values.dtype == np.bool_
            sums = np.empty(len(values) + 1, dtype=np.int32 if is_condition else np.int64)
            sums[0] = 0
            np.cumsum(values.view(np.int8) if is_condition else values, dtype=sums.dtype, out=sums[1:])
            self._running[name] = sums
        return self._running[name]

    def over(self, where: Where, name: tuple[str, ...], make: Callable[[], Array]) -> Array:
        """The sum of whole numbers over the window of each customer."""
        sums = self.running(name, make)
        first, end = self.stretch(where)
        return sums[end] - sums[first]


def expressions_of(summary: Summary) -> list[nw.Expr]:
    """What must be computed for every row before a summary can be summed up."""
    if isinstance(summary, Compound):
        return expressions_of(summary.left) + expressions_of(summary.right)
    return [part for part in (summary.value, summary.where.condition) if part is not None]


def _column(name: str) -> str:
    """The column that `repr` of an expression names, where it is a plain column."""
    return name.removeprefix("col(").removesuffix(")")


def _series(values: Array | pl.Series) -> pl.Series:
    if isinstance(values, pl.Series):
        return values
    made = pl.Series(values=values)
    return made.fill_nan(None) if made.dtype.is_float() else made


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


def _count(table: Table, summary: Aggregate) -> Array:
    name, condition = table.condition(summary.where)
    if condition is None:
        first, end = table.stretch(summary.where)
        return (end - first).astype(np.float64)
    return table.over(summary.where, ("count", name), lambda: condition).astype(np.float64)


def _whole(values: Array, decimals: int) -> Array:
    """A column as whole numbers of its smallest decimals; nothing for an unknown one."""
    if values.dtype.kind in "iub":
        return values.astype(np.int64) * int(10**decimals)
    known = np.nan_to_num(values, nan=0.0) if np.isnan(values).any() else values
    return np.floor(known * float(10**decimals) + 0.5).astype(np.int64)


def _sum(table: Table, summary: Aggregate, decimals: int) -> Array:
    value, (name, condition) = _value(summary), table.condition(summary.where)

    def make() -> Array:
        whole = table.whole(value, decimals)
        return whole if condition is None else np.where(condition, whole, 0)

    return table.over(summary.where, ("sum", repr(value), name, str(decimals)), make).astype(np.float64)


def _total(table: Table, summary: Aggregate) -> Array:
    return _sum(table, summary, MONEY_DECIMALS) / float(10**MONEY_DECIMALS)


def _average(table: Table, summary: Aggregate) -> Array:
    value, (name, condition) = _value(summary), table.condition(summary.where)
    known = table.over(summary.where, ("known", repr(value), name), lambda: _known(table, value, condition))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = _sum(table, summary, AVERAGE_DECIMALS) / known / float(10**AVERAGE_DECIMALS)
    return np.where(known > 0, mean, np.nan)


def _known(table: Table, value: nw.Expr, condition: Array | None) -> Array:
    values = table.values(value)
    known = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(len(values), dtype=bool)
    return known if condition is None else known & condition


def _extreme(table: Table, summary: Aggregate) -> Array:
    least = summary.kind == "least"
    value, (_, condition) = _value(summary), table.condition(summary.where)
    values = table.values(value).astype(np.float64)
    nothing = np.inf if least else -np.inf
    counts = _known(table, value, condition)
    padded = np.append(np.where(counts, values, nothing), nothing)
    first, end = table.stretch(summary.where)
    found = np.full(len(first), np.nan)
    some = end > first
    if some.any():
        pairs = np.stack([first[some], end[some]], axis=1).ravel()
        reduce = np.minimum if least else np.maximum
        extreme = reduce.reduceat(padded, pairs)[::2]
        found[some] = np.where(np.isinf(extreme), np.nan, extreme)
    return found


def _median(table: Table, summary: Aggregate) -> Array:
    value, (_, condition) = _value(summary), table.condition(summary.where)
    first, end = table.stretch(summary.where)
    counts = _known(table, value, condition)
    rows = np.flatnonzero(counts)
    customer = np.repeat(np.arange(len(table.starts) - 1), np.diff(table.starts))[rows]
    inside = (rows >= first[customer]) & (rows < end[customer])
    rows, customer = rows[inside], customer[inside]
    values = _sorted_within(customer, table.values(value)[rows].astype(np.float64))
    number = np.bincount(customer, minlength=len(first))
    begins = np.cumsum(number) - number
    some = number > 0
    low, high = (begins + (number - 1) // 2)[some], (begins + number // 2)[some]
    found = np.full(len(first), np.nan)
    found[some] = (values[low] + values[high]) / 2
    return found


_ROOM = 1 << 36
"""Values times ten thousand that fit beside a customer's number in 64 bits."""


def _sorted_within(customer: Array, values: Array) -> Array:
    """The values of each customer in order; money and days are sorted as one number with the customer in front."""
    whole = np.floor(values * float(10**MONEY_DECIMALS) + 0.5)
    fits = len(values) and whole.min() >= 0 and whole.max() < _ROOM and customer[-1] < 1 << 27
    if fits and (whole / float(10**MONEY_DECIMALS) == values).all():
        packed = (customer.astype(np.uint64) << np.uint64(36)) | whole.astype(np.uint64)
        packed.sort()
        return (packed & np.uint64(_ROOM - 1)).astype(np.float64) / float(10**MONEY_DECIMALS)
    return values[np.lexsort((values, customer))]


def _distinct(table: Table, summary: Aggregate) -> Array:
    value, (_, condition) = _value(summary), table.condition(summary.where)
    first, end = table.stretch(summary.where)
    customer = np.repeat(np.arange(len(first)), np.diff(table.starts))
    rows = np.arange(len(customer))
    inside = (rows >= first[customer]) & (rows < end[customer])
    inside &= True if condition is None else condition
    values = table.series(value)
    pairs = pl.DataFrame({"customer": customer, "value": values}).filter(pl.Series(inside)).drop_nulls().unique()
    return np.bincount(pairs["customer"].to_numpy(), minlength=len(first)).astype(np.float64)


def _value(summary: Aggregate) -> nw.Expr:
    if summary.value is None:
        raise TypeError(f"{summary.kind} needs a column")
    return summary.value


_KINDS: dict[str, Callable[[Table, Aggregate], Array]] = {
    "count": _count,
    "total": _total,
    "least": _extreme,
    "most": _extreme,
    "average": _average,
    "median": _median,
    "distinct": _distinct,
}
