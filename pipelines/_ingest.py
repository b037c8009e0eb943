"""What arrived tonight? Reads the source, holds it to the contracts, and merges what is new into the lake."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from data_contracts import Checked, Contract, check, contracts
from features import BUSINESS_TIME_ZONE, commits, day_start, scan, table_path
from pipelines._delivery_notes import not_arrived, smells
from pipelines._errors import SourceChanged
from pipelines._merge import Change, prepare, write
from pipelines._quarantine import set_aside
from pipelines._settings import Settings
from pipelines._snapshot import ask_same_days
from pipelines._sources import read_table
from pipelines._terms import ask_that_terms_stay

log = logging.getLogger(__name__)

LEAST_KNOWN = 0.5
"""The share of a delivery's older rows that must be known when it comes from elsewhere or is read in another way."""

ARRIVING = ("transactions", "interactions", "customers", "subscriptions")


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
    start = day_start(as_of, time_zone=settings.time_zone)
    notes = (*smells(checked, start=start), *not_arrived(settings.home, ARRIVING, checked))
    return Delivery(checked=checked, docs=docs, notes=notes)


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


def ingest(settings: Settings, delivery: Delivery, *, as_of: date) -> list[Arrival]:
    """Merges a checked delivery into the lake and the quarantine; repeating it changes nothing.

    Raises SourceChanged when the lake was filled from another source, read in another way, or keyed by other columns,
    ContractBroken when the terms of subscriptions do not stay what they were.
    """
    ask_same_days(settings)
    for name, checked in delivery.checked.items():
        _ask_same_source(settings, name, checked)
    if "subscriptions" in delivery.checked:
        start = day_start(as_of, time_zone=settings.time_zone)
        ask_that_terms_stay(settings.home, delivery.checked["subscriptions"].rows, start=start)
    # All is worked out before anything is written: what fails here leaves every table as it was.
    changes = {name: _change(settings, name, checked) for name, checked in delivery.checked.items()}
    arrivals = []
    for name, checked in delivery.checked.items():
        new, changed = write(changes.pop(name), notes=_commit_notes(settings, name, checked))
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


def _change(settings: Settings, table: str, checked: Checked) -> Change:
    unreadable = checked.quarantined["row_key"]
    return prepare(settings.home, contracts()[table], rows_for_lake(contracts()[table], checked), unreadable=unreadable)


def rows_for_lake(contract: Contract, checked: Checked) -> pl.DataFrame:
    """The rows that go to the lake: of events only the columns that came, so that absent is told from empty."""
    absent = set(checked.absent_columns) - {*contract.key, "recorded_at"} if contract.has_events else set()
    return checked.rows.drop(absent)


def _commit_notes(settings: Settings, table: str, checked: Checked) -> dict[str, str]:
    return {
        "source": settings.source.name,
        "content_key": json.dumps(checked.content_key_columns),
        "keys": _keys_are(table, checked),
        BUSINESS_TIME_ZONE: settings.time_zone,
        **_read_as(settings, table),
    }


def _read_as(settings: Settings, table: str) -> dict[str, str]:
    """From where a table came and how it was read: what makes the same line another row when it changes."""
    mapping = settings.mapping(table).model_dump_json(exclude={"time_zone"})
    return {
        "place": str(settings.source.path or settings.source.name),
        "time_zone": settings.time_zone_of(table),
        "mapping": hashlib.sha256(mapping.encode()).hexdigest()[:16],
    }


def _keys_are(table: str, checked: Checked) -> str:
    """Whether the source named the rows ("given"), none of them ("made") or only some ("mixed")."""
    if not checked.content_key_columns:
        return "given"
    (key,) = contracts()[table].key
    return "made" if checked.rows[key].str.contains("^[0-9a-f]{32}$").all() else "mixed"


def _ask_same_source(settings: Settings, table: str, checked: Checked) -> None:
    """Raises SourceChanged when rows of two companies would mix, or one row would stand under two keys.

    Commits without notes, as a release from quarantine makes them, tell nothing. Where some rows were made a key and
    others were given one, only the columns of made keys can be compared, when both deliveries have such rows.
    """
    path = table_path(settings.home, table)
    if not DeltaTable.is_deltatable(str(path)):
        return
    noted = [commit for commit in commits(path) if "source" in commit]
    if not noted:
        return
    if noted[0]["source"] != settings.source.name:
        raise SourceChanged(
            f"{settings.home} holds {table} of the source '{noted[0]['source']}', not of '{settings.source.name}'; "
            "two companies' rows must not mix. Give this source a --home of its own."
        )
    _ask_same_keys(settings, table, checked, noted)
    if contracts()[table].has_events:
        _ask_known_rows(settings, table, checked.rows, noted[0])


def _ask_same_keys(settings: Settings, table: str, checked: Checked, noted: Sequence[Mapping[str, str]]) -> None:
    made = [json.loads(commit.get("content_key", "[]")) for commit in noted]
    was: list[str] = next((columns for columns in made if columns), [])
    now = list(checked.content_key_columns)
    keys = {noted[0].get("keys"), _keys_are(table, checked)} if checked.rows.height else set()
    if (was and now and was != now) or keys == {"given", "made"}:
        raise SourceChanged(
            f"{table}: rows in {settings.home} are keyed by {', '.join(was) or 'the source'}, tonight's would be "
            f"keyed by {', '.join(now) or 'the source'}, so every row would stand twice. Give the same columns as "
            f"before (see [tables.{table}] in the settings), or start again in a new --home."
        )


_CHANGES = {
    "place": "the source lies at {now}, no longer at {was}",
    "time_zone": "timestamps without a zone are now read in {now}, no longer in {was}",
    "mapping": "the mapping ([tables.{table}] in the settings) is another",
}
"""What may have changed since the last delivery, in words."""


def _ask_known_rows(settings: Settings, table: str, rows: pl.DataFrame, before: Mapping[str, str]) -> None:
    """Raises SourceChanged when rows come from elsewhere, or are read in another way, and are hardly ever known here.

    A place that moved is no matter as long as it brings what it brought before.
    """
    now = _read_as(settings, table)
    changes = [
        text.format(now=now[name], was=before[name], table=table)
        for name, text in _CHANGES.items()
        if name in before and before[name] != now[name]
    ]
    if not changes or rows.is_empty():
        return
    contract, path = contracts()[table], table_path(settings.home, table)
    stored = scan(DeltaTable(str(path)), path)
    newest = stored.select(pl.col("occurred_at").max()).collect().item()
    old = rows.filter(pl.col("occurred_at") <= newest)
    named = contract.key[0] if old.height else "customer_id"
    asked = old if old.height else rows
    known = asked.lazy().join(stored.select(named).unique(), on=named, how="semi").collect().height
    if known >= LEAST_KNOWN * asked.height:
        return
    what = "rows no newer than what is there already" if old.height else "rows"
    raise SourceChanged(
        f"{table}: of {asked.height:,} {what} only {known:,} {'are' if old.height else 'have customers'} known in "
        f"{settings.home}, and {'; '.join(changes)}. Another company needs a --home of its own; rows read in another "
        "way would stand twice. Set it back, or start again in a new --home."
    )
