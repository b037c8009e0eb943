"""What must rows be like before the ledger takes them? Their columns and types, and what cannot be true."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import polars as pl
from sqlalchemy import Column, ColumnElement, Connection, Select, Table
from sqlalchemy import types as sql

from serving._errors import NotRecorded
from serving._ledger_tables import ARMS, Moment

if TYPE_CHECKING:
    import psycopg

_UTC = pl.Datetime("us", "UTC")
_NOTHING = "Nothing was recorded."


def polars_type(column: ColumnElement[object]) -> pl.DataType:
    """The Polars type of a column of the ledger."""
    for kind, answer in (
        (Moment, _UTC),
        (sql.Date, pl.Date()),
        (sql.Boolean, pl.Boolean()),
        (sql.Integer, pl.Int64()),
        (sql.Float, pl.Float64()),
    ):
        if isinstance(column.type, kind):
            return answer
    return pl.String()


def fetched(connection: Connection, query: Select[tuple[object, ...]], *, by: Sequence[str]) -> pl.DataFrame:
    """What a query finds, in the order of the columns `by`: databases sort text in ways of their own."""
    schema = {column.name: polars_type(column) for column in query.selected_columns}
    found = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(found, schema=schema, orient="row").sort(by)


def insert(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Adds rows that have all columns of `table`; hundreds of thousands of them in seconds."""
    rows = rows.select(column.name for column in table.columns)
    if connection.dialect.name != "postgresql":
        if rows.height:
            connection.execute(table.insert(), rows.to_dicts())
        return
    # Three times as fast as inserting, row by row or in batches.
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    into = f"COPY {table.name} ({', '.join(rows.columns)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows.iter_rows():
            copy.write_row(row)


def in_shape(rows: pl.DataFrame, table: Table, *, what: str, given: Mapping[str, object] | None = None) -> pl.DataFrame:
    """The rows with exactly the columns of `table`, in their types; those in `given` are the same for all rows.

    Columns that may be empty may be missing. Raises NotRecorded for other missing columns, wrong types, empty cells,
    numbers that are not finite, and text that no database takes.
    """
    rows = rows.with_columns(pl.lit(value).alias(name) for name, value in (given or {}).items())
    missing = [c.name for c in table.columns if c.name not in rows.columns and not c.nullable]
    if missing:
        raise NotRecorded(f"{what} have no column {', '.join(map(repr, missing))}. {_NOTHING}")
    present = [_cast(rows, column, what) for column in table.columns if column.name in rows.columns]
    absent = [pl.lit(None, polars_type(c)).alias(c.name) for c in table.columns if c.name not in rows.columns]
    shaped = rows.select(*present, *absent) if present else rows.select(absent)
    shaped = shaped.select(column.name for column in table.columns)
    for column in table.columns:
        _ask_plain(shaped, column, what)
    return shaped


def _cast(rows: pl.DataFrame, column: Column[object], what: str) -> pl.Series:
    kind, raw = polars_type(column), rows[column.name]
    if raw.dtype == kind or raw.dtype == pl.Null:
        return raw.cast(kind)
    fits = (kind == pl.Float64 and raw.dtype.is_numeric()) or (kind == pl.Int64 and raw.dtype.is_integer())
    fits |= kind == pl.String and raw.dtype in (pl.Categorical, pl.Enum)
    fits |= kind == _UTC and isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone is not None
    if not fits:
        raise NotRecorded(f"{what}: {column.name} holds {raw.dtype} and must hold {kind}. {_NOTHING}")
    return raw.dt.convert_time_zone("UTC").cast(kind) if kind == _UTC else raw.cast(kind)


def _ask_plain(rows: pl.DataFrame, column: Column[object], what: str) -> None:
    value, says = pl.col(column.name), column.name
    if not column.nullable:
        ask_none(rows, value.is_null(), of=what, says=f"have no {says}")
    if rows.schema[column.name] == pl.Float64:
        ask_none(rows, ~value.is_finite(), of=what, says=f"have a {says} that is no finite number")
    if rows.schema[column.name] == pl.String:
        ask_none(rows, value.str.contains("\0", literal=True), of=what, says=f"have a null character in {says}")


def ask_none(rows: pl.DataFrame, bad: pl.Expr, *, of: str, says: str) -> None:
    """Raises NotRecorded where `bad` is true of any row."""
    wrong = rows.filter(bad)
    if wrong.height:
        named = next(name for name in ("customer_id", "name", *rows.columns) if name in rows.columns)
        raise NotRecorded(
            f"{of}: {wrong.height} of {rows.height} rows {says} (first: {named} {wrong[named][0]!r}). {_NOTHING}"
        )


def ask_campaigns(rows: pl.DataFrame) -> None:
    """Raises NotRecorded for two campaigns of one name, a share outside 0 to 1, a period without a day, odd terms."""
    ask_none(rows, pl.col("name").is_duplicated(), of="campaigns", says="have the name of another")
    share = pl.col("holdout_share")
    ask_none(rows, ~share.is_between(0, 1), of="campaigns", says="have a holdout_share outside 0 to 1")
    ask_none(rows, pl.col("starts_on") >= pl.col("ends_on"), of="campaigns", says="end before they start")
    odd = rows["terms"].map_elements(_is_no_object, return_dtype=pl.Boolean)
    ask_none(rows, pl.lit(odd), of="campaigns", says="have terms that are no JSON object")


def _is_no_object(text: str) -> bool:
    try:
        return not isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return True


def ask_assignments(rows: pl.DataFrame) -> None:
    """Raises NotRecorded for a customer with two rows, an unknown arm, or figures that cannot be."""
    twice = "are of a customer who has another: one action per customer and night"
    ask_none(rows, pl.col("customer_id").is_duplicated(), of="assignments", says=twice)
    ask_none(rows, pl.col("customer_id").str.strip_chars() == "", of="assignments", says="have an empty customer_id")
    ask_none(rows, ~pl.col("arm").is_in(ARMS), of="assignments", says=f"have an arm other than {' and '.join(ARMS)}")
    outside = ~pl.col("probability").is_between(0, 1)
    ask_none(rows, outside, of="assignments", says="have a probability outside 0 to 1")
    ask_none(rows, pl.col("cost") < 0, of="assignments", says="have a negative cost")


def digest_of(*parts: str | pl.DataFrame) -> str:
    """SHA-256 of texts and tables, whatever the order of their rows."""
    found = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, str) else part.sort(part.columns).write_csv()
        found.update(f"{len(text)}:{text}".encode())
    return found.hexdigest()
