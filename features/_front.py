"""How is a snapshot asked for? From a folder, a lake or plain frames; back come rows of Polars or of pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import polars as pl

from data_contracts import contracts
from features._engine import Native
from features._feature import Feature
from features._frame import conformed, is_pandas
from features._lake import Lake, business_time_zone
from features._snapshot import snapshots
from features._tables import tables_of


@overload
def snapshot(
    tables: str | Path | Lake | Mapping[str, pl.LazyFrame],
    *,
    as_of: date | str,
    time_zone: str | None = None,
    customers: Native | None = None,
    features: Iterable[Feature] | None = None,
) -> pl.DataFrame: ...
@overload
def snapshot(
    tables: Native,
    *,
    as_of: date | str,
    time_zone: str | None = None,
    customers: Native | None = None,
    features: Iterable[Feature] | None = None,
    as_pandas: bool | None = None,
) -> Any: ...
def snapshot(
    tables: Native,
    *,
    as_of: date | str,
    time_zone: str | None = None,
    customers: Native | None = None,
    features: Iterable[Feature] | None = None,
    as_pandas: bool | None = None,
) -> Any:
    """One row per customer: every declared feature, from what was known before `as_of` began in `time_zone`.

    Unless given, `time_zone` is that of the home, as its nights noted it, and UTC for anything else.

    `tables` is a home or a folder of files (its path), a `Lake`, or frames by contract table (`transactions`,
    `interactions`, `customers`, `subscriptions`) of one engine: Polars, pandas, DuckDB or Spark; one frame alone is the
    transactions. Frames need not be perfect (see `tables_of`), but what cannot be read raises TableUnusable. Features
    of a table or a column that is absent are null: unknown is not zero.

    `as_of` is a date or "2017-11-20". `customers` (a frame with `customer_id`, or a list of ids) fixes the rows: the
    customers out are exactly those; without it, everyone with a transaction (or subscription) known before `as_of`.
    `features` is the catalogue unless given. Rows are sorted by `customer_id`, which is text: whole numbers become
    their digits.

    Pandas comes back where a table of pandas came in, and Polars otherwise; `as_pandas` says it outright.
    """
    zone = zone_of(tables, time_zone)
    brought = tables_of(tables, time_zone=zone)
    population = None if customers is None else population_of(customers)
    asked: Mapping[str, Any] = {"time_zone": zone, "customers": population, "features": features}
    made = next(snapshots(brought, as_of=[day_of(as_of)], **asked))
    return made.to_pandas() if (holds_pandas(tables) if as_pandas is None else as_pandas) else made


def zone_of(tables: Native, time_zone: str | None) -> str:
    """The business time zone: the one given, else that of a home, else UTC. Raises ValueError for one that is none."""
    noted = None
    if time_zone is None and isinstance(tables, Lake):
        noted = tables.time_zone
    elif time_zone is None and isinstance(tables, str | Path):
        noted = business_time_zone(Path(tables).expanduser())
    zone = time_zone or noted or "UTC"
    ask_zone(zone)
    return zone


def ask_zone(time_zone: str) -> None:
    """Raises ValueError for a time zone that is none."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        close = get_close_matches(str(time_zone), available_timezones(), n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "Give a name such as 'Europe/London' or 'Asia/Shanghai'."
        raise ValueError(f"time_zone is {time_zone!r}, which is no time zone. {hint}") from None


def day_of(as_of: Any) -> date:
    """The as-of date as a date, from what notebooks hold: text, timestamps of pandas or NumPy.

    Raises ValueError for a moment within a day: nothing is known of half a day.
    """
    given = as_of.item() if type(as_of).__module__ == "numpy" else as_of
    try:
        day = datetime.fromisoformat(given) if isinstance(given, str) else given
        if isinstance(day, datetime) and day.tzinfo is None and day.time() == time.min:
            day = day.date()
    except ValueError:  # no date at all, such as NaT
        day = None
    if isinstance(day, datetime) or not isinstance(day, date):
        raise ValueError(
            f"as_of is {as_of!r}; give a date such as date(2017, 11, 20) or '2017-11-20', without a time of day or a "
            "zone. It means everything known before that day began in time_zone."
        )
    return day


def population_of(customers: Native) -> pl.LazyFrame:
    """The customers asked about: `customer_id`, from a frame or a list of ids. Raises TableUnusable."""
    is_polars = isinstance(customers, pl.DataFrame | pl.LazyFrame)
    if is_polars and customers.lazy().collect_schema().get("customer_id") == pl.String:
        given: pl.LazyFrame = customers.lazy()
        return given
    customers = [customers] if isinstance(customers, str) else customers
    frame = customers if is_polars or is_pandas(customers) else pl.DataFrame({"customer_id": list(customers)})
    contract = contracts()["customers"]
    rows: pl.LazyFrame = conformed(frame, replace(contract, columns=(contract.column("customer_id"),)), time_zone="UTC")
    return rows


def holds_pandas(tables: Native) -> bool:
    """Whether somebody brought frames of pandas."""
    frames = tables.values() if isinstance(tables, Mapping) else [tables]
    return any(is_pandas(frame) for frame in frames)
