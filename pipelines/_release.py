"""Which rows may come back from quarantine? Those that pass the contracts and settings of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipelines._ingest import ARRIVING, check_table, contract_of, merge
from pipelines._night import alone_in
from pipelines._quarantine import quarantined, raw_rows, remove
from pipelines._settings import Settings


def release(settings: Settings, *, as_of: date, table: str | None) -> tuple[int, int]:
    """Checks the quarantined rows again and merges those that pass; returns how many were released and kept.

    Volume, freshness and share of bad rows are promises of a whole batch and are not asked of a few released rows.
    """
    released = kept = 0
    with alone_in(settings.home):
        for name in [table] if table else ARRIVING:
            waiting = quarantined(settings.home, table=name)
            if waiting.is_empty():
                continue
            contract = contract_of(settings, name)
            lenient = replace(contract, min_rows=0, max_bad_share=1.0, min_week_share=None, freshness_days=None)
            checked = check_table(settings, lenient, raw_rows(waiting), as_of=as_of, docs=None)
            merge(settings, name, checked)
            free = waiting.join(checked.quarantined, on="quarantine_id", how="anti")
            remove(settings.home, free["quarantine_id"])
            released, kept = released + free.height, kept + waiting.height - free.height
    return released, kept
