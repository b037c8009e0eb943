"""On what does a snapshot run? Rows of Polars, pandas, DuckDB or Spark, all spoken to in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import narwhals as nw
import polars as pl

from data_contracts import contracts
from features._time import Frame, Shifts, zone_shifts

Native = Any
"""A frame of an engine: `pl.LazyFrame`, `pl.DataFrame`, `pandas.DataFrame`, a DuckDB relation, a Spark DataFrame."""

_MOMENTS = ("occurred_at", "recorded_at", "resolved_at", "reviewed_at", "joined_at")


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
    frame = nw.from_native(native).lazy()
    there = frame.collect_schema().names()
    frame = nw.from_native(_with_micros(frame.to_native(), [name for name in _MOMENTS if name in there]))
    return _with_missing_columns(frame, table, there)


def _with_micros(native: Native, moments: list[str]) -> Native:
    match type(native).__module__.split(".")[0]:
        case "polars":
            utc = [pl.col(name).cast(pl.Datetime("us", "UTC")).dt.timestamp("us") for name in moments]
            return native.with_columns(e.alias(_us(name)) for e, name in zip(utc, moments, strict=True))
        case "duckdb" | "_duckdb":
            made = [f'epoch_us("{name}") AS {_us(name)}' for name in moments]
            return native.project(", ".join(["*", *made]))
        case "pyspark":
            from pyspark.sql import functions

            return native.withColumns({_us(name): functions.unix_micros(name) for name in moments})
        case other:
            raise TypeError(f"a table must be a frame of Polars, pandas, DuckDB or Spark, not of {other}")


def _us(name: str) -> str:
    return name.removesuffix("_at") + "_us"


_DTYPES = {"text": nw.String(), "number": nw.Float64(), "integer": nw.Int64(), "boolean": nw.Boolean()}


def _with_missing_columns(frame: Frame, table: str, there: list[str]) -> Frame:
    missing = [column for column in contracts()[table].columns if column.name not in there]
    plain = [nw.lit(None, dtype=_DTYPES[c.type]).alias(c.name) for c in missing if c.type in _DTYPES]
    moments = [nw.lit(None, dtype=nw.Int64()).alias(_us(c.name)) for c in missing if c.type == "timestamp"]
    stamps = [nw.lit(None, dtype=nw.Datetime("us", "UTC")).alias(c.name) for c in missing if c.type == "timestamp"]
    return frame.with_columns(*plain, *moments, *stamps) if missing else frame


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
