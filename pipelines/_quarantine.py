"""What was set aside, why, and how does it come back? Rows that broke a promise, kept as they arrived."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
from deltalake import DeltaTable, write_deltalake

from features import scan, table_path

TABLE = "quarantine"


def set_aside(home: Path, rows: pl.DataFrame, *, as_of: date) -> int:
    """Adds rows to the quarantine that are not in it yet; returns how many. One row per bad raw row, ever."""
    path = str(table_path(home, TABLE))
    if rows.is_empty():
        return 0
    dated = rows.with_columns(first_seen_on=pl.lit(as_of))
    if not DeltaTable.is_deltatable(path):
        write_deltalake(path, dated)
        return dated.height
    new = dated.join(quarantined(home), on="quarantine_id", how="anti")
    if new.height:
        write_deltalake(path, new, mode="append")
    return new.height


def quarantined(home: Path, *, table: str | None = None) -> pl.DataFrame:
    """One row per row in quarantine: `quarantine_id`, `table`, `row_key`, `reason`, `content`, `first_seen_on`."""
    path = str(table_path(home, TABLE))
    if not DeltaTable.is_deltatable(path):
        schema = dict.fromkeys(("quarantine_id", "table", "row_key", "reason", "content"), pl.String())
        return pl.DataFrame(schema={**schema, "first_seen_on": pl.Date()})
    rows = scan(DeltaTable(path), table_path(home, TABLE)).collect()
    return rows if table is None else rows.filter(pl.col("table") == table)


def raw_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as they arrived, before any contract: columns as the source's mapping gave them."""
    return pl.DataFrame([json.loads(content) for content in rows["content"]], infer_schema_length=None, strict=False)


def remove(home: Path, quarantine_ids: pl.Series) -> None:
    """Takes released rows out of the quarantine; the table's history still has them."""
    if len(quarantine_ids):
        # Written anew: a condition that lists tens of thousands of ids is more than the engine can parse.
        staying = quarantined(home).filter(~pl.col("quarantine_id").is_in(quarantine_ids.implode()))
        write_deltalake(str(table_path(home, TABLE)), staying, mode="overwrite")
