"""What arrived tonight? Reads the source, holds it to the contracts, and merges what is new into the lake."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake

from data_contracts import Checked, Contract, check, contracts
from features import table_path
from pipelines._errors import SourceChanged
from pipelines._quarantine import set_aside
from pipelines._settings import Settings
from pipelines._sources import read_table

log = logging.getLogger(__name__)

ARRIVING = ("transactions", "interactions", "customers")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What one table brought: rows read, of which new, changed, exact duplicates, and set aside."""

    table: str
    read: int
    new: int
    changed: int
    duplicates: int
    set_aside: int
    first_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Tables that kept their promises, not yet in the lake."""

    checked: Mapping[str, Checked]
    docs: Path
    notes: tuple[str, ...] = field(default=())


def read_and_check(settings: Settings, *, as_of: date) -> Delivery:
    """Reads every table of the source and checks it; nothing is written but the validation results.

    Raises ContractBroken for a broken table-level promise, and what reading a source raises.
    """
    docs = _docs_folder(settings.home, as_of)
    checked = {}
    for name in ARRIVING:
        started = time.perf_counter()
        contract = contract_of(settings, name)
        raw = read_table(settings, contract)
        if raw is None or (contract.optional and raw.is_empty() and not raw.width):
            continue
        checked[name] = check_table(settings, contract, raw, as_of=as_of, docs=docs)
        log.info(
            "check %s as_of=%s rows_in=%d rows_out=%d set_aside=%d seconds=%.1f",
            name,
            as_of,
            raw.height,
            checked[name].rows.height,
            checked[name].bad_count,
            time.perf_counter() - started,
        )
    return Delivery(checked=checked, docs=docs, notes=_notes(checked))


def _docs_folder(home: Path, as_of: date) -> Path:
    """A new folder for each run, so that what a failed run found stays to be read."""
    runs = home / "validation" / f"as_of={as_of}"
    number = 1 + max((int(path.name.removeprefix("run=")) for path in runs.glob("run=*")), default=0)
    return runs / f"run={number}"


def contract_of(settings: Settings, table: str) -> Contract:
    """The table's contract with the bounds that the settings override."""
    return settings.held_to(contracts()[table])


def check_table(
    settings: Settings, contract: Contract, raw: pl.DataFrame, *, as_of: date, docs: Path | None
) -> Checked:
    """Holds a mapped raw table to its contract, in the time zone and format that the settings give it."""
    return check(
        contract,
        raw,
        as_of=as_of,
        time_zone=settings.time_zone_of(contract.name),
        business_time_zone=settings.time_zone,
        timestamp_format=settings.mapping(contract.name).timestamp_format,
        docs=docs,
    )


def _notes(checked: Mapping[str, Checked]) -> tuple[str, ...]:
    """Things that are allowed but smell: said to the operator, never fatal."""
    known = checked["transactions"].rows["customer_id"].unique()
    notes = []
    for table in ("interactions", "customers"):
        if table not in checked or checked[table].rows.is_empty():
            continue
        theirs = checked[table].rows["customer_id"].unique()
        if not theirs.is_in(known.implode()).any():
            notes.append(
                f"none of the {len(theirs):,} customers in {table} (such as {theirs.sort()[0]!r}) is among the "
                f"{len(known):,} of transactions (such as {known.sort()[0]!r}); are these the same ids?"
            )
    return tuple(notes)


def ingest(settings: Settings, delivery: Delivery, *, as_of: date) -> list[Arrival]:
    """Merges a checked delivery into the lake and the quarantine; repeating it changes nothing.

    Raises SourceChanged when the lake was filled from another source, or keyed by other columns.
    """
    for name, checked in delivery.checked.items():
        _ask_same_source(settings, name, checked)
    arrivals = []
    for name, checked in delivery.checked.items():
        new, changed = merge(settings, name, checked)
        set_aside(settings.home, checked.quarantined, as_of=as_of)
        arrivals.append(
            Arrival(
                table=name,
                read=checked.row_count,
                new=new,
                changed=changed,
                duplicates=checked.duplicate_count + checked.superseded_count,
                set_aside=checked.bad_count,
                first_reason=checked.quarantined["reason"][0] if checked.bad_count else None,
            )
        )
    return arrivals


def merge(settings: Settings, table: str, checked: Checked) -> tuple[int, int]:
    """Adds new rows and updates changed ones by the table's natural key; returns how many of each.

    A row that comes again with other content keeps its earliest `recorded_at`: a correction does not undo that the
    event was known. Nothing new means no new version of the table.
    """
    path = table_path(settings.home, table)
    commit = CommitProperties(custom_metadata=_commit_notes(settings, checked))
    rows = _writable(checked.rows)
    if not DeltaTable.is_deltatable(str(path)):
        # A write that was killed before its first commit leaves files that no table knows of.
        shutil.rmtree(path, ignore_errors=True)
        write_deltalake(str(path), rows, commit_properties=commit)
        return rows.height, 0
    delta = DeltaTable(str(path))
    (key,) = contracts()[table].key
    fresh, changed = _differences(rows, pl.scan_delta(delta), key)
    if changed.height:
        update = delta.merge(
            pl.concat([fresh, changed], how="diagonal_relaxed"),
            predicate=f"old.{key} = new.{key}",
            source_alias="new",
            target_alias="old",
            merge_schema=True,
            commit_properties=commit,
        )
        update.when_matched_update_all().when_not_matched_insert_all().execute()
    elif fresh.height:
        write_deltalake(str(path), fresh, mode="append", schema_mode="merge", commit_properties=commit)
    return fresh.height, changed.height


def _differences(rows: pl.DataFrame, old: pl.LazyFrame, key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows whose key is not in the table yet, and those whose content differs from what is there."""
    content = [name for name in rows.columns if name not in (key, "recorded_at")]
    there = old.collect_schema().names()
    missing = [pl.lit(None, dtype=rows.schema[name]).alias(name) for name in content if name not in there]
    dated = ["recorded_at"] if "recorded_at" in rows.columns else []
    known = old.with_columns(missing).select(
        key, pl.struct(content).hash().alias("_old"), *[pl.col(name).alias("_known_at") for name in dated]
    )
    joined = rows.lazy().with_columns(_new=pl.struct(content).hash()).join(known, on=key, how="left").collect()
    fresh = joined.filter(pl.col("_old").is_null())
    changed = joined.filter(pl.col("_old").is_not_null() & (pl.col("_old") != pl.col("_new")))
    if dated:
        changed = changed.with_columns(recorded_at=pl.min_horizontal("recorded_at", "_known_at"))
    return fresh.select(rows.columns), changed.select(rows.columns)


def _writable(rows: pl.DataFrame) -> pl.DataFrame:
    """Attribute columns that are null throughout have no type of their own; text can hold what comes later."""
    return rows.with_columns(pl.col(pl.Null).cast(pl.String))


def _commit_notes(settings: Settings, checked: Checked) -> dict[str, str]:
    return {"source": settings.source.name, "content_key": json.dumps(checked.content_key_columns)}


def _ask_same_source(settings: Settings, table: str, checked: Checked) -> None:
    path = table_path(settings.home, table)
    if not DeltaTable.is_deltatable(str(path)):
        return
    last = DeltaTable(str(path)).history(1)[0]
    if last.get("source", settings.source.name) != settings.source.name:
        raise SourceChanged(
            f"{settings.home} holds {table} of the source '{last['source']}', not of '{settings.source.name}'; two "
            "companies' rows must not mix. Give this source a --home of its own."
        )
    was, now = json.loads(last.get("content_key", "[]")), list(checked.content_key_columns)
    if was != now:
        raise SourceChanged(
            f"{table}: rows in {settings.home} are keyed by {', '.join(was) or 'the source'}, tonight's would be "
            f"keyed by {', '.join(now) or 'the source'}, so every row would stand twice. Give the same columns as "
            f"before (see [tables.{table}] in the settings), or start again in a new --home."
        )
