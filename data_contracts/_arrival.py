"""Did enough arrive, and is it recent? Promises about a table as a whole that need to know the as-of date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import polars as pl

from data_contracts._contract import Contract

WEEKS_BEFORE = 8
FEWEST_WEEKS = 4
# Below this a weak week is chance: half of a median of 20 rows happens to healthy shops.
FEWEST_ROWS_PER_WEEK = 100


def freshness_problem(contract: Contract, rows: pl.DataFrame, *, as_of: date, time_zone: str) -> str | None:
    """What is wrong when the latest event known before `as_of` is older than the contract's `freshness_days`."""
    if contract.freshness_days is None or not contract.has_events or (contract.optional and rows.is_empty()):
        return None
    setting = f"[contracts.{contract.name}] freshness_days in churn.toml"
    latest = _local_days(rows, as_of, time_zone).max()
    if latest is None:
        return f"no row was known before the as-of date {as_of}{_first_day(rows, time_zone)}. Choose a later date."
    if not isinstance(latest, date) or latest >= as_of - timedelta(days=contract.freshness_days):
        return None
    age = (as_of - latest).days
    return (
        f"the latest event before the as-of date {as_of} is of {latest}, {age} days old; at most "
        f"{contract.freshness_days} are allowed. Check that the export still runs, or raise {setting}."
    )


def volume_problem(contract: Contract, rows: pl.DataFrame, *, as_of: date, time_zone: str) -> str | None:
    """What is wrong when there are fewer rows than `min_rows`, or far fewer in the last week than in those before.

    The last week is the 7 days up to the latest event known before `as_of`; it is held against the median of the 8
    weeks before, where at least 4 of them lie within the data and the median is at least 100 rows.
    """
    few = too_few_rows(contract, rows.height)
    if few is not None or contract.min_week_share is None or not contract.has_events:
        return few
    last, before = _weekly_counts(_local_days(rows, as_of, time_zone))
    if len(before) < FEWEST_WEEKS or median(before) < FEWEST_ROWS_PER_WEEK:
        return None
    usual = median(before)
    if last >= contract.min_week_share * usual:
        return None
    return (
        f"the last 7 days hold {last:,} rows, the weeks before {usual:,.0f} (median of {len(before)}); at least "
        f"{contract.min_week_share:.0%} of that is expected. Check that the export is complete, or lower "
        f"[contracts.{contract.name}] min_week_share in churn.toml."
    )


def bad_share_problem(contract: Contract, bad_count: int, row_count: int, example_reason: str) -> str | None:
    """What is wrong when a larger share of the rows than `max_bad_share` breaks a row-level promise."""
    if row_count == 0 or bad_count / row_count <= contract.max_bad_share:
        return None
    return (
        f"{bad_count:,} of {row_count:,} rows ({bad_count / row_count:.1%}) break a promise; at most "
        f"{contract.max_bad_share:.1%} may (first: {example_reason}). Fix the export, or raise "
        f"[contracts.{contract.name}] max_bad_share in churn.toml."
    )


def too_few_rows(contract: Contract, row_count: int) -> str | None:
    """What is wrong when there are fewer rows than `min_rows`; an optional table may also be empty."""
    if row_count >= contract.min_rows or (contract.optional and row_count == 0):
        return None
    return (
        f"row count {row_count:,} is below the {contract.min_rows:,} promised. Check that the export is complete, or "
        f"lower [contracts.{contract.name}] min_rows in churn.toml."
    )


def _first_day(rows: pl.DataFrame, time_zone: str) -> str:
    if rows.is_empty():
        return ""
    first = rows.select(pl.col("occurred_at").min().dt.convert_time_zone(time_zone).dt.date()).item()
    return f"; they begin on {first}"


def _local_days(rows: pl.DataFrame, as_of: date, time_zone: str) -> pl.Series:
    """Days, in `time_zone`, of the events that both happened and were known before `as_of` began."""
    midnight = datetime.combine(as_of, time.min, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
    known = pl.col("occurred_at") < midnight
    if "recorded_at" in rows.columns:
        known &= (pl.col("recorded_at") < midnight).fill_null(True)
    return rows.filter(known).select(pl.col("occurred_at").dt.convert_time_zone(time_zone).dt.date()).to_series()


def _weekly_counts(days: pl.Series) -> tuple[int, list[int]]:
    """Rows in the 7 days up to the latest one, and in each of up to 8 weeks before that the data covers in full."""
    latest, first = days.max(), days.min()
    if not isinstance(latest, date) or not isinstance(first, date):
        return 0, []
    weeks_ago = pl.select((pl.lit(latest) - days).dt.total_days() // 7).to_series()
    covered = min(WEEKS_BEFORE, ((latest - first).days + 1) // 7 - 1)
    return int((weeks_ago == 0).sum()), [int((weeks_ago == week).sum()) for week in range(1, covered + 1)]
