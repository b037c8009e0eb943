"""Where do snapshots stay? One Parquet file per as-of date, reused as long as definitions and tables are the same."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features._engine import Native
from features._fingerprint import fingerprint
from features._snapshot import snapshots

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SnapshotStore:
    """Snapshots of all customers known on a day, kept in `folder`, made from `tables` at `versions`.

    Training, the nightly run and notebooks read snapshots through this one object, so they cannot drift apart.
    `computed_on` are the same tables as frames of another engine, where that one computes them.
    """

    folder: Path
    tables: Mapping[str, pl.LazyFrame]
    versions: Mapping[str, int]
    time_zone: str
    computed_on: Mapping[str, Native] | None = None

    def at(self, as_of: date) -> pl.DataFrame:
        """The snapshot of `as_of`: one row per customer with a transaction or subscription known before that day began.

        Read from the store when the definitions of the features, the table versions and the time zone are those it
        was made with; computed and stored when not.
        """
        self.prepare([as_of])
        return pl.read_parquet(self._path(as_of))

    def prepare(self, days: Iterable[date]) -> None:
        """Computes and stores the snapshots of the days that are not in the store yet, in one reading of the log."""
        missing = sorted({day for day in days if not self._has(day)})
        if not missing:
            return
        started = time.perf_counter()
        made = snapshots(self.computed_on or self.tables, as_of=missing, time_zone=self.time_zone)
        for day, rows in zip(missing, made, strict=True):
            self._keep(rows, day)
            log.info(
                "snapshot as_of=%s rows_out=%d columns=%d seconds=%.1f",
                day,
                rows.height,
                rows.width,
                time.perf_counter() - started,
            )
            started = time.perf_counter()

    def among(self, customers: pl.DataFrame, days: Sequence[date]) -> Iterator[pl.DataFrame]:
        """The snapshots of some customers (`customer_id`) on each of the days, in their order; these are not stored."""
        return snapshots(self.computed_on or self.tables, as_of=days, time_zone=self.time_zone, customers=customers)

    def _path(self, as_of: date) -> Path:
        return self.folder / f"as_of={as_of}.parquet"

    def _has(self, as_of: date) -> bool:
        path = self._path(as_of)
        return path.exists() and pl.read_parquet_metadata(path).get("made_from") == self._made_from

    @property
    def _made_from(self) -> str:
        made_from = {"features": fingerprint(), "tables": dict(self.versions), "time_zone": self.time_zone}
        return json.dumps(made_from, sort_keys=True)

    def _keep(self, made: pl.DataFrame, as_of: date) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(as_of)
        half_written = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            made.write_parquet(half_written, metadata={"made_from": self._made_from, "as_of": str(as_of)})
            half_written.replace(path)
        finally:
            half_written.unlink(missing_ok=True)
