"""May this table be used tonight? Conforms it, validates it, weighs its arrival, and sets bad rows aside."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts._arrival import bad_share_problem, freshness_problem, volume_problem
from data_contracts._conform import Conformed, conform, in_contract_names
from data_contracts._contract import Contract
from data_contracts._docs import write_docs
from data_contracts._errors import ContractBroken
from data_contracts._keys import ROW
from data_contracts._validate import EXAMPLES, validate
from data_contracts._values import UnreadableColumn, is_id, read_text

QUARANTINE_SCHEMA = {
    "quarantine_id": pl.String(),
    "table": pl.String(),
    "row_key": pl.String(),
    "reason": pl.String(),
    "content": pl.String(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A table that may be used.

    `rows` keep every promise, one row per key. `quarantined` has one row per raw row set aside (the same line twice
    counts once): `quarantine_id`, `table`, `row_key` (null where the source named none), `reason`, and `content`,
    the raw row as JSON. `row_count` is how many raw rows came, `bad_count` how many of them were set aside, and
    `fault_rows` their places in the raw table, in order. `absent_columns` are those of the contract that the raw table
    does not have; `rows` have them, null.
    """

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    content_key_columns: tuple[str, ...]
    duplicate_count: int
    superseded_count: int
    row_count: int
    bad_count: int
    fault_rows: tuple[int, ...]
    absent_columns: tuple[str, ...]
    result: dict[str, Any]


def check(
    contract: Contract,
    raw: pl.DataFrame,
    *,
    as_of: date,
    time_zone: str,
    timestamp_format: str | None = None,
    docs: Path | None = None,
    business_time_zone: str | None = None,
) -> Checked:
    """The rows of a raw table that keep the contract, and those that do not.

    `time_zone` is the one that the source's timestamps without a zone are meant in; `as_of` begins at midnight in
    `business_time_zone`, which is the same where it is not given.
    Raises ContractBroken with all table-level problems; data docs are written to `docs` before that.
    """
    try:
        conformed = conform(contract, raw, time_zone=time_zone, timestamp_format=timestamp_format)
    except ContractBroken as broken:
        _write_docs(docs, contract, _unread(contract, raw, broken.problems))
        raise
    found = _validated(contract, raw, conformed, as_of=as_of, time_zone=business_time_zone or time_zone)
    _write_docs(docs, contract, found.result)
    if found.problems:
        raise ContractBroken(contract.name, found.problems)
    return Checked(
        rows=found.rows,
        quarantined=_quarantined(contract, raw, found.faults),
        content_key_columns=conformed.content_key_columns,
        duplicate_count=conformed.duplicate_count,
        superseded_count=conformed.superseded_count,
        row_count=raw.height,
        bad_count=found.faults.height,
        fault_rows=tuple(found.faults["row"].unique().sort()),
        absent_columns=conformed.absent_columns,
        result=found.result,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Validated:
    """The rows that keep every promise, the faults of the others, and all that is wrong with the table as a whole."""

    rows: pl.DataFrame
    faults: pl.DataFrame
    problems: list[str]
    result: dict[str, Any]


def _validated(
    contract: Contract, raw: pl.DataFrame, conformed: Conformed, *, as_of: date, time_zone: str
) -> _Validated:
    verdict = validate(contract, conformed.rows)
    faults = pl.concat([conformed.faults, verdict.faults]).sort("row")
    rows = conformed.rows.join(verdict.faults, left_on=ROW, right_on="row", how="anti", maintain_order="left").drop(ROW)
    problems = verdict.problems + _arrival_problems(
        contract, conformed.rows, rows, faults, raw.height, as_of=as_of, time_zone=time_zone
    )
    problems = list(dict.fromkeys(problems))
    result = _result(verdict.result, conformed, faults, raw.height, problems)
    return _Validated(rows=rows, faults=faults, problems=problems, result=result)


def _arrival_problems(
    contract: Contract,
    conformed: pl.DataFrame,
    accepted: pl.DataFrame,
    faults: pl.DataFrame,
    row_count: int,
    *,
    as_of: date,
    time_zone: str,
) -> list[str]:
    found = [
        bad_share_problem(contract, faults.height, row_count, next(iter(faults["reason"]), "")),
        # Over all conformed rows, as in the verdict: the same shortage is then named once.
        volume_problem(contract, conformed, as_of=as_of, time_zone=time_zone),
        freshness_problem(contract, accepted, as_of=as_of, time_zone=time_zone),
    ]
    return [problem for problem in found if problem is not None]


def _result(
    validated: dict[str, Any], conformed: Conformed, faults: pl.DataFrame, row_count: int, problems: list[str]
) -> dict[str, Any]:
    return {
        **validated,
        "success": not problems and faults.is_empty(),
        "row_count": row_count,
        "duplicate_count": conformed.duplicate_count,
        "superseded_count": conformed.superseded_count,
        "bad_count": faults.height,
        "set_aside": faults.head(EXAMPLES).to_dicts(),
        "problems": problems,
    }


def _unread(contract: Contract, raw: pl.DataFrame, problems: list[str]) -> dict[str, Any]:
    """The result of a table that could not be read at all."""
    return {
        "table": contract.name,
        "run": contract.name,
        "success": False,
        "row_count": raw.height,
        "bad_count": 0,
        "promises": [],
        "problems": problems,
    }


def _write_docs(docs: Path | None, contract: Contract, result: dict[str, Any]) -> None:
    if docs is not None:
        write_docs(docs, contract, result)


def _quarantined(contract: Contract, raw: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    bad = raw[faults["row"]]
    content = [_as_json(row) for row in bad.iter_rows(named=True)]
    frame = pl.DataFrame(
        {
            "quarantine_id": [_stable_id(contract.name, text) for text in content],
            "table": [contract.name] * len(content),
            "row_key": _row_keys(contract, bad),
            "reason": faults["reason"],
            "content": content,
        },
        schema=QUARANTINE_SCHEMA,
    )
    return frame.unique(subset="quarantine_id", keep="first", maintain_order=True)


def _row_keys(contract: Contract, bad: pl.DataFrame) -> pl.Series:
    """The key that the source gave each row, null where it gave none."""
    bad = in_contract_names(contract, bad)
    try:
        parts = [read_text(bad[name], ids=is_id(name)).values for name in contract.key if name in bad.columns]
    except UnreadableColumn:
        parts = []
    if len(parts) < len(contract.key):
        return pl.repeat(None, bad.height, dtype=pl.String, eager=True)
    return pl.select(pl.concat_str(parts, separator=", ")).to_series()


def _as_json(row: dict[str, Any]) -> str:
    plain = {name: None if isinstance(cell, float) and math.isnan(cell) else cell for name, cell in row.items()}
    return json.dumps(plain, ensure_ascii=False, default=str)


def _stable_id(table: str, content: str) -> str:
    return blake2b(f"{table}\n{content}".encode(), digest_size=16).hexdigest()
