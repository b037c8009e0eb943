"""Which stage and relation type does a customer have? Each rule at its border, and which comes first."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from serving import Borders, rules_table
from serving._stages import NEEDED, lifecycle_stage, relation_type

BORDERS = Borders(active_days=84)
LOYAL = {
    "days_since_last_purchase": 5.0,
    "tenure_days": 400.0,
    "purchase_count_ever": 20.0,
    "purchase_count_364d": 12.0,
    "last_gap_days": 20.0,
    "gap_spread_share": 0.5,
    "overdue_ratio": 0.2,
    "discounted_purchase_share_364d": 0.1,
    "campaign_response_ratio": None,
    "churn_probability": 0.1,
}


def customer(**changed: float | None) -> pl.DataFrame:
    return pl.DataFrame({**LOYAL, **changed}, schema=dict.fromkeys(NEEDED, pl.Float64))


@pytest.mark.parametrize(
    ("changed", "stage"),
    [
        ({}, "loyal"),
        ({"purchase_count_ever": 0.0, "days_since_last_purchase": None}, "prospect"),
        ({"days_since_last_purchase": 84.0}, "loyal"),
        ({"days_since_last_purchase": 85.0}, "lost"),
        ({"last_gap_days": 84.0}, "loyal"),
        ({"last_gap_days": 85.0}, "won back"),
        ({"tenure_days": 56.0}, "new"),
        ({"tenure_days": 57.0}, "active"),
        ({"churn_probability": 0.5, "overdue_ratio": 1.0}, "at risk"),
        ({"churn_probability": 0.5, "overdue_ratio": 0.9}, "loyal"),
        ({"churn_probability": 0.49, "overdue_ratio": 3.0}, "loyal"),
        ({"churn_probability": 0.9, "overdue_ratio": None}, "at risk"),
        ({"churn_probability": None}, "loyal"),
        ({"tenure_days": 181.0}, "active"),
        ({"purchase_count_364d": 5.0}, "active"),
    ],
)
def test_a_stage_begins_at_its_border(changed: dict[str, float | None], stage: str) -> None:
    assert customer(**changed).select(lifecycle_stage(BORDERS)).item() == stage


@pytest.mark.parametrize(
    ("changed", "relation"),
    [
        ({}, "relation-led"),
        ({"discounted_purchase_share_364d": 0.5}, "price-led"),
        ({"discounted_purchase_share_364d": 0.3}, "mixed"),
        ({"discounted_purchase_share_364d": None}, "relation-led"),
        ({"gap_spread_share": 1.1}, "mixed"),
        ({"gap_spread_share": 1.1, "campaign_response_ratio": 0.2}, "relation-led"),
        ({"gap_spread_share": None}, "mixed"),
        ({"purchase_count_364d": 2.0}, "mixed"),
        ({"purchase_count_ever": 1.0, "days_since_last_purchase": 57.0, "purchase_count_364d": 1.0}, "one-off"),
        ({"purchase_count_ever": 1.0, "days_since_last_purchase": 56.0, "purchase_count_364d": 1.0}, "mixed"),
    ],
)
def test_a_relation_type_begins_at_its_border(changed: dict[str, float | None], relation: str) -> None:
    assert customer(**changed).select(relation_type(BORDERS)).item() == relation


def test_the_rules_in_the_docs_are_those_of_the_code() -> None:
    docs = Path(__file__).parents[2] / "docs" / "decisions.md"
    assert rules_table() in docs.read_text(encoding="utf-8")
