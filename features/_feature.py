"""How is a feature declared? Once: what it is of, its unit, what missing means, its windows and its expression."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from data_contracts import contracts
from features._aggregate import Aggregate, Compound, Summary, named_in, plain_name
from features._code import definition_of
from features._events import Events

PURCHASE_HISTORY = ("purchase_day_count_ever", "tenure_days", "days_since_last_purchase")
"""The columns that the purchase process is fitted to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureColumn:
    """One column of a snapshot: its name, sentence, unit, window, and how its events are summed up.

    `summary` is None for a column that is made from other columns.
    """

    name: str
    description: str
    unit: str
    missing: float | None
    days: int | None
    feature: Feature
    summary: Summary | nw.Expr | None = field(compare=False)

    @property
    def expression(self) -> nw.Expr:
        """The aggregate over a customer's events, or the expression over other columns, for any engine."""
        if self.summary is None:
            made: nw.Expr = self.feature.build(*(nw.col(name) for name in self.feature.inputs))
            return made
        return self.summary.expression if isinstance(self.summary, Aggregate | Compound) else self.summary


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One declared number per customer and as-of date.

    `of` is the event table it sums up, or `None` for one that is computed from other columns of the snapshot, which
    its parameters name. `missing` is the value of a customer without such events; `None` leaves a null, and then the
    description says what null means. `says` is the column in a few words, in English and Chinese; `{value}` and any
    column of the snapshot may be used in it. The retention team reads it where no reason in `models/` claims it.
    """

    name: str
    description: str
    of: Events | None
    unit: str
    missing: float | None
    days: tuple[int, ...]
    says: tuple[str, str] | None
    build: Callable[..., Any]
    module: str

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """The snapshot columns: one per window, or one for the whole history."""
        return tuple(self._column(days) for days in self.days or (None,))

    @property
    def inputs(self) -> tuple[str, ...]:
        """For a feature made from other columns: their names."""
        if self.is_fitted:
            return PURCHASE_HISTORY
        return () if self.of else self._parameters

    @property
    def is_fitted(self) -> bool:
        """Whether it asks the purchase process that was fitted to all customers as of the day."""
        return self.of is None and "process" in self._parameters

    @property
    def _parameters(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.build).parameters)

    def _column(self, days: int | None) -> FeatureColumn:
        summary = None
        if self.of is not None:
            summary = self.build(days) if days else self.build()
        return FeatureColumn(
            name=f"{self.name}_{days}d" if days else self.name,
            description=self.description.format(days=days),
            unit=self.unit,
            missing=self.missing,
            days=days,
            feature=self,
            summary=summary,
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
) -> Callable[[Callable[..., Any]], Feature]:
    """Declares the decorated function as a feature named like it; its docstring is the data dictionary.

    The function takes the window's `days` when `days` are given, nothing when not, and returns `count(...)`,
    `total(...)` or another summary of the events (or a narwhals aggregate over them, which is slower); without `of` it
    takes the snapshot columns that its parameters name and returns a narwhals expression over them. One with the
    parameters `process, repeats, last_days, age_days` is asked of the purchase process as fitted to all customers on
    the as-of date, and returns a NumPy array (see `features/_process.py`).
    """

    def declare(build: Callable[..., Any]) -> Feature:
        made = Feature(
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
        _ask_declaration(made)
        return made

    return declare


def _ask_declaration(made: Feature) -> None:
    """Raises TypeError for a declaration that cannot be meant, and what its columns raise (UnknownColumn)."""
    problem = _problem(made)
    if problem:
        raise TypeError(f"feature {made.name}: {problem}")


def _problem(made: Feature) -> str:
    asked = list(inspect.signature(made.build).parameters)
    of, days, missing, says = _as_given(made)
    if of is not None and not isinstance(of, Events):
        return "`of` is an event table, such as purchases"
    if not isinstance(days, tuple) or not all(type(each) is int and each > 0 for each in days):
        return f"`days` are whole numbers of days in a tuple, such as (28, 84), and not {days!r}"
    if missing is not None and not isinstance(missing, int | float):
        return f"`missing` is a number or None, and not {missing!r}"
    if says is not None and not (isinstance(says, tuple) and len(says) == 2):
        return "`says` is a pair of phrases, English and Chinese, or None"
    if made.of is not None and asked != (["days"] if made.days else []):
        wanted = "one parameter, `days`" if made.days else "no parameters: it has no windows"
        return f"the function takes {', '.join(asked) or 'nothing'}; it should take {wanted}"
    with suppress(NameError):  # a function of its module that is written further down: the catalogue asks again
        wrong = next((wrong for column in made.columns if (wrong := _wrong(column, made))), "")
        if wrong:
            return wrong
    return "" if made.name.isidentifier() else "declare a function with a name: a lambda has none"


def _as_given(made: Feature) -> tuple[object, ...]:
    """What somebody wrote, of whatever type it is."""
    return made.of, made.days, made.missing, made.says


def _wrong(column: FeatureColumn, made: Feature) -> str:
    if made.of is None:
        return ""
    if not isinstance(column.summary, Aggregate | Compound | nw.Expr):
        return f"the function returns {column.summary!r}; it should return count(...), total(...) or another summary"
    others = _windows_of(column.summary) - {made.of.name, None}
    if others:
        return f"it is declared of {made.of.name}, and speaks of a window of {', '.join(map(str, others))}"
    return _wrong_column(column.summary, made.of)


def _wrong_column(summary: Summary | nw.Expr, of: Events) -> str:
    """What is wrong with the columns that are added up or compared: of another table, or no numbers."""
    if isinstance(summary, Compound):
        return _wrong_column(summary.left, of) or _wrong_column(summary.right, of)
    if not isinstance(summary, Aggregate):
        return ""
    named = [named_in(each) for each in (summary.value, summary.where.condition) if each is not None]
    strange = sorted(set().union(*named) - set(of.columns))
    if strange:
        return f"it speaks of {strange[0]!r}, which {of.name} does not have; it has {', '.join(of.columns)}"
    added = plain_name(summary.value) if summary.value is not None and summary.kind in _OF_NUMBERS else ""
    return (
        f"{added!r} is text, which has no {summary.kind}; count(...) or distinct(...) it" if added in _texts(of) else ""
    )


_OF_NUMBERS = ("total", "average", "median")


def _texts(of: Events) -> set[str]:
    """The columns of an event table that are texts, as the contracts say."""
    return {each.name for table in of.tables for each in contracts()[table].columns if each.type == "text"}


def _windows_of(summary: Summary | nw.Expr) -> set[str | None]:
    """The event tables whose windows a summary speaks of."""
    if isinstance(summary, Compound):
        return _windows_of(summary.left) | _windows_of(summary.right)
    return {summary.where.of} if isinstance(summary, Aggregate) else set()
