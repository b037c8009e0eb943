"""How far do the data reach? One rule for training and for looking back: no horizon may end in days without data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from data_contracts import contracts
from features import day_start

STRAY_AFTER_DAYS = 28


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """`first_on`: the day of the first transaction; `over_by`: the day after the last; no horizon may end later.

    `recorded_by`: the day after the last one on which a transaction was recorded.
    """

    first_on: date
    over_by: date
    recorded_by: date


def reach(
    tables: Mapping[str, pl.LazyFrame], *, time_zone: str, known_by: date | None = None, needs: Iterable[str] = ()
) -> Reach | None:
    """How far the transactions known before `known_by` began reach (without it: all); None when there are none.

    Days are those of what happened, in the business time zone: a line recorded after the feed had stopped does not
    make the days between days without purchases. A last day with a single line, after a pause of more than four weeks
    and longer than any before it, is not believed: it is a mistyped date. Of the tables that a question `needs` beside
    the transactions, the one that ends first says how far the data reach: subscriptions whose feed stopped would all
    look ended.
    """
    lines = tables["transactions"].select("occurred_at", "recorded_at")
    if known_by:
        start = day_start(known_by, time_zone=time_zone)
        recorded = pl.col("recorded_at").is_null() | (pl.col("recorded_at") < start)
        lines = lines.filter(pl.col("occurred_at") < start, recorded)
    local = lines.select(pl.all().dt.convert_time_zone(time_zone).dt.date())
    days = local.group_by("occurred_at").agg(lines=pl.len(), recorded_on=pl.col("recorded_at").max())
    found = days.sort("occurred_at").collect()
    if found.is_empty():
        return None
    last: date = _believed(found)["occurred_at"][-1]
    recorded_by: date = max([last, *found["recorded_on"].drop_nulls()])
    one_day = timedelta(days=1)
    over_by = min([last, *(_fed_until(tables[name], name, time_zone, known_by) for name in _tables(needs))]) + one_day
    return Reach(first_on=found["occurred_at"][0], over_by=over_by, recorded_by=recorded_by + one_day)


def _tables(needs: Iterable[str]) -> set[str]:
    """The tables of needs such as `subscriptions` and `transactions.category`, beside the transactions."""
    return {need.partition(".")[0] for need in needs} - {"transactions"}


def _fed_until(rows: pl.LazyFrame, table: str, time_zone: str, known_by: date | None) -> date:
    """The last day on which something happened in a table, or was filled in, that was known before `known_by` began."""
    there = set(rows.collect_schema())
    dated = [each for each in contracts()[table].columns if each.type == "timestamp" and each.name in there]
    moments = [pl.col(each.name) for each in dated if each.name == "occurred_at" or each.changes_later]
    start = day_start(known_by or date.max - timedelta(days=2), time_zone=time_zone)
    latest = rows.select(moment.filter(moment < start).max() for moment in moments).collect()
    found: date | None = latest.select(pl.max_horizontal(pl.all()).dt.convert_time_zone(time_zone).dt.date()).item()
    return found or date.min


def _believed(days: pl.DataFrame) -> pl.DataFrame:
    """The days without stray single lines at their end."""
    pauses = days["occurred_at"].diff().dt.total_days().fill_null(0).to_list()
    count = days.height
    while count > 2 and days["lines"][count - 1] == 1:
        *before, pause = pauses[:count]
        if pause <= max(STRAY_AFTER_DAYS, *before):
            break
        count -= 1
    return days.head(count)
