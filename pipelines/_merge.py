"""What changes in the lake when checked rows arrive? Worked out first, written after: a failure changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake

from data_contracts import Contract
from features import scan, table_path

# From here on a float no longer holds every whole number.
FLOAT_LIMIT = 2**53


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one table will get: rows with new keys, rows that replace others, and `whole`, the table with both.

    `whole` is there only where a column of the lake changes its type, for which the table is written anew.
    """

    path: Path
    key: str
    fresh: pl.DataFrame
    changed: pl.DataFrame
    whole: pl.DataFrame | None = None


def prepare(home: Path, contract: Contract, rows: pl.DataFrame, *, unreadable: pl.Series | None = None) -> Change:
    """Compares rows with the lake by the table's natural key; nothing is written.

    A row that comes again with other content keeps its earliest `recorded_at`: a correction does not undo that the
    event was known. `unreadable` are keys of rows that came but could not be read: such a customer's consent does
    not stand until a readable row comes, for what could not be read may be its withdrawal.
    """
    path, (key,) = table_path(home, contract.name), contract.key
    denied = _keys(unreadable) if "consent_at" in contract.column_names else _keys(None)
    rows = _without_consent(rows, key, denied)
    if not DeltaTable.is_deltatable(str(path)):
        rows = rows.select(pl.exclude(pl.Null))
        return Change(path=path, key=key, fresh=rows, changed=rows.clear())
    stored = scan(DeltaTable(str(path)), path)
    rows = _in_names_of(stored, rows)
    kinds = _kinds(contract, rows, stored)
    rows = _as_kinds(rows.lazy(), kinds).collect().select(pl.exclude(pl.Null))
    old = _as_kinds(stored, kinds)
    fresh, changed = _differences(rows, old, key)
    if denied.len():
        standing = old.filter(pl.col("consent_at").is_not_null() & ~pl.col(key).is_in(rows[key].implode()))
        withdrawn = _without_consent(standing.filter(pl.col(key).is_in(denied.implode())).collect(), key, denied)
        changed = pl.concat([changed, withdrawn], how="diagonal")
    whole = None
    if old.collect_schema() != stored.collect_schema():
        remaining = old.collect().join(changed, on=key, how="anti")
        whole = pl.concat([remaining, changed, fresh], how="diagonal")
    return Change(path=path, key=key, fresh=fresh, changed=changed, whole=whole)


def write(change: Change, *, notes: Mapping[str, str]) -> tuple[int, int]:
    """Writes a prepared change in one commit; returns how many rows are new and how many changed.

    Nothing new means no new version of the table. A column that comes for the first time is new, though it be empty.
    """
    path, fresh, changed = str(change.path), change.fresh, change.changed
    commit = CommitProperties(custom_metadata=dict(notes))
    if not DeltaTable.is_deltatable(path):
        # A write that was killed before its first commit leaves files that no table knows of.
        shutil.rmtree(path, ignore_errors=True)
        write_deltalake(path, fresh, commit_properties=commit)
    elif change.whole is not None:
        write_deltalake(path, change.whole, mode="overwrite", schema_mode="overwrite", commit_properties=commit)
    elif changed.height:
        update = DeltaTable(path).merge(
            pl.concat([fresh, changed], how="diagonal"),
            predicate=f"old.{change.key} = new.{change.key}",
            source_alias="new",
            target_alias="old",
            merge_schema=True,
            commit_properties=commit,
        )
        update.when_matched_update_all().when_not_matched_insert_all().execute()
    elif fresh.height or _brings_columns(fresh, path):
        write_deltalake(path, fresh, mode="append", schema_mode="merge", commit_properties=commit)
    return fresh.height, changed.height


def _brings_columns(rows: pl.DataFrame, path: str) -> bool:
    return not set(rows.columns) <= {field.name for field in DeltaTable(path).schema().fields}


def unknown_to_lake(home: Path, contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose key is not in the lake yet."""
    path, (key,) = str(table_path(home, contract.name)), contract.key
    if not DeltaTable.is_deltatable(path):
        return rows
    known = scan(DeltaTable(path), Path(path)).select(key)
    return rows.lazy().join(known, on=key, how="anti", maintain_order="left").collect()


def _keys(found: pl.Series | None) -> pl.Series:
    return pl.Series([], dtype=pl.String) if found is None else found.drop_nulls().unique()


def _without_consent(rows: pl.DataFrame, key: str, denied: pl.Series) -> pl.DataFrame:
    if not denied.len():
        return rows
    return rows.with_columns(consent_at=pl.when(~pl.col(key).is_in(denied.implode())).then("consent_at"))


def _in_names_of(stored: pl.LazyFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """A table cannot hold both `Age` and `age`: what comes goes by the name that it has already."""
    known = {name.lower(): name for name in stored.collect_schema().names()}
    return rows.rename({name: known.get(name.lower(), name) for name in rows.columns})


def _kinds(contract: Contract, rows: pl.DataFrame, stored: pl.LazyFrame) -> dict[str, pl.DataType]:
    """The type in which each attribute can hold both what is in the lake and what came."""
    there = stored.collect_schema()
    kinds = {}
    for name in rows.columns:
        if name not in there or name in contract.column_names:
            continue
        kinds[name] = _common_kind(rows.schema[name], there[name])
        if kinds[name] == pl.Float64 and not (_fits_float(rows.lazy(), name) and _fits_float(stored, name)):
            kinds[name] = pl.String()
    return kinds


def _common_kind(new: pl.DataType, old: pl.DataType) -> pl.DataType:
    if new in (old, pl.Null):
        return old
    if new.is_integer() and old.is_integer():
        return pl.Int64()
    return pl.Float64() if new.is_numeric() and old.is_numeric() else pl.String()


def _fits_float(rows: pl.LazyFrame, name: str) -> bool:
    """Whether a column can become floats without losing digits of a whole number."""
    if not rows.collect_schema()[name].is_integer():
        return True
    return not rows.select((pl.col(name).abs() >= FLOAT_LIMIT).any()).collect().item()


def _as_kinds(rows: pl.LazyFrame, kinds: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    there = rows.collect_schema()
    return rows.with_columns(
        (_as_text(name, there[name]) if kind == pl.String else pl.col(name).cast(kind)).alias(name)
        for name, kind in kinds.items()
        if there[name] != kind
    )


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """Text in which 34.0 is "34", for a whole number often comes as a float."""
    column = pl.col(name)
    if not kind.is_float():
        return column.cast(pl.String)
    whole = (column == column.floor()) & (column.abs() < FLOAT_LIMIT)
    return pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))


def _differences(rows: pl.DataFrame, old: pl.LazyFrame, key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows whose key is not in the table yet, and those that say something else than what is there.

    The latter have all columns of the table: what did not come again stays as it was.
    """
    content = [name for name in rows.columns if name not in (key, "recorded_at")]
    there = old.collect_schema().names()
    missing = [pl.lit(None, dtype=rows.schema[name]).alias(name) for name in content if name not in there]
    dated = ["recorded_at"] if "recorded_at" in rows.columns and "recorded_at" in there else []
    known = old.with_columns(missing).select(
        key, pl.struct(content).hash().alias("_old"), *[pl.col(name).alias("_known_at") for name in dated]
    )
    joined = rows.lazy().with_columns(_new=pl.struct(content).hash()).join(known, on=key, how="left").collect()
    fresh = joined.filter(pl.col("_old").is_null())
    differs = pl.col("_old") != pl.col("_new")
    if dated:
        differs |= (pl.col("recorded_at") < pl.col("_known_at")).fill_null(False)
    changed = joined.filter(pl.col("_old").is_not_null() & differs)
    if dated:
        changed = changed.with_columns(recorded_at=pl.min_horizontal("recorded_at", "_known_at"))
    changed = changed.select(rows.columns)
    others = [name for name in there if name not in rows.columns]
    if others and changed.height:
        changed = changed.lazy().join(old.select(key, *others), on=key, how="left").collect()
    return fresh.select(rows.columns), changed
