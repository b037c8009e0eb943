"""What is a contract? Plain data that says what one table promises, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

ColumnType = Literal["text", "number", "integer", "boolean", "timestamp", "date"]

POLARS_TYPES: Mapping[ColumnType, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "boolean": pl.Boolean(),
    "timestamp": pl.Datetime("us", "UTC"),
    "date": pl.Date(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column's promise: its meaning in a sentence, its type, unit and bounds.

    `required` columns are never null. Any other column may be missing or null; `null_means` says what that tells.
    `at_least` and `at_most` are inclusive. `one_of` lists the only values allowed.
    `changes_later` marks what a source may fill in after the event was first recorded (a complaint's resolution);
    such columns are no part of a content key.
    """

    name: str
    type: ColumnType
    meaning: str
    unit: str = ""
    required: bool = False
    null_means: str = ""
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()
    changes_later: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """One table's promise: its grain, key, columns, freshness and volume.

    `min_rows` is the fewest rows an arriving batch may have. `freshness_days` is how old the latest event may be on
    the as-of date; `None` asks for no freshness. `max_bad_share` is the share (0 to 1) of rows that may break a
    row-level promise before the whole batch is refused. `optional` tables may be absent.
    `keeps_other_columns` lets columns that the contract does not name through, as attributes.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False
    min_rows: int = 1
    freshness_days: int | None = None
    max_bad_share: float = 0.05
    min_week_share: float | None = None
    keeps_other_columns: bool = False

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"contract {self.name!r} names {', '.join(twice)} more than once")
        unknown = [name for name in self.key if name not in names]
        if unknown:
            raise ValueError(f"contract {self.name!r} has the key {unknown[0]!r}, which is none of its columns")

    def column(self, name: str) -> Column:
        """The column of that name; raises KeyError when the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {', '.join(self.column_names)}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Names of the columns that are never null."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def has_events(self) -> bool:
        """Whether a row is something that happened at a moment (`occurred_at`)."""
        return "occurred_at" in self.column_names

    @property
    def makes_keys(self) -> bool:
        """Whether a row without a key gets one made from its content: events can, a customer must be named."""
        return self.has_events and len(self.key) == 1 and self.column(self.key[0]).type == "text"

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        """Column name to Polars type; timestamps are microseconds in UTC."""
        return {column.name: POLARS_TYPES[column.type] for column in self.columns}
