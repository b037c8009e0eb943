"""What exactly does a contract promise? Its expectations one by one, in Great Expectations' names and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from data_contracts._arrival import too_few_rows
from data_contracts._contract import Column, Contract


@dataclass(frozen=True, slots=True)
class Promise:
    """One expectation: its name and arguments, in words, and what to say of a row or a table that breaks it.

    `row_reason` gives the reason from the row's own columns; a promise without one is about the table as a whole.
    """

    kind: str
    arguments: Mapping[str, Any]
    words: str
    row_reason: pl.Expr | None = None
    table_problem: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns that the promise is about."""
        return list(self.arguments.get("column_list") or filter(None, [self.arguments.get("column")]))


def promises(contract: Contract, rows: pl.DataFrame) -> list[Promise]:
    """Every promise that can be held against these rows; of columns that may be absent only those that are there."""
    fewest = 0 if contract.optional and rows.is_empty() else contract.min_rows
    few = too_few_rows(contract, rows.height) or ""
    made = [
        Promise(
            "ExpectTableRowCountToBeBetween",
            {"min_value": fewest},
            f"row count is at least {fewest:,}",
            table_problem=few,
        )
    ]
    for column in contract.columns:
        if column.required:
            made += _never_null(column.name)
        if column.required or column.name in rows.columns:
            made += _bounds(column) + _allowed(column)
    return [*made, _key(contract)]


def _never_null(name: str) -> list[Promise]:
    argument = {"column": name}
    missing = f"required column {name!r} is missing."
    return [
        Promise("ExpectColumnToExist", argument, f"{name} is there", table_problem=missing),
        Promise("ExpectColumnValuesToNotBeNull", argument, f"{name} is never null", pl.lit(f"{name} is null")),
    ]


def _bounds(column: Column) -> list[Promise]:
    if column.at_least is None and column.at_most is None:
        return []
    if column.at_most is None:
        words = f"at least {column.at_least:g}"
    elif column.at_least is None:
        words = f"at most {column.at_most:g}"
    else:
        words = f"between {column.at_least:g} and {column.at_most:g}"
    name = column.name
    arguments = {"column": name, "min_value": column.at_least, "max_value": column.at_most}
    reason = pl.format(f"{name} {{}} is not {words}", pl.col(name))
    return [Promise("ExpectColumnValuesToBeBetween", arguments, f"{name} is {words}", reason)]


def _allowed(column: Column) -> list[Promise]:
    if not column.one_of:
        return []
    name, allowed = column.name, ", ".join(column.one_of)
    arguments = {"column": name, "value_set": list(column.one_of)}
    reason = pl.concat_str(pl.lit(f"{name} '"), pl.col(name), pl.lit(f"' is none of {allowed}"))
    return [Promise("ExpectColumnValuesToBeInSet", arguments, f"{name} is one of {allowed}", reason)]


def _key(contract: Contract) -> Promise:
    key = contract.key
    named = [pl.format(f"{name} '{{}}'", pl.col(name)) for name in key]
    reason = pl.format("{} stands more than once", pl.concat_str(named, separator=", "))
    words = f"{' and '.join(key)} {'names' if len(key) == 1 else 'name'} one row"
    if len(key) == 1:
        return Promise("ExpectColumnValuesToBeUnique", {"column": key[0]}, words, reason)
    return Promise("ExpectCompoundColumnsToBeUnique", {"column_list": list(key)}, words, reason)
