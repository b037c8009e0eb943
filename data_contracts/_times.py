"""Which moment does a raw cell stand for? Reads timestamps and dates in every form that leaves no doubt."""

from __future__ import annotations

import polars as pl

from data_contracts._values import Reading, UnreadableColumn, cell_text, is_text, reading

FIRST_YEAR, LAST_YEAR = 1970, 2200

COMPACT_DATE = r"^(\d{4})(\d{2})(\d{2})([T\s].*)?$"
YEAR_FIRST = (
    r"^(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})"
    r"(?:日|(?:日\s*|[Tt]|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<offset>[Zz]|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?$"
)
DAY_OR_MONTH_FIRST = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b"
EPOCH = r"^\d{9,}(\.\d*)?$"

AMBIGUOUS = (
    "can be read as day/month or as month/day; set timestamp_format for the table in churn.toml "
    "(for example '%d/%m/%Y')"
)
EPOCH_ADVICE = (
    "convert it where the table is read, for example in SQL: to_timestamp(seconds) or make_timestamp(microseconds) for "
    "counts since 1970; for days written like 20260131 set timestamp_format = '%Y%m%d'"
)


def read_timestamp(raw: pl.Series, *, time_zone: str, timestamp_format: str | None = None) -> Reading:
    """Moments in UTC, to the microsecond.

    What has no zone is meant in `time_zone`; a date is its midnight there. A wall time that a clock change skips
    moves forward by the gap; one that comes twice is the earlier. Years outside 1970 to 2200 are faults.
    """
    if raw.dtype.is_numeric() and timestamp_format is not None:
        raw = raw.cast(pl.Int64, strict=False).cast(pl.String)
    if is_text(raw.dtype):
        return _read_text(cell_text(raw), time_zone, timestamp_format)
    if raw.dtype.is_numeric():
        example = next(iter(raw.drop_nulls()), None)
        raise UnreadableColumn(
            f"holds numbers (for example {example}), and what they count is not guessed; {EPOCH_ADVICE}"
        )
    if not (raw.dtype in (pl.Datetime, pl.Date) or raw.dtype == pl.Null):
        raise UnreadableColumn(f"holds {raw.dtype}, not timestamps")
    return _within_years(
        _moments(raw.cast(pl.Datetime("us")) if raw.dtype != pl.Datetime else raw, time_zone), raw, time_zone
    )


def read_date(raw: pl.Series, *, time_zone: str, timestamp_format: str | None = None) -> Reading:
    """Calendar days in `time_zone`, from dates, timestamps or text."""
    read = read_timestamp(raw, time_zone=time_zone, timestamp_format=timestamp_format)
    return Reading(read.values.dt.convert_time_zone(time_zone).dt.date(), read.reasons)


def _moments(wall: pl.Series, time_zone: str) -> pl.Series:
    """Timestamps in UTC; those without a zone are wall times in `time_zone`."""
    wall = wall.dt.cast_time_unit("us")
    if wall.dtype == pl.Datetime("us"):
        return _localised(wall, time_zone)
    return wall.dt.convert_time_zone("UTC")


def _localised(wall: pl.Series, time_zone: str) -> pl.Series:
    moments = _with_zone(wall, time_zone)
    if moments.null_count() == wall.null_count():
        return moments
    # The clock skipped this hour. Counting on with the offset of the day before moves it forward by the gap.
    day = pl.duration(hours=25)
    skipped = pl.select(moments=moments, before=wall).with_columns(pl.col("before") - day)
    return skipped.select(pl.coalesce("moments", _with_zone(skipped["before"], time_zone) + day)).to_series()


def _with_zone(wall: pl.Series, time_zone: str) -> pl.Series:
    local = wall.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def _read_text(text: pl.Series, time_zone: str, timestamp_format: str | None) -> Reading:
    moments = pl.repeat(None, len(text), dtype=pl.Datetime("us", "UTC"), eager=True)
    if timestamp_format is not None:
        moments = _formatted(text, time_zone, timestamp_format)
    pending = text.set(moments.is_not_null(), None)
    if pending.null_count() < len(pending):
        moments = moments.zip_with(moments.is_not_null(), _year_first(pending, time_zone))
    read = _within_years(moments, text, time_zone)
    return Reading(
        read.values, _reasons(text, moments, timestamp_format).zip_with(read.reasons.is_null(), read.reasons)
    )


def _formatted(text: pl.Series, time_zone: str, timestamp_format: str) -> pl.Series:
    return _moments(text.str.to_datetime(timestamp_format, time_unit="us", strict=False), time_zone)


def _year_first(text: pl.Series, time_zone: str) -> pl.Series:
    """Moments of texts that begin with the year; null where a text does not, or names no real day or time."""
    dashed = text.str.replace(COMPACT_DATE, "${1}-${2}-${3}${4}")
    parts = pl.select(parts=dashed.str.extract_groups(YEAR_FIRST)).unnest("parts")
    clock = [pl.col(name).fill_null("0").str.zfill(2) for name in ("hour", "minute", "second")]
    day = pl.concat_str(["year", pl.col("month").str.zfill(2), pl.col("day").str.zfill(2)], separator="-")
    wall = parts.select(pl.concat_str([day, *clock], separator=" ")).to_series()
    parsed = wall.str.to_datetime("%Y-%m-%d %H %M %S", time_unit="us", strict=False)
    micro = pl.col("fraction").fill_null("0").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64)
    parsed = parts.select(parsed + pl.duration(microseconds=micro)).to_series()
    if parts["offset"].null_count() == len(parts):
        return _localised(parsed, time_zone)
    shifted = parts.select(parsed - pl.duration(minutes=_offset_minutes())).to_series()
    return _localised(parsed, time_zone).zip_with(parts["offset"].is_null(), shifted.dt.replace_time_zone("UTC"))


def _offset_minutes() -> pl.Expr:
    digits = pl.col("offset").str.replace_all(r"\D", "").str.pad_end(4, "0").cast(pl.Int64)
    minutes = digits // 100 * 60 + digits % 100
    return pl.when(pl.col("offset").str.starts_with("-")).then(-minutes).otherwise(minutes)


def _within_years(moments: pl.Series, shown: pl.Series, time_zone: str) -> Reading:
    year = moments.dt.convert_time_zone(time_zone).dt.year()
    outside = (year < FIRST_YEAR) | (year > LAST_YEAR)
    return reading(moments, outside, shown, f"is outside the years {FIRST_YEAR} to {LAST_YEAR}")


def _reasons(text: pl.Series, moments: pl.Series, timestamp_format: str | None) -> pl.Series:
    """Why a text is no moment; null where it is one."""
    frame = pl.select(text=text, bad=moments.is_null() & text.is_not_null())
    if not frame["bad"].any():
        return pl.repeat(None, len(text), dtype=pl.String, eager=True)
    quoted = pl.format("'{}'", pl.col("text").str.slice(0, 60))
    if timestamp_format is not None:
        unmatched = pl.concat_str(quoted, pl.lit(f" is not of the form {timestamp_format!r} (timestamp_format)"))
        return frame.select(pl.when("bad").then(unmatched)).to_series()
    reason = (
        pl.when(pl.col("text").str.contains(DAY_OR_MONTH_FIRST))
        .then(pl.format("{} " + AMBIGUOUS, quoted))
        .when(pl.col("text").str.contains(EPOCH))
        .then(pl.format("{} counts something that is not guessed; " + EPOCH_ADVICE, quoted))
        .otherwise(pl.format("{} is not a timestamp", quoted))
    )
    return frame.select(pl.when("bad").then(reason)).to_series()
