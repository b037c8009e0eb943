"""A log drawn at random, in which everything odd happens that a log may hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from data_contracts import contracts


def random_log(lines: int = 4000, talks: int = 1500, seed: int = 3) -> dict[str, pl.LazyFrame]:
    """A log of 200 customers over two years: returns, late records, orders over several days, unknown values."""
    draw = _Draw(np.random.default_rng(seed))
    tables = {"transactions": _transactions(draw, lines), "interactions": _interactions(draw, talks)}
    schemas = {name: contracts()[name].polars_schema for name in tables}
    return {
        name: pl.LazyFrame(rows, schema_overrides={key: schemas[name][key] for key in rows})
        for name, rows in tables.items()
    }


class _Draw:
    """Draws columns."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random

    def moments(self, count: int) -> list[datetime]:
        start = datetime(2024, 5, 1, tzinfo=UTC)
        return [start + timedelta(minutes=int(minute)) for minute in self.random.integers(0, 2 * 365 * 24 * 60, count)]

    def some(self, values: list[str], count: int, known: float = 0.9) -> list[str | None]:
        picks = self.random.integers(0, len(values), count)
        return [values[pick] if self.random.random() < known else None for pick in picks]

    def later(self, when: list[datetime], share: float) -> list[datetime | None]:
        hours = self.random.exponential
        return [at + timedelta(hours=float(hours(60))) if self.random.random() < share else None for at in when]

    def customers(self, count: int) -> list[str]:
        return [f"客户 {number}" for number in self.random.integers(0, 200, count) ** 2 // 200]


def _transactions(draw: _Draw, lines: int) -> dict[str, Any]:
    bought = draw.moments(lines)
    return {
        "transaction_id": [str(number) for number in range(lines)],
        "customer_id": draw.customers(lines),
        "occurred_at": bought,
        "recorded_at": draw.later(bought, 0.2),
        "order_id": draw.some([f"o{number}" for number in range(9)], lines, known=0.5),
        "product_id": draw.some([f"p{number}" for number in range(40)], lines),
        "category": draw.some(["toys", "books", "food"], lines),
        "channel": draw.some(["web", "shop"], lines),
        "amount": np.round(draw.random.normal(20, 25, lines), 4),
        "quantity": draw.random.integers(-1, 5, lines).astype(float),
        "discount": np.round(draw.random.exponential(1, lines), 2),
    }


def _interactions(draw: _Draw, talks: int) -> dict[str, Any]:
    said = draw.moments(talks)
    kinds = ["visit", "complaint", "enquiry", "campaign_contact", "campaign_response"]
    return {
        "interaction_id": [str(number) for number in range(talks)],
        "customer_id": draw.customers(talks),
        "occurred_at": said,
        "recorded_at": draw.later(said, 0.2),
        "kind": draw.some(kinds, talks, known=1.0),
        "topic": draw.some(["price", "delivery"], talks),
        "resolved_at": draw.later(said, 0.6),
        "reviewed_at": draw.later(said, 0.4),
        "satisfaction": [float(points) if points else None for points in draw.random.integers(0, 6, talks)],
    }
