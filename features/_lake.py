"""Where do the tables lie? Delta tables in the home folder, read at one named version each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import polars as pl
from deltalake import DeltaTable

from data_contracts import contracts

TABLES = ("customers", "transactions", "interactions")


@dataclass(frozen=True, kw_only=True)
class Lake:
    """The tables as they stood at `versions`: lazy frames by name; a table that never arrived is absent."""

    tables: Mapping[str, pl.LazyFrame]
    versions: Mapping[str, int]


def table_path(home: Path, table: str) -> Path:
    """The folder of a Delta table in `home`."""
    return home / "tables" / table


def open_lake(home: Path, *, versions: Mapping[str, int] | None = None) -> Lake:
    """The tables of `home`, at their newest versions or at the `versions` given (to rebuild an old result)."""
    tables: dict[str, pl.LazyFrame] = {}
    found: dict[str, int] = {}
    for name in TABLES if versions is None else versions:
        path = str(table_path(home, name))
        if not DeltaTable.is_deltatable(path):
            continue
        table = DeltaTable(path, version=None if versions is None else versions[name])
        found[name] = table.version()
        tables[name] = _with_all_columns(scan(table, table_path(home, name)), name)
    if "customers" not in tables and "transactions" in tables:
        tables["customers"] = _customers_from(tables["transactions"])
    return Lake(tables=tables, versions=found)


def _with_all_columns(rows: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """An old version may lack a column that the contract got later: it is null there."""
    there = rows.collect_schema().names()
    schema = contracts()[table].polars_schema
    return rows.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in there)


def _customers_from(transactions: pl.LazyFrame) -> pl.LazyFrame:
    """One row per customer who ever bought; all that a company without a customers table knows of them."""
    unknown = {name: kind for name, kind in contracts()["customers"].polars_schema.items() if name != "customer_id"}
    names = transactions.select("customer_id").unique()
    return names.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in unknown.items())


def scan(table: DeltaTable, path: Path) -> pl.LazyFrame:
    """The rows of a Delta table that lies at `path`, lazily.

    Polars 2.1 looks for `%20` where a folder has a space in its name, and so for Chinese letters: there the files are
    named one by one. That can go as soon as `scan_delta` finds them.
    """
    rows = pl.scan_delta(table)
    if quote(str(path)) == str(path):
        return rows
    files = [path / unquote(uri).rsplit("/", 1)[-1] for uri in table.file_uris()]
    schema = rows.collect_schema()
    if not files:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(files, schema=schema, glob=False, missing_columns="insert", extra_columns="ignore")
