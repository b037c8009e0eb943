"""A small shop with customers of their own rhythm, and how a command ended: what tests of the pipelines speak of."""

from __future__ import annotations

import json
import random
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

SHOP_START = datetime(2024, 1, 1)  # noqa: DTZ001 (naive, as shops write them)
SHOP_DAYS = 200
AS_OF = "2024-07-19"


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, what it printed and what it complained about."""

    code: int
    out: str
    err: str


Churn = Callable[..., Ended]


def shop_lines(*, customers: int = 60, seed: int = 1) -> pl.DataFrame:
    """A small shop: customers with rhythms of their own, some of whom stop; one row per order with its own id."""
    chance = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(customers):
        gap, stops = chance.choice([5, 9, 16, 30]), chance.uniform(40, 420)
        day = chance.uniform(0, 30)
        while day < min(SHOP_DAYS, stops):
            moment = SHOP_START + timedelta(days=day)
            rows.append((f"C{number:03}", moment.replace(microsecond=0), round(chance.uniform(5, 90), 2)))
            day += chance.expovariate(1 / gap)
    frame = pl.DataFrame(rows, schema=["customer_id", "occurred_at", "amount"], orient="row")
    return (
        frame.sort("occurred_at", "customer_id")
        .with_row_index("n")
        .select(pl.format("T{}", "n").alias("transaction_id"), "customer_id", "occurred_at", "amount")
    )


def write_shop(folder: Path, lines: pl.DataFrame | None = None) -> Path:
    """Writes `transactions.csv` of the small shop, or of the lines given, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = shop_lines() if lines is None else lines
    chosen.write_csv(folder / "transactions.csv", datetime_format="%Y-%m-%d %H:%M:%S")
    return folder


def published(home: Path) -> list[str]:
    """The lists of a home, by the names of their folders."""
    return sorted(path.name for path in (home / "lists").glob("as_of=*"))


def refused(ended: Ended, home: Path, *, code: int, words: list[str]) -> None:
    """Asks that a command ended with a code, in words without a traceback, and published nothing."""
    assert ended.code == code, ended.out + ended.err
    for word in words:
        assert word in ended.err, ended.err
    assert "Traceback" not in ended.out + ended.err
    assert published(home) == []


def kept_by_prefect(address: str, what: str) -> list[dict[str, Any]]:
    """What a Prefect API keeps of `artifacts` or `flow_runs`; its client asks in a way that its server refuses."""
    asked = urllib.request.Request(f"{address}/{what}/filter", data=b"{}", headers={"content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        rows: list[dict[str, Any]] = json.load(answer)
    return rows
