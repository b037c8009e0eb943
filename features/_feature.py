"""How is a feature declared? Once: what it is of, its unit, what missing means, its windows and its expression."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

import narwhals as nw

from features._code import definition_of
from features._events import MONEY_DECIMALS, Events


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureColumn:
    """One column of a snapshot: its name, sentence, unit, window and expression."""

    name: str
    description: str
    unit: str
    missing: float | None
    days: int | None
    feature: Feature
    expression: nw.Expr = field(compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One declared number per customer and as-of date.

    `of` is the event table it sums up, or `None` for one that is computed from other columns of the snapshot, which
    its parameters name. `missing` is the value of a customer without such events; `None` leaves a null, and then the
    description says what null means. `says` is the phrase that explains it to the retention team, in English and
    Chinese; `{value}` and any column of the snapshot may be used in it.
    """

    name: str
    description: str
    of: Events | None
    unit: str
    missing: float | None
    days: tuple[int, ...]
    says: tuple[str, str] | None
    build: Callable[..., nw.Expr]
    module: str

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """The snapshot columns: one per window, or one for the whole history."""
        return tuple(self._column(days) for days in self.days or (None,))

    @property
    def inputs(self) -> tuple[str, ...]:
        """For a feature made from other columns: their names."""
        return () if self.of else tuple(inspect.signature(self.build).parameters)

    def _column(self, days: int | None) -> FeatureColumn:
        if self.of is None:
            expression = self.build(*(nw.col(name) for name in self.inputs))
        else:
            expression = self.build(days) if days else self.build()
        return FeatureColumn(
            name=f"{self.name}_{days}d" if days else self.name,
            description=self.description.format(days=days),
            unit=self.unit,
            missing=self.missing,
            days=days,
            feature=self,
            expression=expression,
        )

    @property
    def fingerprint(self) -> str:
        """A hash of what the feature computes; unchanged by comments, layout and wording."""
        parts = (self.name, self.of.name if self.of else "", self.unit, str(self.missing), str(self.days))
        return hashlib.sha256("\n".join((*parts, definition_of(self.build))).encode()).hexdigest()


def feature(
    *,
    of: Events | None = None,
    unit: str,
    missing: float | None,
    days: tuple[int, ...] = (),
    says: tuple[str, str] | None = None,
) -> Callable[[Callable[..., nw.Expr]], Feature]:
    """Declares the decorated function as a feature named like it; its docstring is the data dictionary.

    The function takes the window's `days` when `days` are given, nothing when not, and returns an aggregate over
    the events; without `of` it takes the snapshot columns that its parameters name.
    """

    def declare(build: Callable[..., nw.Expr]) -> Feature:
        return Feature(
            name=build.__name__,
            description=" ".join((inspect.getdoc(build) or "").split()),
            of=of,
            unit=unit,
            missing=missing,
            days=days,
            says=says,
            build=build,
            module=build.__module__,
        )

    return declare


def count(where: nw.Expr) -> nw.Expr:
    """How many events fulfil the condition."""
    return nw.when(where).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def total(amount: nw.Expr, where: nw.Expr) -> nw.Expr:
    """Sum of a money or quantity column over the events that fulfil the condition, exact to ten-thousandths."""
    return nw.when(where).then(amount).otherwise(nw.lit(0.0)).sum().round(MONEY_DECIMALS)


def distinct(column: nw.Expr, where: nw.Expr) -> nw.Expr:
    """How many different known values a column has over the events that fulfil the condition."""
    return nw.when(where & ~column.is_null()).then(column).drop_nulls().n_unique()
