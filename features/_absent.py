"""Which columns of a snapshot cannot be known? Those made from a table, or a column of one, that never came.

A company that does not note when complaints are resolved has no open complaints that could be counted: such a column is
null for everybody, and no fake zero. A column that is there but empty is a statement: nothing was resolved so far.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import narwhals as nw

from data_contracts import contracts
from features._catalogue import feature_columns
from features._engine import Native
from features._events import Events
from features._feature import FeatureColumn
from features._sums import named_in

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
    if not set(events.tables) <= set(there):
        return True
    return any(name not in there[table] for table, name in _made_from(column, events))


def _made_from(column: FeatureColumn, events: Events) -> set[tuple[str, str]]:
    """The columns of contract tables, with their tables, that tell something which another column cannot tell."""
    sources = dict(events.sources)
    named = {sources.get(name, name) for name in named_in(column.expression)} | set(events.needs)
    return {(table, name) for table in events.tables for name in named & _tells(table)}


def _tells(table: str) -> set[str]:
    """The columns of a contract table that may be absent; without `recorded_at`, all is known as it happens."""
    return {each.name for each in contracts()[table].columns if not each.required} - {"recorded_at"}


def absent_columns(there: There) -> dict[str, list[str]]:
    """By table that came, the columns that never came and without which columns of the catalogue are unknown."""
    asked: set[tuple[str, str]] = set()
    for column in feature_columns().values():
        asked |= _made_from(column, column.feature.of) if column.feature.of else set()
    found: dict[str, list[str]] = {}
    for table, name in sorted(asked):
        if table in there and name not in there[table]:
            found.setdefault(table, []).append(name)
    return found


def by_events(columns: Mapping[str, FeatureColumn], there: There) -> dict[Events, list[FeatureColumn]]:
    """The columns of each event table that can be known."""
    found: dict[Events, list[FeatureColumn]] = {}
    for column in columns.values():
        events = column.feature.of
        if events and not is_absent(column, there):
            found.setdefault(events, []).append(column)
    return found
