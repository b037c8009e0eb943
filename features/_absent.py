"""Which columns of a snapshot cannot be known? Those made from a table, or a column of one, that never came.

A company that does not note when complaints are resolved has no open complaints that could be counted: such a column is
null for everybody, and no fake zero. A column that is there but empty is a statement: nothing was resolved so far.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping

import narwhals as nw

from data_contracts import contracts
from features._attributes import Attribute
from features._engine import Native
from features._events import Events
from features._feature import FeatureColumn

log = logging.getLogger(__name__)

There = Mapping[str, Collection[str]]
"""The columns of each contract table that came."""


def columns_there(tables: Mapping[str, Native]) -> There:
    """The columns that the frames of contract tables have."""
    return {name: frozenset(nw.from_native(frame).collect_schema().names()) for name, frame in tables.items()}


def unknown_columns(columns: Mapping[str, FeatureColumn], there: There) -> set[str]:
    """The columns that nobody can know: made from what never came, or from such columns. The log says what that is."""
    never_came, unknown = set(), set()
    for name, column in columns.items():
        tables = column.feature.of.tables if column.feature.of else ()
        absent = {(table, each) for table, each in made_from(column) if each not in there.get(table, ())}
        never_came |= {each for each in absent if each[0] in there}
        if absent or not set(tables) <= set(there):
            unknown.add(name)
    for table, each in sorted(never_came):
        log.info("no column %s in %s: the features made from it are null", each, table)
    return _with_those_made_from(unknown, columns)


def _with_those_made_from(unknown: set[str], columns: Mapping[str, FeatureColumn]) -> set[str]:
    more = {name for name, column in columns.items() if set(column.feature.inputs) & unknown} - unknown
    return _with_those_made_from(unknown | more, columns) if more else unknown


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


def by_events(columns: Mapping[str, FeatureColumn], unknown: Collection[str]) -> dict[Events, list[FeatureColumn]]:
    """The columns of each event table, without the unknown ones."""
    found: dict[Events, list[FeatureColumn]] = {}
    for name, column in columns.items():
        if column.feature.of and name not in unknown:
            found.setdefault(column.feature.of, []).append(column)
    return found
