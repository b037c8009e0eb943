"""What does `churn snapshot` do? Features of one day, from the lake, by the engine asked for, into one file."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable

from features import Lake, Read, business_time_zone, day_start, duckdb_session, open_lake, snapshot, table_path
from pipelines._errors import NoTables, SourceChanged
from pipelines._settings import Settings


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where the snapshot lies, its rows and columns, how long it took, and what was read for it."""

    file: Path
    rows: int
    columns: int
    seconds: float
    reads: tuple[Read, ...]


def write_snapshot(settings: Settings, as_of: date, *, file: Path) -> Written:
    """Computes the snapshot of `as_of` from what it needs of the home's lake, and puts it whole into `file`.

    Raises NoTables when nothing was ever ingested into the home, EngineUnavailable when the engine is not there,
    SourceChanged for another time zone than that of the home's nights.
    """
    started = time.perf_counter()
    ask_for_tables(settings.home)
    ask_same_days(settings)
    lake = lake_on_engine(settings, before=day_start(as_of, time_zone=settings.time_zone))
    made: pl.DataFrame = snapshot(lake, as_of=as_of, time_zone=settings.time_zone)
    _write_whole(made, file)
    seconds = time.perf_counter() - started
    return Written(file=file, rows=made.height, columns=made.width, seconds=seconds, reads=lake.reads)


def ask_for_tables(home: Path) -> None:
    """Raises NoTables when the home has no transactions."""
    if not DeltaTable.is_deltatable(str(table_path(home, "transactions"))):
        raise NoTables(
            f"{home} has no tables yet: `churn nightly` with the same options makes them, or name another --home."
        )


def ask_same_days(settings: Settings) -> None:
    """Raises SourceChanged when the nights of the home begin a day in another time zone than the settings say."""
    noted = business_time_zone(settings.home)
    if noted not in (None, settings.time_zone):
        raise SourceChanged(
            f"the days of {settings.home} begin in {noted}, and the settings say time_zone = {settings.time_zone}: "
            "what was learned and listed there means other days. Set it back (is --settings missing?), or start again "
            "in a new --home."
        )


def lake_on_engine(settings: Settings, **how: Any) -> Lake:
    """The lake of the home as frames of the engine that the settings name."""
    chosen = settings.features
    session = None
    if chosen.engine == "duckdb":
        temp_folder = chosen.temp_folder or settings.home / ".duckdb"
        session = duckdb_session(memory_limit=chosen.memory_limit, temp_folder=temp_folder)
    return open_lake(settings.home, engine=chosen.engine, session=session, **how)


def engine_tables(settings: Settings, versions: Mapping[str, int]) -> Mapping[str, Any] | None:
    """The tables at these versions where another engine than Polars computes snapshots; None where Polars does."""
    if settings.features.engine == "polars":
        return None
    return lake_on_engine(settings, versions=versions).tables


def _write_whole(made: pl.DataFrame, file: Path) -> None:
    """Whoever reads `file` finds the old one or the new one, never half of it."""
    half_written = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        if file.suffix == ".csv":
            made.write_csv(half_written)
        else:
            made.write_parquet(half_written)
        half_written.replace(file)
    finally:
        half_written.unlink(missing_ok=True)
