"""Which rows may come back from quarantine? Those that pass the contracts and settings of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from pipelines._alone import alone_in
from pipelines._ingest import ARRIVING, check_table, contract_of, rows_for_lake
from pipelines._merge import prepare, unknown_to_lake, write
from pipelines._quarantine import quarantined, raw_rows, remove
from pipelines._settings import Settings


def release(settings: Settings, *, as_of: date, table: str | None) -> tuple[int, int]:
    """Checks the quarantined rows again and merges those that pass; returns how many were released and kept.

    A row that passes but whose key is in the lake by now is no longer needed: what came later holds, and the old row
    leaves the quarantine uncounted.
    """
    released = kept = 0
    with alone_in(settings.home):
        for name in [table] if table else ARRIVING:
            waiting = quarantined(settings.home, table=name)
            if waiting.height:
                new, bad = _release_from(settings, name, waiting, as_of=as_of)
                released, kept = released + new, kept + bad
    return released, kept


def _release_from(settings: Settings, table: str, waiting: pl.DataFrame, *, as_of: date) -> tuple[int, int]:
    """One table's rows. Volume, freshness and share of bad rows are promises of a whole batch and are not asked.

    Rows are told apart by their place among the waiting ones. The commit has no notes, so that the next night still
    compares its source and keys with those of the last night.
    """
    contract = contract_of(settings, table)
    lenient = replace(contract, min_rows=0, max_bad_share=1.0, min_week_share=None, freshness_days=None)
    checked = check_table(settings, lenient, raw_rows(waiting), as_of=as_of, docs=None)
    rows = unknown_to_lake(settings.home, contract, rows_for_lake(contract, checked))
    if rows.height:
        write(prepare(settings.home, contract, rows), notes={})
    bad = waiting[list(checked.fault_rows)]
    free = waiting.join(bad, on="quarantine_id", how="anti")
    remove(settings.home, free["quarantine_id"])
    return rows.height, bad.height
