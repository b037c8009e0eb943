"""What did we know about each customer on a day? One row of features per customer and as-of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import narwhals as nw
import polars as pl

from features._catalogue import catalogue, feature_columns
from features._events import Events, event_rows
from features._feature import Feature, FeatureColumn


def snapshot(
    tables: Mapping[str, pl.LazyFrame],
    *,
    as_of: date,
    time_zone: str = "UTC",
    customers: pl.DataFrame | pl.LazyFrame | None = None,
    features: Iterable[Feature] | None = None,
) -> pl.DataFrame:
    """One row per customer: every declared feature, from what was known before `as_of` began in `time_zone`.

    `tables` maps contract tables (`transactions`, `interactions`) to lazy frames. `customers` fixes the rows: the
    customers out are exactly its `customer_id`s; without it, everyone with a transaction known before `as_of`.
    Rows are sorted by `customer_id`. Features of a table that is absent are null: unknown is not zero.
    """
    chosen = list(catalogue().values() if features is None else features)
    columns = feature_columns(chosen)
    rows = _customers(tables, customers, as_of=as_of, time_zone=time_zone)
    parts = [
        _of_events(events, [c for c in columns.values() if c.feature.of == events], tables, as_of, time_zone)
        for events in _event_tables(chosen)
    ]
    joined = pl.collect_all([part for part in parts if part is not None])
    for part in joined:
        rows = rows.join(part, on="customer_id", how="left", validate="1:1", maintain_order="left")
    rows = _fill(rows, columns, tables)
    return _with_made_columns(rows, columns).select("customer_id", *columns)


def _event_tables(features: Iterable[Feature]) -> list[Events]:
    found: dict[str, Events] = {feature.of.name: feature.of for feature in features if feature.of}
    return list(found.values())


def _customers(
    tables: Mapping[str, pl.LazyFrame],
    customers: pl.DataFrame | pl.LazyFrame | None,
    *,
    as_of: date,
    time_zone: str,
) -> pl.DataFrame:
    if customers is None:
        from features._events import lines

        known: pl.LazyFrame = event_rows(lines, tables, as_of=as_of, time_zone=time_zone).to_native()
        return known.select("customer_id").unique().sort("customer_id").collect()
    given = customers.lazy().select("customer_id").sort("customer_id").collect()
    if given["customer_id"].is_duplicated().any():
        raise ValueError("customers must hold each customer_id once")
    return given


def _of_events(
    events: Events,
    columns: list[FeatureColumn],
    tables: Mapping[str, pl.LazyFrame],
    as_of: date,
    time_zone: str,
) -> pl.LazyFrame | None:
    if events.table not in tables:
        return None
    rows = event_rows(events, tables, as_of=as_of, time_zone=time_zone)
    made = rows.group_by("customer_id").agg(**{column.name: column.expression for column in columns})
    native: pl.LazyFrame = made.to_native()
    return native


def _fill(rows: pl.DataFrame, columns: Mapping[str, FeatureColumn], tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    made = []
    for column in columns.values():
        events = column.feature.of
        if events is None:
            continue
        if events.table not in tables:
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
