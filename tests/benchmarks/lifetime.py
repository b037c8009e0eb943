"""How right are lifetime values and next orders? Real logs, many dates, each foretold from its own past alone.

Prints the Markdown tables of docs/lifetime.md: `python tests/benchmarks/lifetime.py`, half a minute. Complete Journey
comes with `make sample`; Online Retail II is left out where its file is not where its example settings look for it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features import open_lake
from models import NextOrderCheck, ValueCheck, check_next_orders, check_values
from pipelines._errors import SourceUnavailable
from pipelines._ingest import ingest, read_and_check
from pipelines._settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
Tables = Mapping[str, pl.LazyFrame]
PREDICTORS = {"model": "model", "last_year": "last year", "own_rate": "own rate"}

MONTHS_2017 = tuple(date(2017, 5, 1) + timedelta(days=28 * number) for number in range(7))
QUARTERS_2010 = tuple(date(year, month, 1) for year, month in ((2010, 6), (2010, 9), (2010, 12), (2011, 3), (2011, 6)))
GROCERIES = [(day, 84) for day in MONTHS_2017[:6]] + [(day, 168) for day in MONTHS_2017[:3]]
GIFTS = [
    (day, days) for days, last in ((84, 6), (182, 5), (364, 3)) for day in (*QUARTERS_2010, date(2011, 9, 1))[:last]
]


def lake(folder: str, *, last_on: date, settings: Path | None = None, **overrides: Any) -> tuple[Tables, Settings]:
    """The log as a night would have it: mapped, checked, each line once."""
    chosen = load_settings(settings, environment={}, overrides={"home": folder, **overrides})
    ingest(chosen, read_and_check(chosen, as_of=last_on), as_of=last_on)
    return open_lake(chosen.home).tables, chosen


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One Markdown table."""
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")
    print(flush=True)


def values(checks: Sequence[ValueCheck]) -> None:
    """Totals and errors of each date beside the baselines, then by decile over all dates of the longest window."""
    header = ["as of", "days", "customers", *(f"total, {name}" for name in PREDICTORS.values())]
    header += [*(f"error, {name}" for name in PREDICTORS.values()), "inside", "above"]
    table(header, (_row(check) for check in checks))
    longest = [check for check in checks if check.days == max(each.days for each in checks)]
    mean = pl.concat([check.deciles() for check in longest]).group_by("decile").mean().sort("decile")
    cells = zip(mean["decile"], mean["predicted"], mean["spent"], strict=True)
    print(f"By tenth of the customers, {longest[0].days} days, mean of {len(longest)} dates, per customer:\n")
    table(
        ("tenth by prediction", "predicted", "spent", "ratio"),
        ((number, f"{said:,.0f}", f"{spent:,.0f}", f"{said / spent:.2f}") for number, said, spent in cells),
    )


def _row(check: ValueCheck) -> list[object]:
    totals = [check.total_ratio(name) for name in PREDICTORS]
    errors = [check.mean_error(name) for name in PREDICTORS]
    return [check.as_of, check.days, check.customers.height, *totals, *errors, check.covered_share, check.above_share]


def orders(checks: Sequence[NextOrderCheck]) -> None:
    """How many got a date, how many of them came, and when, beside what was foretold."""
    header = [
        "as of",
        "with a date",
        "of these came",
        "came without",
        "before",
        "before the date",
        "inside",
        "days wide",
    ]
    table(header, (_order_row(check) for check in checks))


def _order_row(check: NextOrderCheck) -> list[object]:
    came = [check.dated_share, check.came_share, check.came_without_date_share]
    when = [check.before_share, check.half_share, check.covered_share]
    return [check.as_of, *came, *when, f"{check.median_width_days:.0f}"]


def report(name: str, tables: Tables, settings: Settings, asked: Sequence[tuple[date, int]]) -> None:
    """All tables of one log."""
    zone = settings.time_zone
    print(f"### {name}\n")
    checks = [check_values(tables, as_of=day, days=days, time_zone=zone) for day, days in asked]
    values(checks)
    away = {days: np.mean([abs(c.total_ratio() - 1) for c in checks if c.days == days]) for _, days in asked}
    print("Mean distance of the total: " + ", ".join(f"{share:.1%} over {days} days" for days, share in away.items()))
    print("\nNext orders:\n")
    orders([check_next_orders(tables, as_of=day, time_zone=zone) for day in sorted({day for day, _ in asked})])


def main() -> None:
    """Prints every figure."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        journey = {"source.name": "complete-journey", "time_zone": "America/New_York"}
        report("Complete Journey", *lake(first, last_on=date(2018, 1, 1), **journey), GROCERIES)
        try:
            retail = lake(second, last_on=date(2011, 12, 10), settings=ROOT / "examples" / "online_retail_ii.toml")
        except SourceUnavailable as error:
            print(f"Online Retail II: left out. {error}", file=sys.stderr)
            return
        report("Online Retail II", *retail, GIFTS)


if __name__ == "__main__":
    main()
