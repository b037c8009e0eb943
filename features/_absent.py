"""Which columns of a snapshot cannot be known? Those made from a table, or a column of one, that never came.

A company that does not note when complaints are resolved has no open complaints that could be counted: such a column is
null for everybody, and no fake zero. A column that is there but empty is a statement: nothing was resolved so far.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import narwhals as nw

from data_contracts import contracts
from features._attributes import Attribute
from features._engine import Native
from features._events import Events
from features._feature import FeatureColumn

There = Mapping[str, Collection[str]]
"""The columns of each contract table that came."""


def columns_there(tables: Mapping[str, Native]) -> There:
    """The columns that the frames of contract tables have."""
    return {name: frozenset(nw.from_native(frame).collect_schema().names()) for name, frame in tables.items()}


def is_absent(column: FeatureColumn, there: There) -> bool:
    """Whether a table or a column that a column of events is made from never came."""
    events = column.feature.of
    if events is None:
        return False
    return not set(events.tables) <= set(there) or bool(never_came(column, there))


def never_came(column: FeatureColumn, there: There) -> set[tuple[str, str]]:
    """The tables and optional columns, of tables that came, without which a column of events is unknown."""
    return {(table, name) for table, name in made_from(column) if table in there and name not in there[table]}


def made_from(column: FeatureColumn) -> set[tuple[str, str]]:
    """The contract tables and their optional columns that a column of events is made from.

    `recorded_at` is none of them: without it, all was known as it happened. What an attribute is made from is asked
    where it is read.
    """
    events = column.feature.of
    if events is None or isinstance(column.feature, Attribute):
        return set()
    sources, words = dict(events.sources), set(re.findall(r"\w+", repr(column.expression)))
    named = {each for name in words & set(events.columns) for each in sources.get(name, (name,))} | set(events.needs)
    return {(table, name) for table in events.tables for name in named & _optional(table)}


def _optional(table: str) -> set[str]:
    return {each.name for each in contracts()[table].columns if not each.required} - {"recorded_at"}


def by_events(columns: Mapping[str, FeatureColumn], there: There) -> dict[Events, list[FeatureColumn]]:
    """The columns of each event table that can be known."""
    found: dict[Events, list[FeatureColumn]] = {}
    for column in columns.values():
        events = column.feature.of
        if events and not is_absent(column, there):
            found.setdefault(events, []).append(column)
    return found
