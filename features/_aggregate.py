"""How are a customer's events summed up? Counts, sums, extremes, averages: said once, computed by any engine.

Sums of numbers are sums of whole numbers: each value is first rounded to ten-thousandths (averages: millionths), and
those are added. Whole numbers add up to the same in any order and on any engine, which floating point does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import narwhals as nw

MONEY_DECIMALS = 4
AVERAGE_DECIMALS = 6

Kind = Literal["count", "total", "least", "most", "average", "median", "distinct"]


_PARENTHESES = "a window cannot be compared: put the condition in parentheses, window & (purchases.amount > 5)"


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """Which events count: those of a window (`after < age_days <= days`), those that fulfil a condition, or both.

    `of` is the event table whose window it is.
    """

    days: int | None = None
    after: int = 0
    condition: nw.Expr | None = None
    of: str | None = None

    def __bool__(self) -> bool:
        raise TypeError("a window is neither true nor false: join conditions with & and |, not with and, or, not")

    def __invert__(self) -> Where:
        raise TypeError("a window has no opposite: say within(days, after=...) or a condition on age_days")

    def __lt__(self, other: object) -> bool:
        raise TypeError(_PARENTHESES)

    __gt__ = __le__ = __ge__ = __lt__

    def __and__(self, other: Where | nw.Expr) -> Where:
        """Both; of two windows, what they share."""
        if isinstance(other, Where):
            inner = other.condition
            known = [days for days in (self.days, other.days) if days is not None]
            window = (min(known) if known else None, max(self.after, other.after))
            of = self.of or other.of
        else:
            inner, window, of = other, (self.days, self.after), self.of
        both = [condition for condition in (self.condition, inner) if condition is not None]
        return Where(*window, condition=both[0] & both[1] if len(both) == 2 else both[0] if both else None, of=of)

    @property
    def expression(self) -> nw.Expr:
        """As a condition on the rows of an event table; null counts as no."""
        age = nw.col("age_days")
        parts = [] if self.condition is None else [self.condition]
        parts += [] if self.days is None else [age <= self.days]
        parts += [age > self.after] if self.after else []
        return nw.all_horizontal(*parts, ignore_nulls=False) if parts else ~age.is_null()


ANY = Where()
"""Every event of the customer."""


def _where(given: Where | nw.Expr | None) -> Where:
    if given is None:
        return ANY
    if not isinstance(given, Where | nw.Expr):
        raise TypeError(
            f"{_shown(given)} does not say which events count: give a window such as purchases.within(28), a condition "
            "such as purchases.amount > 5, both joined with & (each in parentheses), or nothing for all events"
        )
    return given if isinstance(given, Where) else Where(condition=given)


def _of(value: nw.Expr) -> nw.Expr:
    if not isinstance(value, nw.Expr):
        raise TypeError(f"{_shown(value)} is no column: give one such as purchases.amount")
    return value


def _shown(given: object) -> str:
    """An event table by its name, anything else as Python writes it."""
    return str(getattr(given, "name", None) or repr(given))


class _Sum:
    """What can be added, subtracted and divided."""

    __slots__ = ()

    def __add__(self, other: Summary) -> Compound:
        return Compound("+", self, other)  # type: ignore[arg-type]

    def __sub__(self, other: Summary) -> Compound:
        return Compound("-", self, other)  # type: ignore[arg-type]

    def __mul__(self, other: Summary) -> Compound:
        return Compound("*", self, other)  # type: ignore[arg-type]

    def __truediv__(self, other: Summary) -> Compound:
        return Compound("/", self, other)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate(_Sum):
    """One number per customer from the events that count. `value` is a column of them, or made from their columns."""

    kind: Kind
    value: nw.Expr | None
    where: Where

    @property
    def expression(self) -> nw.Expr:
        """As an aggregate over a group of rows, for any engine."""
        return _PORTABLE[self.kind](self)


@dataclass(frozen=True, slots=True, eq=False)
class Compound(_Sum):
    """Two numbers per customer added, subtracted, multiplied or divided; null when divided by zero."""

    sign: Literal["+", "-", "*", "/"]
    left: Summary
    right: Summary

    @property
    def expression(self) -> nw.Expr:
        """As an aggregate over a group of rows, for any engine."""
        left, right = self.left.expression, self.right.expression
        if self.sign == "/":
            return nw.when(right != 0).then(left / right)
        return {"+": left + right, "-": left - right, "*": left * right}[self.sign]


Summary = Aggregate | Compound


def count(where: Where | nw.Expr | None = None) -> Aggregate:
    """How many events count."""
    return Aggregate("count", None, _where(where))


def total(value: nw.Expr, where: Where | nw.Expr | None = None) -> Aggregate:
    """Sum of a money or quantity column over the events that count, exact to ten-thousandths; unknown adds nothing."""
    return Aggregate("total", _of(value), _where(where))


def least(value: nw.Expr, where: Where | nw.Expr | None = None) -> Aggregate:
    """Smallest known value over the events that count; null without any."""
    return Aggregate("least", _of(value), _where(where))


def most(value: nw.Expr, where: Where | nw.Expr | None = None) -> Aggregate:
    """Largest known value over the events that count; null without any."""
    return Aggregate("most", _of(value), _where(where))


def average(value: nw.Expr, where: Where | nw.Expr | None = None) -> Aggregate:
    """Mean of the known values over the events that count, each rounded to millionths; null without any."""
    return Aggregate("average", _of(value), _where(where))


def median(value: nw.Expr, where: Where | nw.Expr | None = None) -> Aggregate:
    """Median of the known values over the events that count (of two in the middle, their mean); null without any."""
    return Aggregate("median", _of(value), _where(where))


def distinct(value: nw.Expr, where: Where | nw.Expr | None = None) -> Aggregate:
    """How many different known values a column has over the events that count."""
    return Aggregate("distinct", _of(value), _where(where))


def named_in(expression: nw.Expr) -> set[str]:
    """The columns of an event table that an expression speaks of."""
    return {name for names in re.findall(r"col\(([^()]*)\)", repr(expression)) for name in names.split(", ")}


def plain_name(expression: nw.Expr) -> str:
    """The column that an expression is, where it is a plain column."""
    return repr(expression).removeprefix("col(").removesuffix(")")


def fixed(value: nw.Expr, decimals: int) -> nw.Expr:
    """A number as a whole number of its smallest decimals, half rounded up: the same on every engine."""
    return (value.cast(nw.Float64) * float(10**decimals) + 0.5).floor().cast(nw.Int64)


def rounded(value: nw.Expr, decimals: int) -> nw.Expr:
    """A number rounded to `decimals`, half rounded up."""
    return divided((value.cast(nw.Float64) * float(10**decimals) + 0.5).floor(), by=10**decimals)


def divided(value: nw.Expr, *, by: int) -> nw.Expr:
    """A division that rounds once, as it should.

    Polars 2.1 multiplies by the reciprocal of a constant, which costs the last bit (76,000 / 10,000 is not 7.6); by a
    column it divides. The detour can go when it divides by constants as well.
    """
    return value / (value * 0 + by)


def _value(aggregate: Aggregate) -> nw.Expr:
    if aggregate.value is None:
        raise TypeError(f"{aggregate.kind} needs a column")
    return aggregate.value


def _kept(aggregate: Aggregate) -> nw.Expr:
    return nw.when(aggregate.where.expression).then(_value(aggregate))


def _whole_sum(where: nw.Expr, value: nw.Expr) -> nw.Expr:
    return nw.when(where & ~value.is_null()).then(value).otherwise(nw.lit(0)).sum().cast(nw.Float64)


def _number(where: nw.Expr) -> nw.Expr:
    return nw.when(where).then(nw.lit(1)).otherwise(nw.lit(0)).sum().cast(nw.Float64)


def _count(aggregate: Aggregate) -> nw.Expr:
    return _number(aggregate.where.expression)


def _least(aggregate: Aggregate) -> nw.Expr:
    return _kept(aggregate).min()


def _most(aggregate: Aggregate) -> nw.Expr:
    return _kept(aggregate).max()


def _median(aggregate: Aggregate) -> nw.Expr:
    return _kept(aggregate).median()


def _total(aggregate: Aggregate) -> nw.Expr:
    whole = _whole_sum(aggregate.where.expression, fixed(_value(aggregate), MONEY_DECIMALS))
    return divided(whole, by=10**MONEY_DECIMALS)


def _average(aggregate: Aggregate) -> nw.Expr:
    where, value = aggregate.where.expression, _value(aggregate)
    known = _number(where & ~value.is_null())
    whole = _whole_sum(where, fixed(value, AVERAGE_DECIMALS))
    return nw.when(known > 0).then(divided(whole / known, by=10**AVERAGE_DECIMALS))


def _distinct(aggregate: Aggregate) -> nw.Expr:
    kept = _kept(aggregate)
    return kept.n_unique() - nw.when(kept.is_null()).then(nw.lit(1)).otherwise(nw.lit(0)).max()


_PORTABLE: dict[Kind, Callable[[Aggregate], nw.Expr]] = {
    "count": _count,
    "total": _total,
    "least": _least,
    "most": _most,
    "average": _average,
    "median": _median,
    "distinct": _distinct,
}
