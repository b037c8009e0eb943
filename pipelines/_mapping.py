"""How does a company's own table become the table of the contract? Renaming, SQL expressions, conditions, constants."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import duckdb
import polars as pl

from data_contracts import Contract
from pipelines._errors import SettingsWrong

if TYPE_CHECKING:
    from pipelines._settings import TableSettings

# No leading zeros ("00123" names something) and no more digits than a whole number can hold.
WHOLE_NUMBER = r"^-?(0|[1-9]\d{0,17})$"
NUMBER = r"^-?(0|[1-9]\d*)(\.\d+)?(e-\d+)?$"

# Expressions see the table and nothing else: no files, no network, no extension fetched behind one's back.
CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
ROW = "row_of_the_table"


def mapped(raw: pl.DataFrame, contract: Contract, mapping: TableSettings) -> pl.DataFrame:
    """The raw table under the contract's names: renamed, filtered, derived, with constants, in that order.

    Handed on are the contract's columns, and all others where the contract keeps them. Raises SettingsWrong.
    """
    place = f"tables.{contract.name}"
    _check_targets(contract, mapping, place)
    _check_renamed(raw, mapping.rename, place)
    rows = pl.int_range(1, raw.height + 1, eager=True)
    for condition in mapping.where:
        kept = _evaluated(_visible(raw, mapping.rename), condition, f"[{place}] where", rows)
        mask = _as_condition(kept, condition, f"[{place}] where")
        raw, rows = raw.filter(mask), rows.filter(mask)
    visible = _visible(raw, mapping.rename)
    derived = [
        _evaluated(visible, expression, f"[{place}.derive] {name}", rows).alias(name)
        for name, expression in mapping.derive.items()
    ]
    renamed = [raw[column].alias(name) for name, column in mapping.rename.items()]
    untouched = raw.drop(set(mapping.rename.values()) - set(contract.column_names))
    constants = [pl.lit(value).alias(name) for name, value in mapping.constants.items()]
    return _handed_on(untouched.with_columns(*renamed, *derived).with_columns(constants), contract)


def _check_targets(contract: Contract, mapping: TableSettings, place: str) -> None:
    if contract.keeps_other_columns:
        return
    for way in ("rename", "derive", "constants"):
        for name in getattr(mapping, way):
            if name not in contract.column_names:
                hint = _hint(name, contract.column_names)
                columns = ", ".join(contract.column_names)
                raise SettingsWrong(f"[{place}.{way}] {name}: no column of {contract.name}{hint} It has: {columns}.")


def _check_renamed(raw: pl.DataFrame, rename: Mapping[str, str], place: str) -> None:
    for name, column in rename.items():
        if column not in raw.columns:
            hint = _hint(column, raw.columns)
            raise SettingsWrong(
                f"[{place}.rename] {name}: the table has no column '{column}'{hint} It has: {', '.join(raw.columns)}."
            )


def _hint(name: str, known: list[str] | tuple[str, ...]) -> str:
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f"; did you mean '{folded[close[0]]}'?" if close else "."


def _handed_on(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    named = [name for name in contract.column_names if name in frame.columns]
    # Where a promised column is missing, the contract will say so and name the columns that are there.
    complains = any(name not in named for name in contract.required_columns if name not in contract.key)
    others = [name for name in frame.columns if name not in named]
    return frame.select(named + others if contract.keeps_other_columns or complains else named)


def _visible(raw: pl.DataFrame, rename: Mapping[str, str]) -> pl.DataFrame:
    """What an expression sees. SQL does not tell `Amount` from `amount`: the first of a name is the one it means."""
    columns: dict[str, pl.Series] = {}
    for name, column in [*((name, name) for name in raw.columns), *rename.items()]:
        columns.setdefault(name.casefold(), raw[column].alias(name))
    return pl.DataFrame(list(columns.values()))


def _as_condition(values: pl.Series, condition: str, key: str) -> pl.Series:
    if values.dtype not in (pl.Boolean, pl.Null):
        raise SettingsWrong(f"{key}: {condition}\n  is no condition: it gives {values.dtype} instead of true or false.")
    return values.cast(pl.Boolean).fill_null(False)


def _evaluated(visible: pl.DataFrame, expression: str, key: str, rows: pl.Series) -> pl.Series:
    """One value per row. Text that is all numbers counts as numbers, and as text where only that makes sense."""
    mentioned = [name for name in visible.columns if name.casefold() in expression.casefold()]
    numbers = {name: kind for name in mentioned if (kind := _number_kind(visible[name])) is not None}
    first: duckdb.Error | None = None
    for as_text in _readings(list(numbers)):
        casts = [pl.col(name).cast(kind) for name, kind in numbers.items() if name not in as_text]
        try:
            values = _run(visible.with_columns(casts), expression)
        except duckdb.Error as error:
            first = first or error
            continue
        if values.len() != visible.height:
            raise SettingsWrong(f"{key}: {expression}\n  gives {values.len()} values for {visible.height} rows.")
        return values
    raise SettingsWrong(_failed(visible, expression, key, mentioned, rows, str(first)))


def _number_kind(values: pl.Series) -> pl.DataType | None:
    """The number type that every value of a text column fits, if there is one."""
    if values.dtype != pl.String:
        return None
    kinds: tuple[tuple[str, pl.DataType], ...] = ((WHOLE_NUMBER, pl.Int64()), (NUMBER, pl.Float64()))
    # too many digits for a whole number: an identifier, which must not be rounded
    long = values.str.len_chars().gt(18) & ~values.str.contains(r"\.")
    if long.any():
        return None
    return next((kind for pattern, kind in kinds if values.str.contains(pattern).all()), None)


def _readings(columns: list[str]) -> Iterator[tuple[str, ...]]:
    """Which of the number-like columns to read as text: none, else one, else two, else all.

    An invoice number is text on the day it first contains a "C"; `Invoice LIKE 'C%'` must work on all other days too.
    """
    yield ()
    for count in (1, 2):
        yield from itertools.combinations(columns, count)
    if len(columns) > 2:
        yield tuple(columns)


def _run(visible: pl.DataFrame, expression: str) -> pl.Series:
    # The line ends keep a comment at the end of the expression from swallowing the bracket.
    query = f"SELECT {ROW}, (\n{expression}\n) AS value FROM raw ORDER BY {ROW}"  # noqa: S608 - runs in a closed box
    with duckdb.connect(config=CONFIGURATION) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("raw", visible.with_row_index(ROW).to_arrow())
        table = connection.sql(query).to_arrow_table()
    return cast("pl.DataFrame", pl.from_arrow(table))["value"]


def _failed(visible: pl.DataFrame, expression: str, key: str, mentioned: list[str], rows: pl.Series, error: str) -> str:
    texts = [note for name in mentioned if (note := _why_text(visible[name], rows))]
    reason = error.splitlines()[0]
    columns = ", ".join(f"{name} ({kind})" for name, kind in visible.schema.items())
    return "\n  ".join([f"{key}: {expression}", reason, *texts, f"Columns there: {columns}."])


def _why_text(values: pl.Series, rows: pl.Series) -> str | None:
    """Which value keeps a column of numbers from being one; None for a column that has no numbers in it anyway."""
    if values.dtype != pl.String or not values.str.contains(NUMBER).any():
        return None
    wrong = ~values.str.contains(NUMBER).fill_null(True)
    if not wrong.any():
        return None
    others = f" and {wrong.sum() - 1:,} more" if wrong.sum() > 1 else ""
    return (
        f"Column {values.name} is text because of '{values.filter(wrong)[0]}' in row {rows.filter(wrong)[0]:,} (the "
        f'header not counted){others}; TRY_CAST("{values.name}" AS DOUBLE) makes such values null.'
    )
