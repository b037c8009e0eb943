"""What does a large shop's log look like? Lines and interactions of any number, written as Delta tables.

Customers differ in how often they buy and for how long they stay; orders have a few lines; some lines come back, under
the order's number, days later; a few rows are recorded late; complaints are sometimes left open. Rows are in the order
of time, in files of a few million, as nightly deliveries leave them. The same arguments make the same rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from deltalake import convert_to_deltalake

FIRST_ON = date(2024, 1, 1)
DAYS = 730
LINES_PER_ORDER = 4
RETURNED_SHARE = 0.03
LATE_SHARE = 0.02
INTERACTIONS_PER_LINE = 0.1
ROWS_PER_FILE = 5_000_000
PRODUCTS, CATEGORIES = 20_000, 40
CHANNELS = ("shop", "web", "app")
KINDS = ("visit", "enquiry", "complaint", "campaign_contact", "campaign_response", "survey")
KIND_SHARES = (0.55, 0.08, 0.04, 0.25, 0.05, 0.03)
AS_OF = FIRST_ON + timedelta(days=DAYS)
_DAY = 86_400_000_000
_START = int(datetime.fromisoformat(f"{FIRST_ON}T00:00:00+00:00").timestamp()) * 1_000_000


@dataclass(frozen=True)
class Log:
    """Where the tables lie and how many rows they hold."""

    folder: Path
    lines: int
    customers: int

    @property
    def transactions(self) -> Path:
        """The Delta table of the lines."""
        return self.folder / "tables" / "transactions"

    @property
    def interactions(self) -> Path:
        """The Delta table of the interactions."""
        return self.folder / "tables" / "interactions"

    def tables(self) -> dict[str, pl.LazyFrame]:
        """Both tables, lazily."""
        return {
            name: pl.scan_parquet(self.folder / "tables" / name / "*.parquet")
            for name in ("transactions", "interactions")
        }


def write_log(folder: Path, *, lines: int, customers: int, seed: int = 7) -> Log:
    """Writes a log of about `lines` transaction lines of `customers` customers, unless it is there already."""
    log = Log(folder / f"log_{lines}_{customers}_{seed}", lines, customers)
    if (log.folder / "done").exists():
        return log
    started = time.perf_counter()
    for path, parts in ((log.transactions, _lines(lines, customers, seed)), (log.interactions, _talks(log, seed))):
        path.mkdir(parents=True, exist_ok=True)
        for number, part in enumerate(parts):
            part.write_parquet(path / f"part-{number:04d}.parquet", compression="snappy", row_group_size=1_000_000)
        convert_to_deltalake(str(path), mode="ignore")
    (log.folder / "done").touch()
    print(f"wrote {lines:,} lines of {customers:,} customers in {time.perf_counter() - started:.0f} s", flush=True)
    return log


def _customers(customers: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Relative rate of ordering, first day and last day of each customer."""
    rate = random.gamma(0.8, 1.0, customers) + 0.02
    joined = np.maximum(random.uniform(-400, DAYS - 20, customers), 0)
    stays = random.exponential(500, customers) + 10
    return rate, joined, np.minimum(joined + stays, DAYS)


def _orders(orders: int, customers: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Who ordered (a number) and when (microseconds of the epoch), in the order of time."""
    rate, first, last = _customers(customers, random)
    share = np.cumsum(rate * (last - first))
    who = np.searchsorted(share, random.uniform(0, share[-1], orders)).astype(np.int32)
    day = np.floor(first[who] + random.uniform(0, 1, orders) * (last[who] - first[who]))
    hour = np.clip(random.normal(14, 3.5, orders), 0, 23.99)
    when = ((day + hour / 24) * _DAY).astype(np.int64) // 1_000_000 * 1_000_000 + _START
    order = np.argsort(when, kind="stable")
    return who[order], np.minimum(when[order], _START + DAYS * _DAY - 1_000_000)


def _lines(lines: int, customers: int, seed: int) -> Iterator[pl.DataFrame]:
    random = np.random.default_rng(seed)
    bought = int(lines / (1 + RETURNED_SHARE))
    who, when = _orders(bought // LINES_PER_ORDER, customers, random)
    names = pl.Series([f"C{number:07d}" for number in range(customers)])
    per_part = ROWS_PER_FILE // LINES_PER_ORDER
    waiting: list[pl.DataFrame] = []
    for first in range(0, len(who), per_part):
        part = slice(first, first + per_part)
        made = _lines_of(who[part], when[part], first, names, random)
        came_back = _returned(made, random)
        known = pl.concat([made, *waiting, came_back])
        end = when[min(first + per_part, len(when)) - 1]
        inside = pl.col("occurred_at") <= pl.lit(end).cast(pl.Datetime("us", "UTC"))
        waiting = [known.filter(~inside)]
        yield known.filter(inside).sort("occurred_at", maintain_order=True)


def _lines_of(
    who: np.ndarray, when: np.ndarray, first: int, names: pl.Series, random: np.random.Generator
) -> pl.DataFrame:
    size = np.clip(random.geometric(1 / LINES_PER_ORDER, len(who)), 1, 30)
    rows = np.repeat(np.arange(len(who)), size)
    taste = (who[rows] * 7919 + (PRODUCTS * random.uniform(size=len(rows)) ** 4).astype(np.int64)) % PRODUCTS
    quantity = random.geometric(0.6, len(rows))
    amount = np.round(random.lognormal(1.8, 0.9, len(rows)) * quantity, 2) + 0.01
    discount = np.where(random.uniform(size=len(rows)) < 0.3, np.round(amount * 0.1, 2), 0.0)
    return pl.DataFrame(
        {
            "customer_id": names.gather(who[rows]),
            "occurred_at": pl.Series(when[rows]).cast(pl.Datetime("us", "UTC")),
            "amount": np.round(amount - discount, 2),
            "order_id": pl.select("O" + pl.Series(rows + first).cast(pl.String)).to_series(),
            "product_id": pl.Series([f"P{number:05d}" for number in range(PRODUCTS)]).gather(taste),
            "category": pl.Series([f"category {number}" for number in range(CATEGORIES)]).gather(taste % CATEGORIES),
            "quantity": quantity.astype(np.float64),
            "discount": discount,
            "channel": pl.Series(CHANNELS).gather((who[rows] + (size[rows] > 6)) % len(CHANNELS)),
        }
    ).with_columns(recorded_at=_recorded(when[rows], random), transaction_id=_numbered("L", len(rows), first * 31))


def _numbered(letter: str, count: int, first: int) -> pl.Series:
    return pl.select(letter + pl.int_range(first, first + count).cast(pl.String)).to_series()


def _recorded(when: np.ndarray, random: np.random.Generator) -> pl.Series:
    """Null for most, which means as it happened; some hours or days later for a few."""
    late = random.uniform(size=len(when)) < LATE_SHARE
    delay = (random.exponential(1.5, len(when)) * _DAY).astype(np.int64)
    at = pl.Series(when + delay).cast(pl.Datetime("us", "UTC"))
    return pl.select(pl.when(pl.Series(late)).then(at)).to_series()


def _returned(made: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Some of the lines once more, negative, days later, under the order they were bought with."""
    back = made.filter(pl.Series(random.uniform(size=made.height) < RETURNED_SHARE))
    delay = pl.Series((random.exponential(8, back.height) * _DAY).astype(np.int64)).cast(pl.Duration("us"))
    return back.with_columns(
        -pl.col("amount", "quantity"),
        discount=pl.lit(0.0),
        occurred_at=(pl.col("occurred_at") + delay).dt.truncate("1s"),
        recorded_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
        transaction_id="R" + pl.col("transaction_id"),
    )


def _talks(log: Log, seed: int) -> Iterator[pl.DataFrame]:
    random = np.random.default_rng(seed + 1)
    who, when = _orders(int(log.lines * INTERACTIONS_PER_LINE), log.customers, random)
    names = pl.Series([f"C{number:07d}" for number in range(log.customers)])
    for first in range(0, len(who), ROWS_PER_FILE):
        part = slice(first, first + ROWS_PER_FILE)
        kind = random.choice(len(KINDS), len(who[part]), p=KIND_SHARES)
        answered = when[part] + (random.exponential(1.5, len(kind)) * _DAY).astype(np.int64) // 1_000_000 * 1_000_000
        is_settled = np.isin(kind, (1, 2)) & (random.uniform(size=len(kind)) < 0.93)
        points = np.where(random.uniform(size=len(kind)) < 0.5, random.integers(1, 6, len(kind)), 0)
        moment = pl.Datetime("us", "UTC")
        yield pl.DataFrame(
            {
                "interaction_id": pl.select("I" + pl.Series(np.arange(len(kind)) + first).cast(pl.String)).to_series(),
                "customer_id": names.gather(who[part]),
                "occurred_at": pl.Series(when[part]).cast(moment),
                "recorded_at": _recorded(when[part], random),
                "kind": pl.Series(KINDS).gather(kind),
                "channel": pl.Series(("phone", "mail", "web")).gather(kind % 3),
                "topic": pl.Series(("delivery", "quality", "price", "spring", "autumn")).gather(
                    random.integers(0, 5, len(kind))
                ),
                "resolved_at": pl.select(
                    pl.when(pl.Series(is_settled)).then(pl.Series(answered).cast(moment))
                ).to_series(),
                "reviewed_at": pl.select(
                    pl.when(pl.Series(is_settled & (kind == 2))).then(pl.Series(answered + _DAY).cast(moment))
                ).to_series(),
                "satisfaction": pl.select(
                    pl.when(pl.Series((points > 0) & np.isin(kind, (1, 2, 5)))).then(
                        pl.Series(points.astype(np.float64))
                    )
                ).to_series(),
            }
        )
