"""What did we know about each customer on a day? One row of features per customer and as-of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import narwhals as nw
import polars as pl

from features._catalogue import catalogue, feature_columns
from features._engine import Native, collected
from features._events import Events, lines
from features._feature import Feature, FeatureColumn
from features._makers import event_rows
from features._time import Frame


def snapshot(
    tables: Mapping[str, Native],
    *,
    as_of: date,
    time_zone: str = "UTC",
    customers: pl.DataFrame | pl.LazyFrame | None = None,
    features: Iterable[Feature] | None = None,
) -> pl.DataFrame:
    """One row per customer: every declared feature, from what was known before `as_of` began in `time_zone`.

    `tables` maps contract tables (`transactions`, `interactions`, `customers`) to frames of one engine: Polars,
    pandas, DuckDB or Spark. `customers` fixes the rows: the customers out are exactly its `customer_id`s; without it,
    everyone with a transaction known before `as_of`. Rows are sorted by `customer_id`. Features of a table that is
    absent are null: unknown is not zero.
    """
    chosen = list(catalogue().values() if features is None else features)
    columns = feature_columns(chosen)
    frames = {
        events.name: _of_events(events, theirs, tables, as_of=as_of, time_zone=time_zone)
        for events, theirs in by_events(columns, tables).items()
    }
    if customers is None:
        frames["customers"] = event_rows(lines, tables, as_of=as_of, time_zone=time_zone).select("customer_id").unique()
    parts = collected(frames)
    rows = _rows(parts.pop("customers") if customers is None else customers)
    for part in parts.values():
        rows = rows.join(part, on="customer_id", how="left", validate="1:1", maintain_order="left")
    rows = _fill(rows, columns, tables)
    return _with_made_columns(rows, columns).select("customer_id", *columns)


def absent(events: Events, tables: Mapping[str, Native]) -> bool:
    """Whether a table that the events are made from never came."""
    return not set(events.tables) <= set(tables)


def by_events(columns: Mapping[str, FeatureColumn], tables: Mapping[str, Native]) -> dict[Events, list[FeatureColumn]]:
    """The columns of each event table whose contract tables are there."""
    found: dict[Events, list[FeatureColumn]] = {}
    for column in columns.values():
        events = column.feature.of
        if events and not absent(events, tables):
            found.setdefault(events, []).append(column)
    return found


def _rows(customers: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    given = customers.lazy().select("customer_id").sort("customer_id").collect()
    if given["customer_id"].is_duplicated().any():
        raise ValueError("customers must hold each customer_id once")
    return given


def _of_events(
    events: Events, columns: list[FeatureColumn], tables: Mapping[str, Native], *, as_of: date, time_zone: str
) -> Frame:
    rows = event_rows(events, tables, as_of=as_of, time_zone=time_zone)
    return rows.group_by("customer_id").agg(**{column.name: column.expression for column in columns})


def _fill(rows: pl.DataFrame, columns: Mapping[str, FeatureColumn], tables: Mapping[str, Native]) -> pl.DataFrame:
    made = []
    for column in columns.values():
        events = column.feature.of
        if events is None:
            continue
        if absent(events, tables):
            made.append(pl.lit(None, dtype=pl.Float64).alias(column.name))
            continue
        value = pl.col(column.name).cast(pl.Float64)
        made.append(value if column.missing is None else value.fill_null(column.missing))
    return rows.with_columns(made)


def _with_made_columns(rows: pl.DataFrame, columns: Mapping[str, FeatureColumn]) -> pl.DataFrame:
    waiting = {name: column for name, column in columns.items() if column.feature.of is None}
    frame = nw.from_native(rows)
    while waiting:
        ready = [c for c in waiting.values() if not set(c.feature.inputs) & set(waiting)]
        if not ready:
            raise ValueError(f"features made from each other in a circle: {', '.join(waiting)}")
        frame = frame.with_columns(c.expression.cast(nw.Float64).alias(c.name) for c in ready)
        for column in ready:
            del waiting[column.name]
    native: pl.DataFrame = frame.to_native()
    missing = {c.name: c.missing for c in columns.values() if c.feature.of is None and c.missing is not None}
    plain = native.with_columns(_plain(pl.col(pl.Float64)))
    return plain.with_columns(pl.col(n).fill_null(value) for n, value in missing.items())


def _plain(value: pl.Expr) -> pl.Expr:
    """Division by zero gives null. A zero has no sign: -0.0 would depend on row order and read as "-0%"."""
    return pl.when(value == 0).then(0.0).when(value.is_finite()).then(value).name.keep()
