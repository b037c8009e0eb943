"""What did we know about each customer on a day? One row of features per customer and as-of date."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import narwhals as nw
import numpy as np
import polars as pl

from features._absent import by_events, columns_there, unknown_columns
from features._attributes import attribute_rows, attributes
from features._catalogue import feature_columns
from features._engine import Native, collected, is_polars, on_polars
from features._events import Events, lines, subscription_terms
from features._feature import Feature, FeatureColumn
from features._makers import Moment, event_rows
from features._polars import IS_BUYER, Log, TooWide, is_fast
from features._process import PurchaseProcess, fit_process
from features._time import Frame

logger = logging.getLogger(__name__)

_SUBSCRIBES = "has a term of a subscription known before the as-of date"


def snapshots(
    tables: Mapping[str, Native],
    *,
    as_of: Sequence[date],
    time_zone: str = "UTC",
    customers: pl.DataFrame | pl.LazyFrame | None = None,
    features: Iterable[Feature] | None = None,
) -> Iterator[pl.DataFrame]:
    """The snapshot of each as-of date, in their order; on Polars the log is read once for all of them.

    `tables` maps contract tables to frames of one engine with the contract's types. `customers` fixes the rows;
    without it, everyone with a transaction, or a term of a subscription, known before the date. Features of a table or
    column that is absent are null.
    """
    tables = {name: on_polars(frame) for name, frame in tables.items()}
    columns = feature_columns(features)
    unknown = unknown_columns(columns, columns_there(tables))
    asked = by_events(columns, unknown)
    log = _log(tables, asked, as_of=as_of, time_zone=time_zone)
    parts = log.parts(as_of) if log else None
    for day in as_of:
        fast = next(parts) if parts else None
        rows = _event_columns(tables, asked, fast, as_of=day, time_zone=time_zone)
        process = _process(rows, columns)
        done: set[str] = set()
        if rows is fast and customers is None:
            rows, done = rows if rows[IS_BUYER].all() else rows.filter(IS_BUYER), set(rows.columns)
        else:
            population = rows.filter(IS_BUYER).select("customer_id") if customers is None else _rows(customers)
            rows = population.sort("customer_id").join(rows, on="customer_id", how="left", maintain_order="left")
        rows = _fill(rows, [column for column in columns.values() if column.name not in done], unknown)
        yield _with_made_columns(rows, columns, process, done | unknown).select("customer_id", *columns)


def _log(
    tables: Mapping[str, Native], asked: Mapping[Events, list[FeatureColumn]], *, as_of: Sequence[date], time_zone: str
) -> Log | None:
    """The log read by the fast path, where it can compute anything."""
    chosen = {events: [column for column in columns if is_fast(column)] for events, columns in asked.items()}
    chosen = {events: columns for events, columns in chosen.items() if columns}
    needed = {"transactions"}.union(*(events.tables for events in chosen))
    if not as_of or not chosen or not all(is_polars(tables.get(name)) for name in needed):
        return None
    try:
        return Log(tables, chosen, as_of=as_of, time_zone=time_zone)
    except TooWide as too_wide:
        logger.warning("%s: the slower path computes the snapshot", too_wide)
        return None


def _event_columns(
    tables: Mapping[str, Native],
    asked: Mapping[Events, list[FeatureColumn]],
    fast: pl.DataFrame | None,
    *,
    as_of: date,
    time_zone: str,
) -> pl.DataFrame:
    """One row per customer with a known event: `customer_id`, `IS_BUYER` and the columns made from events.

    Where subscriptions came, a subscriber who never bought is as much a customer as a buyer.
    """
    there = set() if fast is None else set(fast.columns)
    frames = {}
    for events, columns in asked.items():
        slow = [column for column in columns if column.name not in there]
        if slow:
            frames[events.name] = _of_events(events, slow, tables, as_of=as_of, time_zone=time_zone)
    if fast is None:
        buyers = event_rows(lines, tables, as_of=as_of, time_zone=time_zone).select("customer_id").unique()
        frames[IS_BUYER] = buyers.with_columns(nw.lit(True).alias(IS_BUYER))
    if "subscriptions" in tables:
        subscribers = event_rows(subscription_terms, tables, as_of=as_of, time_zone=time_zone)
        frames[_SUBSCRIBES] = subscribers.select("customer_id").unique().with_columns(nw.lit(True).alias(_SUBSCRIBES))
    parts = collected(frames)
    made = parts.pop(IS_BUYER) if fast is None else fast
    for part in parts.values():
        made = made.join(part, on="customer_id", how="full", coalesce=True, validate="1:1")
    if _SUBSCRIBES in made.columns:
        return made.with_columns(pl.any_horizontal(IS_BUYER, _SUBSCRIBES).alias(IS_BUYER)).drop(_SUBSCRIBES)
    return made


def _process(rows: pl.DataFrame, columns: Mapping[str, FeatureColumn]) -> PurchaseProcess | None:
    """The purchase process of all customers who ever bought, where a feature asks for it."""
    if not any(column.feature.is_fitted for column in columns.values()):
        return None
    return fit_process(*(values.to_numpy() for values in purchase_history(rows).drop_nulls().get_columns()))


def purchase_history(rows: pl.DataFrame) -> pl.DataFrame:
    """What the purchase process is fitted to: repeated purchase days, days to the last one, days until today.

    Null for a customer who never bought. From the columns `purchase_day_count_ever`, `tenure_days` and
    `days_since_last_purchase` of a snapshot.
    """
    age, count = pl.col("tenure_days"), pl.col("purchase_day_count_ever")
    bought = pl.when(age.is_not_null() & (count > 0))
    return rows.select(
        repeats=bought.then(count - 1),
        last_days=bought.then(age - pl.col("days_since_last_purchase")),
        age_days=bought.then(age),
    ).cast(pl.Float64)


def _rows(customers: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    given = customers.lazy().select("customer_id").sort("customer_id").collect()
    if given["customer_id"].is_duplicated().any():
        raise ValueError("customers must hold each customer_id once")
    return given


def _of_events(
    events: Events, columns: list[FeatureColumn], tables: Mapping[str, Native], *, as_of: date, time_zone: str
) -> Frame:
    if events is attributes:
        rows = attribute_rows(columns, tables, Moment(as_of=as_of, time_zone=time_zone))
    else:
        rows = event_rows(events, tables, as_of=as_of, time_zone=time_zone)
    return rows.group_by("customer_id").agg(**{column.name: column.expression for column in columns})


def _fill(rows: pl.DataFrame, columns: Iterable[FeatureColumn], unknown: Collection[str]) -> pl.DataFrame:
    made = []
    for column in columns:
        if column.name in unknown:
            made.append(pl.lit(None, dtype=pl.Float64).alias(column.name))
            continue
        if column.feature.of is None:
            continue
        value = pl.col(column.name).cast(pl.Float64)
        made.append(value if column.missing is None else value.fill_null(column.missing))
    return rows.with_columns(made)


def _with_made_columns(
    rows: pl.DataFrame, columns: Mapping[str, FeatureColumn], process: PurchaseProcess | None, done: set[str]
) -> pl.DataFrame:
    """Adds the columns made from others. Those that are `done` are there, finite or null."""
    made = [column for name, column in columns.items() if column.feature.of is None and name not in done]
    waiting = {column.name: column for column in made}
    while waiting:
        ready = [c for c in waiting.values() if not set(c.feature.inputs) & set(waiting)]
        if not ready:
            raise ValueError(f"features made from each other in a circle: {', '.join(waiting)}")
        rows = _with_fitted(_with_expressions(rows, ready), ready, process)
        for column in ready:
            del waiting[column.name]
    plain = rows.with_columns(_plain(pl.col(name)) for name in columns if name not in done)
    return plain.with_columns(
        pl.col(c.name).fill_null(c.missing) for c in made if c.missing is not None and c.name not in done
    )


def _with_expressions(rows: pl.DataFrame, columns: list[FeatureColumn]) -> pl.DataFrame:
    made = [c.expression.cast(nw.Float64).alias(c.name) for c in columns if not c.feature.is_fitted]
    native: pl.DataFrame = nw.from_native(rows).with_columns(made).to_native()
    return native


def _with_fitted(rows: pl.DataFrame, columns: list[FeatureColumn], process: PurchaseProcess | None) -> pl.DataFrame:
    fitted = [column for column in columns if column.feature.is_fitted]
    if not fitted:
        return rows
    history = purchase_history(rows)
    known = ~history["age_days"].is_null()
    arrays = {name: history[name].filter(known).to_numpy() for name in history.columns}
    made = {column.name: np.full(rows.height, np.nan) for column in fitted}
    for column in fitted:
        made[column.name][known.to_numpy()] = column.feature.build(process, **arrays)
    return rows.with_columns(pl.Series(name, values).fill_nan(None) for name, values in made.items())


def _plain(value: pl.Expr) -> pl.Expr:
    """Division by zero gives null. A zero has no sign: -0.0 would depend on row order and read as "-0%"."""
    return pl.when(value.is_finite()).then(value + 0.0)
