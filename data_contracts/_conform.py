"""How does a raw frame become the contract's columns? Types every cell, names every row."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from data_contracts._contract import Column, Contract
from data_contracts._errors import ContractBroken
from data_contracts._keys import RECORDED_GIVEN, ROW, content_key, one_row_per_key
from data_contracts._times import read_date, read_timestamp
from data_contracts._values import (
    Reading,
    UnreadableColumn,
    is_id,
    plain_attribute,
    read_boolean,
    read_integer,
    read_number,
    read_text,
)

FAULTS_SCHEMA = pl.Schema({"row": pl.UInt32(), "reason": pl.String()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Conformed:
    """A raw frame in the contract's terms.

    `rows` has the contract's columns in order and type, then other columns where the contract keeps them, then
    `_row`: the row's place in the raw frame. `faults` (`row`, `reason`) are the rows that could not be taken, each
    once. `content_key_columns` are what missing keys were made from; empty when the source named every row.
    `duplicate_count` rows said nothing new; `superseded_count` rows were replaced by a later version in the frame.
    `absent_columns` are those of the contract that the raw frame does not have.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    content_key_columns: tuple[str, ...]
    duplicate_count: int
    superseded_count: int
    absent_columns: tuple[str, ...]


def conform(contract: Contract, raw: pl.DataFrame, *, time_zone: str, timestamp_format: str | None = None) -> Conformed:
    """The raw frame as the contract's columns, one row per key.

    Absent columns that may be absent are null. Times without a zone are meant in `time_zone`; `timestamp_format`
    (strptime) is tried first where it is given. Nulls in required columns are left for `validate` to report.
    Raises ContractBroken with all that is wrong with the table as a whole.
    """
    raw = in_contract_names(contract, raw)
    problems = _missing_columns(contract, raw) + _emptiness(contract, raw) + _twins(contract, raw)
    readings: dict[str, Reading] = {}
    for column in contract.columns:
        if column.name not in raw.columns:
            continue
        try:
            readings[column.name] = read_column(
                column, raw[column.name], time_zone=time_zone, timestamp_format=timestamp_format
            )
        except UnreadableColumn as error:
            problems.append(f"column {column.name!r} {error}.")
        else:
            problems += _wholly_unreadable(contract, column, readings[column.name])
    if problems:
        raise ContractBroken(contract.name, problems)
    faults = _faults(readings)
    readable = _typed(contract, raw, readings).join(
        faults, left_on=ROW, right_on="row", how="anti", maintain_order="left"
    )
    named, key_columns = _named(contract, readable, present=tuple(readings))
    settled = one_row_per_key(contract, named)
    return Conformed(
        rows=settled.rows.drop(RECORDED_GIVEN, strict=False).select(pl.exclude(ROW), ROW),
        faults=pl.concat([faults, settled.faults]).sort("row"),
        content_key_columns=key_columns,
        duplicate_count=settled.duplicate_count,
        superseded_count=settled.superseded_count,
        absent_columns=tuple(name for name in contract.column_names if name not in readings),
    )


def read_column(column: Column, raw: pl.Series, *, time_zone: str, timestamp_format: str | None = None) -> Reading:
    """The cells of one column in the contract's type, and why some cannot be read.

    Raises UnreadableColumn when the column as a whole is of a type that none can be read from.
    """
    if (raw.fill_nan(None) if raw.dtype.is_float() else raw).count() == 0:
        # An empty column has whatever type its writer gave it: pandas makes floats of dates that are all missing.
        raw = pl.repeat(None, len(raw), dtype=pl.Null(), eager=True)
    if column.type == "text":
        return read_text(raw, ids=is_id(column.name))
    if column.type == "number":
        return read_number(raw, required=column.required)
    if column.type == "integer":
        return read_integer(raw, required=column.required)
    if column.type == "boolean":
        return read_boolean(raw)
    read_time = read_timestamp if column.type == "timestamp" else read_date
    return read_time(raw, time_zone=time_zone, timestamp_format=timestamp_format)


def in_contract_names(contract: Contract, raw: pl.DataFrame) -> pl.DataFrame:
    """The frame with `Language` as `language`, where the contract has only that and other columns are kept.

    No table can hold both names, so the column can only be the contract's. Two such columns are left as they are.
    """
    if not contract.keeps_other_columns:
        return raw
    lower = [name.lower() for name in raw.columns]
    own = {name.lower(): name for name in contract.column_names}
    return raw.rename({name: own[low] for name, low in zip(raw.columns, lower, strict=True) if _alone(low, lower, own)})


def _alone(low: str, lower: list[str], own: dict[str, str]) -> bool:
    return low in own and lower.count(low) == 1


def _twins(contract: Contract, raw: pl.DataFrame) -> list[str]:
    """Columns that are kept side by side must differ in more than upper and lower case."""
    if not contract.keeps_other_columns:
        return []
    named: dict[str, list[str]] = {}
    for name in raw.columns:
        named.setdefault(name.lower(), []).append(name)
    return [
        f"columns {' and '.join(map(repr, names))} differ only in upper and lower case, which no table can hold. "
        f"Rename one of them in the export or in churn.toml under [tables.{contract.name}.rename]."
        for names in named.values()
        if len(names) > 1
    ]


def _missing_columns(contract: Contract, raw: pl.DataFrame) -> list[str]:
    if raw.width == 0 and contract.optional:
        return []
    found = raw.columns
    made = contract.key if contract.makes_keys else ()
    needed = [name for name in contract.required_columns if name not in found and name not in made]
    return [_missing_column(contract, name, found) for name in needed]


def _missing_column(contract: Contract, name: str, found: list[str]) -> str:
    free = {other.strip().lower(): other for other in found if other not in contract.column_names}
    close = get_close_matches(name, list(free), n=1, cutoff=0.5)
    hint = f"; did you mean {free[close[0]]!r}?" if close else ""
    constant = f" Where only dates are known, set amount = 1 under [tables.{contract.name}.constants]."
    constant = constant if name == "amount" and not close else ""
    return (
        f"required column {name!r} is missing (found: {', '.join(found) or 'none'}{hint}). "
        f"Rename it in the export or map it in churn.toml under [tables.{contract.name}.rename].{constant}"
    )


def _emptiness(contract: Contract, raw: pl.DataFrame) -> list[str]:
    if raw.height > 0 or contract.min_rows == 0 or contract.optional:
        return []
    return ["the table has no rows, only a header. Check that the export ran to its end."]


def _wholly_unreadable(contract: Contract, column: Column, read: Reading) -> list[str]:
    """A required column without one readable value is the wrong column, unless every row may be bad."""
    reasons = read.reasons.drop_nulls()
    may_fail = not column.required or contract.max_bad_share >= 1
    if may_fail or reasons.is_empty() or read.values.set(read.reasons.is_not_null(), None).count() > 0:
        return []
    return [
        f"column {column.name!r} holds no {column.type}: none of its {len(reasons):,} values can be read "
        f"(first: {reasons[0]}). Check that the right column was exported under this name."
    ]


def _faults(readings: dict[str, Reading]) -> pl.DataFrame:
    """One line per row with an unreadable cell, the reasons of its columns joined."""
    parts = [
        pl.DataFrame({"reason": read.reasons})
        .with_row_index("row")
        .filter(pl.col("reason").is_not_null())
        .with_columns(pl.format(name + ": {}", "reason"))
        for name, read in readings.items()
        if read.reasons.null_count() < len(read.reasons)
    ]
    if not parts:
        return pl.DataFrame(schema=FAULTS_SCHEMA)
    together = pl.concat(parts).group_by("row", maintain_order=True).agg(pl.col("reason").str.join("; "))
    return together.cast(FAULTS_SCHEMA).sort("row")


def _typed(contract: Contract, raw: pl.DataFrame, readings: dict[str, Reading]) -> pl.DataFrame:
    columns = [
        readings[name].values.alias(name)
        if name in readings
        else pl.repeat(None, raw.height, dtype=dtype, eager=True).alias(name)
        for name, dtype in contract.polars_schema.items()
    ]
    if contract.keeps_other_columns:
        columns += [plain_attribute(raw[name]) for name in raw.columns if name not in (*contract.column_names, ROW)]
    rows = pl.DataFrame(columns).cast(pl.Schema(contract.polars_schema)).with_row_index(ROW)
    if contract.has_events and "recorded_at" in contract.column_names:
        return rows.with_columns(
            pl.col("recorded_at").is_not_null().alias(RECORDED_GIVEN),
            pl.coalesce("recorded_at", "occurred_at").alias("recorded_at"),
        )
    return rows


def _named(contract: Contract, rows: pl.DataFrame, *, present: tuple[str, ...]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows with a key each where one can be made, and the columns that made it."""
    key = contract.key[0]
    if not contract.makes_keys or rows[key].null_count() == 0:
        return rows, ()
    columns = tuple(name for name in present if name != key and not contract.column(name).changes_later)
    nameless = rows.filter(pl.col(key).is_null())
    made = nameless.select(ROW, content_key(nameless, columns).alias("made"))
    named = rows.join(made, on=ROW, how="left", maintain_order="left")
    return named.with_columns(pl.coalesce(key, "made").alias(key)).drop("made"), columns
