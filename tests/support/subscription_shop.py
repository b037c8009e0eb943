"""A business of subscribers: monthly and yearly terms, late renewals, announced and silent ends, reactivations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl

BEGIN = datetime(2024, 1, 1)  # noqa: DTZ001 (naive, as companies write them)
DAYS = 620
PLANS = {"basic": (9.0, 0.16), "plus": (19.0, 0.05)}
"""By plan: what it costs a month, and how many leave at a renewal."""


def subscription_business(*, customers: int = 400, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Raw tables `transactions` (a payment as each term begins) and `subscriptions` (a row per term)."""
    chance = random.Random(seed)  # noqa: S311
    terms = [term for number in range(customers) for term in _terms(chance, f"S{number:04}")]
    paid = [
        {"transaction_id": f"P-{place}", "customer_id": term["customer_id"], "occurred_at": term["occurred_at"]}
        | {"amount": term["monthly_amount"]}
        for place, term in enumerate(terms)
    ]
    when = dict.fromkeys(("renews_at", "ended_at", "cancelled_at"), pl.Datetime("us"))
    return {
        "transactions": pl.DataFrame(paid).sort("occurred_at", "transaction_id"),
        "subscriptions": pl.DataFrame(terms, schema_overrides=when).sort("occurred_at", "customer_id"),
    }


def _terms(chance: random.Random, customer: str) -> Iterator[dict[str, Any]]:
    """The terms of one customer, in turn, until the log ends or the customer is gone for good."""
    plan, length = chance.choice(list(PLANS)), 364 if chance.random() < 0.2 else 30
    day = float(chance.randrange(300)) + chance.random()
    while day < DAYS:
        amount, leaves = PLANS[plan]
        end, is_leaving = day + length, chance.random() < leaves
        ended = day + length * chance.random() if is_leaving and chance.random() < 0.2 else end
        announced = ended - min(chance.uniform(1, 25), ended - day) if is_leaving and chance.random() < 0.6 else None
        yield {
            "subscription_id": f"sub {customer}",
            "customer_id": customer,
            "occurred_at": _moment(day),
            "renews_at": _moment(end),
            "plan": plan,
            "monthly_amount": amount,
            "ended_at": _moment(ended) if (ended < end or announced is not None) and ended < DAYS else None,
            "cancelled_at": _moment(announced) if announced is not None and announced < DAYS else None,
        }
        if is_leaving and chance.random() < 0.7:
            return
        day = ended + (chance.uniform(40, 90) if is_leaving else chance.choice([0, 0, 0, chance.uniform(1, 9)]))
        plan = "plus" if chance.random() < 0.03 else plan


def _moment(day: float) -> datetime:
    return (BEGIN + timedelta(days=day)).replace(microsecond=0)
