"""Which text, number or truth value does a raw cell stand for? Reads whole columns, and says why a cell cannot be."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

PLAIN_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
# "1,234.50" and "1,234,567" can only be thousands; "1,234" could be a decimal comma and is left alone.
SURE_THOUSANDS = r"^[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})$"
UNSURE_SEPARATOR = r"^[+-]?[\d.]*\d,\d+$"

# From here on a float no longer holds every whole number: two different ids may have become one.
FLOAT_LIMIT = 2.0**53

DELIMITERS = (",", ";", "\t", "|")

TRUTH = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "是"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "否"), False),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One column as read: `values` in the contract's type, `reasons` (text) null where a cell could be read."""

    values: pl.Series
    reasons: pl.Series


class UnreadableColumn(Exception):
    """A column as a whole is of a type that no value of the contract's type can be read from."""


def read_text(raw: pl.Series, *, ids: bool = False) -> Reading:
    """Text as it stands, without white space around it; numbers become plain digits (13085.0 -> "13085").

    In a column of `ids` the text "13085.0" is 13085 as well: pandas wrote ids with gaps as floats.
    """
    if is_text(raw.dtype):
        text = cell_text(raw)
        return _fine(text.str.replace(r"^(-?\d+)\.0+$", "${1}") if ids else text)
    if raw.dtype.is_float():
        return _text_of_floats(raw.cast(pl.Float64))
    if raw.dtype.is_decimal() or raw.dtype.is_temporal():
        return _fine(raw.cast(pl.String).str.replace(r"\.0+$", "").str.replace(r"\.0+ ", " "))
    if raw.dtype.is_integer() or raw.dtype == pl.Boolean or raw.dtype == pl.Null:
        return _fine(raw.cast(pl.String))
    raise UnreadableColumn(f"holds {raw.dtype}, not text; export one plain value per cell")


def read_number(raw: pl.Series, *, required: bool) -> Reading:
    """Numbers as floats. NaN is null where null is allowed, else a fault; infinities are always a fault."""
    if is_text(raw.dtype):
        text = cell_text(raw)
        return _number_of_text(text.set(text.str.to_lowercase() == "nan", None) if not required else text)
    if raw.dtype == pl.Float32:
        # Through its shortest text: 12.3 must not become 12.300000190734863, or CSV and Parquet disagree.
        raw = raw.cast(pl.String).cast(pl.Float64)
    elif not (raw.dtype.is_numeric() or raw.dtype == pl.Null):
        raise UnreadableColumn(f"holds {raw.dtype}, not numbers")
    values = raw.cast(pl.Float64)
    if not required:
        values = values.fill_nan(None)
    bad = values.is_nan() | values.is_infinite()
    return reading(values, bad, values.cast(pl.String), "is not a finite number")


def read_integer(raw: pl.Series, *, required: bool) -> Reading:
    """Whole numbers; 3.0 is 3, while 3.5 is a fault."""
    if raw.dtype.is_integer():
        values = raw.cast(pl.Int64, strict=False)
        return reading(values, values.is_null() & raw.is_not_null(), raw.cast(pl.String), "is too large")
    number = read_number(raw, required=required)
    # Digits are read directly where possible: through a float, those after the 15th would be lost.
    direct = cell_text(raw).cast(pl.Int64, strict=False) if is_text(raw.dtype) else _nulls(len(raw), pl.Int64())
    frame = pl.select(number=number.values, reason=number.reasons, quoted=_quoted(raw), direct=direct)
    whole = (pl.col("number") == pl.col("number").floor()) & (pl.col("number").abs() < FLOAT_LIMIT)
    read = frame.select(
        values=pl.coalesce("direct", pl.when(whole).then("number").cast(pl.Int64, strict=False)),
        reasons=pl.when(~whole & pl.col("direct").is_null())
        .then(pl.format("{} is not a whole number", "quoted"))
        .otherwise("reason"),
    )
    return Reading(read["values"], read["reasons"])


def read_boolean(raw: pl.Series) -> Reading:
    """True and false, also written as yes/no, y/n, t/f, 1/0 or 是/否."""
    if raw.dtype == pl.Boolean or raw.dtype == pl.Null:
        return _fine(raw.cast(pl.Boolean))
    if not (is_text(raw.dtype) or raw.dtype.is_numeric()):
        raise UnreadableColumn(f"holds {raw.dtype}, not true or false")
    text = cell_text(raw.fill_nan(None) if raw.dtype.is_float() else raw)
    values = text.str.to_lowercase().replace_strict(TRUTH, default=None, return_dtype=pl.Boolean)
    return reading(values, values.is_null() & text.is_not_null(), text, "is neither true nor false")


def plain_attribute(raw: pl.Series) -> pl.Series:
    """A column that no contract names, in one of few types that every table can hold.

    These are text, Int64, Float64, Boolean, Date, Datetime (microseconds, UTC) and Null, for a column without one
    value; whatever else it was becomes text. A missing zone is taken for UTC: it is only kept, never compared.
    """
    kind = raw.dtype
    if kind.is_float() or kind.is_decimal():
        raw = (raw.cast(pl.String).cast(pl.Float64) if kind == pl.Float32 else raw.cast(pl.Float64)).fill_nan(None)
    elif kind.is_integer():
        whole = raw.cast(pl.Int64, strict=False)
        raw = whole if whole.null_count() == raw.null_count() else raw.cast(pl.String)
    elif isinstance(kind, pl.Datetime):
        zoned = raw.dt.convert_time_zone("UTC") if kind.time_zone else raw.dt.replace_time_zone("UTC")
        raw = zoned.cast(pl.Datetime("us", "UTC"))
    elif is_text(kind):
        raw = raw.cast(pl.String)
    elif kind not in (pl.Boolean, pl.Date, pl.Null):
        raw = pl.Series(raw.name, [_spelled_out(cell) for cell in raw.to_list()], dtype=pl.String)
    return raw if raw.null_count() < len(raw) else raw.cast(pl.Null)


def is_id(name: str) -> bool:
    """Whether a column of that name holds ids: what names a thing must read the same in every batch."""
    return name.endswith("_id") or name == "referred_by"


def is_text(dtype: pl.DataType) -> bool:
    """Whether cells of that type are text, in whatever encoding."""
    return dtype == pl.String or dtype == pl.Categorical or dtype == pl.Enum


def cell_text(raw: pl.Series) -> pl.Series:
    """Cells as text without white space around it; an empty cell is null."""
    text = raw.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def reading(values: pl.Series, bad: pl.Series, shown: pl.Series, reason: str) -> Reading:
    """The values, null where `bad`, with "'<shown>' <reason>" for those."""
    bad = bad.fill_null(False)
    if not bad.any():
        return _fine(values)
    frame = pl.select(values=values, bad=bad, quoted=_quoted(shown))
    read = frame.select(
        values=pl.when(~pl.col("bad")).then("values"),
        reasons=pl.when("bad").then(pl.format("{} " + reason, "quoted")),
    )
    return Reading(read["values"], read["reasons"])


def _spelled_out(cell: object) -> str | None:
    if cell is None:
        return None
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else str(cell)


def _fine(values: pl.Series) -> Reading:
    return Reading(values, _nulls(len(values), pl.String()))


def _nulls(count: int, dtype: pl.DataType) -> pl.Series:
    return pl.repeat(None, count, dtype=dtype, eager=True)


def _quoted(shown: pl.Series) -> pl.Series:
    text = shown.cast(pl.String)
    return pl.select(pl.format("'{}'", text.str.slice(0, 60))).to_series()


def _text_of_floats(values: pl.Series) -> Reading:
    values = values.fill_nan(None)
    whole = (values == values.floor()) & (values.abs() < FLOAT_LIMIT)
    digits = values.set(~whole, None).cast(pl.Int64).cast(pl.String)
    text = digits.zip_with(whole.fill_null(True), values.cast(pl.String))
    reason = "has lost its last digits as a float; export the column as text"
    return reading(text, values.abs() >= FLOAT_LIMIT, values.cast(pl.String), reason)


def _number_of_text(text: pl.Series) -> Reading:
    frame = pl.select(text=text)
    plain = (
        pl.when(pl.col("text").str.contains(PLAIN_NUMBER))
        .then("text")
        .when(pl.col("text").str.contains(SURE_THOUSANDS))
        .then(pl.col("text").str.replace_all(",", "", literal=True))
    )
    values = frame.select(plain.cast(pl.Float64, strict=False)).to_series()
    values = values.set(values.is_infinite().fill_null(False), None)
    unsure = text.str.contains(UNSURE_SEPARATOR).fill_null(False)
    bad = values.is_null() & text.is_not_null()
    plainly = reading(values, bad, text, "is not a number")
    if not (bad & unsure).any():
        return plainly
    hint = (
        "is not clear (is the comma for thousands or for decimals?); export numbers with a decimal point only, or say "
        "how to read them in the settings (derive)"
    )
    hinted = reading(values, bad & unsure, text, hint)
    return Reading(values, plainly.reasons.zip_with(~(bad & unsure), hinted.reasons))


def delimiter_of(header: str) -> str:
    """The sign that divides the first line of a CSV file: the one that stands there most often outside of quotes."""
    return max(DELIMITERS, key="".join(header.split('"')[::2]).count)
