"""Which columns does a snapshot read? Found by asking the plan of each event table, not by keeping a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl
from polars.io.plugins import register_io_source

from features._absent import by_events, unknown_columns
from features._attributes import Attribute, attributes
from features._catalogue import feature_columns
from features._feature import Feature
from features._makers import event_rows

_ANY_DAY = date(2000, 1, 1)
_ALWAYS = ("customer_id", "occurred_at", "recorded_at", "joined_at")
"""What says who is a customer on a day, whatever the features."""


def columns_needed(
    schemas: Mapping[str, pl.Schema], *, features: Iterable[Feature] | None = None
) -> dict[str, set[str]]:
    """By contract table, the columns that the features (the catalogue unless given) are made from."""
    read = {table: set(_ALWAYS) for table in schemas}
    empty = {table: _empty(schema, read[table]) for table, schema in schemas.items()}
    asked = feature_columns(features)
    for events, columns in by_events(asked, unknown_columns(asked, schemas)).items():
        if events is attributes:
            # The type of these is asked for when they are read: a wrong one should be named then, not left out here.
            named = [c.feature for c in columns if isinstance(c.feature, Attribute)]
            read["customers"] |= {
                name for each in named for name in (each.column, each.known_from, "joined_at") if name
            }
            continue
        rows = event_rows(events, empty, as_of=_ANY_DAY, time_zone="UTC")
        rows.group_by("customer_id").agg(**{column.name: column.expression for column in columns}).collect("polars")
    return read


def _empty(schema: pl.Schema, read: set[str]) -> pl.LazyFrame:
    """No rows, but it notes in `read` which columns were asked for."""

    def rows(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        asked = list(schema) if with_columns is None else with_columns
        read.update(asked)
        yield pl.DataFrame(schema={name: schema[name] for name in asked})

    return register_io_source(rows, schema=schema)
