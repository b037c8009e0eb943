"""Where do snapshots stay? One Parquet file per as-of date, reused as long as definitions and tables are the same."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features._fingerprint import fingerprint
from features._snapshot import snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SnapshotStore:
    """Snapshots of all customers known on a day, kept in `folder`, made from `tables` at `versions`.

    Training, the nightly run and notebooks read snapshots through this one object, so they cannot drift apart.
    """

    folder: Path
    tables: Mapping[str, pl.LazyFrame]
    versions: Mapping[str, int]
    time_zone: str

    def at(self, as_of: date) -> pl.DataFrame:
        """The snapshot of `as_of`: one row per customer with a transaction known before that day began.

        Read from the store when the definitions of the features, the table versions and the time zone are those it
        was made with; computed and stored when not.
        """
        path = self.folder / f"as_of={as_of}.parquet"
        if path.exists() and pl.read_parquet_metadata(path).get("made_from") == self._made_from:
            return pl.read_parquet(path)
        started = time.perf_counter()
        made = snapshot(self.tables, as_of=as_of, time_zone=self.time_zone)
        self._keep(made, path, as_of)
        log.info(
            "snapshot as_of=%s rows_out=%d columns=%d seconds=%.1f",
            as_of,
            made.height,
            made.width,
            time.perf_counter() - started,
        )
        return made

    @property
    def _made_from(self) -> str:
        made_from = {"features": fingerprint(), "tables": dict(self.versions), "time_zone": self.time_zone}
        return json.dumps(made_from, sort_keys=True)

    def _keep(self, made: pl.DataFrame, path: Path, as_of: date) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        half_written = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            made.write_parquet(half_written, metadata={"made_from": self._made_from, "as_of": str(as_of)})
            half_written.replace(path)
        finally:
            half_written.unlink(missing_ok=True)
