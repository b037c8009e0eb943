"""On what does a snapshot run? Rows of Polars, pandas, DuckDB or Spark, all spoken to in the same way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import narwhals as nw
import polars as pl

from data_contracts import Contract, contracts
from features._time import Frame, Shifts, zone_shifts

Native = Any
"""A frame of an engine: `pl.LazyFrame`, `pl.DataFrame`, `pandas.DataFrame`, a DuckDB relation, a Spark DataFrame."""

_MOMENTS = (
    *("occurred_at", "recorded_at", "resolved_at", "reviewed_at", "joined_at"),
    *("renews_at", "started_at", "ended_at", "cancelled_at"),
)


def is_polars(native: Native) -> bool:
    """Whether a table is there, as a frame of Polars."""
    return isinstance(native, pl.LazyFrame | pl.DataFrame)


def on_polars(native: Native) -> Native:
    """Frames of Polars and pandas as lazy frames of Polars; frames of other engines as they are."""
    if isinstance(native, pl.DataFrame):
        return native.lazy()
    if type(native).__module__.split(".")[0] == "pandas":
        return pl.from_pandas(native).lazy()
    return native


def rows_of(native: Native, table: str) -> Frame:
    """The rows of a contract table, lazily, with every column of its contract (null where the engine has none).

    Adds `occurred_us` for `occurred_at`, and so for each moment: whole microseconds since 1970.
    """
    contract = contracts()[table]
    whole = with_all_columns(nw.from_native(native).lazy().to_native(), contract)
    made: Frame = nw.from_native(_with_micros(whole, [name for name in _MOMENTS if name in contract.column_names]))
    return made


def engine_of(native: Native) -> str:
    """The engine that a frame belongs to: polars, duckdb or spark. Raises TypeError for any other."""
    package = type(native).__module__.partition(".")[0]
    if package not in _ENGINES:
        raise TypeError(f"a table must be a frame of Polars, pandas, DuckDB or Spark, not of {package}")
    return _ENGINES[package]


_ENGINES = {"polars": "polars", "duckdb": "duckdb", "_duckdb": "duckdb", "pyspark": "spark"}


def _with_micros(native: Native, moments: list[str]) -> Native:
    match engine_of(native):
        case "polars":
            utc = [pl.col(name).cast(pl.Datetime("us", "UTC")).dt.timestamp("us") for name in moments]
            return native.with_columns(e.alias(_us(name)) for e, name in zip(utc, moments, strict=True))
        case "duckdb":
            made = [f'epoch_us("{name}") AS {_us(name)}' for name in moments]
            return native.project(", ".join(["*", *made]))
        case _:
            return native.withColumns({_us(name): _spark_micros(native, name) for name in moments})


def _spark_micros(native: Native, name: str) -> Any:
    """Spark would read a timestamp without a zone in that of its session; here such a one is meant in UTC."""
    from pyspark.sql import functions as f

    if native.schema[name].dataType.typeName() != "timestamp_ntz":
        return f.unix_micros(name)
    hours, minutes = f.hour(name) + 24 * f.unix_date(f.to_date(name)), f.minute(name)
    micros = (f.extract(f.lit("SECOND"), f.col(name)) * 1_000_000).cast("bigint")
    return (hours * 60 + minutes).cast("bigint") * 60_000_000 + micros


def _us(name: str) -> str:
    return name.removesuffix("_at") + "_us"


def with_all_columns(native: Native, contract: Contract, only: Collection[str] | None = None) -> Native:
    """The frame with every column of the contract, or `only` these: null where it has none."""
    there = set(nw.from_native(native).collect_schema().names())
    asked = contract.columns if only is None else [contract.column(name) for name in only]
    missing = {column.name: column.type for column in asked if column.name not in there}
    if not missing:
        return native
    match engine_of(native):
        case "polars":
            nulls = [pl.lit(None, dtype=contract.polars_schema[name]).alias(name) for name in missing]
            return native.with_columns(nulls)
        case "duckdb":
            sql = [f'NULL::{_SQL_TYPES[kind][0]} AS "{name}"' for name, kind in missing.items()]
            return native.project(", ".join(["*", *sql]))
        case _:
            from pyspark.sql import functions

            return native.withColumns({n: functions.lit(None).cast(_SQL_TYPES[k][1]) for n, k in missing.items()})


def completed(native: Native, contract: Contract) -> Native:
    """The frame with the columns whose absence says nothing, null: `recorded_at` of events, and all of customers.

    What is counted over another column of events that never came is not known, and no zero; so it stays away.
    """
    return with_all_columns(native, contract, only=("recorded_at",) if contract.has_events else None)


_SQL_TYPES: Mapping[str, tuple[str, str]] = {
    "text": ("VARCHAR", "string"),
    "number": ("DOUBLE", "double"),
    "integer": ("BIGINT", "bigint"),
    "boolean": ("BOOLEAN", "boolean"),
    "timestamp": ("TIMESTAMPTZ", "timestamp"),
    "date": ("DATE", "date"),
}
"""What DuckDB and Spark call the types of the contracts."""


def shifts_of(rows: Frame, *, time_zone: str, until: date) -> Shifts:
    """The changes of the business's clocks from the first event of `rows` to `until`."""
    first = rows.select(nw.col("occurred_us").min()).collect("polars").item()
    since = until if first is None else (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first)).date()
    return zone_shifts(time_zone, first=min(since, until), last=until)


def collected(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
    """The rows of several frames of one engine; Polars reads what they share once."""
    native = {name: frame.to_native() for name, frame in frames.items()}
    lazy = {name: frame for name, frame in native.items() if isinstance(frame, pl.LazyFrame)}
    found = dict(zip(lazy, pl.collect_all(list(lazy.values())), strict=True))
    for name, frame in frames.items():
        if name not in lazy:
            found[name] = frame.collect("polars").to_native()
    return found
