"""What does the customers table say of a customer? Its columns as features, each from the moment it was known."""

from __future__ import annotations

import difflib
import hashlib
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import narwhals as nw

from features._aggregate import most
from features._engine import Native, _us, _with_micros
from features._events import Events
from features._feature import Feature, FeatureColumn
from features._makers import Moment, known_customers
from features._time import Frame, day_start, micros

log = logging.getLogger(__name__)

_TABLE = "customers"

attributes = Events(
    name="attributes",
    tables=(_TABLE,),
    grain="one row per customer who is not known to have joined later, with the declared attributes as known then",
    columns=("customer_id", "age_days"),
)


class WrongType(Exception):
    """A column of the customers table holds something else than an attribute is declared to be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute(Feature):
    """One column of the customers table as a feature: a number, or with `levels` one 0/1 column per level.

    `known_from` names the timestamp column of the table that says since when the value holds. An attribute of one
    level holds that level, and the levels beside it; an empty level is what none of them is.
    """

    column: str
    known_from: str | None
    levels: tuple[str, ...] = ()
    level: str | None = None

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """The snapshot columns: one for a number, one per level and one for what is none of them for a category."""
        if not self.levels or self.level is not None:
            return (self._column(None),)
        return tuple(self._of_level(level)._column(None) for level in (*self.levels, ""))

    def _of_level(self, level: str) -> Attribute:
        name, shown = f"{self.name}_{_word(level) or 'other'}", (level or "other").replace("{", "{{").replace("}", "}}")
        english, chinese = (phrase.replace("{level}", shown) for phrase in self.says or ("", ""))
        return replace(
            self,
            name=name,
            level=level,
            description=self.description.replace("{level}", shown),
            says=self.says and (english, chinese),
            build=lambda: most(nw.col(name)),
        )

    @property
    def fingerprint(self) -> str:
        """A hash of what the attribute is made from; unchanged by wording."""
        parts = (self.name, attributes.name, self.unit, str(self.missing), self.column, str(self.known_from))
        return hashlib.sha256("\n".join((*parts, *self.levels, str(self.level))).encode()).hexdigest()


def attribute(
    *,
    name: str,
    unit: str,
    meaning: str,
    known_from: str | None,
    column: str | None = None,
    levels: Iterable[str] = (),
    says: tuple[str, str] | None = None,
) -> Attribute:
    """Declares a column of the customers table (`name`, if no `column` is given) as a feature.

    A row of that table has no history, so a value may be used only from when it was known: `known_from` is the
    timestamp column that tells it ("joined_at" for what was asked on joining), or None for what never changes.
    Before that moment, and for customers who join later, it is null; so it is when the table or column never came.
    `levels` makes a 0/1 column of each, called `{name}_{level}`, and `{name}_other`; `meaning`, which says what null
    means, and `says` then name the `{level}`. Raises WrongType when the column holds something else.
    """
    return Attribute(
        name=name,
        description=" ".join(meaning.split()),
        of=attributes,
        unit=unit,
        missing=None,
        days=(),
        says=says,
        build=lambda: most(nw.col(name)),
        module=sys._getframe(1).f_globals["__name__"],
        column=column or name,
        known_from=known_from,
        levels=_distinct_levels(name, tuple(levels)),
    )


def _distinct_levels(name: str, levels: tuple[str, ...]) -> tuple[str, ...]:
    words = [_word(level) for level in levels]
    for level, word in zip(levels, words, strict=True):
        if word in ("", "other") or words.count(word) > 1:
            raise ValueError(
                f"attribute {name!r}: the level {level!r} makes no column name of its own. Each level needs a letter "
                "or digit that others lack; what is none of the levels becomes 'other' by itself."
            )
    return levels


def _word(level: str) -> str:
    return re.sub(r"\W+", "_", level.strip().lower()).strip("_")


def attribute_rows(columns: Iterable[FeatureColumn], tables: Mapping[str, Native], moment: Moment) -> Frame:
    """One row per customer known before the as-of date: `customer_id` and these columns, null where not known then.

    `age_days` is 1: the row is as it was known when the day before the as-of date ended.
    """
    asked = {column.name: column.feature for column in columns}
    declared = {name: feature for name, feature in asked.items() if isinstance(feature, Attribute)}
    rows = _with_moments(known_customers(tables, moment), declared.values())
    start = micros(day_start(moment.as_of, time_zone=moment.time_zone))
    values = {name: _value(each, rows, start) for name, each in declared.items()}
    return rows.select("customer_id", age_days=nw.lit(1), **values)


def _with_moments(rows: Frame, asked: Iterable[Attribute]) -> Frame:
    """Adds the microseconds of each `known_from`, as the contract's own times have them."""
    schema = rows.collect_schema()
    since = sorted({each.known_from for each in asked if each.known_from is not None} & set(schema))
    for name in since:
        if schema[name] != nw.Datetime:
            raise WrongType(
                f"{_TABLE}.{name} holds {schema[name]}, such as {_example(rows, name)}; an attribute is known from a "
                f"timestamp. Add it as a timestamp to data_contracts/{_TABLE}.py."
            )
    missing = [name for name in since if _us(name) not in schema]
    return nw.from_native(_with_micros(rows.to_native(), missing)) if missing else rows


def _value(asked: Attribute, rows: Frame, start: int) -> nw.Expr:
    unknown = nw.lit(None, dtype=nw.Float64())
    if not _is_there(asked, rows) or not _fits(asked, rows):
        return unknown
    value = nw.col(asked.column)
    answer = value.cast(nw.Float64()) if asked.level is None else _is_level(asked, value.cast(nw.String()))
    if asked.known_from is None:
        return answer
    return nw.when(nw.col(_us(asked.known_from)) < start).then(answer)


def _is_level(asked: Attribute, value: nw.Expr) -> nw.Expr:
    text = value.str.strip_chars()
    is_it = text == asked.level.strip() if asked.level else ~text.is_in([level.strip() for level in asked.levels])
    return nw.when(text != "").then(nw.when(is_it).then(nw.lit(1.0)).otherwise(nw.lit(0.0)))


def _is_there(asked: Attribute, rows: Frame) -> bool:
    names = rows.collect_schema().names()
    for name in (asked.column, asked.known_from):
        if name is not None and name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            log.warning("%s has no column %r: %s is null for everyone.%s", _TABLE, name, asked.name, hint)
            return False
    return True


def _fits(asked: Attribute, rows: Frame) -> bool:
    """Whether the column is of the declared kind; one without any value may be of any type."""
    kind = rows.collect_schema()[asked.column]
    is_text = kind in (nw.String, nw.Categorical, nw.Enum)
    if is_text if asked.level is not None else kind.is_numeric() or kind == nw.Boolean:
        return True
    example = _example(rows, asked.column)
    if example is None:
        return False
    needs, advice = ("numbers", "name its levels") if asked.level is None else ("text", "leave out its levels")
    raise WrongType(
        f"{_TABLE}.{asked.column} holds {kind}, such as {example}; the attribute {asked.name!r} in {asked.module} "
        f"needs {needs}. Add the column to data_contracts/{_TABLE}.py with that type, or {advice}."
    )


def _example(rows: Frame, column: str) -> str | None:
    found = rows.select(nw.col(column).cast(nw.String()).min()).collect("polars").item()
    return None if found is None else repr(found)
