"""Small bundles that keep their contracts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from serving import Bundle, rank

AS_OF = date(2025, 12, 1)
PROBABILITIES = {"churn_probability": 0.5, "upsell_probability": 0.25}


def make_bundle(*, as_of: date = AS_OF, customers: int = 12, factor: float = 1.0, **columns: Any) -> Bundle:
    """A night's bundle; `columns` take the place of columns of its scores."""
    names = [f"{number:04d}" for number in range(customers)]
    spend = [round(100.0 * factor + number, 2) for number in range(customers)]
    scores = pl.DataFrame(
        {
            "customer_id": names,
            "as_of": [as_of] * customers,
            "is_active": [True] * customers,
            "churn_probability": [0.5] * customers,
            "upsell_probability": [0.25] * customers,
            "yearly_spend": spend,
            "expected_purchases": [40.0] * customers,
            "average_purchase_value": [value / 10 for value in spend],
            "value_to_come": [value * 3 for value in spend],
            "value_to_lose": [value * 4 for value in spend],
            "referral_value": [None] * customers,
            "lifetime_value": [value * 5 for value in spend],
            "lifetime_value_low": [value * 3 for value in spend],
            "lifetime_value_high": [value * 8 for value in spend],
            "next_order_on": [as_of + timedelta(days=9)] * (customers - 1) + [None],
            "next_order_from_on": [as_of + timedelta(days=2)] * (customers - 1) + [None],
            "next_order_until_on": [as_of + timedelta(days=31)] * (customers - 1) + [None],
            "overdue_ratio": [0.5] * customers,
            "value_at_risk": [value * 2 for value in spend],
            "may_contact": [number % 4 != 0 for number in range(customers)],
        },
        schema_overrides={"referral_value": pl.Float64},
    ).with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    ranked = rank(scores, size=5)
    reasons = {"reason_1": "很久没有购买", "reason_2": 'complained, "loudly"', "reason_3": None}
    told = ranked.listed.with_columns(**{name: pl.lit(text, dtype=pl.String) for name, text in reasons.items()})
    return Bundle(
        as_of=as_of, scores=scores, listed=told, counts=ranked.counts, meanings={}, record={"models": {"churn": 3}}
    )


@pytest.fixture(scope="session")
def bundle_of() -> Callable[..., Bundle]:
    """Makes bundles; `factor` makes a different one for the same date."""
    return make_bundle
