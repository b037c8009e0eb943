"""Does a frame that somebody brings hold what the contract says? If not: which column, how many rows, and what to do.

A frame need not be perfect: columns that may be missing may be missing, ids may be numbers and times may be text. What
cannot be read without doubt is refused in one message, never guessed and never left out in silence.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from data_contracts import Column, Contract, UnreadableColumn, read_column
from features._engine import Native, completed

_ROW = "_row"
_CLOSE, _SAME_BUT_MISSPELT = 0.5, 0.85
"""How alike two names must be (0 to 1) for a hint at a missing column, and for not taking them for two columns."""


class TableUnusable(Exception):
    """A table that was brought to a snapshot is not what its contract says; `problems` are all that was found."""

    def __init__(self, table: str, problems: Sequence[str]) -> None:
        # Both go to `args`, so that the exception survives pickling.
        super().__init__(table, list(problems))
        self.table = table
        self.problems = list(problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.table}: {self.problems[0]}"
        return f"{self.table}: {len(self.problems)} problems" + "".join(f"\n  - {each}" for each in self.problems)


def is_pandas(native: Native) -> bool:
    """Whether a table is a frame of pandas."""
    return type(native).__module__.partition(".")[0] == "pandas" and hasattr(native, "columns")


def conformed(native: Native, contract: Contract, *, time_zone: str) -> Native:
    """The frame in the contract's types (see `completed`); times without a zone are meant in `time_zone`.

    Frames of Polars and pandas become lazy frames of Polars. A lazy frame that has the types already is taken at its
    word and costs nothing; one whose text must be read first is read into memory. Relations of DuckDB and frames of
    Spark pass as they are when their columns have the right names. Raises TableUnusable.
    """
    frame = _from_pandas(native, contract) if is_pandas(native) else native
    _ask_names(contract, _names(frame, contract))
    if isinstance(frame, pl.LazyFrame):
        rows = _lazily(frame, contract, time_zone)
    elif isinstance(frame, pl.DataFrame):
        rows = in_memory(frame, contract, time_zone=time_zone)
    else:
        return frame
    return completed(rows, contract)


def in_memory(frame: pl.DataFrame, contract: Contract, *, time_zone: str) -> pl.LazyFrame:
    """The frame with the contract's types, every value of it looked at. Raises TableUnusable."""
    made, problems = [], []
    for column in _unfit(contract, frame.schema):
        try:
            read = read_column(column, frame[column.name], time_zone=time_zone)
        except UnreadableColumn as error:
            problems.append(f"column {column.name!r} {_plain(str(error))}. Convert it before.")
            continue
        problems += _unreadable(column, read.reasons)
        made.append(read.values.alias(column.name))
    rows = frame.with_columns(made)
    if not problems:
        problems = [*value_problems(rows.lazy(), contract), *_repeated_keys(rows, contract)]
    if problems:
        raise TableUnusable(contract.name, problems)
    return rows.lazy()


def value_problems(rows: pl.LazyFrame, contract: Contract) -> list[str]:
    """What is wrong with the values of a frame that has the contract's types; one pass over it when nothing is."""
    rules = list(_rules(contract, rows.collect_schema().names()))
    counts = rows.select(pl.len(), *(rule.bad.sum().alias(str(n)) for n, rule in enumerate(rules))).collect().row(0)
    return [_broken(rule, rows, bad=bad, of=counts[0]) for rule, bad in zip(rules, counts[1:], strict=True) if bad]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A value that may not be there: where it is, what it is called and what to do about it."""

    column: Column
    bad: pl.Expr
    says: str
    advice: str


def _rules(contract: Contract, there: Iterable[str]) -> Iterator[_Rule]:
    for column in contract.columns:
        if column.name not in there:
            continue
        value = pl.col(column.name)
        if column.required:
            yield _Rule(column, value.is_null(), "is null", "Fill it in, or leave these rows out.")
        if column.type == "number":
            yield _Rule(
                column, value.is_nan() | value.is_infinite(), "is no finite number", "Make it a number or null."
            )
        if column.one_of:
            known = f"It is one of {', '.join(column.one_of)}."
            yield _Rule(column, ~value.is_in(list(column.one_of)), "is something unknown", known)
        low, high = column.at_least, column.at_most
        if low is not None:
            yield _Rule(column, value < low, f"is below {low:g}", "Mend it, or make it null.")
        if high is not None:
            yield _Rule(column, value > high, f"is above {high:g}", "Mend it, or make it null.")


def _broken(rule: _Rule, rows: pl.LazyFrame, *, bad: int, of: int) -> str:
    name = rule.column.name
    first = rows.select(name).with_row_index(_ROW).filter(rule.bad).head(1).collect()
    place, value = first.row(0)
    close = get_close_matches(str(value).lower(), rule.column.one_of, n=1)
    shown = "" if value is None else f": {value!r}" + (f"; did you mean {close[0]!r}?" if close else "")
    return f"column {name!r} {rule.says} in {bad:,} of {of:,} rows (first: row {place}{shown}). {rule.advice}"


def _lazily(frame: pl.LazyFrame, contract: Contract, time_zone: str) -> pl.LazyFrame:
    schema = frame.collect_schema()
    unfit = _unfit(contract, schema)
    if not unfit:
        return frame
    if all(_is_sure(column, schema[column.name]) for column in unfit):
        return frame.with_columns(_when_read(column, contract, time_zone) for column in unfit)
    needed = (
        pl.all() if contract.keeps_other_columns else pl.col([c.name for c in contract.columns if c.name in schema])
    )
    return in_memory(frame.select(needed).collect(), contract, time_zone=time_zone)


def _is_sure(column: Column, kind: pl.DataType) -> bool:
    """Whether (almost) every value of that type can be read, so that reading may wait until the rows are needed."""
    if column.type == "timestamp":
        return kind in (pl.Datetime, pl.Date)
    return kind.is_integer() if column.type == "text" else column.type == "number" and kind.is_numeric()


def _when_read(column: Column, contract: Contract, time_zone: str) -> pl.Expr:
    def read(raw: pl.Series) -> pl.Series:
        found = read_column(column, raw, time_zone=time_zone)
        problems = _unreadable(column, found.reasons)
        if problems:
            raise TableUnusable(contract.name, problems)
        return found.values

    kind = contract.polars_schema[column.name]
    return pl.col(column.name).map_batches(read, return_dtype=kind, is_elementwise=True)


def _unfit(contract: Contract, schema: pl.Schema) -> list[Column]:
    """The columns that are there in another type than the contract's."""
    kinds = contract.polars_schema
    return [column for column in contract.columns if schema.get(column.name, kinds[column.name]) != kinds[column.name]]


def _unreadable(column: Column, reasons: pl.Series) -> list[str]:
    bad = reasons.is_not_null()
    if not bad.any():
        return []
    place = int(bad.arg_true()[0])
    says = f"column {column.name!r} holds no {column.type} in {bad.sum():,} of {len(bad):,} rows"
    return [f"{says} (first: row {place}: {_plain(reasons[place])}). Convert it before, or leave these rows out."]


def _plain(reason: str) -> str:
    """Why a cell cannot be read, without the advice for who maintains a settings file."""
    return reason.partition("; ")[0]


def _repeated_keys(rows: pl.DataFrame, contract: Contract) -> list[str]:
    key = contract.key[0]
    if key not in rows.columns or rows[key].n_unique() == rows.height:
        return []
    twice = rows[key].filter(rows[key].is_duplicated())
    says = f"column {key!r} names {len(twice):,} of {rows.height:,} rows more than once (first: {twice[0]!r})"
    return [f"{says}; it should name each once. Leave the repeated rows out."]


def _names(frame: Native, contract: Contract) -> list[str]:
    if isinstance(frame, pl.LazyFrame):
        return frame.collect_schema().names()
    if isinstance(frame, pl.DataFrame) or type(frame).__module__.partition(".")[0] in ("duckdb", "_duckdb", "pyspark"):
        return list(frame.columns)
    what = f"holds {type(frame).__module__}.{type(frame).__qualname__}, not a frame of Polars, pandas, DuckDB or Spark."
    raise TableUnusable(contract.name, [what])


def _ask_names(contract: Contract, found: list[str]) -> None:
    """Raises TableUnusable for columns that are missing and must not, and for those that look misspelt."""
    others = {_letters(name): name for name in found if name not in contract.column_names}
    made = contract.key if contract.makes_keys else ()
    problems = []
    for column in contract.columns:
        if column.name in found:
            continue
        needed = column.required and column.name not in made
        alike = _CLOSE if needed else _SAME_BUT_MISSPELT
        close = [others[name] for name in get_close_matches(_letters(column.name), others, n=1, cutoff=alike)]
        if needed:
            hint = f"; did you mean {close[0]!r}?" if close else ""
            problems.append(
                f"required column {column.name!r} is missing (found: {', '.join(found) or 'none'}{hint}). Rename it."
            )
        elif close:
            problems.append(
                f"column {close[0]!r} is unknown and {column.name!r} is missing: did you mean that? Rename or drop it."
            )
    if problems:
        raise TableUnusable(contract.name, problems)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _from_pandas(native: Native, contract: Contract) -> pl.DataFrame:
    """A frame of pandas in Polars, with an index that the contract knows as a column."""
    index = [name for name in native.index.names if name in contract.column_names and name not in native.columns]
    frame = native.reset_index(level=index) if index else native
    try:
        return _converted(frame)
    except _NO_TYPE as error:
        raise TableUnusable(contract.name, list(_mixed(frame)) or [f"cannot be converted: {error}."]) from error


_NO_TYPE = (TypeError, ValueError, NotImplementedError, OverflowError)
"""What PyArrow raises for values that no single type can hold."""


def _converted(frame: Native) -> pl.DataFrame:
    with warnings.catch_warnings():
        # PyArrow 25 asks pandas 3.1 for zoned times in a way that goes with pandas 4; needed until it asks otherwise.
        warnings.filterwarnings("ignore", message="Series.values returning an ndarray", category=DeprecationWarning)
        return pl.from_pandas(frame)


def _mixed(frame: Native) -> Iterator[str]:
    """The columns of a pandas frame that no single type can hold."""
    for name in frame.columns:
        try:
            _converted(frame[[name]])
        except _NO_TYPE:
            kinds = sorted({type(value).__name__ for value in frame[name].dropna()})
            yield f"column {name!r} holds values of several types ({', '.join(kinds)}). Convert it to one, or drop it."
