"""Where do the tables lie? Delta tables in the home folder, read at one named version each, by the engine asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from deltalake import DeltaTable

from data_contracts import contracts
from features._engine import Native, completed, with_all_columns
from features._feature import Feature
from features._needs import columns_needed
from features._open import Read, duckdb_session, opened, spark_session

BUSINESS_TIME_ZONE = "business_time_zone"
"""The note of a commit that says in which time zone the business lives."""

TABLES = ("customers", "transactions", "interactions", "subscriptions")


@dataclass(frozen=True, kw_only=True)
class Lake:
    """The tables as they stood at `versions`: lazy frames by name; a table that never arrived is absent.

    `reads` says how much of each table is read; `time_zone` is that of the business, as the nights noted it.
    """

    tables: Mapping[str, Any]
    versions: Mapping[str, int]
    reads: tuple[Read, ...] = ()
    time_zone: str | None = None

    @property
    def arrived(self) -> Mapping[str, Any]:
        """The tables without one derived from another: customers of whom nothing is known but that they bought."""
        return {name: frame for name, frame in self.tables.items() if name in self.versions}


def table_path(home: Path, table: str) -> Path:
    """The folder of a Delta table in `home`."""
    return home / "tables" / table


def open_lake(
    home: Path,
    *,
    versions: Mapping[str, int] | None = None,
    engine: str = "polars",
    session: Any = None,
    before: datetime | None = None,
    features: Iterable[Feature] | None = None,
) -> Lake:
    """The tables of `home`, at their newest versions or at the `versions` given (to rebuild an old result).

    They are frames of `engine`: polars, duckdb or spark. `session` is the DuckDB connection or Spark session to use;
    without it, `duckdb_session()` or `spark_session()`. With `before`, the moment at which an as-of date begins, they
    hold only the files and columns that the snapshot of that date needs (of `features`, the catalogue unless given).
    Raises EngineUnavailable when the engine is not there.
    """
    found = _delta_tables(home, versions)
    columns: Mapping[str, set[str]] = {}
    if before is not None:
        schemas = {name: pl.scan_delta(table).collect_schema() for name, table in found.items()}
        columns = columns_needed(schemas, features=features)
    session = _SESSIONS[engine]() if session is None and engine in _SESSIONS and found else session
    tables: dict[str, Native] = {}
    reads = []
    for name, table in found.items():
        how: Mapping[str, Any] = {"engine": engine, "session": session, "before": before, "columns": columns.get(name)}
        made = opened(table, table_path(home, name), **how)
        tables[name] = completed(made.frame, contracts()[name]) if before is None else made.frame
        reads.append(made.read)
    if "customers" not in tables and "transactions" in tables:
        tables["customers"] = _customers_from(tables["transactions"])
    return Lake(
        tables=tables,
        versions={name: table.version() for name, table in found.items()},
        reads=tuple(reads),
        time_zone=business_time_zone(home),
    )


def business_time_zone(home: Path) -> str | None:
    """The time zone in which the nights of a home begin a day; None where none of the latest commits notes it."""
    noted = (each.get(BUSINESS_TIME_ZONE) for each in commits(table_path(home, "transactions")))
    return next((zone for zone in noted if zone), None)


def commits(path: Path) -> Iterator[Mapping[str, Any]]:
    """What each commit of a Delta table says of itself, the newest first; nothing where there is no table.

    Read from the files: `DeltaTable.history()` of deltalake 1.6 is empty in a folder with a `#` in its name.
    """
    for file in sorted(path.glob("_delta_log/*.json"), reverse=True):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith('{"commitInfo"'):
                yield json.loads(line)["commitInfo"]


def _delta_tables(home: Path, versions: Mapping[str, int] | None) -> dict[str, DeltaTable]:
    found = {}
    for name in TABLES if versions is None else versions:
        path = str(table_path(home, name))
        if DeltaTable.is_deltatable(path):
            found[name] = DeltaTable(path, version=None if versions is None else versions[name])
    return found


def _customers_from(transactions: Native) -> Native:
    """One row per customer who ever bought; all that a company without a customers table knows of them."""
    names = nw.from_native(transactions).select("customer_id").unique()
    return with_all_columns(names.to_native(), contracts()["customers"])


def scan(table: DeltaTable, path: Path) -> pl.LazyFrame:
    """The rows of a Delta table that lies at `path`, lazily."""
    rows: pl.LazyFrame = opened(table, path).frame
    return rows


_SESSIONS: Mapping[str, Any] = {"duckdb": duckdb_session, "spark": spark_session}
