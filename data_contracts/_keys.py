"""What names a row, and which of several rows of one name holds? Content keys, duplicates and later versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import polars as pl

from data_contracts._contract import Contract

ROW = "_row"
# Whether the source itself said when the row was recorded; only then can the time order two versions.
RECORDED_GIVEN = "_recorded_given"


@dataclass(frozen=True, slots=True)
class Settled:
    """At most one row per key; `faults` (row, reason) are the rows of keys where none can be preferred."""

    rows: pl.DataFrame
    faults: pl.DataFrame
    duplicate_count: int
    superseded_count: int


def content_key(rows: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """A key made from the row itself: equal rows get equal keys, on every machine and from every file format.

    Columns are taken by name, so that their order in the contract does not matter. Each value stands with its
    length and a null as "-", so that no two different rows read the same when joined.
    """
    parts = []
    for name in sorted(columns):
        text = _stable_text(rows[name])
        part = pl.select(pl.format("{}:{}", text.str.len_bytes(), text)).to_series()
        parts.append(part.fill_null("-"))
    joined = pl.select(pl.concat_str(parts)).to_series()
    keys = [blake2b(text.encode(), digest_size=16).hexdigest() for text in joined]
    return pl.Series(keys, dtype=pl.String)


def one_row_per_key(contract: Contract, rows: pl.DataFrame) -> Settled:
    """Settles what stands more than once under one key.

    Equal rows collapse to one. Of different ones the row recorded strictly last wins. Where that cannot be told,
    rows that differ only in what `changes_later` leave the most complete one; all others are faults.
    The row that stays keeps the earliest `recorded_at` that the source gave for its key.
    """
    keys = list(contract.key)
    key = pl.col(keys[0]) if len(keys) == 1 else pl.struct(keys)
    repeated = rows.filter(pl.all_horizontal(pl.col(keys).is_not_null()) & key.is_duplicated())
    content = [name for name in rows.columns if name not in (ROW, RECORDED_GIVEN)]
    if RECORDED_GIVEN in rows.columns:
        # Of two equal rows, the one whose source gave the time is kept: it can still order versions.
        repeated = repeated.sort(RECORDED_GIVEN, descending=True, maintain_order=True)
    distinct = repeated.unique(subset=content, keep="first", maintain_order=True)
    single, several = _split(distinct, pl.len().over(keys) == 1)
    latest, unordered = _latest(several, keys)
    fixed = [name for name in content if name not in _later(contract)]
    alike, different = _split(unordered, pl.struct(fixed).n_unique().over(keys) == 1)
    kept = pl.concat([single, latest, _most_complete(alike, keys, _later(contract))])
    dropped = repeated.join(kept, on=ROW, how="anti").select(ROW)
    remaining = rows.join(dropped, on=ROW, how="anti", maintain_order="left")
    return Settled(
        rows=_known_since(remaining, repeated, keys),
        faults=_conflicts(different, keys, content),
        duplicate_count=repeated.height - distinct.height,
        superseded_count=distinct.height - kept.height - different.height,
    )


def _stable_text(values: pl.Series) -> pl.Series:
    """Values as text that no library version changes: floats by their bits, times by their count."""
    if values.dtype == pl.Float64:
        # Adding 0.0 makes one zero of two; in NumPy, for Polars skips such an addition.
        bits = (values.fill_null(0.0).to_numpy() + 0.0).view("int64")
        values = pl.Series(bits).set(values.is_null(), None)
    elif values.dtype.is_temporal():
        values = values.to_physical()
    return values.cast(pl.String)


def _later(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns if column.changes_later]


def _split(rows: pl.DataFrame, condition: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    return rows.filter(condition), rows.filter(~condition)


def _latest(rows: pl.DataFrame, keys: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The winning rows of keys where one row was recorded strictly last, and all rows of the other keys."""
    if RECORDED_GIVEN not in rows.columns:
        return rows.clear(), rows
    is_last = pl.col("recorded_at") == pl.col("recorded_at").max().over(keys)
    is_told = (is_last & pl.col(RECORDED_GIVEN)).any().over(keys)
    ordered, unordered = _split(rows, is_told & (is_last.sum().over(keys) == 1))
    return ordered.filter(is_last), unordered


def _known_since(rows: pl.DataFrame, repeated: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """A later version does not undo that the event was known: the earliest time that the source gave stays."""
    if RECORDED_GIVEN not in rows.columns:
        return rows
    earliest = repeated.filter(pl.col(RECORDED_GIVEN)).group_by(keys).agg(pl.col("recorded_at").min().alias("_since"))
    dated = rows.join(earliest, on=keys, how="left", maintain_order="left")
    return dated.with_columns(recorded_at=pl.min_horizontal("recorded_at", "_since")).drop("_since")


def _most_complete(rows: pl.DataFrame, keys: list[str], later: list[str]) -> pl.DataFrame:
    if not later:
        return rows
    filled = pl.sum_horizontal(pl.col(later).is_not_null())
    best_first = rows.sort([filled, *later], descending=True, nulls_last=True, maintain_order=True)
    return best_first.unique(subset=keys, keep="first", maintain_order=True)


def _conflicts(rows: pl.DataFrame, keys: list[str], content: list[str]) -> pl.DataFrame:
    shown = rows.select(ROW, pl.col(content).map_batches(_shown))
    others = [name for name in content if name not in keys]
    differences = [
        pl.when(pl.col(name).n_unique() > 1).then(
            pl.format(name + " {}", pl.col(name).unique(maintain_order=True).head(3).str.join(" and "))
        )
        for name in others
    ]
    named = pl.concat_str([pl.format(name + " '{}'", pl.col(name)) for name in keys], separator=", ")
    reasons = shown.group_by(keys).agg(
        ROW, count=pl.len(), difference=pl.concat_str(differences, separator=", ", ignore_nulls=True).first()
    )
    reason = pl.format("{} stands {} times with different content ({})", named, "count", "difference")
    return reasons.select(row=pl.col(ROW), reason=reason).explode("row").sort("row")


def _shown(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Datetime:
        return values.dt.strftime("%Y-%m-%d %H:%M:%S UTC").fill_null("null")
    return values.cast(pl.String).fill_null("null")
